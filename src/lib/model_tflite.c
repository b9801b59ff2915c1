/* model_tflite.c: reads a TensorFlow Lite file (schema version 3, https://github.com/tensorflow/tensorflow) and defines it as an
 * XNNPACK subgraph. One subgraph, one picture-shaped input, floats (weights may be 16-bit), the operators of the table `kinds`.
 * XNNPACK believes the shapes it is told, so every shape is worked out here from the input on, by the rules of
 * each operator, and compared with what the weights and the file say; nothing else reaches it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model_flat.h"
#include "model_impl.h"

enum { DIMS_MAX = 4, INPUTS_MAX = 3, KERNEL_MAX = 64 };
enum { TYPE_FLOAT32 = 0, TYPE_FLOAT16 = 1, TYPE_INT32 = 2 };
enum { PADDING_SAME = 0, PADDING_VALID = 1 };

struct tensor {
	int dims;
	size_t said[DIMS_MAX]; /* as the file has it */
	size_t dim[DIMS_MAX];  /* as it will be, once it is made */
	uint8_t type;
	const uint8_t *raw; /* a constant's bytes */
	size_t raw_size;
	float *data; /* a constant's floats, once they were needed */
	uint32_t id; /* of the subgraph's value */
	unsigned uses;
	int output; /* which output of the model, or -1 */
	bool made;  /* the input, or written by an operator already read */
};

struct op {
	int inputs, in[INPUTS_MAX], out;
	size_t options; /* table in the file, or 0 */
};

struct build {
	struct model *m;
	struct flat file;
	struct tensor *tensor;
	size_t tensors;
	struct err *e;
};

static bool is_const(const struct tensor *t) {
	return t->raw != NULL;
}

/* The product of the dimensions, or 0 if one is 0 or it is more than a tensor may hold. */
static size_t count_of(int dims, const size_t *dim) {
	size_t n = 1;
	for (int i = 0; i < dims; i++) {
		if (dim[i] == 0 || dim[i] > MODEL_TENSOR_MAX / n) return 0;
		n *= dim[i];
	}
	return n;
}

/* ---- constants -------------------------------------------------------------------------------------------------- */

enum { LANES = 16 };

/* LANES 16-bit floats: exponent and fraction moved into place and scaled by 2^(127 - 15). Written so that compilers make it
 * a few wide instructions; `strange` collects infinities and what is not a number. */
static void widen_lanes(float *restrict to, const uint8_t *restrict from, uint16_t *restrict strange) {
	uint16_t half[LANES];
	uint32_t bits[LANES];
	float value[LANES];
	memcpy(half, from, sizeof half);
	for (int i = 0; i < LANES; i++) bits[i] = (uint32_t)(half[i] & 0x7fff) << 13;
	memcpy(value, bits, sizeof value);
	for (int i = 0; i < LANES; i++) value[i] *= 0x1p112f;
	memcpy(bits, value, sizeof bits);
	for (int i = 0; i < LANES; i++) bits[i] |= (uint32_t)(half[i] & 0x8000) << 16;
	for (int i = 0; i < LANES; i++) strange[i] |= (half[i] & 0x7c00) == 0x7c00;
	memcpy(to, bits, sizeof bits);
}

/* False if one of the n is not a number. */
static bool widen(float *to, const uint8_t *from, size_t n) {
	uint16_t strange[LANES] = { 0 };
	size_t i = 0;
	for (; i + LANES <= n; i += LANES) widen_lanes(to + i, from + 2 * i, strange);
	if (i < n) {
		uint8_t rest[2 * LANES] = { 0 };
		float wide[LANES];
		memcpy(rest, from + 2 * i, 2 * (n - i));
		widen_lanes(wide, rest, strange);
		memcpy(to + i, wide, (n - i) * sizeof *to);
	}
	for (int k = 1; k < LANES; k++) strange[0] |= strange[k];
	return !strange[0];
}

static bool all_finite(const float *f, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (!isfinite(f[i])) return false;
	return true;
}

/* The floats of a constant, made when first asked for. NaN among weights would silence a detector, so it is refused. */
static const float *floats_of(struct build *b, struct tensor *t) {
	if (t->data) return t->data;
	size_t n = count_of(t->dims, t->said);
	size_t each = t->type == TYPE_FLOAT32 ? 4 : 2;
	if (!n || t->type > TYPE_FLOAT16 || t->raw_size != n * each)
		return model_bad(b->e, "a weight has the wrong size"), NULL;
	float *data = model_alloc(b->m, n, b->e);
	if (!data) return NULL;
	if (t->type == TYPE_FLOAT32) memcpy(data, t->raw, n * 4);
	if (t->type == TYPE_FLOAT32 ? !all_finite(data, n) : !widen(data, t->raw, n))
		return model_bad(b->e, "a weight is not a number"), NULL;
	return t->data = data;
}

/* A constant as a value of the subgraph, with the given shape of the same size. */
static int define_const(struct build *b, struct tensor *t, int dims, const size_t *dim, uint32_t *ret) {
	const float *data = floats_of(b, t);
	if (!data) return -1;
	if (xnn_define_tensor_value(b->m->graph, xnn_datatype_fp32, (size_t)dims, dim, data, XNN_INVALID_VALUE_ID, 0,
		    ret) != xnn_status_success)
		return model_bad(b->e, "a weight does not fit");
	return 0;
}

/* Constant integers (paddings, sizes): exactly `n`, each 0 to MODEL_SIDE_MAX. */
static int ints_of(struct build *b, const struct tensor *t, size_t n, size_t *ret) {
	if (!is_const(t) || t->type != TYPE_INT32 || t->raw_size != n * 4)
		return model_bad(b->e, "an operator's constant is wrong");
	for (size_t i = 0; i < n; i++) {
		int32_t v;
		memcpy(&v, t->raw + 4 * i, 4);
		if (v < 0 || v > MODEL_SIDE_MAX) return model_bad(b->e, "an operator's constant is wrong");
		ret[i] = (size_t)v;
	}
	return 0;
}

/* ---- tensors made by operators ----------------------------------------------------------------------------------- */

/* Defines the operator's output with t->dim as its shape. */
static int define_made(struct build *b, struct tensor *t, int dims) {
	size_t n = count_of(dims, t->dim);
	if (!n || dims != t->dims) return model_bad(b->e, "a shape is impossible");
	uint32_t id = XNN_INVALID_VALUE_ID, flags = 0;
	if (t->output >= 0) {
		struct model_port *port = &b->m->output[t->output];
		id = port->id;
		port->count = n;
		flags = XNN_VALUE_FLAG_EXTERNAL_OUTPUT;
	} else if (model_count(b->m, n, b->e)) {
		return -1;
	}
	if (xnn_define_tensor_value(b->m->graph, xnn_datatype_fp32, (size_t)dims, t->dim, NULL, id, flags, &t->id) !=
		xnn_status_success)
		return model_bad(b->e, "a tensor cannot be made");
	t->made = true;
	return 0;
}

static int define_like(struct build *b, struct tensor *t, const struct tensor *like) {
	memcpy(t->dim, like->dim, sizeof t->dim);
	return define_made(b, t, like->dims);
}

/* The bounds of an operator's fused activation. */
static int activation(struct build *b, const struct op *op, unsigned field, float *ret_low, float *ret_high) {
	uint8_t kind = flat_byte(&b->file, op->options, field, 0);
	if (kind != 0 && kind != 1 && kind != 3) return model_bad(b->e, "it has an unknown activation");
	*ret_low = kind ? 0.0F : -INFINITY;
	*ret_high = kind == 3 ? 6.0F : INFINITY;
	return 0;
}

/* How a window moves over height [0] and width [1]. */
struct window {
	size_t kernel[2], stride[2], dilation[2];
	uint32_t flags;
	float low, high;
};

/* Reads padding and strides (fields 0 to 2), the same for convolutions and pools. */
static int window_read(struct build *b, const struct op *op, struct window *w) {
	int32_t stride_w = flat_int(&b->file, op->options, 1, 0), stride_h = flat_int(&b->file, op->options, 2, 0);
	uint8_t padding = flat_byte(&b->file, op->options, 0, PADDING_SAME);
	if (stride_h < 1 || stride_h > KERNEL_MAX || stride_w < 1 || stride_w > KERNEL_MAX || padding > PADDING_VALID)
		return model_bad(b->e, "a stride or padding is wrong");
	w->stride[0] = (size_t)stride_h;
	w->stride[1] = (size_t)stride_w;
	w->flags = padding == PADDING_SAME ? XNN_FLAG_TENSORFLOW_SAME_PADDING : 0;
	return 0;
}

static int window_dilation(struct build *b, const struct op *op, unsigned width_field, struct window *w) {
	int32_t dw = flat_int(&b->file, op->options, width_field, 1),
		dh = flat_int(&b->file, op->options, width_field + 1, 1);
	if (dh < 1 || dh > KERNEL_MAX || dw < 1 || dw > KERNEL_MAX) return model_bad(b->e, "a dilation is wrong");
	w->dilation[0] = (size_t)dh;
	w->dilation[1] = (size_t)dw;
	return 0;
}

/* Makes the output of a window over x with that many channels: SAME rounds up, VALID keeps whole windows. XNNPACK holds
 * a pointer for every element of every window, which counts as memory too. */
static int window_output(
	struct build *b, const struct window *w, const struct tensor *x, struct tensor *out, size_t channels) {
	size_t taps = 1;
	out->dim[0] = x->dim[0];
	for (int i = 0; i < 2; i++) {
		size_t span = (w->kernel[i] - 1) * w->dilation[i] + 1, side = x->dim[1 + i];
		if (w->kernel[i] < 1 || w->kernel[i] > KERNEL_MAX) return model_bad(b->e, "a kernel is too large");
		if (!w->flags && side < span) return model_bad(b->e, "a kernel is larger than its picture");
		out->dim[1 + i] =
			w->flags ? (side + w->stride[i] - 1) / w->stride[i] : (side - span) / w->stride[i] + 1;
		taps *= w->kernel[i];
	}
	out->dim[3] = channels;
	if (define_made(b, out, 4)) return -1;
	size_t places = out->dim[1] * out->dim[2];
	if (places > MODEL_TENSOR_MAX / (2 * taps)) return model_bad(b->e, "it asks for too much memory");
	return model_count(b->m, places * taps * 2, b->e);
}

static int add_work(struct build *b, const struct tensor *out, size_t taps) {
	b->m->work += (double)count_of(4, out->dim) * (double)taps;
	return b->m->work > MODEL_WORK_MAX ? model_bad(b->e, "it asks for too much work") : 0;
}

/* ---- operators ---------------------------------------------------------------------------------------------------- */

static struct tensor *input_of(struct build *b, const struct op *op, int i) {
	return &b->tensor[op->in[i]];
}

static int added(struct build *b, enum xnn_status status) {
	return status == xnn_status_success ? 0 : model_bad(b->e, "an operator cannot be run");
}

static int op_conv(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *weight = input_of(b, op, 1), *bias = input_of(b, op, 2);
	struct tensor *out = &b->tensor[op->out];
	struct window w = { 0 };
	if (window_read(b, op, &w) || window_dilation(b, op, 4, &w) || activation(b, op, 3, &w.low, &w.high))
		return -1;
	if (x->dims != 4 || !is_const(weight) || weight->dims != 4 || weight->said[3] != x->dim[3] ||
		!is_const(bias) || bias->dims != 1 || bias->said[0] != weight->said[0])
		return model_bad(b->e, "a convolution's weights do not fit");
	w.kernel[0] = weight->said[1];
	w.kernel[1] = weight->said[2];
	uint32_t weight_id, bias_id;
	if (define_const(b, weight, 4, weight->said, &weight_id) || define_const(b, bias, 1, bias->said, &bias_id))
		return -1;
	if (window_output(b, &w, x, out, weight->said[0])) return -1;
	if (add_work(b, out, w.kernel[0] * w.kernel[1] * x->dim[3])) return -1;
	return added(b, xnn_define_convolution_2d(b->m->graph, 0, 0, 0, 0, (uint32_t)w.kernel[0],
				(uint32_t)w.kernel[1], (uint32_t)w.stride[0], (uint32_t)w.stride[1],
				(uint32_t)w.dilation[0], (uint32_t)w.dilation[1], 1, x->dim[3], weight->said[0],
				w.low, w.high, x->id, weight_id, bias_id, out->id, w.flags));
}

static int op_depthwise(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *weight = input_of(b, op, 1), *bias = input_of(b, op, 2);
	struct tensor *out = &b->tensor[op->out];
	struct window w = { 0 };
	if (window_read(b, op, &w) || window_dilation(b, op, 5, &w) || activation(b, op, 4, &w.low, &w.high))
		return -1;
	if (x->dims != 4 || !is_const(weight) || weight->dims != 4 || weight->said[0] != 1 ||
		weight->said[3] % x->dim[3] || !is_const(bias) || bias->dims != 1 || bias->said[0] != weight->said[3])
		return model_bad(b->e, "a convolution's weights do not fit");
	size_t multiplier = weight->said[3] / x->dim[3];
	w.kernel[0] = weight->said[1];
	w.kernel[1] = weight->said[2];
	uint32_t weight_id, bias_id;
	if (define_const(b, weight, 4, weight->said, &weight_id) || define_const(b, bias, 1, bias->said, &bias_id))
		return -1;
	if (window_output(b, &w, x, out, weight->said[3])) return -1;
	if (add_work(b, out, w.kernel[0] * w.kernel[1])) return -1;
	return added(b, xnn_define_depthwise_convolution_2d(b->m->graph, 0, 0, 0, 0, (uint32_t)w.kernel[0],
				(uint32_t)w.kernel[1], (uint32_t)w.stride[0], (uint32_t)w.stride[1],
				(uint32_t)w.dilation[0], (uint32_t)w.dilation[1], (uint32_t)multiplier, x->dim[3],
				w.low, w.high, x->id, weight_id, bias_id, out->id, w.flags));
}

static int op_max_pool(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *out = &b->tensor[op->out];
	struct window w = { .dilation = { 1, 1 } };
	if (window_read(b, op, &w) || activation(b, op, 5, &w.low, &w.high)) return -1;
	int32_t kernel_w = flat_int(&b->file, op->options, 3, 0), kernel_h = flat_int(&b->file, op->options, 4, 0);
	if (x->dims != 4 || kernel_h < 1 || kernel_h > KERNEL_MAX || kernel_w < 1 || kernel_w > KERNEL_MAX)
		return model_bad(b->e, "a pool's window is wrong");
	w.kernel[0] = (size_t)kernel_h;
	w.kernel[1] = (size_t)kernel_w;
	if (window_output(b, &w, x, out, x->dim[3])) return -1;
	return added(b,
		xnn_define_max_pooling_2d(b->m->graph, 0, 0, 0, 0, (uint32_t)kernel_h, (uint32_t)kernel_w,
			(uint32_t)w.stride[0], (uint32_t)w.stride[1], 1, 1, w.low, w.high, x->id, out->id, w.flags));
}

static int op_add(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *y = input_of(b, op, 1), *out = &b->tensor[op->out];
	float low = 0, high = 0;
	if (activation(b, op, 0, &low, &high)) return -1;
	if (is_const(y) || x->dims != y->dims || memcmp(x->dim, y->dim, sizeof x->dim[0] * (size_t)x->dims) != 0)
		return model_bad(b->e, "two tensors to be added differ in shape");
	if (define_like(b, out, x)) return -1;
	return added(b, xnn_define_add2(b->m->graph, low, high, x->id, y->id, out->id, 0));
}

static int op_relu(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *out = &b->tensor[op->out];
	if (define_like(b, out, x)) return -1;
	return added(b, xnn_define_clamp(b->m->graph, 0, INFINITY, x->id, out->id, 0));
}

static int op_prelu(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *slope = input_of(b, op, 1), *out = &b->tensor[op->out];
	if (x->dims != 4 || !is_const(slope) || count_of(slope->dims, slope->said) != x->dim[3])
		return model_bad(b->e, "an activation's slopes do not fit");
	uint32_t slope_id;
	if (define_const(b, slope, 1, &x->dim[3], &slope_id) || define_like(b, out, x)) return -1;
	return added(b, xnn_define_prelu(b->m->graph, x->id, slope_id, out->id, 0));
}

static int op_pad(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *out = &b->tensor[op->out];
	size_t amount[2 * DIMS_MAX], before[DIMS_MAX], after[DIMS_MAX];
	if (ints_of(b, input_of(b, op, 1), 2 * (size_t)x->dims, amount)) return -1;
	for (int i = 0; i < x->dims; i++) {
		before[i] = amount[2 * i];
		after[i] = amount[2 * i + 1];
		out->dim[i] = x->dim[i] + before[i] + after[i];
	}
	if (define_made(b, out, x->dims)) return -1;
	return added(b, xnn_define_static_constant_pad(b->m->graph, before, after, 0, x->id, out->id, 0));
}

/* The file says the new shape for the input size it was made with; another size stretches the second dimension (the list
 * of cells in a detector's output). */
static int op_reshape(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *out = &b->tensor[op->out];
	size_t said = count_of(x->dims, x->said), now = count_of(x->dims, x->dim);
	if (!said || said != count_of(out->dims, out->said)) return model_bad(b->e, "a reshape changes the size");
	memcpy(out->dim, out->said, sizeof out->dim);
	if (now != said) {
		if (out->dims < 2 || out->said[1] > MODEL_TENSOR_MAX || out->said[1] * now % said)
			return model_bad(b->e, "it cannot be run at this size");
		out->dim[1] = out->said[1] * now / said;
	}
	if (count_of(out->dims, out->dim) != now) return model_bad(b->e, "a reshape changes the size");
	if (define_made(b, out, out->dims)) return -1;
	return added(b, xnn_define_static_reshape(b->m->graph, (size_t)out->dims, out->dim, x->id, out->id, 0));
}

/* As for reshape, the new size is taken as a factor of the size the file was made with. */
static int op_resize(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *out = &b->tensor[op->out];
	size_t size[2] = { 0 };
	if (x->dims != 4 || ints_of(b, input_of(b, op, 1), 2, size))
		return x->dims != 4 ? model_bad(b->e, "a shape is wrong") : -1;
	bool corners = flat_byte(&b->file, op->options, 2, 0), centres = flat_byte(&b->file, op->options, 3, 0);
	out->dim[0] = x->dim[0];
	out->dim[3] = x->dim[3];
	for (int i = 0; i < 2; i++) {
		size_t said = x->said[1 + i];
		if (!said || size[i] * x->dim[1 + i] % said) return model_bad(b->e, "it cannot be run at this size");
		out->dim[1 + i] = size[i] * x->dim[1 + i] / said;
	}
	if (define_made(b, out, 4)) return -1;
	uint32_t flags = corners ? XNN_FLAG_ALIGN_CORNERS : centres ? 0 : XNN_FLAG_TENSORFLOW_LEGACY_MODE;
	return added(b,
		xnn_define_static_resize_bilinear_2d(b->m->graph, out->dim[1], out->dim[2], x->id, out->id, flags));
}

/* 16-bit weights stay constants: only their name changes; they are widened where they are used. */
static int op_dequantize(struct build *b, const struct op *op) {
	struct tensor *x = input_of(b, op, 0), *out = &b->tensor[op->out];
	if (!is_const(x) || x->type != TYPE_FLOAT16 || x->dims != out->dims ||
		memcmp(x->said, out->said, sizeof x->said[0] * (size_t)x->dims) != 0 || out->output >= 0)
		return model_bad(b->e, "a weight has an unknown kind");
	out->raw = x->raw;
	out->raw_size = x->raw_size;
	out->type = x->type;
	return 0;
}

/* The operators of the schema that are known, and how many inputs each takes; the first must not be a constant, except
 * for op_dequantize. */
static const struct kind {
	int code, inputs;
	int (*define)(struct build *b, const struct op *op);
} kinds[] = {
	{ 0, 2, op_add },
	{ 3, 3, op_conv },
	{ 4, 3, op_depthwise },
	{ 6, 1, op_dequantize },
	{ 17, 1, op_max_pool },
	{ 19, 1, op_relu },
	{ 22, 0, op_reshape }, /* one or two: the second repeats the output's shape */
	{ 23, 2, op_resize },
	{ 34, 2, op_pad },
	{ 54, 2, op_prelu },
};

/* ---- the file -------------------------------------------------------------------------------------------------------- */

static int read_shape(struct build *b, size_t table, struct tensor *t) {
	uint32_t dims;
	size_t at = flat_vector(&b->file, flat_field(&b->file, table, 0), 4, &dims);
	if (dims > DIMS_MAX) return model_bad(b->e, "a tensor has too many dimensions");
	t->dims = (int)dims;
	for (uint32_t i = 0; i < dims; i++) {
		int32_t side = flat_i32(&b->file, at + 4 * (size_t)i);
		if (side < 1 || side > MODEL_TENSOR_MAX) return model_bad(b->e, "a shape is impossible");
		t->said[i] = (size_t)side;
	}
	return 0;
}

/* The tensors: fields 0 shape, 1 type, 2 buffer, 3 name, 6 sparsity. Buffers: field 0 data. */
static int read_tensors(struct build *b, size_t model, size_t graph) {
	uint32_t tensors, buffers;
	size_t at = flat_vector(&b->file, flat_field(&b->file, graph, 0), 4, &tensors);
	size_t buffer_at = flat_vector(&b->file, flat_field(&b->file, model, 4), 4, &buffers);
	if (tensors < 1 || tensors > MODEL_TENSORS_MAX) return model_bad(b->e, "it has no tensors or too many");
	b->tensor = calloc(tensors, sizeof *b->tensor);
	if (!b->tensor) return err_nomem(b->e);
	b->tensors = tensors;
	for (uint32_t i = 0; i < tensors; i++) {
		struct tensor *t = &b->tensor[i];
		size_t table = flat_follow(&b->file, at + 4 * (size_t)i);
		t->id = XNN_INVALID_VALUE_ID;
		t->output = -1;
		t->type = flat_byte(&b->file, table, 1, TYPE_FLOAT32);
		if (read_shape(b, table, t)) return -1;
		if (flat_field(&b->file, table, 6)) return model_bad(b->e, "it has sparse weights");
		uint32_t buffer = (uint32_t)flat_int(&b->file, table, 2, 0), bytes;
		if (buffer >= buffers) return model_bad(b->e, "a weight is missing");
		size_t data = flat_follow(&b->file, buffer_at + 4 * (size_t)buffer);
		data = flat_vector(&b->file, flat_field(&b->file, data, 0), 1, &bytes);
		if (b->file.bad) return model_bad(b->e, "an offset points outside");
		t->raw = bytes ? b->file.data + data : NULL;
		t->raw_size = bytes;
	}
	return 0;
}

/* An index into the tensors, or -1. */
static int tensor_index(struct build *b, size_t at) {
	int32_t i = flat_i32(&b->file, at);
	return !b->file.bad && i >= 0 && (size_t)i < b->tensors ? i : -1;
}

/* The input (field 1), with its size changed if so wished, and the outputs (field 2), which operators make later. */
static int read_ports(struct build *b, size_t graph, const struct model_size *wish) {
	uint32_t inputs, outputs;
	size_t in_at = flat_vector(&b->file, flat_field(&b->file, graph, 1), 4, &inputs);
	size_t out_at = flat_vector(&b->file, flat_field(&b->file, graph, 2), 4, &outputs);
	if (inputs != 1 || outputs < 1 || outputs > MODEL_OUTPUTS_MAX)
		return model_bad(b->e, "its inputs or outputs are wrong");
	int in = tensor_index(b, in_at);
	if (in < 0) return model_bad(b->e, "its inputs or outputs are wrong");
	struct tensor *x = &b->tensor[in];
	if (x->dims != 4 || x->type != TYPE_FLOAT32 || is_const(x) || x->said[0] != 1)
		return model_bad(b->e, "its input is wrong");
	memcpy(x->dim, x->said, sizeof x->dim);
	if (wish) {
		x->dim[1] = (size_t)wish->height;
		x->dim[2] = (size_t)wish->width;
	}
	b->m->input.count = count_of(4, x->dim);
	if (!b->m->input.count || x->dim[1] > MODEL_SIDE_MAX || x->dim[2] > MODEL_SIDE_MAX ||
		x->dim[3] > MODEL_SIDE_MAX)
		return model_bad(b->e, "its input is wrong");
	b->m->size = (struct model_size){ (int)x->dim[1], (int)x->dim[2] };
	b->m->channels = (int)x->dim[3];
	x->made = true;
	if (xnn_define_tensor_value(b->m->graph, xnn_datatype_fp32, 4, x->dim, NULL, 0, XNN_VALUE_FLAG_EXTERNAL_INPUT,
		    &x->id) != xnn_status_success)
		return model_bad(b->e, "its input is wrong");
	b->m->input.id = x->id;
	for (uint32_t i = 0; i < outputs; i++) {
		int out = tensor_index(b, out_at + 4 * (size_t)i);
		if (out < 0 || out == in || b->tensor[out].output >= 0 || is_const(&b->tensor[out]))
			return model_bad(b->e, "its inputs or outputs are wrong");
		b->tensor[out].output = (int)i;
		b->m->output[i].id = 1 + i;
	}
	b->m->outputs = outputs;
	return 0;
}

/* The outputs' names (field 3 of a tensor): printable ASCII. */
static int read_names(struct build *b, size_t graph) {
	uint32_t tensors, length;
	size_t at = flat_vector(&b->file, flat_field(&b->file, graph, 0), 4, &tensors);
	for (uint32_t i = 0; i < tensors; i++) {
		if (b->tensor[i].output < 0) continue;
		char *name = b->m->output[b->tensor[i].output].name;
		size_t table = flat_follow(&b->file, at + 4 * (size_t)i);
		size_t text = flat_vector(&b->file, flat_field(&b->file, table, 3), 1, &length);
		if (b->file.bad || length < 1 || length >= MODEL_NAME_MAX) return model_bad(b->e, "a name is wrong");
		for (uint32_t k = 0; k < length; k++) {
			name[k] = (char)flat_u8(&b->file, text + k);
			if (name[k] < 0x20 || name[k] > 0x7e) return model_bad(b->e, "a name is wrong");
		}
	}
	return 0;
}

/* One operator: fields 0 code index, 1 inputs, 2 outputs, 4 options. Its inputs must be there already and its output not yet,
 * so that the order of the file is an order to run in. */
static int read_op(struct build *b, size_t table, const struct kind *kind) {
	uint32_t inputs, outputs;
	struct op op = { 0 };
	size_t in_at = flat_vector(&b->file, flat_field(&b->file, table, 1), 4, &inputs);
	size_t out_at = flat_vector(&b->file, flat_field(&b->file, table, 2), 4, &outputs);
	bool counted = kind->inputs ? inputs == (uint32_t)kind->inputs : inputs == 1 || inputs == 2;
	if (!counted || outputs != 1) return model_bad(b->e, "an operator's inputs are wrong");
	op.inputs = (int)inputs;
	op.options = flat_follow(&b->file, flat_field(&b->file, table, 4));
	for (int i = 0; i < op.inputs; i++) {
		op.in[i] = tensor_index(b, in_at + 4 * (size_t)i);
		if (op.in[i] < 0) return model_bad(b->e, "an operator's inputs are wrong");
		struct tensor *t = &b->tensor[op.in[i]];
		t->uses++;
		if (!t->made && !is_const(t)) return model_bad(b->e, "an operator comes before its input");
		if (i == 0 && is_const(t) != (kind->define == op_dequantize))
			return model_bad(b->e, "an operator has a constant input");
	}
	op.out = tensor_index(b, out_at);
	if (op.out < 0) return model_bad(b->e, "an operator's output is wrong");
	struct tensor *out = &b->tensor[op.out];
	if (out->made || is_const(out) || out->type != TYPE_FLOAT32)
		return model_bad(b->e, "an operator's output is wrong");
	if (kind->define(b, &op)) return -1;
	return b->file.bad ? model_bad(b->e, "an offset points outside") : 0;
}

/* An operator code's fields: 0 deprecated byte, 3 the code. */
static const struct kind *find_kind(struct build *b, size_t code_table) {
	int32_t code = flat_int(&b->file, code_table, 3, 0);
	if (!code) code = flat_byte(&b->file, code_table, 0, 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].code == code) return &kinds[i];
	return NULL;
}

static int read_ops(struct build *b, size_t model, size_t graph) {
	uint32_t ops, codes;
	size_t at = flat_vector(&b->file, flat_field(&b->file, graph, 3), 4, &ops);
	size_t code_at = flat_vector(&b->file, flat_field(&b->file, model, 1), 4, &codes);
	if (ops < 1 || ops > MODEL_OPS_MAX) return model_bad(b->e, "it has no operators or too many");
	for (uint32_t i = 0; i < ops; i++) {
		size_t table = flat_follow(&b->file, at + 4 * (size_t)i);
		uint32_t code = (uint32_t)flat_int(&b->file, table, 0, 0);
		if (b->file.bad || code >= codes) return model_bad(b->e, "an operator is unknown");
		const struct kind *kind = find_kind(b, flat_follow(&b->file, code_at + 4 * (size_t)code));
		if (!kind) return model_bad(b->e, "an operator is unknown");
		if (read_op(b, table, kind)) return -1;
	}
	return 0;
}

/* XNNPACK drops values nobody reads and then trips over the operators that write them; so there must be none. */
static int check_used(struct build *b) {
	for (size_t i = 0; i < b->tensors; i++) {
		const struct tensor *t = &b->tensor[i];
		if (t->output >= 0 && !t->made) return model_bad(b->e, "an output is never computed");
		if (t->made && t->output < 0 && !t->uses) return model_bad(b->e, "a tensor is never used");
	}
	return 0;
}

int model_tflite_build(
	struct model *m, const uint8_t *bytes, size_t size, const struct model_size *input, struct err *e) {
	struct build b = { .m = m, .file = { .data = bytes, .size = size }, .e = e };
	uint32_t graphs;
	size_t model = (size_t)flat_u32(&b.file, 0);
	size_t graph_at = flat_vector(&b.file, flat_field(&b.file, model, 2), 4, &graphs);
	if (b.file.bad || graphs != 1) return model_bad(e, "it does not hold one network");
	size_t graph = flat_follow(&b.file, graph_at);
	if (xnn_create_subgraph(1 + MODEL_OUTPUTS_MAX, 0, &m->graph) != xnn_status_success) return err_nomem(e);
	int status = read_tensors(&b, model, graph);
	if (!status) status = read_ports(&b, graph, input);
	if (!status) status = read_names(&b, graph);
	if (!status) status = read_ops(&b, model, graph);
	if (!status) status = check_used(&b);
	free(b.tensor);
	return status;
}

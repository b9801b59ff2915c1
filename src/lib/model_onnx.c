/* model_onnx.c: defines the network of an ONNX file (model_onnx_file.c read it) as an XNNPACK subgraph: a fully convolutional one from a
 * picture to a map of the same size, as PP-OCR's text detection is. Pictures are [1, channels, height, width] in the file and
 * [1, height, width, channels] here. XNNPACK believes the shapes it is told, so every shape is worked out here from the input on.
 *
 * Much of such a file is arithmetic that costs nothing once it is folded: an operator with a constant goes into the convolution before
 * it, or stays as a scale and a shift that the next convolution takes up (struct onnx_tensor); Add-Clip-Mul-Div is one hard-swish; a
 * gate's "x + x * g" is a gate from 1 to 2; an enlarged tensor is never made, only read as if it were. What does not fit these
 * patterns is refused. A tensor may only be changed by folding if the operator at hand is its one reader. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model_onnx.h"

static int unknown(struct onnx_build *b) {
	return model_bad(b->e, "its operators are combined in an unknown way");
}

int onnx_added(struct onnx_build *b, enum xnn_status status) {
	return status == xnn_status_success ? 0 : model_bad(b->e, "an operator cannot be run");
}

int onnx_define(struct onnx_build *b, size_t dims, const size_t *dim, uint32_t *ret) {
	size_t n = 1;
	for (size_t i = 0; i < dims; i++) {
		if (!dim[i] || dim[i] > MODEL_TENSOR_MAX / n) return model_bad(b->e, "it asks for too much memory");
		n *= dim[i];
	}
	if (model_count(b->m, n, b->e)) return -1;
	if (xnn_define_tensor_value(b->m->graph, xnn_datatype_fp32, dims, dim, NULL, XNN_INVALID_VALUE_ID, 0, ret) !=
		xnn_status_success)
		return model_bad(b->e, "a tensor cannot be made");
	return 0;
}

int onnx_define_picture(struct onnx_build *b, size_t height, size_t width, size_t channels, uint32_t *ret) {
	const size_t dim[4] = { 1, height, width, channels };
	return onnx_define(b, 4, dim, ret);
}

static int define_like(struct onnx_build *b, const struct onnx_tensor *t, uint32_t *ret) {
	return onnx_define_picture(b, t->height, t->width, t->channels * t->block * t->block, ret);
}

float *onnx_floats(struct onnx_build *b, const struct onnx_value *v) {
	if (!v->count) return model_bad(b->e, "a constant is empty"), NULL;
	float *data = model_alloc(b->m, v->count, b->e);
	if (!data) return NULL;
	memcpy(data, v->raw, v->count * sizeof *data);
	for (size_t i = 0; i < v->count; i++)
		if (!isfinite(data[i])) return model_bad(b->e, "a weight is not a number"), NULL;
	return data;
}

/* ---- tensors ---------------------------------------------------------------------------------------------------------- */

struct onnx_tensor *onnx_new_tensor(
	struct onnx_build *b, size_t value, size_t height, size_t width, size_t channels) {
	struct onnx_value *v = &b->f.value[value];
	if (v->tensor || v->constant || b->tensors == b->room || !height || !width || !channels ||
		height > MODEL_SIDE_MAX || width > MODEL_SIDE_MAX || channels > MODEL_SIDE_MAX) {
		(void)model_bad(b->e, "a shape is impossible");
		return NULL;
	}
	struct onnx_tensor *t = &b->tensor[b->tensors++];
	*t = (struct onnx_tensor){ .height = height,
		.width = width,
		.channels = channels,
		.block = 1,
		.scale = 1,
		.id = XNN_INVALID_VALUE_ID,
		.shifted = XNN_INVALID_VALUE_ID };
	return v->tensor = t;
}

struct onnx_tensor *onnx_input(struct onnx_build *b, const struct onnx_op *op, size_t i) {
	struct onnx_tensor *t = b->f.value[op->in[i]].tensor;
	if (!t) (void)model_bad(b->e, "an operator comes before its input, or reads a constant");
	return t;
}

int onnx_value_id(struct onnx_build *b, struct onnx_tensor *t, uint32_t *ret) {
	if (t->id == XNN_INVALID_VALUE_ID && (!t->conv || onnx_conv_define(b, t))) return t->conv ? -1 : unknown(b);
	if (t->pairs) return unknown(b);
	t->read = true;
	*ret = t->id;
	return 0;
}

int onnx_shifted_id(struct onnx_build *b, struct onnx_tensor *t, uint32_t *ret) {
	static const size_t one = 1;
	uint32_t value = XNN_INVALID_VALUE_ID, shift_id;
	if (onnx_value_id(b, t, &value)) return -1;
	if (t->shift != 0 && t->shifted == XNN_INVALID_VALUE_ID) {
		float *shift = model_alloc(b->m, 1, b->e);
		if (!shift) return -1;
		*shift = t->shift / t->scale;
		if (!isfinite(*shift)) return model_bad(b->e, "a weight is not a number");
		if (xnn_define_tensor_value(b->m->graph, xnn_datatype_fp32, 1, &one, shift, XNN_INVALID_VALUE_ID, 0,
			    &shift_id) != xnn_status_success)
			return model_bad(b->e, "a weight does not fit");
		if (define_like(b, t, &t->shifted)) return -1;
		if (onnx_added(b, xnn_define_add2(b->m->graph, -INFINITY, INFINITY, value, shift_id, t->shifted, 0)))
			return -1;
	}
	*ret = t->shift != 0 ? t->shifted : value;
	return 0;
}

/* Whether the value means itself, without scale and shift, and is no enlargement or joining. */
static bool plain(const struct onnx_tensor *t) {
	return t->scale == 1 && t->shift == 0 && !t->up && !t->parts && t->block == 1;
}

/* ---- patterns --------------------------------------------------------------------------------------------------------- */

/* The one operator that reads a value, or NULL. */
static struct onnx_op *only_reader(struct onnx_build *b, size_t value) {
	const struct onnx_value *v = &b->f.value[value];
	return v->readers == 1 && value != b->f.output ? &b->f.op[v->reader] : NULL;
}

/* A constant of one number. */
static bool is_number(const struct onnx_build *b, size_t value, float *ret) {
	const struct onnx_value *v = &b->f.value[value];
	if (!v->constant || v->count != 1) return false;
	memcpy(ret, v->raw, sizeof *ret);
	return isfinite(*ret);
}

static bool is_exactly(const struct onnx_build *b, size_t value, float number) {
	float f;
	return is_number(b, value, &f) && f == number;
}

/* The other of two inputs, if one is `value`; else SIZE_MAX. */
static size_t other_input(const struct onnx_op *op, size_t value) {
	if (op->inputs != 2) return SIZE_MAX;
	return op->in[0] == value ? op->in[1] : op->in[1] == value ? op->in[0] : SIZE_MAX;
}

/* Hands the tensor on under the operator's output name, as it has been changed in place. */
static int rename_to(struct onnx_build *b, struct onnx_tensor *t, const struct onnx_op *op) {
	struct onnx_value *out = &b->f.value[op->out];
	if (out->tensor || out->constant) return model_bad(b->e, "a name is given twice");
	out->tensor = t;
	return 0;
}

/* A pending convolution that only `op` reads and that has no activation yet; NULL if it is not one. */
static struct onnx_conv *open_conv(struct onnx_build *b, const struct onnx_op *op, size_t in) {
	struct onnx_tensor *t = b->f.value[op->in[in]].tensor;
	if (!t || !t->conv || t->id != XNN_INVALID_VALUE_ID || !only_reader(b, op->in[in])) return NULL;
	return isfinite(t->conv->low) || isfinite(t->conv->high) ? NULL : t->conv;
}

/* x becomes scale * x + shift; either may be NULL; each holds one number or one a channel. */
struct affine {
	const float *scale, *shift;
	size_t scales, shifts;
};

static void fold_into_conv(struct onnx_conv *c, size_t channels, const struct affine *a) {
	size_t each = c->kernel * c->kernel * c->in;
	for (size_t o = 0; o < c->out; o++) {
		size_t channel = o % channels;
		float scale = a->scale ? a->scale[a->scales > 1 ? channel : 0] : 1;
		for (size_t i = 0; i < each; i++) c->weight[o * each + i] *= scale;
		c->bias[o] = c->bias[o] * scale + (a->shift ? a->shift[a->shifts > 1 ? channel : 0] : 0);
	}
}

/* Folds an operator that only scales and shifts its input `in`. */
static int fold(struct onnx_build *b, const struct onnx_op *op, size_t in, const struct affine *a) {
	struct onnx_tensor *t = onnx_input(b, op, in);
	if (!t) return -1;
	if ((a->scale && a->scales != 1 && a->scales != t->channels) ||
		(a->shift && a->shifts != 1 && a->shifts != t->channels))
		return model_bad(b->e, "a constant does not fit its channels");
	if (!only_reader(b, op->in[in]) || t->up || t->parts || t->pairs) return unknown(b);
	struct onnx_conv *c = open_conv(b, op, in);
	if (c) {
		fold_into_conv(c, t->channels, a);
	} else {
		if (t->id == XNN_INVALID_VALUE_ID || (a->scale && a->scales > 1) || (a->shift && a->shifts > 1))
			return unknown(b);
		float scale = a->scale ? *a->scale : 1;
		t->scale *= scale;
		t->shift = t->shift * scale + (a->shift ? *a->shift : 0);
		if (!isnormal(t->scale) || !isfinite(t->shift)) return model_bad(b->e, "a weight is not a number");
	}
	return rename_to(b, t, op);
}

/* ---- operators ---------------------------------------------------------------------------------------------------------- */

static int op_batch_norm(struct onnx_build *b, const struct onnx_op *op) {
	float *given[4]; /* scale, bias, mean, variance */
	size_t n = b->f.value[op->in[1]].count;
	for (size_t i = 0; i < 4; i++) {
		const struct onnx_value *v = &b->f.value[op->in[1 + i]];
		if (!v->constant || !n || v->count != n || v->dims != 1)
			return model_bad(b->e, "a normalization does not fit");
		given[i] = onnx_floats(b, v);
		if (!given[i]) return -1;
	}
	for (size_t i = 0; i < n; i++) {
		float scale = given[0][i] / sqrtf(given[3][i] + op->epsilon);
		given[0][i] = scale;
		given[1][i] -= given[2][i] * scale;
		if (!isfinite(scale) || !isfinite(given[1][i])) return model_bad(b->e, "a weight is not a number");
	}
	return fold(b, op, 0, &(struct affine){ given[0], given[1], n, n });
}

static int op_relu(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_conv *c = open_conv(b, op, 0);
	if (!c) return unknown(b);
	c->low = 0;
	return rename_to(b, b->f.value[op->in[0]].tensor, op);
}

/* max(0, min(1, alpha x + beta)). */
static int op_hard_sigmoid(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_conv *c = open_conv(b, op, 0);
	if (!c || !isfinite(op->alpha) || !isfinite(op->beta)) return unknown(b);
	if (fold(b, op, 0, &(struct affine){ &op->alpha, &op->beta, 1, 1 })) return -1;
	c->low = 0;
	c->high = 1;
	return 0;
}

/* The mean of what is meant is what is meant by the mean. */
static int op_average(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_tensor *x = onnx_input(b, op, 0);
	uint32_t id;
	if (!x || x->block != 1 || onnx_value_id(b, x, &id)) return x && x->block != 1 ? unknown(b) : -1;
	struct onnx_tensor *t = onnx_new_tensor(b, op->out, 1, 1, x->channels);
	if (!t || define_like(b, t, &t->id)) return -1;
	t->scale = x->scale;
	t->shift = x->shift;
	return onnx_added(b, xnn_define_global_average_pooling_2d(b->m->graph, -INFINITY, INFINITY, id, t->id, 0));
}

/* Only by whole numbers, the same both ways, and not carried out: it is read as if it had been. */
static int op_resize(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_tensor *x = onnx_input(b, op, 0);
	const struct onnx_value *scales = &b->f.value[op->in[2]];
	float f[4];
	if (!x) return -1;
	if (!plain(x) || !scales->constant || scales->count != 4) return unknown(b);
	memcpy(f, scales->raw, sizeof f);
	if (f[0] != 1 || f[1] != 1 || !(f[2] >= 2 && f[2] <= ONNX_KERNEL_MAX - 2) || f[2] != f[3] ||
		f[2] != floorf(f[2]))
		return unknown(b);
	size_t up = (size_t)f[2];
	struct onnx_tensor *t = onnx_new_tensor(b, op->out, x->height * up, x->width * up, x->channels);
	if (!t) return -1;
	t->up = up;
	t->base = x;
	return 0;
}

static int op_concat(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_tensor *part[ONNX_PARTS_MAX] = { 0 };
	size_t channels = 0;
	for (size_t i = 0; i < op->inputs; i++) {
		part[i] = onnx_input(b, op, i);
		if (!part[i]) return -1;
		if (op->axis != 1 || part[i]->parts || part[i]->block != 1 || part[i]->height != part[0]->height ||
			part[i]->width != part[0]->width)
			return model_bad(b->e, "it cannot be run at this size");
		channels += part[i]->channels;
	}
	struct onnx_tensor *t = onnx_new_tensor(b, op->out, part[0]->height, part[0]->width, channels);
	if (!t) return -1;
	memcpy(t->part, part, op->inputs * sizeof *part);
	t->parts = op->inputs;
	return 0;
}

/* x * clip(x + 3, 0, 6) / 6, of which `op` is the addition. False if it is something else. */
static bool find_hard_swish(struct onnx_build *b, const struct onnx_op *op, size_t x, struct onnx_op *ret_part[3]) {
	struct onnx_op *clip = only_reader(b, op->out);
	if (!clip || clip->kind != ONNX_CLIP || clip->in[0] != op->out || !is_exactly(b, clip->in[1], 0) ||
		!is_exactly(b, clip->in[2], 6))
		return false;
	struct onnx_op *mul = only_reader(b, clip->out);
	if (!mul || mul->kind != ONNX_MUL || other_input(mul, clip->out) != x) return false;
	struct onnx_op *div = only_reader(b, mul->out);
	if (!div || div->kind != ONNX_DIV || div->in[0] != mul->out || !is_exactly(b, div->in[1], 6)) return false;
	ret_part[0] = clip;
	ret_part[1] = mul;
	ret_part[2] = div;
	return true;
}

static int hard_swish(struct onnx_build *b, struct onnx_tensor *x, struct onnx_op *part[3]) {
	uint32_t id;
	if (!plain(x)) return unknown(b);
	if (onnx_value_id(b, x, &id)) return -1;
	struct onnx_tensor *t = onnx_new_tensor(b, part[2]->out, x->height, x->width, x->channels);
	if (!t || define_like(b, t, &t->id)) return -1;
	for (int i = 0; i < 3; i++) part[i]->done = true;
	return onnx_added(b, xnn_define_hardswish(b->m->graph, id, t->id, 0));
}

/* Add or Mul with a constant, whose shape may be one number or [1, channels, 1, 1]. */
static int with_constant(struct onnx_build *b, const struct onnx_op *op, size_t in) {
	const struct onnx_value *v = &b->f.value[op->in[!in]];
	struct onnx_tensor *x = onnx_input(b, op, in);
	struct onnx_op *part[3];
	if (!x) return -1;
	if (op->kind == ONNX_ADD && is_exactly(b, op->in[!in], 3) && find_hard_swish(b, op, op->in[in], part))
		return hard_swish(b, x, part);
	if (v->count != 1 && (v->dims != 4 || v->dim[1] != v->count)) return unknown(b);
	float *f = onnx_floats(b, v);
	if (!f) return -1;
	struct affine a = { .scale = op->kind == ONNX_MUL ? f : NULL,
		.shift = op->kind == ONNX_ADD ? f : NULL,
		.scales = v->count,
		.shifts = v->count };
	return fold(b, op, in, &a);
}

/* Whether the value is only read by an addition to something enlarged. */
static bool meets_enlarged(struct onnx_build *b, size_t value) {
	const struct onnx_op *add = only_reader(b, value);
	size_t other = add && add->kind == ONNX_ADD ? other_input(add, value) : SIZE_MAX;
	size_t writer = other == SIZE_MAX ? SIZE_MAX : b->f.value[other].writer;
	return writer != SIZE_MAX && b->f.op[writer].kind == ONNX_RESIZE;
}

/* Defines the product; if an enlarged tensor will be added to it, then with rows and columns in pairs. */
static int define_product(struct onnx_build *b, struct onnx_tensor *t, size_t value, uint32_t x, uint32_t gate) {
	const size_t pairs[5] = { t->height / 2, 2, t->width / 2, 2, t->channels };
	t->pairs = meets_enlarged(b, value) && t->height % 2 == 0 && t->width % 2 == 0;
	if (t->pairs ? onnx_define(b, 5, pairs, &t->id) : define_like(b, t, &t->id)) return -1;
	return onnx_added(b, xnn_define_multiply2(b->m->graph, -INFINITY, INFINITY, x, gate, t->id, 0));
}

/* Mul of a picture with one number a channel from a pending convolution; "x + x * gate" is x * (gate + 1). */
static int op_gate(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_tensor *x = onnx_input(b, op, 0), *gate = onnx_input(b, op, 1);
	struct onnx_op *add = only_reader(b, op->out);
	uint32_t x_id, gate_id;
	size_t out = op->out;
	if (!x || !gate) return -1;
	if (gate->height != 1 || gate->width != 1 || gate->channels != x->channels || !gate->conv || x->block != 1 ||
		x == gate || gate->id != XNN_INVALID_VALUE_ID || !only_reader(b, op->in[1]))
		return unknown(b);
	if (add && add->kind == ONNX_ADD && other_input(add, op->out) == op->in[0]) {
		for (size_t i = 0; i < gate->conv->out; i++) gate->conv->bias[i] += 1;
		gate->conv->low += 1;
		gate->conv->high += 1;
		add->done = true;
		out = add->out;
	}
	if (onnx_shifted_id(b, x, &x_id) || onnx_value_id(b, gate, &gate_id)) return -1;
	struct onnx_tensor *t = onnx_new_tensor(b, out, x->height, x->width, x->channels);
	if (!t) return -1;
	t->scale = x->scale;
	return define_product(b, t, out, x_id, gate_id);
}

/* Add of a picture in pairs and one that is enlarged twice: the smaller one is broadcast to both of a pair. */
static int op_add_enlarged(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_tensor *x = onnx_input(b, op, 0), *u = onnx_input(b, op, 1);
	uint32_t small, broad;
	if (!x || !u) return -1;
	if (x->up) {
		struct onnx_tensor *swap = x;
		x = u;
		u = swap;
	}
	if (u->up != 2 || !x->pairs || x->read || x->scale != 1 || x->shift != 0 || x->channels != u->channels)
		return unknown(b);
	if (x->height != u->height || x->width != u->width) return model_bad(b->e, "it cannot be run at this size");
	const size_t dim[5] = { u->base->height, 1, u->base->width, 1, u->channels };
	if (onnx_value_id(b, u->base, &small) || onnx_define(b, 5, dim, &broad)) return -1;
	if (onnx_added(b, xnn_define_static_reshape(b->m->graph, 5, dim, small, broad, 0))) return -1;
	struct onnx_tensor *t = onnx_new_tensor(b, op->out, x->height, x->width, x->channels);
	if (!t || define_like(b, t, &t->id)) return -1;
	x->read = true;
	return onnx_added(b, xnn_define_add2(b->m->graph, -INFINITY, INFINITY, x->id, broad, t->id, 0));
}

static int op_arithmetic(struct onnx_build *b, const struct onnx_op *op) {
	for (size_t i = 0; i < 2; i++)
		if (b->f.value[op->in[i]].constant) return with_constant(b, op, !i);
	return op->kind == ONNX_MUL ? op_gate(b, op) : op_add_enlarged(b, op);
}

/* The last operator: its output is the network's, blocks laid out as pixels. */
static int op_sigmoid(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_tensor *x = onnx_input(b, op, 0);
	struct model_port *port = &b->m->output[0];
	uint32_t id, inner;
	if (!x) return -1;
	if (op->out != b->f.output || x->channels != 1 || b->m->outputs || x->scale != 1 || x->shift != 0)
		return unknown(b);
	if (onnx_value_id(b, x, &id)) return -1;
	size_t dim[4] = { 1, x->height * x->block, x->width * x->block, 1 };
	if (dim[1] != (size_t)b->m->size.height || dim[2] != (size_t)b->m->size.width)
		return model_bad(b->e, "it cannot be run at this size");
	port->count = dim[1] * dim[2];
	port->id = 1;
	b->m->outputs = 1;
	if (xnn_define_tensor_value(b->m->graph, xnn_datatype_fp32, 4, dim, NULL, port->id,
		    XNN_VALUE_FLAG_EXTERNAL_OUTPUT, &port->id) != xnn_status_success)
		return model_bad(b->e, "a tensor cannot be made");
	if (x->block == 1) return onnx_added(b, xnn_define_sigmoid(b->m->graph, id, port->id, 0));
	if (define_like(b, x, &inner) || onnx_added(b, xnn_define_sigmoid(b->m->graph, id, inner, 0))) return -1;
	return onnx_added(b, xnn_define_depth_to_space(b->m->graph, inner, port->id, (uint32_t)x->block, 0));
}

static int op_alone(struct onnx_build *b, const struct onnx_op *op) {
	(void)op;
	return unknown(b); /* only known as part of a pattern */
}

static int (*const define[ONNX_KINDS])(struct onnx_build *b, const struct onnx_op *op) = {
	[ONNX_ADD] = op_arithmetic,
	[ONNX_BATCH_NORM] = op_batch_norm,
	[ONNX_CLIP] = op_alone,
	[ONNX_CONCAT] = op_concat,
	[ONNX_CONV] = onnx_conv_read,
	[ONNX_CONV_TRANSPOSE] = onnx_conv_transpose_read,
	[ONNX_DIV] = op_alone,
	[ONNX_AVERAGE] = op_average,
	[ONNX_HARD_SIGMOID] = op_hard_sigmoid,
	[ONNX_MUL] = op_arithmetic,
	[ONNX_RELU] = op_relu,
	[ONNX_RESIZE] = op_resize,
	[ONNX_SIGMOID] = op_sigmoid,
};

/* ---- the network ---------------------------------------------------------------------------------------------------------- */

static int define_input(struct onnx_build *b, const struct model_size *size) {
	const size_t dim[4] = { 1, (size_t)size->height, (size_t)size->width, b->f.channels };
	struct model_port *port = &b->m->input;
	b->m->size = *size;
	b->m->channels = (int)b->f.channels;
	port->count = dim[1] * dim[2] * dim[3];
	if (port->count > MODEL_TENSOR_MAX) return model_bad(b->e, "it asks for too much memory");
	struct onnx_tensor *t = onnx_new_tensor(b, b->f.input, dim[1], dim[2], dim[3]);
	if (!t) return -1;
	if (xnn_define_tensor_value(b->m->graph, xnn_datatype_fp32, 4, dim, NULL, 0, XNN_VALUE_FLAG_EXTERNAL_INPUT,
		    &t->id) != xnn_status_success)
		return model_bad(b->e, "its input is wrong");
	port->id = t->id;
	return 0;
}

/* The output's name: printable ASCII. */
static int name_output(struct onnx_build *b) {
	struct proto_bytes name = b->f.value[b->f.output].name;
	if (!name.size || name.size >= MODEL_NAME_MAX) return model_bad(b->e, "a name is wrong");
	for (size_t i = 0; i < name.size; i++)
		if (name.at[i] < 0x20 || name.at[i] > 0x7e) return model_bad(b->e, "a name is wrong");
	memcpy(b->m->output[0].name, name.at, name.size);
	return 0;
}

static int build(struct onnx_build *b, const struct model_size *size) {
	if (define_input(b, size) || name_output(b)) return -1;
	for (size_t i = 0; i < b->f.ops; i++)
		if (!b->f.op[i].done && define[b->f.op[i].kind](b, &b->f.op[i])) return -1;
	if (!b->m->outputs) return model_bad(b->e, "an output is never computed");
	/* XNNPACK drops values nobody reads and then trips over the operators that write them */
	for (size_t i = 0; i < b->tensors; i++)
		if (b->tensor[i].id != XNN_INVALID_VALUE_ID && !b->tensor[i].read)
			return model_bad(b->e, "a tensor is never used");
	return 0;
}

int model_onnx_build(
	struct model *m, const uint8_t *bytes, size_t size, const struct model_size *input, struct err *e) {
	struct onnx_build b = { .m = m, .e = e };
	if (!input) return err_set(e, ERR_REFUSED, "This model can only be run at a stated size.");
	if (xnn_create_subgraph(2, 0, &m->graph) != xnn_status_success) return err_nomem(e);
	int status = onnx_read(&b.f, bytes, size, e);
	if (!status) {
		b.room = b.f.ops + 1;
		b.tensor = calloc(b.room, sizeof *b.tensor);
		status = b.tensor ? build(&b, input) : err_nomem(e);
	}
	free(b.tensor);
	onnx_free(&b.f);
	return status;
}

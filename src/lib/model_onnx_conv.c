/* model_onnx_conv.c: the convolutions of an ONNX file. They stay pending until somebody reads them, so that the affine operators and
 * activations behind them are folded in first; a convolution of enlarged or joined tensors is never computed on those: it becomes one
 * deconvolution a part, whose kernel sums the taps that fall on the same pixel, and additions. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "model_onnx.h"

/* Outputs of a window, or 0 if there are none. */
static size_t window(size_t side, const struct onnx_conv *c) {
	size_t padded = side + 2 * c->pad;
	return padded < c->kernel || c->pad >= c->kernel ? 0 : (padded - c->kernel) / c->stride + 1;
}

/* The tensor that a pending convolution will make. */
static int add_pending(
	struct onnx_build *b, const struct onnx_op *op, const struct onnx_conv *c, size_t channels, size_t block) {
	const struct onnx_tensor *x = c->source;
	size_t height = window(x->height, c), width = window(x->width, c);
	struct onnx_tensor *t = onnx_new_tensor(b, op->out, height, width, channels);
	if (!t) return -1;
	_Static_assert(sizeof *c % sizeof(float) == 0, "kept where floats are");
	t->conv = (void *)model_alloc(b->m, sizeof *c / sizeof(float), b->e);
	if (!t->conv) return -1;
	*t->conv = *c;
	t->block = block;
	return 0;
}

static float *bias_of(struct onnx_build *b, const struct onnx_op *op, size_t out) {
	if (op->inputs < 3) {
		float *zero = model_alloc(b->m, out, b->e);
		return zero ? memset(zero, 0, out * sizeof *zero) : NULL;
	}
	const struct onnx_value *v = &b->f.value[op->in[2]];
	if (v->constant && v->count == out) return onnx_floats(b, v);
	return model_bad(b->e, "a convolution's weights do not fit"), NULL;
}

/* The weights' value, four-dimensional and square, if they are a constant. */
static const struct onnx_value *kernel_of(struct onnx_build *b, const struct onnx_op *op) {
	const struct onnx_value *w = &b->f.value[op->in[1]];
	if (w->constant && w->dims == 4 && w->count && w->dim[2] == w->dim[3] && w->dim[2] <= ONNX_KERNEL_MAX &&
		(!op->kernel || op->kernel == w->dim[2]) && op->stride && w->dim[0] <= MODEL_SIDE_MAX &&
		w->dim[1] <= MODEL_SIDE_MAX)
		return w;
	return model_bad(b->e, "a convolution's weights do not fit"), NULL;
}

/* Conv: weights [out][in][kernel][kernel]. */
int onnx_conv_read(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_tensor *x = onnx_input(b, op, 0);
	const struct onnx_value *w = kernel_of(b, op);
	if (!x || !w) return -1;
	struct onnx_conv c = { .source = x,
		.out = w->dim[0],
		.in = w->dim[1],
		.kernel = w->dim[2],
		.stride = op->stride,
		.pad = op->pad,
		.depthwise = op->group != 1,
		.low = -INFINITY,
		.high = INFINITY };
	bool fits = c.depthwise ? c.in == 1 && op->group == c.out && x->channels == c.out && !x->parts && !x->up
				: c.in == x->channels;
	if (!fits || x->block != 1) return model_bad(b->e, "a convolution's weights do not fit");
	float *from = onnx_floats(b, w);
	size_t taps = c.kernel * c.kernel;
	c.weight = from ? model_alloc(b->m, w->count, b->e) : NULL;
	c.bias = c.weight ? bias_of(b, op, c.out) : NULL;
	if (!c.bias) return -1;
	for (size_t o = 0; o < c.out; o++)
		for (size_t i = 0; i < c.in; i++)
			for (size_t k = 0; k < taps; k++)
				c.weight[(o * taps + k) * c.in + i] = from[(o * c.in + i) * taps + k];
	return add_pending(b, op, &c, c.out, 1);
}

/* ConvTranspose whose kernel is its stride: every place becomes kernel x kernel pixels. So it is a 1x1 convolution with that many times
 * the channels, whose pixels stay together as a block until the end. What comes in may be blocks already: then each of their
 * pixels has its own part of the input (a block-diagonal matrix). Weights [in][out][kernel][kernel]. */
int onnx_conv_transpose_read(struct onnx_build *b, const struct onnx_op *op) {
	struct onnx_tensor *x = onnx_input(b, op, 0);
	const struct onnx_value *w = kernel_of(b, op);
	if (!x || !w) return -1;
	size_t in = w->dim[0], out = w->dim[1], k = w->dim[2], inner = x->block, outer = inner * k;
	if (op->stride != k || op->pad || op->group != 1 || in != x->channels || outer > ONNX_KERNEL_MAX || x->up ||
		x->parts)
		return model_bad(b->e, "a convolution's weights do not fit");
	struct onnx_conv c = { .source = x,
		.out = outer * outer * out,
		.in = inner * inner * in,
		.kernel = 1,
		.stride = 1,
		.low = -INFINITY,
		.high = INFINITY };
	if (c.out > MODEL_SIDE_MAX || c.in > MODEL_SIDE_MAX)
		return model_bad(b->e, "a convolution's weights do not fit");
	float *from = onnx_floats(b, w);
	c.weight = from ? model_alloc(b->m, c.out * c.in, b->e) : NULL;
	c.bias = c.weight ? model_alloc(b->m, c.out, b->e) : NULL;
	if (!c.bias) return -1;
	memset(c.weight, 0, c.out * c.in * sizeof *c.weight);
	memset(c.bias, 0, c.out * sizeof *c.bias);
	for (size_t row = 0; row < outer; row++)
		for (size_t col = 0; col < outer; col++)
			for (size_t o = 0; o < out; o++) {
				float *to = c.weight + ((row * outer + col) * out + o) * c.in +
					    (row / k * inner + col / k) * in;
				for (size_t i = 0; i < in; i++)
					to[i] = from[((i * out + o) * k + row % k) * k + col % k];
			}
	return add_pending(b, op, &c, out, outer);
}

/* ---- into the subgraph --------------------------------------------------------------------------------------------- */

/* One part of a convolution: input channels `first` and on, all that `x` has. */
struct branch {
	const struct onnx_conv *conv;
	struct onnx_tensor *x;
	size_t first;
	uint32_t x_id, out_id;
	float *weight, *bias; /* [out][kernel][kernel][x->channels] */
	float low, high;
};

static int define_weight(struct onnx_build *b, size_t dims, const size_t *dim, const float *data, uint32_t *ret) {
	if (xnn_define_tensor_value(b->m->graph, xnn_datatype_fp32, dims, dim, data, XNN_INVALID_VALUE_ID, 0, ret) !=
		xnn_status_success)
		return model_bad(b->e, "a weight does not fit");
	return 0;
}

/* Work, and the pointers XNNPACK keeps for every element of every window. */
static int count(struct onnx_build *b, size_t places, size_t taps, size_t each) {
	b->m->work += (double)places * (double)taps * (double)each;
	if (b->m->work > MODEL_WORK_MAX) return model_bad(b->e, "it asks for too much work");
	if (places > MODEL_TENSOR_MAX / (2 * taps)) return model_bad(b->e, "it asks for too much memory");
	return taps > 1 ? model_count(b->m, 2 * places * taps, b->e) : 0;
}

static int define_depthwise(struct onnx_build *b, const struct branch *r, uint32_t bias_id, size_t places) {
	const struct onnx_conv *c = r->conv;
	size_t taps = c->kernel * c->kernel, dim[4] = { 1, c->kernel, c->kernel, c->out };
	uint32_t weight_id, k = (uint32_t)c->kernel, p = (uint32_t)c->pad, s = (uint32_t)c->stride;
	float *turned = model_alloc(b->m, taps * c->out, b->e);
	if (!turned || count(b, places, taps, c->out)) return -1;
	for (size_t o = 0; o < c->out; o++)
		for (size_t i = 0; i < taps; i++) turned[i * c->out + o] = r->weight[o * taps + i];
	if (define_weight(b, 4, dim, turned, &weight_id)) return -1;
	return onnx_added(b, xnn_define_depthwise_convolution_2d(b->m->graph, p, p, p, p, k, k, s, s, 1, 1, 1, c->out,
				     r->low, r->high, r->x_id, weight_id, bias_id, r->out_id, 0));
}

/* Tap (dy, dx) of output pixel (qy, qx) of a block falls on the source pixel itself or on a neighbour; a deconvolution of kernel up + 2
 * spreads every source pixel over its block and one pixel around it, each with the sum of the taps that see it from there. */
static void sum_taps(const struct branch *r, int up, float *to) {
	size_t in = r->x->channels, side = (size_t)up + 2;
	for (size_t o = 0; o < r->conv->out; o++)
		for (int qy = -1; qy <= up; qy++)
			for (int qx = -1; qx <= up; qx++)
				for (int tap = 0; tap < 9; tap++) {
					int dy = tap / 3 - 1, dx = tap % 3 - 1;
					if (qy + dy < 0 || qy + dy >= up || qx + dx < 0 || qx + dx >= up) continue;
					float *sum =
						to + ((o * side + (size_t)(qy + 1)) * side + (size_t)(qx + 1)) * in;
					const float *one = r->weight + (o * 9 + (size_t)tap) * in;
					for (size_t i = 0; i < in; i++) sum[i] += one[i];
				}
}

static int define_enlarged(struct onnx_build *b, const struct branch *r, uint32_t bias_id) {
	const struct onnx_conv *c = r->conv;
	const struct onnx_tensor *base = r->x->base;
	size_t side = r->x->up + 2, dim[4] = { c->out, side, side, r->x->channels };
	size_t floats = c->out * side * side * r->x->channels;
	uint32_t weight_id, up = (uint32_t)r->x->up, k = (uint32_t)side;
	if (c->kernel != 3 || c->stride != 1 || c->pad != 1)
		return model_bad(b->e, "a convolution of an enlarged tensor is of an unknown kind");
	float *sum = model_alloc(b->m, floats, b->e);
	if (!sum || count(b, base->height * base->width, side * side, c->out * r->x->channels)) return -1;
	memset(sum, 0, floats * sizeof *sum);
	sum_taps(r, (int)up, sum);
	if (define_weight(b, 4, dim, sum, &weight_id)) return -1;
	return onnx_added(
		b, xnn_define_deconvolution_2d(b->m->graph, 1, 1, 1, 1, 0, 0, k, k, up, up, 1, 1, 1, r->x->channels,
			   c->out, r->low, r->high, r->x_id, weight_id, bias_id, r->out_id, 0));
}

static int define_plain(struct onnx_build *b, const struct branch *r, uint32_t bias_id, size_t places) {
	const struct onnx_conv *c = r->conv;
	size_t in = r->x->channels * r->x->block * r->x->block, dim[4] = { c->out, c->kernel, c->kernel, in };
	uint32_t weight_id, k = (uint32_t)c->kernel, p = (uint32_t)c->pad, s = (uint32_t)c->stride;
	if (count(b, places, c->kernel * c->kernel, in * c->out)) return -1;
	if (define_weight(b, 4, dim, r->weight, &weight_id)) return -1;
	return onnx_added(b, xnn_define_convolution_2d(b->m->graph, p, p, p, p, k, k, s, s, 1, 1, 1, in, c->out,
				     r->low, r->high, r->x_id, weight_id, bias_id, r->out_id, 0));
}

/* This part's weights, and a bias, both our own, with the source's scale and shift worked in: the scale into the weights; the shift into
 * the bias if no padding is seen (padding is 0 in what is meant), else it is added to the source before. */
static int fold_source(struct onnx_build *b, struct branch *r, const float *bias) {
	const struct onnx_conv *c = r->conv;
	struct onnx_tensor *x = r->x->up ? r->x->base : r->x;
	size_t taps = c->kernel * c->kernel, in = c->depthwise ? 1 : r->x->channels * r->x->block * r->x->block;
	r->weight = model_alloc(b->m, c->out * taps * in, b->e);
	r->bias = r->weight ? model_alloc(b->m, c->out, b->e) : NULL;
	if (!r->bias) return -1;
	bool into_bias = c->pad == 0 && x->shift != 0;
	if (into_bias ? onnx_value_id(b, x, &r->x_id) : onnx_shifted_id(b, x, &r->x_id)) return -1;
	for (size_t o = 0; o < c->out; o++) {
		double sum = 0;
		for (size_t k = 0; k < taps; k++)
			for (size_t i = 0; i < in; i++) {
				float w = c->weight[(o * taps + k) * c->in + r->first + i];
				sum += (double)w;
				r->weight[(o * taps + k) * in + i] = w * x->scale;
			}
		r->bias[o] = (bias ? bias[o] : 0) + (into_bias ? (float)(sum * (double)x->shift) : 0);
	}
	return 0;
}

static int define_branch(struct onnx_build *b, struct branch *r, const float *bias, const struct onnx_tensor *t) {
	uint32_t bias_id;
	size_t places = t->height * t->width;
	if (fold_source(b, r, bias) || define_weight(b, 1, &r->conv->out, r->bias, &bias_id) ||
		onnx_define_picture(b, t->height, t->width, r->conv->out, &r->out_id))
		return -1;
	if (r->conv->depthwise) return define_depthwise(b, r, bias_id, places);
	if (r->x->up) return define_enlarged(b, r, bias_id);
	return define_plain(b, r, bias_id, places);
}

int onnx_conv_define(struct onnx_build *b, struct onnx_tensor *t) {
	const struct onnx_conv *c = t->conv;
	struct onnx_tensor *x = c->source, *const *part = x->parts ? x->part : &x;
	size_t parts = x->parts ? x->parts : 1, first = 0;
	uint32_t sum = XNN_INVALID_VALUE_ID;
	for (size_t i = 0; i < parts; i++) {
		bool whole = parts == 1, last = i + 1 == parts;
		struct branch r = { .conv = c,
			.x = part[i],
			.first = first,
			.low = whole ? c->low : -INFINITY,
			.high = whole ? c->high : INFINITY };
		if (define_branch(b, &r, i ? NULL : c->bias, t)) return -1;
		first += part[i]->channels;
		if (!i) {
			sum = r.out_id;
			continue;
		}
		uint32_t more;
		if (onnx_define_picture(b, t->height, t->width, c->out, &more) ||
			onnx_added(b, xnn_define_add2(b->m->graph, last ? c->low : -INFINITY,
					      last ? c->high : INFINITY, sum, r.out_id, more, 0)))
			return -1;
		sum = more;
	}
	t->id = sum;
	return 0;
}

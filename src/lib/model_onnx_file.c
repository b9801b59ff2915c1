/* model_onnx_file.c: names, constants and operators of an ONNX file (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto: the field
 * numbers here are its). Only what the operators of `kinds` need is taken, and what would change their meaning is refused. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model_onnx.h"

enum { TYPE_FLOAT = 1, TABLE = 4 * MODEL_TENSORS_MAX };

static const struct kind {
	const char *name;
	size_t least, most; /* inputs */
} kinds[ONNX_KINDS] = {
	[ONNX_ADD] = { "Add", 2, 2 },
	[ONNX_BATCH_NORM] = { "BatchNormalization", 5, 5 },
	[ONNX_CLIP] = { "Clip", 3, 3 },
	[ONNX_CONCAT] = { "Concat", 2, ONNX_PARTS_MAX },
	[ONNX_CONV] = { "Conv", 2, 3 },
	[ONNX_CONV_TRANSPOSE] = { "ConvTranspose", 2, 2 },
	[ONNX_DIV] = { "Div", 2, 2 },
	[ONNX_AVERAGE] = { "GlobalAveragePool", 1, 1 },
	[ONNX_HARD_SIGMOID] = { "HardSigmoid", 1, 1 },
	[ONNX_MUL] = { "Mul", 2, 2 },
	[ONNX_RELU] = { "Relu", 1, 1 },
	[ONNX_RESIZE] = { "Resize", 3, 3 },
	[ONNX_SIGMOID] = { "Sigmoid", 1, 1 },
};

struct reading {
	struct onnx_file *f;
	struct err *e;
};

/* ---- names ---------------------------------------------------------------------------------------------------------- */

static size_t hash(struct proto_bytes name) {
	uint32_t h = 2166136261; /* FNV-1a */
	for (size_t i = 0; i < name.size; i++) h = (h ^ name.at[i]) * 16777619;
	return h % TABLE;
}

/* The value of that name, made when it is first seen. */
static int value_of(struct reading *r, struct proto_bytes name, size_t *ret) {
	struct onnx_file *f = r->f;
	if (name.size >= MODEL_NAME_MAX) return model_bad(r->e, "a name is too long");
	size_t at = hash(name);
	for (; f->table[at]; at = (at + 1) % TABLE) {
		const struct proto_bytes *there = &f->value[f->table[at] - 1].name;
		if (there->size == name.size && (!name.size || memcmp(there->at, name.at, name.size) == 0)) {
			*ret = f->table[at] - 1U;
			return 0;
		}
	}
	if (f->values == MODEL_TENSORS_MAX) return model_bad(r->e, "it has too many tensors");
	f->value[f->values] = (struct onnx_value){ .name = name, .writer = SIZE_MAX };
	*ret = f->values++;
	f->table[at] = (uint16_t)f->values;
	return 0;
}

/* ---- constants ------------------------------------------------------------------------------------------------------ */

static int read_dim(struct reading *r, struct onnx_value *v, uint64_t side) {
	if (v->dims == ONNX_DIMS_MAX) return model_bad(r->e, "a constant has too many dimensions");
	if (side > MODEL_TENSOR_MAX) return model_bad(r->e, "a constant is too large");
	v->dim[v->dims++] = (size_t)side;
	return 0;
}

/* TensorProto: 1 dims, 2 data_type, 8 name, 9 raw_data. Its data may stand in other fields too (4, 5, 7, ...): not in ours. */
static int read_tensor(
	struct reading *r, struct proto_bytes bytes, struct onnx_value *v, struct proto_bytes *ret_name) {
	struct proto p = proto_of(bytes);
	struct proto_field f;
	struct proto_bytes raw = { 0 };
	uint64_t type = 0, side;
	*v = (struct onnx_value){ .constant = true, .count = 1, .writer = SIZE_MAX };
	while (proto_next(&p, &f)) {
		struct proto packed = proto_of(f.bytes);
		if (f.number == 1 && f.type == PROTO_VARINT && read_dim(r, v, f.value)) return -1;
		while (f.number == 1 && f.type == PROTO_BYTES && proto_varint(&packed, &side))
			if (read_dim(r, v, side)) return -1;
		p.bad |= packed.bad;
		if (f.number == 2 && f.type == PROTO_VARINT) type = f.value;
		if (f.number == 8 && f.type == PROTO_BYTES) *ret_name = f.bytes;
		if (f.number == 9 && f.type == PROTO_BYTES) raw = f.bytes;
	}
	for (int i = 0; i < v->dims; i++) {
		if (v->dim[i] && v->count > MODEL_TENSOR_MAX / v->dim[i])
			return model_bad(r->e, "a constant is too large");
		v->count *= v->dim[i];
	}
	if (p.bad || type != TYPE_FLOAT || raw.size != v->count * sizeof(float))
		return model_bad(r->e, "a constant's size or kind is wrong");
	v->raw = raw.at;
	return 0;
}

static int add_constant(struct reading *r, struct proto_bytes name, struct onnx_value v) {
	size_t i;
	if (value_of(r, name, &i)) return -1;
	struct onnx_value *there = &r->f->value[i];
	if (there->constant || there->writer != SIZE_MAX) return model_bad(r->e, "a name is given twice");
	v.name = there->name;
	v.readers = there->readers;
	v.reader = there->reader;
	*there = v;
	return 0;
}

/* ---- operators ------------------------------------------------------------------------------------------------------- */

/* An attribute's value: 2 f, 3 i, 4 s, 5 t, 8 ints. */
struct attribute {
	struct proto_bytes name, text, tensor;
	float f;
	uint64_t i, ints[2 * ONNX_DIMS_MAX];
	size_t n;
};

static int read_attribute(struct reading *r, struct proto_bytes bytes, struct attribute *a) {
	struct proto p = proto_of(bytes);
	struct proto_field f;
	*a = (struct attribute){ 0 };
	while (proto_next(&p, &f)) {
		struct proto packed = proto_of(f.bytes);
		uint32_t bits = (uint32_t)f.value;
		if (f.number == 1 && f.type == PROTO_BYTES) a->name = f.bytes;
		if (f.number == 2 && f.type == PROTO_32) memcpy(&a->f, &bits, sizeof a->f);
		if (f.number == 3 && f.type == PROTO_VARINT) a->i = f.value;
		if (f.number == 4 && f.type == PROTO_BYTES) a->text = f.bytes;
		if (f.number == 5 && f.type == PROTO_BYTES) a->tensor = f.bytes;
		if (f.number != 8) continue;
		if (f.type == PROTO_VARINT && a->n < ARRAY_LEN(a->ints)) a->ints[a->n++] = f.value;
		while (f.type == PROTO_BYTES && a->n < ARRAY_LEN(a->ints) && proto_varint(&packed, &a->ints[a->n]))
			a->n++;
		p.bad |= packed.bad;
	}
	return p.bad ? model_bad(r->e, "an operator is cut short") : 0;
}

/* `n` equal numbers of at most `most`. */
static int all_same(struct reading *r, const struct attribute *a, size_t n, size_t most, size_t *ret) {
	bool same = a->n == n && a->ints[0] <= most;
	for (size_t i = 1; i < a->n; i++) same &= a->ints[i] == a->ints[0];
	if (!same) return model_bad(r->e, "an operator's window is of an unknown shape");
	*ret = (size_t)a->ints[0];
	return 0;
}

static int take_attribute(struct reading *r, const struct attribute *a, struct onnx_op *op) {
	size_t one = 1;
	if (proto_is(a->name, "pads")) return all_same(r, a, 4, ONNX_KERNEL_MAX, &op->pad);
	if (proto_is(a->name, "strides")) return all_same(r, a, 2, ONNX_KERNEL_MAX, &op->stride);
	if (proto_is(a->name, "kernel_shape")) return all_same(r, a, 2, ONNX_KERNEL_MAX, &op->kernel);
	if (proto_is(a->name, "dilations") && (all_same(r, a, 2, 1, &one) || !one))
		return model_bad(r->e, "a convolution has holes");
	if (proto_is(a->name, "group")) op->group = a->i > MODEL_SIDE_MAX ? 0 : (size_t)a->i;
	if (proto_is(a->name, "axis")) op->axis = a->i > MODEL_SIDE_MAX ? 0 : (size_t)a->i;
	if (proto_is(a->name, "alpha")) op->alpha = a->f;
	if (proto_is(a->name, "beta")) op->beta = a->f;
	if (proto_is(a->name, "epsilon")) op->epsilon = a->f;
	bool strange = (proto_is(a->name, "mode") && !proto_is(a->text, "nearest")) ||
		       (proto_is(a->name, "coordinate_transformation_mode") && !proto_is(a->text, "asymmetric")) ||
		       (proto_is(a->name, "nearest_mode") && !proto_is(a->text, "floor")) ||
		       proto_is(a->name, "auto_pad") || proto_is(a->name, "output_padding") ||
		       proto_is(a->name, "output_shape");
	return strange ? model_bad(r->e, "an operator works in an unknown way") : 0;
}

static int find_kind(struct reading *r, struct proto_bytes name, enum onnx_kind *ret) {
	for (int i = 0; i < ONNX_KINDS; i++)
		if (proto_is(name, kinds[i].name)) {
			*ret = (enum onnx_kind)i;
			return 0;
		}
	return model_bad(r->e, "an operator is unknown");
}

/* NodeProto as it stands: 1 input, 2 output, 4 op_type, 5 attribute. */
struct node {
	struct proto_bytes in[ONNX_INPUTS_MAX], out, type, constant;
	size_t inputs, outputs;
};

static int read_node(struct reading *r, struct proto_bytes bytes, struct node *n, struct onnx_op *op) {
	struct proto p = proto_of(bytes);
	struct proto_field f;
	struct attribute a;
	*n = (struct node){ 0 };
	*op = (struct onnx_op){ .stride = 1, .group = 1 };
	while (proto_next(&p, &f)) {
		if (f.type != PROTO_BYTES) continue;
		if (f.number == 1 && n->inputs == ONNX_INPUTS_MAX)
			return model_bad(r->e, "an operator's inputs are wrong");
		if (f.number == 1) n->in[n->inputs++] = f.bytes;
		if (f.number == 2) n->out = f.bytes;
		n->outputs += f.number == 2;
		if (f.number == 4) n->type = f.bytes;
		if (f.number != 5) continue;
		if (read_attribute(r, f.bytes, &a) || take_attribute(r, &a, op)) return -1;
		if (proto_is(a.name, "value")) n->constant = a.tensor;
	}
	if (p.bad || n->outputs != 1) return model_bad(r->e, "an operator is cut short");
	return 0;
}

static int add_op(struct reading *r, const struct node *n, struct onnx_op *op) {
	struct onnx_file *f = r->f;
	if (find_kind(r, n->type, &op->kind)) return -1;
	const struct kind *kind = &kinds[op->kind];
	if (n->inputs < kind->least || n->inputs > kind->most)
		return model_bad(r->e, "an operator's inputs are wrong");
	if (f->ops == MODEL_OPS_MAX) return model_bad(r->e, "it has too many operators");
	op->inputs = n->inputs;
	for (size_t i = 0; i < n->inputs; i++) {
		if (value_of(r, n->in[i], &op->in[i])) return -1;
		struct onnx_value *v = &f->value[op->in[i]];
		if (v->readers && v->reader == f->ops) continue;
		v->readers++;
		v->reader = f->ops;
	}
	if (value_of(r, n->out, &op->out)) return -1;
	struct onnx_value *out = &f->value[op->out];
	if (out->constant || out->writer != SIZE_MAX) return model_bad(r->e, "a name is given twice");
	out->writer = f->ops;
	f->op[f->ops++] = *op;
	return 0;
}

/* ---- the graph ------------------------------------------------------------------------------------------------------- */

static int read_any_node(struct reading *r, struct proto_bytes bytes) {
	struct node n;
	struct onnx_op op;
	struct onnx_value v;
	struct proto_bytes ignored;
	if (read_node(r, bytes, &n, &op)) return -1;
	if (!proto_is(n.type, "Constant")) return add_op(r, &n, &op);
	return read_tensor(r, n.constant, &v, &ignored) || add_constant(r, n.out, v) ? -1 : 0;
}

/* The bytes of the field `number` of a message; none if it is not there. */
static struct proto_bytes inside(struct proto_bytes bytes, uint32_t number) {
	struct proto p = proto_of(bytes);
	struct proto_field f;
	struct proto_bytes last = { 0 };
	while (proto_next(&p, &f))
		if (f.number == number && f.type == PROTO_BYTES) last = f.bytes;
	return last;
}

/* ValueInfoProto: 1 name, 2 type > 1 tensor > 2 shape > 1 dim (each: 1 value, 2 name). The input is [1, channels, height, width],
 * height and width open. */
static int read_port(struct reading *r, struct proto_bytes bytes, size_t *ret_value, size_t *ret_channels) {
	struct proto p = proto_of(inside(inside(inside(bytes, 2), 1), 2));
	struct proto_field dim, side;
	size_t dims = 0, channels = 0;
	while (proto_next(&p, &dim)) {
		struct proto d = proto_of(dim.bytes);
		bool second = dims++ == 1;
		while (second && proto_next(&d, &side))
			if (side.number == 1 && side.type == PROTO_VARINT && side.value <= MODEL_SIDE_MAX)
				channels = (size_t)side.value;
	}
	if (p.bad || dims != ONNX_DIMS_MAX || !channels) return model_bad(r->e, "its input or output is wrong");
	*ret_channels = channels;
	return value_of(r, inside(bytes, 1), ret_value);
}

/* GraphProto: 1 node, 5 initializer, 11 input, 12 output. */
static int read_graph(struct reading *r, struct proto_bytes bytes) {
	struct proto p = proto_of(bytes);
	struct proto_field f;
	struct onnx_value v;
	size_t inputs = 0, outputs = 0, ignored;
	while (proto_next(&p, &f)) {
		if (f.type != PROTO_BYTES) continue;
		struct proto_bytes name = { 0 };
		if (f.number == 1 && read_any_node(r, f.bytes)) return -1;
		if (f.number == 5 && (read_tensor(r, f.bytes, &v, &name) || add_constant(r, name, v))) return -1;
		if (f.number == 11 && read_port(r, f.bytes, &r->f->input, &r->f->channels)) return -1;
		if (f.number == 12 && read_port(r, f.bytes, &r->f->output, &ignored)) return -1;
		inputs += f.number == 11;
		outputs += f.number == 12;
	}
	if (p.bad || inputs != 1 || outputs != 1) return model_bad(r->e, "its input or output is wrong");
	if (r->f->value[r->f->input].constant || r->f->value[r->f->input].writer != SIZE_MAX)
		return model_bad(r->e, "its input is wrong");
	return 0;
}

int onnx_read(struct onnx_file *f, const uint8_t *bytes, size_t size, struct err *e) {
	struct reading r = { .f = f, .e = e };
	*f = (struct onnx_file){ .value = calloc(MODEL_TENSORS_MAX, sizeof *f->value),
		.op = calloc(MODEL_OPS_MAX, sizeof *f->op),
		.table = calloc(TABLE, sizeof *f->table) };
	if (!f->value || !f->op || !f->table) return err_nomem(e);
	/* ModelProto: 7 graph */
	struct proto p = proto_of((struct proto_bytes){ bytes, size });
	struct proto_field field;
	size_t graphs = 0;
	while (proto_next(&p, &field)) {
		if (field.number != 7 || field.type != PROTO_BYTES) continue;
		if (graphs++ || read_graph(&r, field.bytes))
			return graphs > 1 ? model_bad(e, "it holds two networks") : -1;
	}
	return p.bad || !graphs ? model_bad(e, "it does not hold one network") : 0;
}

void onnx_free(struct onnx_file *f) {
	free(f->value);
	free(f->op);
	free(f->table);
}

/* model_onnx.h: what the files that read ONNX share: the file as it stands there (model_onnx_file.c), and the tensors it asks for on
 * their way into an XNNPACK subgraph (model_onnx.c walks through the operators, model_onnx_conv.c makes the convolutions). */
#ifndef OCCLUDE_LIB_MODEL_ONNX_H
#define OCCLUDE_LIB_MODEL_ONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model_impl.h"
#include "model_proto.h"

enum { ONNX_DIMS_MAX = 4, ONNX_INPUTS_MAX = 5, ONNX_KERNEL_MAX = 16, ONNX_PARTS_MAX = 4 };

/* ---- the file ---------------------------------------------------------------------------------------------------- */

enum onnx_kind {
	ONNX_ADD,
	ONNX_BATCH_NORM,
	ONNX_CLIP,
	ONNX_CONCAT,
	ONNX_CONV,
	ONNX_CONV_TRANSPOSE,
	ONNX_DIV,
	ONNX_AVERAGE,
	ONNX_HARD_SIGMOID,
	ONNX_MUL,
	ONNX_RELU,
	ONNX_RESIZE,
	ONNX_SIGMOID,
	ONNX_KINDS
};

struct onnx_tensor;

/* Whatever bears a name: a constant, the input, or what an operator writes. */
struct onnx_value {
	struct proto_bytes name;
	bool constant;
	int dims;
	size_t dim[ONNX_DIMS_MAX], count; /* of a constant; count may be 0 */
	const uint8_t *raw;               /* count little-endian 32-bit floats, not aligned */
	unsigned readers;                 /* operators that read it (each once) */
	size_t reader;                    /* the last of them */
	size_t writer;                    /* the operator that writes it, or SIZE_MAX */
	struct onnx_tensor *tensor;       /* once it is made */
};

struct onnx_op {
	enum onnx_kind kind;
	size_t inputs, in[ONNX_INPUTS_MAX], out; /* values */
	size_t stride, pad, group, kernel, axis; /* kernel: 0 = not said */
	float alpha, beta, epsilon;
	bool done; /* computed together with one before it */
};

struct onnx_file {
	struct onnx_value *value;
	size_t values;
	struct onnx_op *op;
	size_t ops;
	size_t input, output; /* values */
	size_t channels;      /* of the input */
	uint16_t *table;      /* of names: 1 + value, or 0 */
};

/* Reads names, constants and operators, which all point into `bytes`. Free with onnx_free, also after a failure. */
int onnx_read(struct onnx_file *f, const uint8_t *bytes, size_t size, struct err *e);
void onnx_free(struct onnx_file *f);

/* ---- tensors on their way into the subgraph ------------------------------------------------------------------------ */

/* A convolution that is not yet defined, so that what follows it can be folded into it. The weights are our own copy,
 * [out][kernel][kernel][in]; depthwise ones have one `in`. */
struct onnx_conv {
	struct onnx_tensor *source;
	size_t out, in, kernel, stride, pad;
	bool depthwise;
	float *weight, *bias;
	float low, high;
};

/* A picture-shaped tensor. What is meant is scale * value + shift. */
struct onnx_tensor {
	size_t height, width, channels;
	size_t block; /* each place holds block x block pixels of `channels` (the picture is larger by that) */
	struct onnx_conv *conv; /* how it is computed, as long as id is none */
	uint32_t id;            /* value of the subgraph */
	float scale, shift;
	uint32_t shifted;                         /* value + shift / scale, once it was needed */
	struct onnx_tensor *base;                 /* this one is `base` enlarged `up` times, nearest neighbours */
	size_t up;                                /* 0: it is not */
	struct onnx_tensor *part[ONNX_PARTS_MAX]; /* this one is these, channel after channel */
	size_t parts;
	bool pairs; /* `id` has the shape [height / 2, 2, width / 2, 2, channels], for the one addition that reads it */
	bool read; /* some operator of the subgraph reads `id` */
};

struct onnx_build {
	struct model *m;
	struct onnx_file f;
	struct onnx_tensor *tensor; /* at most one for every operator, and the input */
	size_t tensors, room;
	struct err *e;
};

/* A new value of the subgraph without data. */
int onnx_define(struct onnx_build *b, size_t dims, const size_t *dim, uint32_t *ret);
/* The same for [1, height, width, channels]. */
int onnx_define_picture(struct onnx_build *b, size_t height, size_t width, size_t channels, uint32_t *ret);
/* -1 and `e` if XNNPACK refused. */
int onnx_added(struct onnx_build *b, enum xnn_status status);
/* The value of a tensor (not what is meant: scale and shift are the reader's business), its convolution defined if it was pending. */
int onnx_value_id(struct onnx_build *b, struct onnx_tensor *t, uint32_t *ret);
/* value + shift / scale. */
int onnx_shifted_id(struct onnx_build *b, struct onnx_tensor *t, uint32_t *ret);
/* Constant floats, checked to be numbers: a copy that the caller owns through the model. */
float *onnx_floats(struct onnx_build *b, const struct onnx_value *v);

/* Reads a Conv or ConvTranspose into a pending convolution. */
int onnx_conv_read(struct onnx_build *b, const struct onnx_op *op);
int onnx_conv_transpose_read(struct onnx_build *b, const struct onnx_op *op);
/* Defines it in the subgraph; t->id becomes its value. */
int onnx_conv_define(struct onnx_build *b, struct onnx_tensor *t);

/* A new tensor as the value's. */
struct onnx_tensor *onnx_new_tensor(struct onnx_build *b, size_t value, size_t height, size_t width, size_t channels);
/* The tensor that an operator reads, or NULL and `e`. */
struct onnx_tensor *onnx_input(struct onnx_build *b, const struct onnx_op *op, size_t i);

#endif

/* model_impl.h: what model.c and the readers of the formats (model_tflite.c, model_onnx.c) share; nobody else includes it. A reader defines
 * the subgraph and names its ports; model.c owns the memory, makes the runtime and runs it. */
#ifndef OCCLUDE_LIB_MODEL_IMPL_H
#define OCCLUDE_LIB_MODEL_IMPL_H

#include <stdint.h>
#include <xnnpack.h>

#include "lib/model.h"

enum { MODEL_NAME_MAX = 64 };

/* A tensor that the caller writes or reads. */
struct model_port {
	char name[MODEL_NAME_MAX];
	uint32_t id; /* external value of the subgraph */
	size_t count;
	float *data;
};

struct model {
	xnn_subgraph_t graph;
	xnn_runtime_t runtime;
	struct model_port input, output[MODEL_OUTPUTS_MAX];
	size_t outputs;
	struct model_size size;
	int channels;
	double work;
	size_t floats; /* of all tensors so far, against MODEL_FLOATS_MAX */
	void **owned;  /* constants and ports: XNNPACK keeps pointers into them */
	size_t owned_count, owned_room;
};

/* Floats, 64-byte aligned, followed by the zero bytes that XNNPACK may read beyond them; freed with the model. NULL and `e` if the
 * model grows beyond MODEL_FLOATS_MAX or memory is out. */
float *model_alloc(struct model *m, size_t count, struct err *e);
/* Counts floats that XNNPACK will hold for an inner tensor. */
int model_count(struct model *m, size_t count, struct err *e);

/* "The model file is damaged: ..." */
int model_bad(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The readers: fill m->graph, input, output, size, channels and work. */
int model_tflite_build(
	struct model *m, const uint8_t *bytes, size_t size, const struct model_size *input, struct err *e);
int model_onnx_build(
	struct model *m, const uint8_t *bytes, size_t size, const struct model_size *input, struct err *e);

#endif

/* model.h: loads and runs a neural network (XNNPACK, one thread, 32-bit floats). The file's bytes are read as untrusted: every
 * offset, count, shape and weight is checked against the bytes and against MODEL_* before XNNPACK sees it, so a damaged file is
 * refused with a sentence and never crashes. A loaded model opens no file and starts no thread; only the first model_load of
 * a process reads what the processor can do (load one before a jail closes). */
#ifndef OCCLUDE_LIB_MODEL_H
#define OCCLUDE_LIB_MODEL_H

#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	MODEL_SIDE_MAX = 4096,                /* any dimension of a tensor, channels included */
	MODEL_TENSOR_MAX = 32 * 1024 * 1024,  /* floats of one tensor */
	MODEL_TENSORS_MAX = 4096,             /* tensors of one model */
	MODEL_OPS_MAX = 2048,                 /* operators of one model */
	MODEL_OUTPUTS_MAX = 8,                /* outputs of one model */
	MODEL_FLOATS_MAX = 512 * 1024 * 1024, /* floats of all tensors of one model, weights included, as if
	                                       * none shared memory. XNNPACK lets inner ones share: text at
	                                       * 1600 x 1216 counts 335 million and takes 330 MB in all */
	MODEL_FILE_MAX = 64 * 1024 * 1024     /* bytes of one file */
};

/* Multiply-adds of one run that a file may ask for. */
#define MODEL_WORK_MAX 1e11

struct model;

/* Height and width of a picture-shaped input, in its own pixels. */
struct model_size {
	int height, width;
};

/* Builds the network in `bytes` (which may be freed afterwards; the format is known by its first bytes: tflite or
 * ONNX). `input` is the size of the input [1, height, width, channels] of a fully convolutional network; NULL leaves it as the
 * file says, which ONNX does not. Whatever the format, pixels are interleaved.
 * A size that the network's strides do not fit is refused. ERR_OUTSIDE if the file is damaged or holds what cannot be run.
 * Free with model_free. */
int model_load(const void *bytes, size_t size, const struct model_size *input, struct model **ret, struct err *e);
void model_free(struct model *m);
MEM_AUTO(struct model, model, model_free)
#define auto_model __attribute__((cleanup(model_cleanup)))

/* The one input: model_input_size height x width pixels of interleaved channels, row-major, to be written before each run. It
 * lives as long as the model. */
float *model_input(struct model *m);
struct model_size model_input_size(const struct model *m);
int model_input_channels(const struct model *m);

/* Computes the outputs from the input. */
int model_run(struct model *m, struct err *e);

/* The output of that name and how many floats it holds, valid until the next run or model_free; NULL if there is none. */
const float *model_output(const struct model *m, const char *name, size_t *ret_count);

/* Multiply-adds of one run (convolutions only), for choosing between sizes and for tests. */
double model_work(const struct model *m);

#endif

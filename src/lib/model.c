/* model.c: owns a network from its bytes to its outputs; the formats' readers build the graph (model_impl.h). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model.h"
#include "model_impl.h"

int model_bad(struct err *e, const char *fmt, ...) {
	char what[ERR_TEXT_MAX / 2];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return err_set(
		e, ERR_OUTSIDE, "The model file is damaged or of an unknown kind (%s); install Occlude again.", what);
}

int model_count(struct model *m, size_t count, struct err *e) {
	if (count > MODEL_TENSOR_MAX || count > MODEL_FLOATS_MAX - m->floats)
		return model_bad(e, "it asks for too much memory");
	m->floats += count;
	return 0;
}

float *model_alloc(struct model *m, size_t count, struct err *e) {
	if (model_count(m, count, e)) return NULL;
	if (m->owned_count == m->owned_room) {
		size_t room = m->owned_room ? m->owned_room * 2 : 64;
		void **more = realloc(m->owned, room * sizeof *more);
		if (!more) return err_nomem(e), NULL;
		m->owned = more;
		m->owned_room = room;
	}
	size_t bytes = (count * sizeof(float) + XNN_EXTRA_BYTES + 63) / 64 * 64;
	float *data = aligned_alloc(64, bytes);
	if (!data) return err_nomem(e), NULL;
	memset((uint8_t *)data + count * sizeof(float), 0, bytes - count * sizeof(float));
	return m->owned[m->owned_count++] = data;
}

void model_free(struct model *m) {
	if (!m) return;
	if (m->runtime) xnn_delete_runtime(m->runtime);
	if (m->graph) xnn_delete_subgraph(m->graph);
	for (size_t i = 0; i < m->owned_count; i++) free(m->owned[i]);
	free(m->owned);
	free(m);
}

/* Memory for the ports, and the runtime bound to it: all externals in one call (FACTS). */
static int start(struct model *m, struct err *e) {
	struct xnn_external_value value[1 + MODEL_OUTPUTS_MAX];
	m->input.data = model_alloc(m, m->input.count, e);
	if (!m->input.data) return -1;
	memset(m->input.data, 0, m->input.count * sizeof(float));
	value[0] = (struct xnn_external_value){ m->input.id, m->input.data };
	for (size_t i = 0; i < m->outputs; i++) {
		struct model_port *out = &m->output[i];
		out->data = model_alloc(m, out->count, e);
		if (!out->data) return -1;
		memset(out->data, 0, out->count * sizeof(float));
		value[1 + i] = (struct xnn_external_value){ out->id, out->data };
	}
	if (xnn_create_runtime_v2(m->graph, NULL, 0, &m->runtime) != xnn_status_success)
		return model_bad(e, "its operators do not fit together");
	if (xnn_setup_runtime(m->runtime, 1 + m->outputs, value) != xnn_status_success)
		return model_bad(e, "its inputs and outputs do not fit together");
	return 0;
}

/* An ONNX file begins with field 1, a varint: the version of the format. */
enum { ONNX_FIRST = 1 << 3 };

int model_load(const void *bytes, size_t size, const struct model_size *input, struct model **ret, struct err *e) {
	auto_model struct model *m = NULL;
	if (size < 8 || size > MODEL_FILE_MAX) return model_bad(e, "its length is wrong");
	bool tflite = memcmp((const uint8_t *)bytes + 4, "TFL3", 4) == 0;
	if (!tflite && *(const uint8_t *)bytes != ONNX_FIRST) return model_bad(e, "its first bytes are wrong");
	if (input && (input->height < 1 || input->height > MODEL_SIDE_MAX || input->width < 1 ||
			     input->width > MODEL_SIDE_MAX))
		return err_set(e, ERR_REFUSED, "A model cannot be run at %d x %d.", input->width, input->height);
	if (xnn_initialize(NULL) != xnn_status_success)
		return err_set(e, ERR_OUTSIDE, "This processor cannot run the models (XNNPACK did not start).");
	m = calloc(1, sizeof *m);
	if (!m) return err_nomem(e);
	if (tflite ? model_tflite_build(m, bytes, size, input, e) : model_onnx_build(m, bytes, size, input, e))
		return -1;
	if (start(m, e)) return -1;
	*ret = TAKE_PTR(m);
	return 0;
}

float *model_input(struct model *m) {
	return m->input.data;
}

struct model_size model_input_size(const struct model *m) {
	return m->size;
}

int model_input_channels(const struct model *m) {
	return m->channels;
}

int model_run(struct model *m, struct err *e) {
	if (xnn_invoke_runtime(m->runtime) != xnn_status_success)
		return err_set(e, ERR_OUTSIDE, "The model could not be run; try again.");
	return 0;
}

const float *model_output(const struct model *m, const char *name, size_t *ret_count) {
	for (size_t i = 0; i < m->outputs; i++) {
		if (strcmp(m->output[i].name, name) != 0) continue;
		*ret_count = m->output[i].count;
		return m->output[i].data;
	}
	return NULL;
}

double model_work(const struct model *m) {
	return m->work;
}

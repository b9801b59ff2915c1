/* fuzz_tflite.c: any bytes as a model file (lib/model.h): refused or built, and run if small. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const struct model_size sizes[] = { { 32, 64 } };
	for (size_t i = 0; i < 2; i++) {
		struct err e = { 0 };
		auto_model struct model *m = NULL;
		if (model_load(data, size, i ? &sizes[0] : NULL, &m, &e)) {
			if (m || e.kind == ERR_NONE) abort();
			continue;
		}
		struct model_size s = model_input_size(m);
		float *in = model_input(m);
		for (size_t k = 0; k < (size_t)s.height * (size_t)s.width * (size_t)model_input_channels(m); k++)
			in[k] = (float)(k % 7);
		if (model_work(m) < 1e7 && model_run(m, &e)) abort();
	}
	return 0;
}

/* fuzz_onnx.c: any bytes as an ONNX file (lib/model.h): refused or built, and run if small. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const struct model_size sizes[] = { { 16, 16 }, { 32, 64 }, { 24, 8 } };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct err e = { 0 };
		auto_model struct model *m = NULL;
		if (model_load(data, size, &sizes[i], &m, &e)) {
			if (m || e.kind == ERR_NONE) abort();
			continue;
		}
		float *in = model_input(m);
		for (int k = 0; k < sizes[i].height * sizes[i].width * model_input_channels(m); k++)
			in[k] = (float)(k % 7);
		if (model_work(m) < 1e7 && model_run(m, &e)) abort();
	}
	return 0;
}

/* test_onnx.c: ONNX files (lib/model.h): the text network computes what onnxruntime computes with it (tests/golden/make_onnx.mjs), so does
 * a small network of every operator and pattern that is known (make_small_onnx.mjs), and damaged files are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>

#include "base/asset.h"
#include "lib/model.h"

#define FAR 1e-3F /* how far from onnxruntime's outputs, which are 0 to 1 */

static const char small[] = "tests/fuzz/corpus/onnx/every_operator.onnx";
static const struct model_size small_size = { 16, 16 };

static uint8_t *slurp(const char *path, size_t *ret_size) {
	FILE *f = fopen(path, "rb");
	if (!f) fail_msg("%s is missing", path);
	uint8_t *data = malloc(65536);
	assert_non_null(data);
	*ret_size = fread(data, 1, 65536, f);
	fclose(f);
	return data;
}

/* A 16-bit float from 0 to 1. */
static float half(const uint8_t *p) {
	int bits = p[0] | p[1] << 8, exponent = bits >> 10, fraction = bits & 1023;
	return exponent ? ldexpf((float)(1024 + fraction), exponent - 25) : ldexpf((float)fraction, -24);
}

static void the_text_network_computes_what_onnxruntime_does(void **state) {
	(void)state;
	static const float mean[3] = { 0.485F, 0.456F, 0.406F }, deviation[3] = { 0.229F, 0.224F, 0.225F };
	enum { SIDE = 128 };
	const struct asset *a = asset_find(model_assets, "ch_PP-OCRv4_det_infer.onnx");
	auto_model struct model *m = NULL;
	struct err e = { 0 };
	size_t size, n;
	auto_free uint8_t *golden = slurp("tests/golden/onnx_128.bin", &size);
	assert_int_equal(size, 3 * SIDE * SIDE);
	if (model_load(a->data, a->size, &(struct model_size){ SIDE, SIDE }, &m, &e)) fail_msg("%s", e.text);
	for (int i = 0; i < 3 * SIDE * SIDE; i++)
		model_input(m)[i] = ((float)golden[i / 3] / 255 - mean[i % 3]) / deviation[i % 3];
	assert_int_equal(model_run(m, &e), 0);
	const float *out = model_output(m, "sigmoid_0.tmp_0", &n);
	assert_non_null(out);
	assert_int_equal(n, SIDE * SIDE);
	float most = 0;
	for (int i = 0; i < SIDE * SIDE; i++) {
		float want = half(golden + SIDE * SIDE + 2 * i);
		most = fmaxf(most, want);
		assert_float_equal(out[i], want, FAR);
	}
	assert_true(most > .9F); /* it did see text */
}

static void every_operator_and_pattern_computes_what_onnxruntime_does(void **state) {
	(void)state;
	enum { PLACES = 16 * 16 };
	float golden[3 * PLACES];
	auto_model struct model *m = NULL;
	struct err e = { 0 };
	size_t size, n;
	auto_free uint8_t *bytes = slurp("tests/golden/onnx_small.bin", &size);
	assert_int_equal(size, sizeof golden);
	memcpy(golden, bytes, sizeof golden);
	auto_free uint8_t *file = slurp(small, &size);
	if (model_load(file, size, &small_size, &m, &e)) fail_msg("%s", e.text);
	memset(file, 0, size); /* the model must not need its bytes */
	assert_int_equal(model_input_channels(m), 2);
	memcpy(model_input(m), golden, 2 * PLACES * sizeof *golden);
	assert_int_equal(model_run(m, &e), 0);
	const float *out = model_output(m, "y", &n);
	assert_non_null(out);
	assert_int_equal(n, PLACES);
	for (int i = 0; i < PLACES; i++) assert_float_equal(out[i], golden[2 * PLACES + i], 1e-5F);
}

/* Loads from a copy of exactly that size, so that a sanitizer sees a read beyond it; what loads must also run. */
static int try(const uint8_t *bytes, size_t size, const struct model_size *side) {
	struct err e = { 0 };
	auto_model struct model *m = NULL;
	auto_free uint8_t *copy = malloc(size ? size : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, size);
	int r = model_load(copy, size, side, &m, &e);
	if (r) {
		assert_null(m);
		assert_int_equal(e.kind, ERR_OUTSIDE);
		assert_string_not_equal(e.text, "");
	} else if (model_work(m) < 1e7) {
		assert_int_equal(model_run(m, &e), 0);
	}
	return r;
}

static void a_size_that_does_not_fit_is_refused(void **state) {
	(void)state;
	const struct asset *a = asset_find(model_assets, "ch_PP-OCRv4_det_infer.onnx");
	static const struct model_size wrong[] = { { 0, 64 }, { 64, -32 }, { 64, 100000 }, { 64, 40 }, { 33, 64 },
		{ 4096, 4096 } };
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err e = { 0 };
		struct model *m = NULL;
		assert_int_equal(model_load(a->data, a->size, &wrong[i], &m, &e), -1);
		assert_null(m);
		assert_string_not_equal(e.text, "");
	}
	struct err e = { 0 };
	struct model *m = NULL;
	assert_int_equal(model_load(a->data, a->size, NULL, &m, &e), -1);
	assert_null(m);
}

static void a_truncated_file_is_refused_at_every_length(void **state) {
	(void)state;
	size_t n;
	auto_free uint8_t *bytes = slurp(small, &n);
	/* the last field of the file, which nobody needs, may be missing as a whole */
	for (size_t k = 0; k + 4 < n; k++) assert_int_equal(try(bytes, k, &small_size), -1);
	const struct asset *a = asset_find(model_assets, "ch_PP-OCRv4_det_infer.onnx");
	for (size_t k = 0; k + 64 < a->size; k += k < 256 ? 1 : a->size / 100)
		assert_int_equal(try(a->data, k, &(struct model_size){ 32, 32 }), -1);
}

static void every_flipped_bit_of_a_small_file_is_survived(void **state) {
	(void)state;
	size_t n;
	unsigned refused = 0;
	auto_free uint8_t *bytes = slurp(small, &n);
	for (size_t bit = 0; bit < 8 * n; bit += 1 + bit % 3) {
		bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		refused += try(bytes, n, &small_size) != 0;
		bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	assert_true(refused > n); /* most of the rest are weights */
}

/* Places spread over the real file, one of eight bits or 32 at once. */
static void a_damaged_real_file_is_survived(void **state) {
	(void)state;
	const struct asset *a = asset_find(model_assets, "ch_PP-OCRv4_det_infer.onnx");
	auto_free uint8_t *bytes = malloc(a->size);
	assert_non_null(bytes);
	memcpy(bytes, a->data, a->size);
	uint32_t random = 12345;
	for (int i = 0; i < 150; i++) {
		random = random * 1664525U + 1013904223U;
		size_t at = (size_t)((uint64_t)random * (a->size - 4) >> 32);
		for (int k = 0; k < (i & 1 ? 4 : 1); k++)
			bytes[at + (size_t)k] ^= (uint8_t)(i & 1 ? 0xff : 1 << i / 2 % 8);
		try(bytes, a->size, &(struct model_size){ 32, 32 });
		memcpy(bytes + at, a->data + at, 4);
	}
}

/* Changes one spot of the small file: `from` stands in it exactly `times` times and becomes `to` in the last place. */
static int with_change(const char *from, const char *to, int times) {
	size_t n, length = strlen(from);
	int seen = 0;
	uint8_t *last = NULL;
	auto_free uint8_t *bytes = slurp(small, &n);
	for (size_t i = 0; i + length <= n; i++)
		if (!memcmp(bytes + i, from, length)) {
			last = bytes + i;
			seen++;
		}
	assert_int_equal(seen, times);
	memcpy(last, to, length);
	return try(bytes, n, &small_size);
}

static void what_is_not_understood_is_refused(void **state) {
	(void)state;
	assert_int_equal(with_change("Sigmoid", "Sigmoit", 4), -1); /* an operator */
	assert_int_equal(with_change("nearest_mode", "nearest_mode", 2), 0);
	assert_int_equal(with_change("asymmetric", "half_pixel", 2), -1); /* another way to enlarge */
	assert_int_equal(with_change("floor", "round", 2), -1);
	assert_int_equal(with_change("momentum", "auto_pad", 2), -1);
}

static void weights_that_are_not_numbers_are_refused(void **state) {
	(void)state;
	size_t n, at = 0;
	auto_free uint8_t *bytes = slurp(small, &n);
	/* the first constant's raw data: field 9 of 288 bytes (4 x 2 x 3 x 3 floats) */
	static const uint8_t head[] = { 9 << 3 | 2, 0xa0, 0x02 };
	while (at + sizeof head < n && memcmp(bytes + at, head, sizeof head) != 0) at++;
	assert_true(at + sizeof head < n);
	const uint32_t nan = 0x7fc00000;
	memcpy(bytes + at + sizeof head + 8, &nan, 4);
	assert_int_equal(try(bytes, n, &small_size), -1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_network_computes_what_onnxruntime_does),
		cmocka_unit_test(every_operator_and_pattern_computes_what_onnxruntime_does),
		cmocka_unit_test(a_size_that_does_not_fit_is_refused),
		cmocka_unit_test(a_truncated_file_is_refused_at_every_length),
		cmocka_unit_test(every_flipped_bit_of_a_small_file_is_survived),
		cmocka_unit_test(a_damaged_real_file_is_survived),
		cmocka_unit_test(what_is_not_understood_is_refused),
		cmocka_unit_test(weights_that_are_not_numbers_are_refused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

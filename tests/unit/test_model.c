/* test_model.c: networks are read as untrusted (lib/model.h): small ones are computed right, damaged ones are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/asset.h"
#include "lib/model.h"

static const char conv[] = "tests/fuzz/corpus/tflite/conv_relu_reshape.tflite";
static const char body[] = "tests/fuzz/corpus/tflite/depthwise_pool_pad_add_resize.tflite";

static uint8_t *slurp(const char *path, size_t *ret_size) {
	FILE *f = fopen(path, "rb");
	if (!f) fail_msg("%s is missing", path);
	uint8_t *data = malloc(65536);
	assert_non_null(data);
	*ret_size = fread(data, 1, 65536, f);
	fclose(f);
	return data;
}

static struct model *load(const char *path, const struct model_size *size) {
	struct err e = { 0 };
	struct model *m = NULL;
	size_t n;
	auto_free uint8_t *bytes = slurp(path, &n);
	if (model_load(bytes, n, size, &m, &e)) fail_msg("%s: %s", path, e.text);
	return m; /* the bytes are gone: the model must not need them */
}

/* Runs it with the input 0, 1, 2, ... and gives the output "out". */
static const float *count_up(struct model *m, size_t *ret_count) {
	struct err e = { 0 };
	struct model_size s = model_input_size(m);
	for (int i = 0; i < s.height * s.width * model_input_channels(m); i++) model_input(m)[i] = (float)i;
	assert_int_equal(model_run(m, &e), 0);
	const float *out = model_output(m, "out", ret_count);
	assert_non_null(out);
	return out;
}

static void a_small_convolution_is_computed_right(void **state) {
	(void)state;
	auto_model struct model *m = load(conv, NULL);
	size_t n;
	const float *out = count_up(m, &n);
	assert_int_equal(n, 32);
	for (int p = 0; p < 16; p++) { /* r + 2 g + 1, and -b cut off at 0, with 16-bit weights */
		assert_float_equal(out[2 * p], (float)(3 * p + 2 * (3 * p + 1) + 1), 1e-4F);
		assert_float_equal(out[2 * p + 1], 0, 1e-4F);
	}
	assert_null(model_output(m, "in", &n));
	assert_true(model_work(m) == 16 * 2 * 3);
}

/* Depthwise by stride 2 (middle tap 1, bias -1), PReLU, channel padding, plus the padded maximum of 2 x 2, doubled in size. */
static void the_other_operators_are_computed_right(void **state) {
	(void)state;
	auto_model struct model *m = load(body, NULL);
	size_t n;
	const float *out = count_up(m, &n);
	assert_int_equal(n, 8 * 8 * 6);
	float at[4]
		[4]; /* channel 0 before doubling: input (2 y + 1, 2 x + 1) from the convolution and from the maximum */
	for (int y = 0; y < 4; y++)
		for (int x = 0; x < 4; x++) at[y][x] = (float)(2 * (((2 * y + 1) * 8 + 2 * x + 1) * 4) - 1);
	float mixed = .75F * (.75F * at[1][1] + .25F * at[1][2]) + .25F * (.75F * at[2][1] + .25F * at[2][2]);
	for (int c = 0; c < 6; c++) {
		bool padding = c >= 4;
		assert_float_equal(out[c], padding ? 0 : at[0][0] + 2.0F * (float)c, 1e-3F);
		assert_float_equal(out[(3 * 8 + 3) * 6 + c], padding ? 0 : mixed + 2.0F * (float)c, 1e-3F);
	}
}

static void another_input_size_stretches_the_network(void **state) {
	(void)state;
	auto_model struct model *m = load(conv, &(struct model_size){ 2, 10 });
	size_t n;
	const float *out = count_up(m, &n);
	assert_int_equal(n, 2 * 10 * 2);
	assert_float_equal(out[2 * 19], (float)(3 * 19 + 2 * (3 * 19 + 1) + 1), 1e-4F);
	auto_model struct model *wide = load(body, &(struct model_size){ 4, 16 });
	out = count_up(wide, &n);
	assert_int_equal(n, 4 * 16 * 6);
	assert_float_equal(out[0], (float)(2 * ((16 + 1) * 4) - 1), 1e-3F);
}

static void a_size_that_does_not_fit_is_refused(void **state) {
	(void)state;
	const struct asset *real = asset_find(model_assets, "face_detection_full_range.tflite");
	const struct model_size wrong[] = { { 0, 192 }, { -1, 192 }, { 192, 100000 }, { 200, 192 }, { 192, 100 } };
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err e = { 0 };
		struct model *m = NULL;
		assert_int_equal(model_load(real->data, real->size, &wrong[i], &m, &e), -1);
		assert_null(m);
		assert_string_not_equal(e.text, "");
	}
}

static void the_real_models_have_the_outputs_the_search_reads(void **state) {
	(void)state;
	static const struct {
		const char *file, *output;
		size_t count;
	} want[] = {
		{ "face_detection_full_range.tflite", "reshaped_regressor_face_4", 2304 * 16 },
		{ "face_detection_full_range.tflite", "reshaped_classifier_face_4", 2304 },
		{ "face_landmark.tflite", "conv2d_21", 468 * 3 },
		{ "face_landmark.tflite", "conv2d_31", 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct err e = { 0 };
		auto_model struct model *m = NULL;
		const struct asset *a = asset_find(model_assets, want[i].file);
		assert_non_null(a);
		assert_int_equal(model_load(a->data, a->size, NULL, &m, &e), 0);
		size_t n = 0;
		assert_int_equal(model_run(m, &e), 0);
		assert_non_null(model_output(m, want[i].output, &n));
		assert_int_equal(n, want[i].count);
	}
}

/* Loads from a copy of exactly that size, so that a sanitizer sees a read beyond it; what loads must also run. */
static int try(const uint8_t *bytes, size_t size) {
	struct err e = { 0 };
	auto_model struct model *m = NULL;
	auto_free uint8_t *copy = malloc(size ? size : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, size);
	int r = model_load(copy, size, NULL, &m, &e);
	if (r) {
		assert_null(m);
		assert_int_equal(e.kind, ERR_OUTSIDE);
		assert_string_not_equal(e.text, "");
	} else if (model_work(m) < 1e6) {
		assert_int_equal(model_run(m, &e), 0);
	}
	return r;
}

static void a_truncated_file_is_refused_at_every_length(void **state) {
	(void)state;
	const char *small[] = { conv, body };
	for (int i = 0; i < 2; i++) {
		size_t n;
		auto_free uint8_t *bytes = slurp(small[i], &n);
		for (size_t k = 0; k + 32 < n; k++) assert_int_equal(try(bytes, k), -1);
	}
	for (const struct asset *a = model_assets; a->name; a++) {
		if (!strstr(a->name, ".tflite")) continue;
		for (size_t k = 0; k + 64 < a->size; k += k < 512 ? 1 : a->size / 150)
			assert_int_equal(try(a->data, k), -1);
	}
}

static void every_flipped_bit_of_a_small_file_is_survived(void **state) {
	(void)state;
	const char *small[] = { conv, body };
	for (int i = 0; i < 2; i++) {
		size_t n;
		unsigned refused = 0;
		auto_free uint8_t *bytes = slurp(small[i], &n);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
			refused += try(bytes, n) != 0;
			bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
		assert_true(refused > n); /* of 8 n: most of the rest are weights, names and padding */
	}
}

/* 300 places spread over each real file, one of eight bits in turn; and 32 bits at once where offsets stand. */
static void damaged_real_models_are_survived(void **state) {
	(void)state;
	for (const struct asset *a = model_assets; a->name; a++) {
		if (!strstr(a->name, ".tflite")) continue;
		auto_free uint8_t *bytes = malloc(a->size);
		assert_non_null(bytes);
		memcpy(bytes, a->data, a->size);
		uint32_t random = 12345;
		for (int i = 0; i < 300; i++) {
			random = random * 1664525U + 1013904223U;
			size_t at = (size_t)((uint64_t)random * (a->size - 4) >> 32);
			for (int k = 0; k < (i & 1 ? 4 : 1); k++)
				bytes[at + (size_t)k] ^= (uint8_t)(i & 1 ? 0xff : 1 << i / 2 % 8);
			try(bytes, a->size);
			memcpy(bytes + at, a->data + at, 4);
		}
	}
}

static void weights_that_are_not_numbers_are_refused(void **state) {
	(void)state;
	size_t n;
	auto_free uint8_t *bytes = slurp(conv, &n);
	static const uint8_t weights[] = { 0x00, 0x3c, 0x00, 0x40 }; /* 1 and 2 as 16-bit floats */
	uint8_t *at = memmem(bytes, n, weights, sizeof weights);
	assert_non_null(at);
	assert_int_equal(try(bytes, n), 0);
	at[1] = 0x7e;
	assert_int_equal(try(bytes, n), -1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_convolution_is_computed_right),
		cmocka_unit_test(the_other_operators_are_computed_right),
		cmocka_unit_test(another_input_size_stretches_the_network),
		cmocka_unit_test(a_size_that_does_not_fit_is_refused),
		cmocka_unit_test(the_real_models_have_the_outputs_the_search_reads),
		cmocka_unit_test(a_truncated_file_is_refused_at_every_length),
		cmocka_unit_test(every_flipped_bit_of_a_small_file_is_survived),
		cmocka_unit_test(damaged_real_models_are_survived),
		cmocka_unit_test(weights_that_are_not_numbers_are_refused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

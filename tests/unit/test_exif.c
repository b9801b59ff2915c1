/* test_exif.c: EXIF blocks built here, in both byte orders, sound and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/mem.h"
#include "lib/container.h"
#include "lib/exif.h"

/* A block under construction: directory 0 at 8, the Exif directory at 200, GPS at 400, directory 1 at 600, values from 1000. */
struct block {
	uint8_t b[8192];
	bool big;
	size_t values;
};

static void put(struct block *k, size_t at, uint32_t v, unsigned n) {
	for (unsigned i = 0; i < n; i++) k->b[at + i] = (uint8_t)(v >> 8 * (k->big ? n - 1 - i : i));
}

static void start(struct block *k, bool big) {
	memset(k, 0, sizeof *k);
	k->big = big;
	k->values = 1000;
	memcpy(k->b, big ? "MM" : "II", 2);
	put(k, 2, 42, 2);
	put(k, 4, 8, 4);
}

static uint32_t get16(const struct block *k, size_t at) {
	return k->big ? (uint32_t)k->b[at] << 8 | k->b[at + 1] : (uint32_t)k->b[at + 1] << 8 | k->b[at];
}

/* Adds an entry to the directory at `dir`; short values lie in the entry itself. */
static void entry(struct block *k, size_t dir, uint32_t tag, uint32_t type, const void *value, uint32_t count) {
	size_t at = dir + 2 + 12 * get16(k, dir), size = type == 5 ? count * 8u : count;
	put(k, dir, get16(k, dir) + 1, 2);
	put(k, at, tag, 2);
	put(k, at + 2, type, 2);
	put(k, at + 4, count, 4);
	if (size <= 4) {
		memcpy(k->b + at + 8, value, size);
		return;
	}
	put(k, at + 8, (uint32_t)k->values, 4);
	memcpy(k->b + k->values, value, size);
	k->values += size + (size & 1);
}

static void number(struct block *k, size_t dir, uint32_t tag, uint32_t type, uint32_t v) {
	size_t at = dir + 2 + 12 * get16(k, dir);
	put(k, dir, get16(k, dir) + 1, 2);
	put(k, at, tag, 2);
	put(k, at + 2, type, 2);
	put(k, at + 4, 1, 4);
	put(k, at + 8, v, type == 3 ? 2 : 4);
}

static void text(struct block *k, size_t dir, uint32_t tag, const char *s) {
	entry(k, dir, tag, 2, s, (uint32_t)strlen(s) + 1);
}

static struct exif_facts read_block(const struct block *k) {
	struct exif_facts f;
	exif_read(k->b, sizeof k->b, &f);
	return f;
}

static void orientation_is_read_in_both_byte_orders(void **state) {
	(void)state;
	for (uint32_t v = 0; v <= 9; v++)
		for (int big = 0; big < 2; big++) {
			struct block k;
			start(&k, big);
			number(&k, 8, 0x0112, 3, v);
			assert_int_equal(read_block(&k).orientation, v >= 1 && v <= 8 ? v : 1);
		}
}

static void capture_times_are_real_times_or_nothing(void **state) {
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "2024:02:29 23:59:59", "2024:02:29 23:59:59" },
		{ "2023:02:29 10:00:00", "" },
		{ "0000:00:00 00:00:00", "" },
		{ "2024:13:01 10:00:00", "" },
		{ "2024:05:17 24:00:00", "" },
		{ "2024:05:17 10:60:00", "" },
		{ "2024-05-17 10:00:00", "" },
		{ "2024:05:17", "" },
		{ "    :  :     :  :  ", "" },
		{ "<script>alert(1)</s", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct block k;
		start(&k, i & 1);
		text(&k, 200, 0x9003, cases[i].text);
		number(&k, 8, 0x8769, 4, 200);
		assert_string_equal(read_block(&k).capture, cases[i].want);
	}
}

static void the_time_of_taking_comes_before_the_others(void **state) {
	(void)state;
	struct block k;
	start(&k, false);
	text(&k, 8, 0x0132, "2021:01:01 01:01:01");
	assert_string_equal(read_block(&k).capture, "2021:01:01 01:01:01");
	text(&k, 200, 0x9004, "2020:01:01 01:01:01");
	number(&k, 8, 0x8769, 4, 200);
	assert_string_equal(read_block(&k).capture, "2020:01:01 01:01:01");
	text(&k, 200, 0x9003, "2019:01:01 01:01:01");
	assert_string_equal(read_block(&k).capture, "2019:01:01 01:01:01");
}

static void each_kind_of_private_data_is_told(void **state) {
	(void)state;
	static const struct {
		uint32_t tag;
		size_t dir;
		uint32_t kind;
	} cases[] = {
		{ 0x010f, 8, REMOVED_CAMERA },
		{ 0x0110, 8, REMOVED_CAMERA },
		{ 0x013b, 8, REMOVED_OWNER },
		{ 0x8298, 8, REMOVED_OWNER },
		{ 0x010e, 8, REMOVED_COMMENT },
		{ 0x0132, 8, REMOVED_DATES },
		{ 0xa430, 200, REMOVED_OWNER },
		{ 0xa431, 200, REMOVED_SERIAL },
		{ 0xa435, 200, REMOVED_SERIAL },
		{ 0xa420, 200, REMOVED_SERIAL },
		{ 0x9003, 200, REMOVED_DATES },
		{ 0xa434, 200, REMOVED_CAMERA },
		{ 0x927c, 200, REMOVED_MAKER },
		{ 0x0001, 400, REMOVED_GPS },
		{ 0x001d, 400, REMOVED_GPS | REMOVED_DATES },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct block k;
		start(&k, i & 1);
		text(&k, cases[i].dir, cases[i].tag, "CANARY");
		if (cases[i].dir == 200) number(&k, 8, 0x8769, 4, 200);
		if (cases[i].dir == 400) number(&k, 8, 0x8825, 4, 400);
		uint32_t want = cases[i].kind | REMOVED_EXIF, got = read_block(&k).kinds;
		if (got != want) fail_msg("tag %x: %x, not %x", cases[i].tag, got, want);
	}
}

static void blanks_say_nothing(void **state) {
	(void)state;
	struct block k;
	start(&k, true);
	text(&k, 8, 0x010e, "          ");
	text(&k, 8, 0x013b, "");
	entry(&k, 200, 0x9286, 7, "ASCII\0\0\0        ", 16);
	number(&k, 8, 0x8769, 4, 200);
	assert_int_equal(read_block(&k).kinds, REMOVED_EXIF);
}

static void a_preview_is_told(void **state) {
	(void)state;
	struct block k;
	start(&k, false);
	number(&k, 8, 0x0112, 3, 6);
	put(&k, 8 + 2 + 12, 600, 4); /* directory 1 */
	number(&k, 600, 0x0201, 4, 2000);
	number(&k, 600, 0x0202, 4, 100);
	struct exif_facts f = read_block(&k);
	assert_int_equal(f.kinds, REMOVED_EXIF | REMOVED_PREVIEW);
	assert_int_equal(f.orientation, 6);
}

/* Every pointer leads back: the copy visits each directory once. */
static void cycles_end(void **state) {
	(void)state;
	struct block k;
	start(&k, false);
	number(&k, 8, 0x0112, 3, 3);
	number(&k, 8, 0x8769, 4, 8);
	number(&k, 8, 0x8825, 4, 8);
	number(&k, 8, 0xa005, 4, 8);
	put(&k, 8 + 2 + 48, 8, 4);
	clock_t from = clock();
	assert_int_equal(read_block(&k).orientation, 3);
	assert_true(clock() - from < CLOCKS_PER_SEC / 5);
}

static void a_huge_block_is_copied_only_up_to_the_cap(void **state) {
	(void)state;
	size_t size = 8 * 1024 * 1024;
	auto_free uint8_t *big = calloc(1, size);
	assert_non_null(big);
	struct block k;
	start(&k, false);
	memcpy(big, k.b, 8);
	big[8] = 0xff, big[9] = 0xff; /* 65,535 entries of 60,000 bytes each, all over the file */
	for (size_t i = 0; i < 65535; i++) {
		uint8_t *en = big + 10 + 12 * i;
		en[0] = 0x0e, en[1] = 1, en[2] = 2, en[4] = 0x60, en[5] = 0xea, en[9] = (uint8_t)i, en[10] = 16;
	}
	auto_buf struct buf out;
	buf_init(&out, CONTAINER_EXIF_MAX + 4096);
	assert_int_equal(container_exif_copy(big, size, &out, NULL), 0);
	assert_true(out.len <= CONTAINER_EXIF_MAX);
	struct exif_facts f;
	exif_read(big, size, &f);
	assert_int_equal(f.orientation, 1);
}

/* Any truncation and any byte changed: no crash, nothing read outside (under the address sanitizer), facts in range. */
static void broken_blocks_do_no_harm(void **state) {
	(void)state;
	struct block k;
	start(&k, true);
	number(&k, 8, 0x0112, 3, 6);
	text(&k, 8, 0x013b, "CANARY");
	text(&k, 200, 0x9003, "2019:01:01 01:01:01");
	number(&k, 8, 0x8769, 4, 200);
	for (size_t n = 0; n <= 1100; n++) {
		auto_free uint8_t *cut = malloc(n + 1);
		assert_non_null(cut);
		memcpy(cut, k.b, n);
		struct exif_facts f;
		exif_read(cut, n, &f);
		assert_in_range(f.orientation, 1, 8);
	}
	for (size_t at = 0; at < 260; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			k.b[at] ^= (uint8_t)(1u << bit);
			struct exif_facts f = read_block(&k);
			assert_in_range(f.orientation, 1, 8);
			assert_true(f.capture[0] == 0 || strlen(f.capture) == 19);
			k.b[at] ^= (uint8_t)(1u << bit);
		}
}

int main(void) {
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orientation_is_read_in_both_byte_orders),
		cmocka_unit_test(capture_times_are_real_times_or_nothing),
		cmocka_unit_test(the_time_of_taking_comes_before_the_others),
		cmocka_unit_test(each_kind_of_private_data_is_told),
		cmocka_unit_test(blanks_say_nothing),
		cmocka_unit_test(a_preview_is_told),
		cmocka_unit_test(cycles_end),
		cmocka_unit_test(a_huge_block_is_copied_only_up_to_the_cap),
		cmocka_unit_test(broken_blocks_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

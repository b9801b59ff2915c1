/* test_text_find.c: the search for text and codes (flow/text.h, flow/code.h): on maps and pictures made here, and on the labelled pictures where
 * they are (skipped visibly where not). */
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
#include <vips/vips.h>

#include "../../src/flow/map_boxes.h"
#include "../../src/flow/text_boxes.h"
#include "base/mem.h"
#include "faces_set.h"
#include "flow/code.h"
#include "flow/text.h"
#include "text_set.h"

/* ---- boxes from maps ----------------------------------------------------------------------------------------------------- */

enum { SIDE = 200 };
static float map[SIDE * SIDE], look[SIDE * SIDE * 3];

/* A bar of `value` from the middle (x, y), turned by `angle`. */
static void bar(float x, float y, float angle, float along, float across, float value) {
	for (int i = 0; i < SIDE * SIDE; i++) {
		float dx = (float)(i % SIDE) + 0.5F - x, dy = (float)(i / SIDE) + 0.5F - y;
		if (fabsf(dx * cosf(angle) + dy * sinf(angle)) < along &&
			fabsf(dy * cosf(angle) - dx * sinf(angle)) < across)
			map[i] = value;
	}
}

/* Stripes across the picture, `levels` of 255 strong, `period` pixels apart. */
static void stripes(int levels, int period) {
	for (int i = 0; i < SIDE * SIDE * 3; i++)
		look[i] = i / 3 % SIDE / period % 2 ? (float)levels / 255 / 0.225F : 0;
}

static void find(bool intraoral, struct text_boxes *ret) {
	const struct text_picture p = { look, SIDE, SIDE, intraoral };
	struct err e = { 0 };
	if (text_boxes_find(map, &p, ret, &e)) fail_msg("%s", e.text);
}

static int start(void **state) {
	(void)state;
	memset(map, 0, sizeof map);
	stripes(100, 4);
	return 0;
}

static void a_slanted_component_gives_a_tight_box(void **state) {
	(void)state;
	auto_map_boxes struct map_boxes b = { 0 };
	struct err e = { 0 };
	bar(100, 90, 0.4F, 50, 6, 0.8F);
	assert_int_equal(map_boxes_find(map, SIDE, SIDE, 0.2F, 12, &b, &e), 0);
	assert_int_equal(b.count, 1);
	const struct map_box *m = b.item;
	assert_float_equal(m->x, 100, 1);
	assert_float_equal(m->y, 90, 1);
	assert_float_equal(m->along, 50, 2);
	assert_float_equal(m->across, 6, 1.5F);
	assert_float_equal(fabsf(m->ux * cosf(0.4F) + m->uy * sinf(0.4F)), 1, 0.002F);
	assert_float_equal(m->score, 0.8F, 0.001F);
	assert_true(m->count > 1100 && m->count < 1300);
}

static void components_meet_across_corners_and_the_small_are_left_out(void **state) {
	(void)state;
	auto_map_boxes struct map_boxes b = { 0 };
	struct err e = { 0 };
	for (int i = 20; i < 40; i++) map[i * SIDE + i] = 1; /* a diagonal: one component */
	for (int i = 0; i < 11; i++) map[100 * SIDE + i] = 1;
	map[SIDE * SIDE - 1] = 1;
	assert_int_equal(map_boxes_find(map, SIDE, SIDE, 0.2F, 12, &b, &e), 0);
	assert_int_equal(b.count, 1);
	assert_int_equal(b.item[0].count, 20);
}

static void noise_is_refused_and_not_searched_for_ever(void **state) {
	(void)state;
	enum { WIDE = 1000 };
	struct map_boxes b = { 0 };
	struct err e = { 0 };
	auto_free float *noise = calloc((size_t)WIDE * WIDE, sizeof *noise);
	assert_non_null(noise);
	for (int i = 0; i < WIDE * WIDE; i++) noise[i] = i % WIDE % 3 && i / WIDE % 8;
	assert_int_equal(map_boxes_find(noise, WIDE, WIDE, 0.2F, 12, &b, &e), -1);
	assert_string_not_equal(e.text, "");
	map_boxes_free(&b);
}

static void pieces_of_a_line_become_one(void **state) {
	(void)state;
	auto_text_boxes struct text_boxes b = { 0 };
	bar(50, 60, 0, 20, 3, 0.9F);
	bar(130, 61, 0, 20, 3, 0.9F);
	bar(100, 150, 0, 20, 3, 0.9F); /* far below */
	find(false, &b);
	assert_int_equal(b.count, 3);
	text_boxes_link(&b);
	assert_int_equal(b.count, 2);
	const struct text_box *t = b.item[0].y < 100 ? &b.item[0] : &b.item[1];
	assert_true(t->x - t->along < 28 && t->x + t->along > 152); /* both, and more at both ends */
	assert_true(t->across < 12);
}

static void neighbouring_lines_end_together(void **state) {
	(void)state;
	auto_text_boxes struct text_boxes b = { 0 };
	bar(100, 60, 0, 70, 4, 0.9F);
	bar(140, 80, 0, 20, 4, 0.9F); /* its beginning was not found */
	find(false, &b);
	text_boxes_link(&b);
	assert_int_equal(b.count, 2);
	for (int i = 0; i < 2; i++) assert_true(b.item[i].x - b.item[i].along < 32);
}

static void I8_a_row_of_teeth_is_unlikely_to_be_text(void **state) {
	(void)state;
	auto_text_boxes struct text_boxes tall = { 0 }, small = { 0 }, lettered = { 0 }, outside = { 0 };
	stripes(30, 20); /* soft and far apart */
	bar(100, 100, 0, 60, 5, 0.9F);
	find(false, &tall);
	assert_int_equal(tall.count, 1);
	assert_true(tall.item[0].unlikely);   /* 12 of 200 pixels high, and no strokes */
	assert_true(tall.item[0].across < 6); /* not grown */
	stripes(100, 4);
	find(false, &lettered);
	assert_false(lettered.item[0].unlikely);
	memset(map, 0, sizeof map);
	bar(100, 100, 0, 20, 2, 0.9F);
	stripes(10, 20);
	find(false, &outside);
	assert_false(outside.item[0].unlikely); /* small ones count, however faint, */
	find(true, &small);
	assert_true(small.item[0].unlikely); /* but not on teeth */
}

/* ---- pictures ------------------------------------------------------------------------------------------------------------- */

static void blank(struct pixels *p, int width, int height) {
	*p = (struct pixels){ width, height, 3, malloc((size_t)width * (size_t)height * 3) };
	assert_non_null(p->data);
	memset(p->data, 200, (size_t)width * (size_t)height * 3);
}

static bool covers(const struct wire_region *r, size_t n, float x, float y, float side) {
	struct text_set_line l = { .quad = { { x, y }, { x + side, y }, { x + side, y + side }, { x, y + side } } };
	return text_set_share(&l, r, n) >= 0.9F;
}

static void I7_a_code_is_found_where_it_lies(void **state) {
	(void)state;
	struct wire_region r[8];
	auto_pixels struct pixels p = { 0 };
	struct err e = { 0 };
	size_t n = 9;
	blank(&p, 640, 480);
	assert_int_equal(code_find(&p, r, 8, &n, &e), 0);
	assert_int_equal(n, 0);
	uint32_t random = 1;
	for (int y = 0; y < 24; y++)
		for (int x = 0; x < 24; x++) {
			random = random * 1664525U + 1013904223U;
			for (int k = 0; random >> 31 && k < 16; k++)
				memset(pixels_at(&p, 300 + 4 * x + k % 4, 200 + 4 * y + k / 4), 20, 3);
		}
	assert_int_equal(code_find(&p, r, 8, &n, &e), 0);
	assert_true(n >= 1);
	assert_int_equal(r[0].kind, REGION_CODE);
	assert_true(r[0].verified && r[0].cover && r[0].score > 0.5F);
	assert_true(covers(r, n, 300, 200, 96));
	assert_true(text_set_area(640, 480, r, n) < 0.1F);
	assert_int_equal(code_find(&p, r, 0, &n, &e), -1); /* more than fit: nothing is known */
}

static void pictures_of_any_size_are_searched(void **state) {
	(void)state;
	static const int sizes[][2] = { { 8, 8 }, { 4000, 9 }, { 9, 3000 }, { 333, 77 } };
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct wire_region r[8];
		auto_pixels struct pixels p = { 0 };
		struct err e = { 0 };
		size_t n = 9;
		blank(&p, sizes[i][0], sizes[i][1]);
		assert_int_equal(code_find(&p, r, 8, &n, &e), 0);
		assert_int_equal(n, 0);
		n = 9;
		if (text_find(model_assets, &p, false, r, 8, &n, &e)) fail_msg("%s", e.text);
		assert_int_equal(n, 0);
	}
	struct wire_region r[1];
	auto_pixels struct pixels p = { 0 };
	struct err e = { 0 };
	size_t n;
	blank(&p, 7, 100);
	assert_int_equal(text_find(model_assets, &p, false, r, 1, &n, &e), -1);
	static const struct asset none[] = { { 0 } };
	assert_int_equal(text_find(none, &p, false, r, 1, &n, &e), -1);
}

struct sums {
	unsigned lines, found, codes, codes_found, clean;
	float area;
};

static void judge(const struct text_set_picture *t, const char *dir, struct sums *s) {
	static struct wire_region r[WIRE_REGIONS_MAX];
	auto_pixels struct pixels p = { 0 };
	struct err e = { 0 };
	size_t codes = 0, lines = 0, sure;
	faces_decode(dir, t->file, &p);
	if (code_find(&p, r, WIRE_REGIONS_MAX, &codes, &e) ||
		text_find(model_assets, &p, t->intraoral, r + codes, WIRE_REGIONS_MAX - codes, &lines, &e))
		fail_msg("%s: %s", t->file, e.text);
	for (sure = 0; sure < codes + lines && r[sure].verified; sure++) continue;
	for (size_t i = sure; i < codes + lines; i++) assert_false(r[i].verified); /* the unlikely come last */
	for (size_t i = 0; i < t->lines; i++) {
		bool found = text_set_share(&t->line[i], r, sure) >= TEXT_SET_COVERED;
		s->lines += !t->line[i].code;
		s->found += !t->line[i].code && found;
		s->codes += t->line[i].code;
		s->codes_found += t->line[i].code && found;
	}
	s->clean += !t->lines;
	s->area += t->lines ? 0 : text_set_area(p.width, p.height, r, sure);
}

static void I7_text_and_codes_of_the_fixtures_are_covered(void **state) {
	(void)state;
	const char *dir = text_set_dir();
	auto_free struct text_set_picture *all = NULL;
	struct sums s = { 0 };
	if (!dir) skip();
	size_t n = text_set_read(dir, &all);
	for (size_t i = 0; i < n; i++) judge(&all[i], dir, &s);
	print_message("# %u of %u lines, %u of %u codes, %.2f %% of %u clean pictures\n", s.found, s.lines,
		s.codes_found, s.codes, (double)(s.area / (float)s.clean) * 100, s.clean);
	assert_int_equal(s.lines, 53);
	assert_int_equal(s.codes, 4);
	assert_true(s.found >= 50);
	assert_int_equal(s.codes_found, 4);
	assert_true(s.area / (float)s.clean <= 0.03F);
}

int main(int argc, char **argv) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_slanted_component_gives_a_tight_box, start),
		cmocka_unit_test_setup(components_meet_across_corners_and_the_small_are_left_out, start),
		cmocka_unit_test(noise_is_refused_and_not_searched_for_ever),
		cmocka_unit_test_setup(pieces_of_a_line_become_one, start),
		cmocka_unit_test_setup(neighbouring_lines_end_together, start),
		cmocka_unit_test_setup(I8_a_row_of_teeth_is_unlikely_to_be_text, start),
		cmocka_unit_test(I7_a_code_is_found_where_it_lies),
		cmocka_unit_test(pictures_of_any_size_are_searched),
		cmocka_unit_test(I7_text_and_codes_of_the_fixtures_are_covered),
	};
	(void)argc;
	if (VIPS_INIT(argv[0])) return 3;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

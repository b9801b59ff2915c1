/* test_detect.c: the face search (flow/detect.h) on the labelled pictures: nothing missed beyond the bound, nothing invented,
 * and a search that did not run says so. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <vips/vips.h>

#include "faces_set.h"
#include "flow/detect.h"

static struct detector *detector;

static int start(void **state) {
	(void)state;
	struct err e = { 0 };
	if (detector_new(&detector, &e) == 0) return 0;
	print_error("%s\n", e.text);
	return -1;
}

static int stop(void **state) {
	(void)state;
	detector_free(detector);
	vips_shutdown();
	return 0;
}

static const char *need_fixtures(void) {
	const char *dir = faces_dir();
	if (!dir) {
		print_message("# skipped: the labelled pictures are not here (OCCLUDE_FIXTURES)\n");
		skip();
	}
	if (VIPS_INIT("test_detect")) fail_msg("libvips does not start");
	vips_concurrency_set(1);
	return dir;
}

static size_t search(const struct pixels *p, struct wire_region region[WIRE_REGIONS_MAX]) {
	struct err e = { 0 };
	auto_found struct found *f = NULL;
	if (detect_faces(detector, p, &f, &e)) fail_msg("%s", e.text);
	return found_regions(f, region, WIRE_REGIONS_MAX);
}

/* A plain picture; free with pixels_free. */
static struct pixels blank(int width, int height, uint8_t tone) {
	struct pixels p = { width, height, 3, malloc((size_t)width * (size_t)height * 3) };
	assert_non_null(p.data);
	memset(p.data, tone, (size_t)width * (size_t)height * 3);
	return p;
}

/* ---- the labelled pictures ------------------------------------------------------------------------------------------- */

static void I4_faces_are_found_and_none_is_invented(void **state) {
	(void)state;
	static struct wire_region region[WIRE_REGIONS_MAX];
	struct faces_score sum = { 0 };
	const char *dir = need_fixtures();
	struct faces_picture *picture;
	size_t n = faces_manifest(dir, &picture);
	assert_true(n >= 49);
	for (size_t i = 0; i < n; i++) {
		struct faces_score s;
		auto_pixels struct pixels p = { 0 };
		faces_decode(dir, picture[i].file, &p);
		faces_judge(&picture[i], region, search(&p, region), &s);
		if (s.verified < s.faces || s.false_verified)
			print_message("# %s: %u of %u verified, %u false\n", picture[i].file, s.verified, s.faces,
				s.false_verified);
		sum.faces += s.faces;
		sum.found += s.found;
		sum.verified += s.verified;
		sum.false_verified += s.false_verified;
	}
	free(picture);
	print_message("# %u faces, %u verified, %u with candidates\n", sum.faces, sum.verified, sum.found);
	assert_int_equal(sum.faces, 92);
	assert_true(sum.found >= 91 && sum.verified >= 91);
	assert_int_equal(sum.false_verified, 0);
}

static struct wire_point centre(const struct wire_region *r) {
	return (struct wire_point){ (r->box[0].x + r->box[1].x) / 2, (r->box[0].y + r->box[1].y) / 2 };
}

/* What a region says is in the places it says, in the picture's own pixels, also where the picture lies turned. */
static void regions_have_points_lips_and_a_grown_polygon(void **state) {
	(void)state;
	static struct wire_region r[WIRE_REGIONS_MAX];
	const char *dir = need_fixtures();
	static const struct {
		const char *file;
		float down_x, down_y; /* from eyes to mouth */
	} want[] = { { "smile_03.jpg", 0, 1 }, { "rot_180.jpg", 0, -1 }, { "synth_rot270.jpg", 1, 0 } };
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		auto_pixels struct pixels p = { 0 };
		faces_decode(dir, want[i].file, &p);
		assert_true(search(&p, r) >= 1);
		assert_true(r->kind == REGION_FACE && r->shape == SHAPE_POLYGON && r->verified && r->cover &&
			    r->points == 4);
		struct wire_point eyes = { (r->point[0].x + r->point[1].x) / 2, (r->point[0].y + r->point[1].y) / 2 },
				  m = r->point[3];
		float dx = m.x - eyes.x, dy = m.y - eyes.y, length = hypotf(dx, dy);
		assert_true((dx * want[i].down_x + dy * want[i].down_y) / length > .9F);
		/* sides: 1 + 2 x .35 of the width; up and down 1 + .5 + .25 of the height */
		struct wire_point *q = r->polygon, c = centre(r);
		float half = hypotf(r->box[0].x - r->box[1].x, r->box[0].y - r->box[1].y) / 2;
		float wide = hypotf(q[1].x - q[0].x, q[1].y - q[0].y) / 1.7F,
		      tall = hypotf(q[3].x - q[0].x, q[3].y - q[0].y) / 1.75F;
		assert_float_equal(hypotf(wide, tall) / 2, half, half * .01F);
		/* the polygon reaches further up than down */
		float up = (c.x - (q[0].x + q[1].x) / 2) * dx / length + (c.y - (q[0].y + q[1].y) / 2) * dy / length;
		assert_float_equal(up, tall, tall * .01F);
		assert_int_equal(r->lips, 20);
		float x = 0, y = 0;
		for (uint32_t k = 0; k < r->lips; k++) {
			x += r->lip[k].x / 20;
			y += r->lip[k].y / 20;
		}
		assert_true(hypotf(x - m.x, y - m.y) < .2F * wide);
	}
}

/* ---- the second look --------------------------------------------------------------------------------------------------- */

static void I6_a_second_look_recognises_a_face_and_not_a_veil(void **state) {
	(void)state;
	static struct wire_region r[WIRE_REGIONS_MAX];
	static const uint8_t tone[3] = { 0xc8, 0xc7, 0xc3 };
	const char *dir = need_fixtures(),
		   *file[] = { "smile_02.jpg", "obama_1.jpg", "threequarter_2.jpg", "profile_1.jpg", "rot_90.jpg" };
	for (size_t i = 0; i < ARRAY_LEN(file); i++) {
		struct err e = { 0 };
		struct again again = { 0 };
		auto_pixels struct pixels p = { 0 };
		faces_decode(dir, file[i], &p);
		assert_int_equal(detect_again(detector, &p, &again, &e), 0);
		assert_true(again.faces >= 1 && again.strength >= DETECT_AGAIN_STRENGTH);
		size_t n = search(&p, r);
		for (size_t k = 0; k < n; k++) { /* the polygon's bounds under the veil's tone */
			float x0 = 1e9F, y0 = 1e9F, x1 = 0, y1 = 0;
			for (int j = 0; j < 4; j++) {
				x0 = fminf(x0, r[k].polygon[j].x);
				y0 = fminf(y0, r[k].polygon[j].y);
				x1 = fmaxf(x1, r[k].polygon[j].x);
				y1 = fmaxf(y1, r[k].polygon[j].y);
			}
			for (int y = (int)fmaxf(y0, 0); y < p.height && (float)y < y1; y++)
				for (int x = (int)fmaxf(x0, 0); x < p.width && (float)x < x1; x++)
					memcpy(pixels_at(&p, x, y), tone, 3);
		}
		assert_int_equal(detect_again(detector, &p, &again, &e), 0);
		assert_int_equal(again.faces, 0);
		assert_true(again.strength < DETECT_AGAIN_STRENGTH);
	}
}

/* ---- searches that do not run ----------------------------------------------------------------------------------------- */

static void I4_a_search_that_cannot_run_gives_no_result(void **state) {
	(void)state;
	auto_pixels struct pixels good = blank(64, 48, 120);
	struct pixels bad[] = { { 64, 48, 1, good.data }, { 64, 48, 4, good.data }, { 0, 48, 3, good.data },
		{ 64, -1, 3, good.data }, { 64, 48, 3, NULL }, { WIRE_SIDE_MAX + 1, 1, 3, good.data },
		{ 20000, 20000, 3, good.data } };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = { 0 };
		struct found *f = NULL;
		struct again again = { 77, 7 };
		assert_int_equal(detect_faces(detector, &bad[i], &f, &e), -1);
		assert_null(f);
		assert_string_not_equal(e.text, "");
		assert_int_equal(detect_again(detector, &bad[i], &again, &e), -1);
		assert_int_equal(again.faces, 77);
	}
}

#ifndef OCCLUDE_SANITIZED
/* The first test: later ones leave memory behind that a process may reuse. In a process that gets no more memory (a long picture at half its size needs 15 MB) the search fails: it does not say "no face". */
static void I4_a_search_out_of_memory_gives_no_result(void **state) {
	(void)state;
	auto_pixels struct pixels p = blank(20000, 1000, 90);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct err e = { 0 };
		struct found *f = NULL;
		struct rlimit none = { 0, 0 };
		if (setrlimit(RLIMIT_AS, &none)) _exit(9);
		int r = detect_faces(detector, &p, &f, &e);
		_exit(r == -1 && !f && strstr(e.text, "memory") ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}
#endif

static void I4_a_missing_or_wrong_model_makes_no_detector(void **state) {
	(void)state;
	const struct asset *finder = asset_find(model_assets, "face_detection_full_range.tflite");
	const struct asset *mesh = asset_find(model_assets, "face_landmark.tflite");
	const struct asset none[] = { { 0 } }, half[] = { *finder, { 0 } };
	const struct asset cut[] = { *finder, { mesh->name, mesh->data, mesh->size / 2 }, { 0 } };
	const struct asset swapped[] = { { finder->name, mesh->data, mesh->size },
		{ mesh->name, finder->data, finder->size }, { 0 } };
	const struct asset *wrong[] = { none, half, cut };
	struct err e = { 0 };
	struct detector *d = NULL;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(detector_new_from(wrong[i], &d, &e), -1);
		assert_null(d);
	}
	assert_int_equal(detector_new_from(swapped, &d, &e), 0); /* both take 192 x 192; the first search notices */
	auto_detector struct detector *odd = d;
	auto_pixels struct pixels p = blank(64, 48, 120);
	struct found *f = NULL;
	assert_int_equal(detect_faces(odd, &p, &f, &e), -1);
	assert_null(f);
}

static void odd_shapes_and_blank_pictures_are_searched(void **state) {
	(void)state;
	static const int size[][2] = { { 1, 1 }, { 2, 3 }, { 20000, 1 }, { 1, 20000 }, { 5000, 17 }, { 191, 193 },
		{ 4000, 3000 } };
	for (size_t i = 0; i < ARRAY_LEN(size); i++) {
		static struct wire_region r[WIRE_REGIONS_MAX];
		auto_pixels struct pixels p = blank(size[i][0], size[i][1], (uint8_t)(40 * i));
		size_t n = search(&p, r);
		for (size_t k = 0; k < n; k++) assert_false(r[k].verified);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
#ifndef OCCLUDE_SANITIZED /* a sanitizer does not start under a memory limit */
		cmocka_unit_test(I4_a_search_out_of_memory_gives_no_result),
#endif
		cmocka_unit_test(I4_faces_are_found_and_none_is_invented),
		cmocka_unit_test(regions_have_points_lips_and_a_grown_polygon),
		cmocka_unit_test(I6_a_second_look_recognises_a_face_and_not_a_veil),
		cmocka_unit_test(I4_a_search_that_cannot_run_gives_no_result),
		cmocka_unit_test(I4_a_missing_or_wrong_model_makes_no_detector),
		cmocka_unit_test(odd_shapes_and_blank_pictures_are_searched),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, stop);
}

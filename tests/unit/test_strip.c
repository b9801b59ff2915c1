/* test_strip.c: every fixture comes out as its manifest says, from a child with the worker's limits, and what comes out is
 * bare, upright and sRGB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "base/mem.h"
#include "flow/removed.h"
#include "flow/strip.h"
#include "lib/container.h"
#include "lib/image.h"
#include "picture_files.h"

struct outcome {
	int started, refused;
	char why[600];
	uint32_t removed;
	int width, height, greyscale;
	char capture[20];
	int left_over;      /* a re-encoded form that was not bare, or that held canary text */
	int canary_colours; /* pixels of the colours that only previews and second pictures have */
	uint8_t corner[3][3];
};

static int is_near(const uint8_t *c, int r, int g, int b) {
	return abs(c[0] - r) < 12 && abs(c[1] - g) < 12 && abs(c[2] - b) < 12;
}

static void check_forms(const struct pixels *p, struct outcome *o) {
	for (int i = 0; i < 3; i++) {
		struct err e = { 0 };
		struct container_report r;
		auto_buf struct buf b;
		buf_init(&b, 1 << 28);
		int bad = i == 0   ? image_save_jpeg(p, 80, &b, &e)
			  : i == 1 ? image_save_avif(p, 60, &b, &e)
				   : image_save_png(p, &b, &e);
		if (bad || !container_is_bare(b.data, b.len, &r) || memmem(b.data, b.len, "CANARY", 6))
			o->left_over++;
	}
}

/* In the child: strips one file. */
static void strip_file(const void *arg, void *out) {
	struct outcome *o = out;
	struct err e = { 0 };
	auto_buf struct buf b;
	auto_strip struct stripped *s = NULL;
	buf_init(&b, 1 << 28);
	fixture_read(arg, &b);
	if (image_init(&e) < 0) return;
	o->started = 1;
	o->refused = strip_photo(b.data ? b.data : "", b.len, &s, &e) < 0;
	if (o->refused) {
		(void)snprintf(o->why, sizeof o->why, "%s", e.text);
		return;
	}
	const struct pixels *p = strip_pixels(s);
	o->removed = strip_removed(s);
	o->width = p->width;
	o->height = p->height;
	o->greyscale = strip_greyscale(s);
	(void)snprintf(o->capture, sizeof o->capture, "%s", strip_capture(s));
	for (size_t i = 0; i < (size_t)p->width * (size_t)p->height; i++)
		o->canary_colours += is_near(p->data + 3 * i, 255, 0, 254) || is_near(p->data + 3 * i, 1, 254, 255);
	if (p->width > 40 && p->height > 40) {
		memcpy(o->corner[0], pixels_at(p, 12, 12), 3);
		memcpy(o->corner[1], pixels_at(p, p->width - 13, 12), 3);
		memcpy(o->corner[2], pixels_at(p, 12, p->height - 13), 3);
	}
	check_forms(p, o);
}

static const char *fixtures_or_skip(void) {
	const char *dir = fixture_dir();
	if (!dir) {
		print_message("# no fixtures here: skipped\n");
		skip();
	}
	return dir;
}

static void judge_file(const char *path, const char *line) {
	char kind[200], expected[40];
	struct outcome o = { 0 };
	csv_field(line, 3, kind, sizeof kind);
	csv_field(line, 5, expected, sizeof expected);
	bool consent = !strncmp(kind, "role=consent", 12);
	int status = child_run(strip_file, path, &o, sizeof o);
	if (status || !o.started) fail_msg("%s: the child ended with status %x", path, (unsigned)status);
	if (!strcmp(expected, "accept") && !consent && o.refused) fail_msg("%s was refused: %s", path, o.why);
	if ((!strcmp(expected, "reject") || consent) && !o.refused) fail_msg("%s was accepted", path);
	if (o.refused && (strlen(o.why) < 20 || strstr(o.why, "CANARY"))) fail_msg("%s: \"%s\"", path, o.why);
	if (o.left_over) fail_msg("%s: %d re-encoded forms are not bare", path, o.left_over);
	/* previews and second pictures are flat (255,0,254) or (1,254,255); the test picture's rainbow has a few such pixels */
	if (!o.refused && o.canary_colours * 50 > o.width * o.height)
		fail_msg("%s: %d pixels in the colours of a preview", path, o.canary_colours);
}

static void I1_every_fixture_comes_out_as_its_manifest_says(void **state) {
	(void)state;
	const char *dir = fixtures_or_skip();
	char path[1200], name[400];
	int files = 0;
	auto_buf struct buf csv;
	buf_init(&csv, 1 << 20);
	(void)snprintf(path, sizeof path, "%s/manifest.csv", dir);
	fixture_read(path, &csv);
	char *rest = csv.data, *line = strsep(&rest, "\n"); /* the first line names the columns */
	while ((line = strsep(&rest, "\n"))) {
		csv_field(line, 0, name, sizeof name);
		if (!name[0]) continue;
		(void)snprintf(path, sizeof path, "%s/%s", dir, name);
		judge_file(path, line);
		files++;
	}
	assert_true(files >= 60);
}

static void run_fixture(const char *name, struct outcome *o) {
	char path[1200];
	(void)snprintf(path, sizeof path, "%s/%s", fixtures_or_skip(), name);
	*o = (struct outcome){ 0 };
	assert_int_equal(child_run(strip_file, path, o, sizeof *o), 0);
	assert_true(o->started);
}

static void every_orientation_comes_out_upright(void **state) {
	(void)state;
	for (int i = 1; i <= 8; i++) {
		char name[60];
		struct outcome o;
		(void)snprintf(name, sizeof name, "clean-decode/d-made-orient%d.jpg", i);
		run_fixture(name, &o);
		assert_int_equal(o.width, 400);
		assert_int_equal(o.height, 300);
		uint8_t(*c)[3] = o.corner;
		if (!(c[0][0] > 200 && c[0][1] < 60 && c[0][2] < 60)) fail_msg("%d: not red at the left top", i);
		if (!(c[1][1] > 120 && c[1][0] < 60 && c[1][2] < 80)) fail_msg("%d: not green at the right top", i);
		if (!(c[2][2] > 200 && c[2][0] < 60 && c[2][1] < 60)) fail_msg("%d: not blue at the left bottom", i);
	}
}

static void what_was_removed_is_reported(void **state) {
	(void)state;
	enum {
		CAMERA = REMOVED_GPS | REMOVED_SERIAL | REMOVED_OWNER | REMOVED_PREVIEW | REMOVED_DATES |
			 REMOVED_CAMERA | REMOVED_COMMENT | REMOVED_EXIF
	};
	static const struct {
		const char *name;
		uint32_t bits, absent;
	} cases[] = {
		{ "d-made-exif-xmp-iptc.jpg", CAMERA | REMOVED_XMP | REMOVED_IPTC, REMOVED_ICC | REMOVED_TRAILER },
		{ "d-made-all-slots.jpg",
			CAMERA | REMOVED_XMP | REMOVED_ICC | REMOVED_TRAILER | REMOVED_SECOND_IMAGE | REMOVED_OTHER,
			0 },
		{ "d-made-exif-xmp-icc.webp", CAMERA | REMOVED_ICC, REMOVED_TRAILER },
		{ "d-made-exif-xmp.heic", CAMERA | REMOVED_XMP, REMOVED_ICC },
		{ "d-made-multipage.tif",
			REMOVED_GPS | REMOVED_SERIAL | REMOVED_OWNER | REMOVED_DATES | REMOVED_CAMERA | REMOVED_XMP |
				REMOVED_IPTC | REMOVED_COMMENT | REMOVED_SECOND_IMAGE,
			REMOVED_PREVIEW },
		{ "d-made-all-chunks.png",
			REMOVED_OWNER | REMOVED_DATES | REMOVED_XMP | REMOVED_ICC | REMOVED_COMMENT | REMOVED_TRAILER,
			REMOVED_GPS },
		{ "d-made-subifd.tif", REMOVED_PREVIEW | REMOVED_COMMENT, REMOVED_GPS },
		{ "d-made-adobergb-icc.jpg", REMOVED_ICC, REMOVED_EXIF },
		{ "d-made-mpf-two-images.jpg", CAMERA | REMOVED_SECOND_IMAGE, REMOVED_XMP },
		{ "d-made-samsung-motionphoto.jpg", CAMERA | REMOVED_TRAILER, REMOVED_XMP },
		{ "libvips-ultra-hdr.jpg", REMOVED_SECOND_IMAGE | REMOVED_XMP | REMOVED_ICC, REMOVED_GPS },
		{ "ianare-iphone_13_pro_max.HEIC",
			REMOVED_DATES | REMOVED_CAMERA | REMOVED_MAKER | REMOVED_XMP | REMOVED_ICC | REMOVED_PREVIEW |
				REMOVED_SECOND_IMAGE,
			REMOVED_GPS | REMOVED_TRAILER },
		{ "ianare-DSCN0010.jpg", REMOVED_GPS | REMOVED_DATES | REMOVED_MAKER | REMOVED_PREVIEW, REMOVED_ICC },
		{ "jvoisin-dirty.avif", REMOVED_OWNER | REMOVED_XMP, REMOVED_GPS },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char name[80];
		struct outcome o;
		(void)snprintf(name, sizeof name, "clean-decode/%s", cases[i].name);
		run_fixture(name, &o);
		if ((o.removed & cases[i].bits) != cases[i].bits)
			fail_msg("%s: %x of %x found", name, o.removed & cases[i].bits, cases[i].bits);
		if (o.removed & cases[i].absent) fail_msg("%s: %x is not in it", name, o.removed & cases[i].absent);
	}
}

static void capture_time_and_grey_are_told(void **state) {
	(void)state;
	struct outcome o;
	run_fixture("clean-decode/d-made-grey.jpg", &o);
	assert_string_equal(o.capture, "2024:05:17 09:41:12");
	assert_true(o.greyscale);
	run_fixture("clean-decode/ianare-iphone_13_pro_max.HEIC", &o);
	assert_string_equal(o.capture, "2022:02:16 12:55:41");
	assert_false(o.greyscale);
	assert_int_equal(o.width, 3024); /* its own turn, once */
	assert_int_equal(o.height, 4032);
}

static void refusals_are_sentences(void **state) {
	(void)state;
	static const char *const cases[][2] = {
		{ "hostile/d-bomb-16383sq.webp", "This picture has 268 megapixels; the limit is 100" },
		{ "hostile/d-pdf-named.jpg",
			"This is a PDF, not a kind of photo Occlude takes (JPEG, PNG, TIFF, WebP, HEIC, AVIF)" },
		{ "hostile/d-svg-script.jpg", "This is a drawing (SVG), not a kind of photo" },
		{ "hostile/d-mvg-imagetragick.jpg", "This is a drawing (MVG), not a kind of photo" },
		{ "hostile/d-animated.gif", "This is an animation (GIF), not a kind of photo" },
		{ "hostile/d-zero-bytes.jpg", "This file is empty" },
		{ "hostile/d-truncated-half.jpg", "Part of this JPEG file is missing" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outcome o;
		run_fixture(cases[i][0], &o);
		assert_true(o.refused);
		if (strncmp(o.why, cases[i][1], strlen(cases[i][1])) != 0) fail_msg("%s: %s", cases[i][0], o.why);
	}
}

/* ---- colours ----------------------------------------------------------------------------------------------------- */

static double to_linear_a98(double v) {
	return pow(v / 255, 563.0 / 256);
}

static double to_srgb(double v) {
	if (v <= 0) return 0;
	if (v >= 1) return 255;
	return 255 * (v <= .0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - .055);
}

/* The A98 picture decoded with its profile, against the same coded data without it and our own arithmetic (Adobe RGB (1998),
 * 4.3.5: both primaries at D65, so one 3x3 matrix between linear values). */
static void compare_gamut(const void *arg, void *out) {
	struct err e = { 0 };
	auto_buf struct buf b, raw;
	auto_strip struct stripped *with = NULL, *without = NULL;
	double *ret = out, sum = 0, moved = 0;
	buf_init(&b, 1 << 24);
	buf_init(&raw, 1 << 24);
	fixture_read(arg, &b);
	if (image_init(&e) < 0) return;
	(void)buf_add(&raw, b.data, 2); /* every segment but APP2 */
	size_t at = 2;
	while ((uint8_t)b.data[at + 1] != 0xda) {
		size_t n = 2u + ((size_t)(uint8_t)b.data[at + 2] << 8 | (uint8_t)b.data[at + 3]);
		if ((uint8_t)b.data[at + 1] != 0xe2) (void)buf_add(&raw, b.data + at, n);
		at += n;
	}
	(void)buf_add(&raw, b.data + at, b.len - at);
	if (strip_photo(b.data, b.len, &with, &e) < 0 || strip_photo(raw.data, raw.len, &without, &e) < 0) return;
	const struct pixels *p = strip_pixels(with), *q = strip_pixels(without);
	size_t n = (size_t)p->width * (size_t)p->height;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *c = q->data + 3 * i, *d = p->data + 3 * i;
		double r = to_linear_a98(c[0]), g = to_linear_a98(c[1]), l = to_linear_a98(c[2]);
		double want[3] = { to_srgb(1.39836 * r - .39836 * g), to_srgb(g),
			to_srgb(-.04293 * g + 1.04293 * l) };
		for (int k = 0; k < 3; k++) sum += fabs(want[k] - d[k]), moved += abs(c[k] - d[k]);
	}
	ret[0] = sum / (3.0 * (double)n);
	ret[1] = moved / (3.0 * (double)n);
	ret[2] = 1;
}

static void I1_wide_gamut_becomes_srgb(void **state) {
	(void)state;
	char path[1200];
	double means[3] = { 0 };
	(void)snprintf(path, sizeof path, "%s/clean-decode/d-made-adobergb-icc.jpg", fixtures_or_skip());
	assert_int_equal(child_run(compare_gamut, path, means, sizeof means), 0);
	assert_true(means[2] == 1);
	if (means[0] > 1 || means[1] < 2) fail_msg("off by %.2f levels, moved by %.2f", means[0], means[1]);
}

/* ---- pictures of our own ----------------------------------------------------------------------------------------- */

struct own {
	int refused, refused_half, orientations_wrong, shrunk_width;
};

static void strip_own(const void *arg, void *out) {
	(void)arg;
	struct own *o = out;
	struct err e = { 0 };
	auto_pixels struct pixels p = { 0 };
	if (image_init(&e) < 0) return;
	picture_make(800, 600, &p);
	for (int i = 0; i < 3; i++) {
		auto_buf struct buf b;
		auto_strip struct stripped *s = NULL, *half = NULL;
		buf_init(&b, 1 << 24);
		(void)(i == 0    ? image_save_jpeg(&p, 80, &b, &e)
			: i == 1 ? image_save_avif(&p, 60, &b, &e)
				 : image_save_png(&p, &b, &e));
		o->refused += strip_photo(b.data, b.len, &s, &e) < 0 || strip_removed(s) != 0;
		o->refused_half += strip_photo(b.data, b.len / 2, &half, &e) < 0;
		if (i) continue;
		auto_strip struct stripped *small = NULL;
		if (strip_preview(b.data, b.len, 200, &small, &e) == 0) o->shrunk_width = strip_pixels(small)->width;
	}
	o->refused++; /* 1: all ran */
}

static void half_a_file_is_refused_in_every_format(void **state) {
	(void)state;
	struct own o = { 0 };
	assert_int_equal(child_run(strip_own, NULL, &o, sizeof o), 0);
	assert_int_equal(o.refused, 1);
	assert_int_equal(o.refused_half, 3);
	assert_int_equal(o.shrunk_width, 200);
}

static void sizes_never_grow(void **state) {
	(void)state;
	static const int cases[][5] = { { 4000, 3000, 1600, 1600, 1200 }, { 3000, 4000, 480, 360, 480 },
		{ 400, 300, 480, 400, 300 }, { 20000, 3, 480, 480, 1 }, { 1, 1, 480, 1, 1 } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int w, h;
		image_resized(cases[i][0], cases[i][1], cases[i][2], &w, &h);
		assert_int_equal(w, cases[i][3]);
		assert_int_equal(h, cases[i][4]);
	}
}

static void removed_bits_have_words(void **state) {
	(void)state;
	static const struct {
		uint32_t bits;
		const char *words;
	} cases[] = {
		{ 0, "nothing" },
		{ REMOVED_GPS | REMOVED_SERIAL | REMOVED_OWNER | REMOVED_PREVIEW,
			"GPS position, owner's name, camera serial number, embedded preview" },
		{ REMOVED_EXIF, "EXIF data" },
		{ 1u << 31, "other data" },
		{ 1u << 31 | REMOVED_OTHER, "other data" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_buf struct buf b;
		buf_init(&b, 1000);
		assert_int_equal(removed_words(cases[i].bits, &b), 0);
		assert_string_equal(buf_text(&b), cases[i].words);
	}
	for (uint32_t bit = 1; bit <= REMOVED_EXIF; bit <<= 1) {
		auto_buf struct buf b;
		buf_init(&b, 1000);
		assert_int_equal(removed_words(bit, &b), 0);
		if (bit != REMOVED_OTHER) assert_string_not_equal(buf_text(&b), "other data");
	}
}

int main(void) {
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(I1_every_fixture_comes_out_as_its_manifest_says),
		cmocka_unit_test(every_orientation_comes_out_upright),
		cmocka_unit_test(what_was_removed_is_reported),
		cmocka_unit_test(capture_time_and_grey_are_told),
		cmocka_unit_test(refusals_are_sentences),
		cmocka_unit_test(I1_wide_gamut_becomes_srgb),
		cmocka_unit_test(half_a_file_is_refused_in_every_format),
		cmocka_unit_test(sizes_never_grow),
		cmocka_unit_test(removed_bits_have_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_check.c: what is published is bare, and anything added to it is seen (I1, I6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "flow/check.h"
#include "flow/derive.h"
#include "lib/container.h"
#include "lib/image.h"
#include "picture_files.h"

static struct buf jpeg, avif, png;

static int setup(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_pixels struct pixels p = { 0 };
	buf_init(&jpeg, 1 << 20);
	buf_init(&avif, 1 << 20);
	buf_init(&png, 1 << 20);
	if (image_init(&e) < 0) return -1;
	picture_make(64, 48, &p);
	return image_save_jpeg(&p, 80, &jpeg, &e) || image_save_avif(&p, 60, &avif, &e) ||
	       image_save_png(&p, &png, &e);
}

static int teardown(void **state) {
	(void)state;
	buf_free(&jpeg);
	buf_free(&avif);
	buf_free(&png);
	image_shutdown();
	return 0;
}

/* `b` with `n` bytes put in at `at`. */
static void insert(const struct buf *b, size_t at, const void *what, size_t n, struct buf *ret) {
	buf_init(ret, 1 << 20);
	assert_true(at <= b->len);
	assert_int_equal(
		buf_add(ret, b->data, at) | buf_add(ret, what, n) | buf_add(ret, b->data + at, b->len - at), 0);
}

static size_t find(const struct buf *b, const char *what, size_t n) {
	const char *p = memmem(b->data, b->len, what, n);
	assert_non_null(p);
	return (size_t)(p - b->data);
}

static void assert_not_bare(const struct buf *b, const char *what) {
	struct container_report r;
	if (container_is_bare(b->data, b->len, &r)) fail_msg("%s went unnoticed", what);
	assert_true(r.stray[0]);
	assert_true(r.kinds);
}

static void put32(struct buf *b, size_t at, int64_t add) {
	uint8_t *p = (uint8_t *)b->data + at;
	uint32_t v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	v = (uint32_t)(v + add);
	for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void I1_our_own_encodings_are_bare(void **state) {
	(void)state;
	const struct buf *all[] = { &jpeg, &avif, &png };
	static const enum wire_format formats[] = { WIRE_JPEG, WIRE_AVIF, WIRE_PNG };
	for (size_t i = 0; i < 3; i++) {
		struct container_report r;
		auto_checked struct checked c = { 0 };
		struct err e = { 0 };
		if (!container_is_bare(all[i]->data, all[i]->len, &r)) fail_msg("format %zu: %s", i, r.stray);
		assert_int_equal(check_published(all[i]->data, all[i]->len, &c, &e), 0);
		assert_int_equal(c.left, 0);
		assert_int_equal(c.format, formats[i]);
		assert_int_equal(c.pixels.width, 64);
		assert_int_equal(c.pixels.height, 48);
	}
}

static void I1_a_cut_file_is_never_bare(void **state) {
	(void)state;
	const struct buf *all[] = { &jpeg, &avif, &png };
	struct container_report r;
	for (size_t i = 0; i < 3; i++)
		for (size_t n = 0; n < all[i]->len; n++) assert_false(container_is_bare(all[i]->data, n, &r));
}

static void I1_any_byte_after_the_end_is_seen(void **state) {
	(void)state;
	const struct buf *all[] = { &jpeg, &avif, &png };
	static const char tails[][12] = { "\0", "\n", "PK\3\4........", "\xff\xd8\xff\xe0......." };
	for (size_t i = 0; i < 3; i++)
		for (size_t t = 0; t < ARRAY_LEN(tails); t++) {
			auto_buf struct buf b;
			insert(all[i], all[i]->len, tails[t], t < 2 ? 1 : sizeof tails[t], &b);
			assert_not_bare(&b, "a trailer");
		}
}

static void I1_any_added_jpeg_segment_is_seen(void **state) {
	(void)state;
	/* every marker that takes a length, before and after each segment of the file */
	for (unsigned m = 0x02; m <= 0xfe; m++) {
		if ((m >= 0xd0 && m <= 0xd9) || m == 0xda) continue;
		uint8_t segment[20] = { 0xff, (uint8_t)m, 0, 18, 'C', 'A', 'N', 'A', 'R', 'Y' };
		for (size_t at = 2; (uint8_t)jpeg.data[at + 1] != 0xda;
			at += 2u + ((size_t)(uint8_t)jpeg.data[at + 2] << 8 | (uint8_t)jpeg.data[at + 3])) {
			auto_buf struct buf b;
			insert(&jpeg, at, segment, sizeof segment, &b);
			assert_not_bare(&b, "a segment");
		}
		auto_buf struct buf b;
		insert(&jpeg, jpeg.len - 2, segment, sizeof segment, &b);
		assert_not_bare(&b, "a segment after the coded data");
	}
}

static void I1_jpeg_hiding_places_are_seen(void **state) {
	(void)state;
	size_t sof = find(&jpeg, "\xff\xc0", 2), sos = find(&jpeg, "\xff\xda", 2);
	static const uint8_t exif[] = { 0xff, 0xe1, 0, 10, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I' };
	struct container_report r;
	auto_buf struct buf a, fill, stuff, rst, thumb, soi;
	insert(&jpeg, 2, exif, sizeof exif, &a);
	assert_false(container_is_bare(a.data, a.len, &r));
	assert_true(r.kinds & REMOVED_EXIF);
	insert(&jpeg, sof, "\xff\xff\xff", 3, &fill);
	assert_not_bare(&fill, "fill bytes");
	insert(&jpeg, sof, "hidden", 6, &stuff);
	assert_not_bare(&stuff, "bytes between segments");
	insert(&jpeg, sos + 40, "\xff\xd0", 2, &rst);
	assert_not_bare(&rst, "a restart marker");
	insert(&jpeg, sof, "\xff\xd8", 2, &soi);
	assert_not_bare(&soi, "a second start");
	/* a JFIF header may stand first; with a 1x1 thumbnail, or a second one, it may not */
	static const uint8_t jfif[] = { 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 2,
		3 };
	auto_buf struct buf plain, twice;
	insert(&jpeg, 2, jfif, 18, &plain);
	assert_true(container_is_bare(plain.data, plain.len, &r));
	insert(&plain, 20, jfif, 18, &twice);
	assert_not_bare(&twice, "a second JFIF header");
	insert(&jpeg, 2, jfif, sizeof jfif, &thumb);
	thumb.data[5] = 19;
	thumb.data[18] = thumb.data[19] = 1;
	assert_false(container_is_bare(thumb.data, thumb.len, &r));
	assert_true(r.kinds & REMOVED_PREVIEW);
}

/* Data after the last coded block, before the end marker: the walk cannot tell it from coded data, the decoder can. */
static void I1_bytes_behind_the_coded_data_are_refused(void **state) {
	(void)state;
	auto_buf struct buf b;
	auto_checked struct checked c = { 0 };
	struct err e = { 0 };
	insert(&jpeg, jpeg.len - 2, "CANARY-CANARY-CANARY-CANARY", 27, &b);
	int r = check_published(b.data, b.len, &c, &e);
	assert_true(r < 0 || c.left);
}

static uint32_t crc_slow(const uint8_t *p, size_t n) {
	uint32_t c = 0xffffffff;
	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
	}
	return ~c;
}

static void I1_any_added_png_chunk_is_seen(void **state) {
	(void)state;
	static const char types[][5] = { "tEXt", "zTXt", "iTXt", "eXIf", "tIME", "iCCP", "sRGB", "gAMA", "cHRM",
		"pHYs", "bKGD", "sBIT", "tRNS", "PLTE", "hIST", "sPLT", "acTL", "fcTL", "fdAT", "caBX", "prVW",
		"IHDR", "IEND", "IDAT" };
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		uint8_t chunk[16] = { 0, 0, 0, 4, 0, 0, 0, 0, 'C', 'A', 'N', 'A' };
		memcpy(chunk + 4, types[i], 4);
		uint32_t crc = crc_slow(chunk + 4, 8);
		for (int k = 0; k < 4; k++) chunk[12 + k] = (uint8_t)(crc >> (24 - 8 * k));
		const size_t places[] = { 33, png.len - 12, png.len };
		for (size_t k = i == ARRAY_LEN(types) - 1 ? 2 : 0; k < 3; k++) {
			auto_buf struct buf b;
			insert(&png, places[k], chunk, sizeof chunk, &b);
			assert_not_bare(&b, types[i]);
		}
	}
}

static void a_png_with_a_wrong_checksum_is_not_whole(void **state) {
	(void)state;
	auto_buf struct buf b;
	struct container_report r;
	insert(&png, 0, "", 0, &b);
	b.data[60] ^= 1;
	container_walk(b.data, b.len, &r);
	assert_false(r.whole);
	b.data[60] ^= 1;
	container_walk(b.data, b.len, &r);
	assert_true(r.whole);
}

/* Puts a box into the AVIF at `at` and makes `parents` boxes and the item's offset fit again. */
static void insert_box(size_t at, const void *box, size_t n, const char *const *parents, struct buf *ret) {
	insert(&avif, at, box, n, ret);
	for (; *parents; parents++) put32(ret, find(&avif, *parents, 4) - 4, (int64_t)n);
	put32(ret, find(ret, "iloc", 4) + 4 + 4 + 2 + 2 + 2 + 2, (int64_t)n); /* base offset */
}

static void I1_any_added_avif_box_is_seen(void **state) {
	(void)state;
	static const char *const nowhere[] = { NULL }, *const meta[] = { "meta", NULL };
	static const char *const ipco[] = { "meta", "iprp", "ipco", NULL }, *const iprp[] = { "meta", "iprp", NULL };
	static const char *const iinf[] = { "meta", "iinf", NULL };
	static const char types[][5] = { "free", "skip", "uuid", "moov", "Exif", "mime", "idat", "iref", "udta",
		"meta", "mdat", "colr", "ispe", "irot", "clap", "pasp", "udes", "hdlr", "infe", "ipma", "grpl",
		"ftyp" };
	size_t m = find(&avif, "meta", 4) - 4, d = find(&avif, "mdat", 4) - 4, p = find(&avif, "ipco", 4) - 4;
	size_t v = find(&avif, "infe", 4) - 4;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		uint8_t box[20] = { 0, 0, 0, 20, 0, 0, 0, 0, 'C', 'A', 'N', 'A', 'R', 'Y', 0, 0, 0, 0, 0, 1 };
		memcpy(box + 4, types[i], 4);
		auto_buf struct buf a, b, c, e, f, g;
		insert_box(m, box, sizeof box, nowhere, &a);
		assert_not_bare(&a, types[i]);
		insert_box(d, box, sizeof box, nowhere, &b);
		assert_not_bare(&b, types[i]);
		insert_box(m + 12, box, sizeof box, meta, &c);
		assert_not_bare(&c, types[i]);
		insert_box(p + 8, box, sizeof box, ipco, &e);
		assert_not_bare(&e, types[i]);
		insert_box(p, box, sizeof box, iprp, &f);
		assert_not_bare(&f, types[i]);
		insert_box(v, box, sizeof box, iinf, &g);
		assert_not_bare(&g, types[i]);
	}
}

static void I1_avif_hiding_places_are_seen(void **state) {
	(void)state;
	static const uint8_t obu[] = { 0x2a, 5, 4, 'C', 'A', 'N', 'A' };     /* an AV1 metadata unit */
	static const uint8_t padding[] = { 0x7a, 5, 'C', 'A', 'N', 'A', 0 }; /* an AV1 padding unit */
	static const char *const mdat[] = { "mdat", NULL };
	struct container_report r;
	size_t d = find(&avif, "mdat", 4) + 4;
	auto_buf struct buf a, b, c, name;
	/* one more byte of mdat that no item covers */
	insert(&avif, avif.len, "x", 1, &a);
	put32(&a, d - 8, 1);
	assert_not_bare(&a, "data outside the picture");
	const uint8_t *units[] = { obu, padding };
	struct buf *into[] = { &b, &c };
	for (size_t i = 0; i < 2; i++) {
		insert_box(d + 2, units[i], 7, mdat, into[i]);
		put32(into[i], find(into[i], "iloc", 4) + 16, -7);
		put32(into[i], find(into[i], "iloc", 4) + 26, 7); /* extent's length */
		assert_not_bare(into[i], "an AV1 unit");
		(void)container_is_bare(into[i]->data, into[i]->len, &r);
		assert_string_equal(r.stray, "metadata in the coded picture");
	}
	/* a handler with a name */
	insert(&avif, 0, "", 0, &name);
	memcpy(name.data + find(&name, "pict", 4) + 4, "Jane", 4);
	assert_not_bare(&name, "a name in hdlr");
}

static void I6_what_is_no_picture_or_broken_is_refused(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_checked struct checked c = { 0 };
	assert_int_equal(check_published("%PDF-1.4", 8, &c, &e), -1);
	assert_string_equal(e.rule, "I1");
	assert_int_equal(check_published("", 0, &c, &e), -1);
	const struct buf *all[] = { &jpeg, &avif, &png };
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(check_published(all[i]->data, all[i]->len * 2 / 3, &c, &e), -1);
}

static void I5_renditions_follow_the_recipe(void **state) {
	(void)state;
	static const struct {
		int width, height, count, sides[3];
	} cases[] = { { 2048, 1536, 6, { 480, 960, 1600 } }, { 900, 1200, 6, { 480, 960, 1200 } },
		{ 960, 400, 4, { 480, 960, 0 } }, { 300, 200, 2, { 300, 0, 0 } } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		auto_pixels struct pixels p = { 0 };
		auto_renditions struct renditions r = { 0 };
		auto_buf struct buf master;
		buf_init(&master, 1 << 24);
		picture_make(cases[i].width, cases[i].height, &p);
		assert_int_equal(image_save_png(&p, &master, &e), 0);
		assert_int_equal(derive_renditions(master.data, master.len, &r, &e), 0);
		assert_int_equal(r.count, cases[i].count);
		for (int k = 0; k < r.count; k++) {
			const struct rendition *one = &r.item[k];
			auto_checked struct checked c = { 0 };
			assert_int_equal(one->format, k % 2 ? WIRE_AVIF : WIRE_JPEG);
			assert_int_equal(one->width > one->height ? one->width : one->height, cases[i].sides[k / 2]);
			assert_int_equal(check_published(one->bytes.data, one->bytes.len, &c, &e), 0);
			if (c.left) fail_msg("rendition %d: %s", k, c.stray);
			assert_int_equal(c.pixels.width, one->width);
			assert_int_equal(c.pixels.height, one->height);
		}
	}
}

static void I1_a_master_that_is_not_bare_is_not_derived(void **state) {
	(void)state;
	struct err e = { 0 };
	struct renditions r = { 0 };
	auto_buf struct buf b;
	insert(&png, png.len, "x", 1, &b);
	assert_int_equal(derive_renditions(b.data, b.len, &r, &e), -1);
	assert_string_equal(e.rule, "I1");
	assert_int_equal(derive_renditions(jpeg.data, jpeg.len, &r, &e), -1);
}

int main(void) {
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(I1_our_own_encodings_are_bare),
		cmocka_unit_test(I1_a_cut_file_is_never_bare),
		cmocka_unit_test(I1_any_byte_after_the_end_is_seen),
		cmocka_unit_test(I1_any_added_jpeg_segment_is_seen),
		cmocka_unit_test(I1_jpeg_hiding_places_are_seen),
		cmocka_unit_test(I1_bytes_behind_the_coded_data_are_refused),
		cmocka_unit_test(I1_any_added_png_chunk_is_seen),
		cmocka_unit_test(a_png_with_a_wrong_checksum_is_not_whole),
		cmocka_unit_test(I1_any_added_avif_box_is_seen),
		cmocka_unit_test(I1_avif_hiding_places_are_seen),
		cmocka_unit_test(I6_what_is_no_picture_or_broken_is_refused),
		cmocka_unit_test(I5_renditions_follow_the_recipe),
		cmocka_unit_test(I1_a_master_that_is_not_bare_is_not_derived),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

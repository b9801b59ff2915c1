/* test_container.c: small files made here, one for each thing that the walk must find, and broken ones of every length. */
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
#include "picture_files.h"

static void be32(struct buf *b, uint32_t v) {
	const uint8_t p[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
	assert_int_equal(buf_add(b, p, 4), 0);
}

static void le32(struct buf *b, uint32_t v) {
	const uint8_t p[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };
	assert_int_equal(buf_add(b, p, 4), 0);
}

#define add(b, lit) assert_int_equal(buf_add((b), lit, sizeof(lit) - 1), 0)

static struct container_report walk(const struct buf *b) {
	struct container_report r;
	container_walk(b->data, b->len, &r);
	assert_true(r.exif_at <= b->len && r.exif_size <= b->len - r.exif_at);
	return r;
}

static void formats_are_known_by_their_bytes(void **state) {
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		enum wire_format format;
		const char *other;
	} cases[] = {
		{ "\xff\xd8\xff\xe0....", 8, WIRE_JPEG, NULL },
		{ "\x89PNG\r\n\x1a\n", 8, WIRE_PNG, NULL },
		{ "II*\0....", 8, WIRE_TIFF, NULL },
		{ "MM\0*....", 8, WIRE_TIFF, NULL },
		{ "RIFF....WEBP", 12, WIRE_WEBP, NULL },
		{ "RIFF....WAVE", 12, WIRE_NONE, "a sound or video" },
		{ "\0\0\0\x18"
		  "ftypheic\0\0\0\0mif1heic",
			24, WIRE_HEIF, NULL },
		{ "\0\0\0\x18"
		  "ftypmif1\0\0\0\0mif1avif",
			24, WIRE_AVIF, NULL },
		{ "\0\0\0\x18"
		  "ftypmp42\0\0\0\0isommp42",
			24, WIRE_NONE, "a video" },
		{ "%PDF-1.4", 8, WIRE_NONE, "a PDF" },
		{ "GIF89a..", 8, WIRE_NONE, "an animation (GIF)" },
		{ "  <svg xmlns=", 13, WIRE_NONE, "a drawing (SVG)" },
		{ "\xef\xbb\xbf<?xml ", 9, WIRE_NONE, "an XML file or drawing (SVG)" },
		{ "push graphic-context", 20, WIRE_NONE, "a drawing (MVG)" },
		{ "\xff\xd8", 2, WIRE_NONE, NULL },
		{ "hello", 5, WIRE_NONE, NULL },
		{ "", 0, WIRE_NONE, NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (container_sniff(cases[i].bytes, cases[i].n) != cases[i].format) fail_msg("case %zu", i);
		const char *other = cases[i].format ? NULL : container_sniff_other(cases[i].bytes, cases[i].n);
		if (!cases[i].other)
			assert_null(other);
		else if (!other || strcmp(other, cases[i].other) != 0)
			fail_msg("case %zu: %s", i, other ? other : "none");
	}
}

/* SOI, the segments given, a frame of 16x8, a scan, EOI. */
static void jpeg(struct buf *b, const void *segments, size_t n) {
	buf_init(b, 1 << 20);
	add(b, "\xff\xd8");
	assert_int_equal(buf_add(b, segments, n), 0);
	add(b, "\xff\xc0\0\x0b\x08\0\x08\0\x10\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0");
	add(b, "\x12\xff\0\x34\xff\xd9");
}

static void jpeg_segments_are_told(void **state) {
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		uint32_t kinds;
	} cases[] = {
		{ "", 0, 0 },
		{ "\xff\xe1\0\x0e"
		  "Exif\0\0II*\0\x08\0",
			16, REMOVED_EXIF },
		{ "\xff\xe1\0\x26"
		  "http://ns.adobe.com/xap/1.0/\0exif:GP",
			40, REMOVED_XMP },
		{ "\xff\xe1\0\x28"
		  "http://ns.adobe.com/xap/1.0/\0exif:GPS.",
			42, REMOVED_XMP | REMOVED_GPS },
		{ "\xff\xe1\0\x06"
		  "what",
			8, REMOVED_OTHER },
		{ "\xff\xe2\0\x10"
		  "ICC_PROFILE\0\1\1",
			18, REMOVED_ICC },
		{ "\xff\xe2\0\x0a"
		  "MPF\0II*\0",
			12, REMOVED_SECOND_IMAGE },
		{ "\xff\xe0\0\x09"
		  "JFXX\0\x10\0",
			11, REMOVED_PREVIEW },
		{ "\xff\xfe\0\x06"
		  "Jane",
			8, REMOVED_COMMENT },
		{ "\xff\xed\0\x1c"
		  "Photoshop 3.0\0"
		  "8BIM\4\4\0\0\0\0\0\0",
			30, REMOVED_IPTC },
		{ "\xff\xed\0\x1c"
		  "Photoshop 3.0\0"
		  "8BIM\4\x0c\0\0\0\0\0\0",
			30, REMOVED_PREVIEW | REMOVED_OTHER },
		{ "\xff\xee\0\x0e"
		  "Adobe\0d\0\0\0\0\1",
			16, 0 },
		{ "\xff\xec\0\x06"
		  "Duck",
			8, REMOVED_OTHER },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_buf struct buf b;
		jpeg(&b, cases[i].bytes, cases[i].n);
		struct container_report r = walk(&b);
		if (r.kinds != cases[i].kinds) fail_msg("case %zu: %x, not %x", i, r.kinds, cases[i].kinds);
		assert_true(r.whole);
		assert_int_equal(r.width, 16);
		assert_int_equal(r.height, 8);
		assert_int_equal(r.exif_size, i == 1 ? 6 : 0);
		if (i == 1) assert_memory_equal(b.data + r.exif_at, "II*\0", 4);
	}
}

static void a_jpeg_s_trailer_and_end_are_told(void **state) {
	(void)state;
	auto_buf struct buf b;
	jpeg(&b, "", 0);
	b.len -= 2;
	assert_false(walk(&b).whole);
	b.len += 2;
	add(&b, "SEFT");
	assert_int_equal(walk(&b).kinds, REMOVED_TRAILER);
	add(&b, "\xff\xd8\xff\xe1");
	assert_int_equal(walk(&b).kinds, REMOVED_TRAILER | REMOVED_SECOND_IMAGE);
}

static void webp_chunks_are_told(void **state) {
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, 1 << 16);
	add(&b, "RIFF");
	le32(&b, 4 + 18 + 20 + 12 + 14);
	add(&b, "WEBPVP8X\x0a\0\0\0\x2c\0\0\0\x3f\1\0\xef\0\0");
	add(&b, "EXIF\x0c\0\0\0"
		"Exif\0\0MM\0*\0\x08");
	add(&b, "XMP \4\0\0\0<x:>");
	add(&b, "ICCP\5\0\0\0prof.\0");
	struct container_report r = walk(&b);
	assert_int_equal(r.kinds, REMOVED_EXIF | REMOVED_XMP | REMOVED_ICC);
	assert_int_equal(r.width, 320);
	assert_int_equal(r.height, 240);
	assert_memory_equal(b.data + r.exif_at, "MM\0*", 4);
	assert_true(r.whole);
	add(&b, "more");
	assert_int_equal(walk(&b).kinds, REMOVED_EXIF | REMOVED_XMP | REMOVED_ICC | REMOVED_TRAILER);
}

static void tiff_pages_are_counted_once_in_a_cycle(void **state) {
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, 1 << 16);
	add(&b, "II*\0\x08\0\0\0");
	add(&b, "\2\0\0\1\3\0\1\0\0\0\x20\0\0\0\1\1\3\0\1\0\0\0\x10\0\0\0"); /* 32 x 16 */
	le32(&b, 38);
	add(&b, "\1\0\xfe\0\4\0\1\0\0\0\0\0\0\0"); /* page 2, whose next is page 1 */
	le32(&b, 8);
	struct container_report r = walk(&b);
	assert_int_equal(r.width, 32);
	assert_int_equal(r.height, 16);
	assert_int_equal(r.kinds, REMOVED_SECOND_IMAGE);
	assert_true(r.whole);
}

static void heif_items_are_found(void **state) {
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, 1 << 16);
	be32(&b, 24);
	add(&b, "ftypheic\0\0\0\0mif1heic");
	be32(&b, 12 + 14 + 14 + 21 + 21 + 16 + 14 + 14);
	add(&b, "meta\0\0\0\0");
	add(&b, "\0\0\0\x0epitm\0\0\0\0\0\1");
	add(&b, "\0\0\0\x38iinf\0\0\0\0\0\2");
	add(&b, "\0\0\0\x15infe\2\0\0\0\0\1\0\0hvc1\0\0\0\0\x15infe\2\0\0\0\0\2\0\0Exif\0");
	add(&b, "\0\0\0\x2ciloc\0\0\0\0\x44\0\0\2"
		"\0\1\0\0\0\1\0\0\0\x9e\0\0\0\4"
		"\0\2\0\0\0\1\0\0\0\xa2\0\0\0\x0e");
	size_t meta = b.len - 24;
	b.data[27] = (char)meta;
	be32(&b, 8 + 4 + 14);
	add(&b, "mdat");
	size_t at = b.len;
	add(&b, "hevc\0\0\0\6"
		"Exif\0\0II*\0");
	/* make the offsets fit what was written */
	char *iloc = memmem(b.data, b.len, "iloc", 4);
	iloc[4 + 8 + 9] = (char)at, iloc[4 + 8 + 14 + 9] = (char)(at + 4);
	struct container_report r = walk(&b);
	assert_int_equal(r.format, WIRE_HEIF);
	assert_true(r.whole);
	assert_true(r.kinds & REMOVED_EXIF);
	assert_int_equal(r.exif_size, 4);
	assert_memory_equal(b.data + r.exif_at, "II*\0", 4);
}

/* As many parts as a file can name cost no more than the cap. */
static void endless_parts_end(void **state) {
	(void)state;
	size_t n = 24u << 20;
	auto_free uint8_t *many = calloc(1, n);
	assert_non_null(many);
	clock_t from = clock();
	memcpy(many, "\x89PNG\r\n\x1a\n", 8); /* 2 million empty chunks */
	struct container_report r;
	container_walk(many, n, &r);
	assert_false(r.whole);
	memset(many, 0xff, n); /* 24 million fill bytes in front of a marker */
	memcpy(many, "\xff\xd8", 2);
	container_walk(many, n, &r);
	assert_false(r.whole);
	for (size_t i = 2; i + 1 < n; i += 2) many[i] = 0xff, many[i + 1] = 0xd8;
	container_walk(many, n, &r);
	assert_false(r.whole);
	memset(many, 0, n);
	memcpy(many,
		"\0\0\0\x10"
		"ftypavif",
		12);
	for (size_t i = 16; i + 8 < n; i += 8) many[i + 3] = 8; /* 3 million empty boxes */
	container_walk(many, n, &r);
	assert_false(r.whole);
	assert_true(clock() - from < 3 * CLOCKS_PER_SEC);
}

/* Every fixture, cut at many places: nothing outside the file is read (under the address sanitizer). */
static void cut_fixtures_do_no_harm(void **state) {
	(void)state;
	static const char *const names[] = { "d-made-all-slots.jpg", "d-made-all-chunks.png",
		"d-made-exif-xmp-icc.webp", "d-made-exif-xmp.heic", "jvoisin-dirty.avif", "d-made-multipage.tif",
		"d-made-subifd.tif" };
	const char *dir = fixture_dir();
	if (!dir) {
		print_message("# no fixtures here: skipped\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[1200];
		auto_buf struct buf b;
		buf_init(&b, 1 << 24);
		(void)snprintf(path, sizeof path, "%s/clean-decode/%s", dir, names[i]);
		fixture_read(path, &b);
		for (size_t n = 0; n < b.len; n += n < 3000 ? 7 : 1 + b.len / 200) {
			auto_free void *cut = malloc(n + 1);
			struct container_report r;
			assert_non_null(cut);
			memcpy(cut, b.data, n);
			container_walk(cut, n, &r);
			assert_true(r.exif_at <= n && r.exif_size <= n - r.exif_at);
		}
	}
}

int main(void) {
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_are_known_by_their_bytes),
		cmocka_unit_test(jpeg_segments_are_told),
		cmocka_unit_test(a_jpeg_s_trailer_and_end_are_told),
		cmocka_unit_test(webp_chunks_are_told),
		cmocka_unit_test(tiff_pages_are_counted_once_in_a_cycle),
		cmocka_unit_test(heif_items_are_found),
		cmocka_unit_test(endless_parts_end),
		cmocka_unit_test(cut_fixtures_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* container_parts.h: what the walkers of lib/container.h share: bounded reads and the report. Private to container*.c. */
#ifndef OCCLUDE_LIB_CONTAINER_PARTS_H
#define OCCLUDE_LIB_CONTAINER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/container.h"

/* Some bytes of the file. */
struct span {
	const uint8_t *p;
	size_t n;
};

/* The part from `at` of `n` bytes, cut to what is there. */
static inline struct span span_part(struct span s, size_t at, size_t n) {
	if (at > s.n) at = s.n;
	return (struct span){ at ? s.p + at : s.p, n < s.n - at ? n : s.n - at }; /* s.p may be NULL */
}

static inline struct span span_from(struct span s, size_t at) {
	return span_part(s, at, SIZE_MAX);
}

/* Numbers at `at`; 0 where the span has ended. */
static inline uint32_t span_u8(struct span s, size_t at) {
	return at < s.n ? s.p[at] : 0;
}
static inline uint32_t span_be16(struct span s, size_t at) {
	return span_u8(s, at) << 8 | span_u8(s, at + 1);
}
static inline uint32_t span_be32(struct span s, size_t at) {
	return span_be16(s, at) << 16 | span_be16(s, at + 2);
}
static inline uint32_t span_le16(struct span s, size_t at) {
	return span_u8(s, at) | span_u8(s, at + 1) << 8;
}
static inline uint32_t span_le32(struct span s, size_t at) {
	return span_le16(s, at) | span_le16(s, at + 2) << 16;
}
static inline uint64_t span_be64(struct span s, size_t at) {
	return (uint64_t)span_be32(s, at) << 32 | span_be32(s, at + 4);
}

/* Whether the bytes at `at` are those of the literal. */
#define span_is(s, at, lit) span_is_((s), (at), (lit), sizeof(lit) - 1)
static inline bool span_is_(struct span s, size_t at, const void *what, size_t n) {
	return at <= s.n && n <= s.n - at && !memcmp(s.p + at, what, n);
}

/* Adds `kinds` and, if it is the first, the words of what a published file may not hold. */
__attribute__((format(printf, 3, 4))) void container_stray(
	struct container_report *r, uint32_t kinds, const char *fmt, ...);
/* Notes where the first EXIF block is (its TIFF header at file offset `at`, `size` bytes to its end). */
void container_found_exif(struct container_report *r, struct span file, size_t at, size_t size);
/* What an XMP packet or a textual profile tells about: bits beside REMOVED_XMP. */
uint32_t container_xmp_kinds(struct span xmp);

/* What is needed to follow a baseline JPEG's coded data without decoding it. */
struct jpeg_scan {
	struct span huff[2][2]; /* DC and AC tables 0 and 1: 16 counts and the values */
	unsigned width, height, components;
	struct {
		unsigned id, h, v, dc, ac;
	} component[3];
};
/* Whether the coded data of a single baseline scan without restarts ends exactly with its last block: no bit missing,
 * none left over but the ones that fill the last byte. */
bool container_jpeg_scan_is_exact(const struct jpeg_scan *js, struct span coded);

/* `exact`: also follows the coded data to its last block, if nothing stray was met before it. */
void container_walk_jpeg(struct span file, bool exact, struct container_report *r);
void container_walk_png(struct span file, struct container_report *r);
void container_walk_webp(struct span file, struct container_report *r);
void container_walk_tiff(struct span file, struct container_report *r);
void container_walk_bmff(struct span file, struct container_report *r);
/* The format of an ISO base media file by its brands, or WIRE_NONE. */
enum wire_format container_bmff_format(struct span file);

#endif

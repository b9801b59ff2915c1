/* container_webp.c: walks the RIFF chunks of a WebP (RFC 9649). */
#include "lib/container_parts.h"

static uint32_t le24(struct span s, size_t at) {
	return span_le16(s, at) | span_u8(s, at + 2) << 16;
}

static void walk_chunk(struct span file, struct span id, struct span s, struct container_report *r) {
	if (span_is(id, 0, "VP8X")) {
		r->width = le24(s, 4) + 1;
		r->height = le24(s, 7) + 1;
	} else if (span_is(id, 0, "VP8 ")) {
		if (!r->width && span_is(s, 3, "\x9d\x01\x2a")) {
			r->width = span_le16(s, 6) & 0x3fff;
			r->height = span_le16(s, 8) & 0x3fff;
		}
	} else if (span_is(id, 0, "VP8L")) {
		if (!r->width && span_is(s, 0, "\x2f")) {
			r->width = (span_le32(s, 1) & 0x3fff) + 1;
			r->height = (span_le32(s, 1) >> 14 & 0x3fff) + 1;
		}
	} else if (span_is(id, 0, "ICCP")) {
		r->kinds |= REMOVED_ICC;
	} else if (span_is(id, 0, "EXIF")) {
		size_t at = (size_t)(s.p - file.p), skip = span_is(s, 0, "Exif\0\0") ? 6 : 0;
		container_found_exif(r, file, at + skip, s.n - skip);
	} else if (span_is(id, 0, "XMP ")) {
		r->kinds |= REMOVED_XMP | container_xmp_kinds(s);
	} else if (span_is(id, 0, "ANIM") || span_is(id, 0, "ANMF")) {
		r->animated = true;
		r->kinds |= REMOVED_SECOND_IMAGE;
	} else if (!span_is(id, 0, "ALPH")) {
		r->kinds |= REMOVED_OTHER;
	}
}

void container_walk_webp(struct span file, struct container_report *r) {
	size_t end = (size_t)span_le32(file, 4) + 8, at = 12;
	r->whole = end <= file.n;
	if (end + (end & 1) < file.n) r->kinds |= REMOVED_TRAILER;
	struct span riff = span_part(file, 0, end);
	for (unsigned parts = 0; parts < CONTAINER_PARTS_MAX && at + 8 <= riff.n; parts++) {
		size_t size = span_le32(riff, at + 4);
		struct span body = span_part(riff, at + 8, size);
		walk_chunk(file, span_part(riff, at, 4), body, r);
		if (body.n < size) {
			r->whole = false;
			return;
		}
		at += 8 + size + (size & 1);
	}
}

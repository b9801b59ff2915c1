/* container_png.c: walks the chunks of a PNG (W3C PNG, third edition). */
#include "base/mem.h"
#include "lib/container_parts.h"

/* CRC-32 as in ISO 3309 (PNG annex D), four bits at a time. */
static uint32_t crc32_of(struct span s) {
	static const uint32_t nibble[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4,
		0xa00ae278, 0xbdbdf21c };
	uint32_t c = 0xffffffff;
	for (size_t i = 0; i < s.n; i++) {
		c ^= s.p[i];
		c = c >> 4 ^ nibble[c & 15];
		c = c >> 4 ^ nibble[c & 15];
	}
	return ~c;
}

/* A textual chunk by its keyword. */
static uint32_t text_kinds(struct span s) {
	static const struct {
		const char *word;
		uint32_t kinds;
	} words[] = {
		{ "XML:com.adobe.xmp", REMOVED_XMP },
		{ "Raw profile type exif", REMOVED_EXIF },
		{ "Raw profile type APP1", REMOVED_EXIF },
		{ "Raw profile type xmp", REMOVED_XMP },
		{ "Raw profile type iptc", REMOVED_IPTC },
		{ "Raw profile type 8bim", REMOVED_IPTC },
		{ "Raw profile type icc", REMOVED_ICC },
		{ "Raw profile type icm", REMOVED_ICC },
		{ "Author", REMOVED_OWNER },
		{ "Artist", REMOVED_OWNER },
		{ "Copyright", REMOVED_OWNER },
		{ "Creation Time", REMOVED_DATES },
		{ "date:", REMOVED_DATES },
		{ "Thumb::", REMOVED_OTHER },
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (span_is_(s, 0, words[i].word, strlen(words[i].word)))
			return words[i].kinds | (words[i].kinds == REMOVED_XMP ? container_xmp_kinds(s) : 0);
	return REMOVED_COMMENT;
}

/* Chunks that say how to show the pixels and hold nothing private; still no part of a bare file. */
static bool is_display(struct span type) {
	static const char *const names[] = { "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "cICP", "sBIT", "bKGD", "pHYs",
		"hIST" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_is_(type, 0, names[i], 4)) return true;
	return false;
}

static void walk_header(struct span s, struct container_report *r) {
	r->width = span_be32(s, 0);
	r->height = span_be32(s, 4);
	bool ours = s.n == 13 && span_u8(s, 8) == 8 && (span_u8(s, 9) == 2 || span_u8(s, 9) == 0) &&
		    !span_u8(s, 10) && !span_u8(s, 11) && !span_u8(s, 12);
	if (!ours) container_stray(r, 0, "a header we do not write");
}

static void walk_ancillary(struct span file, struct span type, struct span s, struct container_report *r) {
	if (span_is(type, 0, "tEXt") || span_is(type, 0, "zTXt") || span_is(type, 0, "iTXt")) {
		container_stray(r, text_kinds(s), "text (%.4s)", (const char *)type.p);
	} else if (span_is(type, 0, "eXIf")) {
		container_stray(r, REMOVED_EXIF, "EXIF (eXIf)");
		container_found_exif(r, file, (size_t)(s.p - file.p), s.n);
	} else if (span_is(type, 0, "tIME")) {
		container_stray(r, REMOVED_DATES, "a date (tIME)");
	} else if (span_is(type, 0, "iCCP")) {
		container_stray(r, REMOVED_ICC, "a colour profile (iCCP)");
	} else if (span_is(type, 0, "acTL") || span_is(type, 0, "fcTL") || span_is(type, 0, "fdAT")) {
		r->animated = true;
		container_stray(r, REMOVED_SECOND_IMAGE, "an animation");
	} else {
		container_stray(r, is_display(type) ? 0 : REMOVED_OTHER, "a %.4s chunk", (const char *)type.p);
	}
}

void container_walk_png(struct span file, struct container_report *r) {
	size_t at = 8;
	unsigned data = 0; /* 1: in the run of IDAT, 2: past it */
	bool sound = true;
	for (unsigned parts = 0; parts < CONTAINER_PARTS_MAX && at + 12 <= file.n; parts++) {
		size_t size = span_be32(file, at);
		if (size > file.n - at - 12) return;
		struct span type = span_part(file, at + 4, 4), body = span_part(file, at + 8, size);
		bool critical = !(type.p[0] & 0x20);
		bool right = crc32_of(span_part(file, at + 4, size + 4)) == span_be32(file, at + 8 + size);
		if (critical && !right) sound = false;
		if (!right) container_stray(r, 0, "a wrong checksum");
		at += size + 12;
		bool is_data = span_is(type, 0, "IDAT");
		if (data == 1 && !is_data) data = 2;
		if (span_is(type, 0, "IHDR") && !parts) {
			walk_header(body, r);
		} else if (is_data && data < 2) {
			data = 1;
		} else if (span_is(type, 0, "IEND")) {
			r->whole = sound && data && r->width;
			if (size) container_stray(r, REMOVED_OTHER, "bytes in the end chunk");
			if (at < file.n) container_stray(r, REMOVED_TRAILER, "%zu bytes after the end", file.n - at);
			return;
		} else {
			walk_ancillary(file, type, body, r);
		}
	}
}

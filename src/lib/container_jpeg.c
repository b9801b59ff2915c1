/* container_jpeg.c: walks the segments of a JPEG (ITU-T T.81, annex B). */
#include "lib/container_parts.h"

enum {
	SOF0 = 0xc0,
	DHT = 0xc4,
	RST0 = 0xd0,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DRI = 0xdd,
	APP0 = 0xe0
};
enum { APP1 = 0xe1, APP2 = 0xe2, APP13 = 0xed, APP14 = 0xee, APP15 = 0xef, COM = 0xfe, TEM = 0x01 };

struct jpeg {
	struct span file;
	struct container_report *r;
	unsigned segments, frames, scans;
	struct jpeg_scan scan;
	uint32_t quant, huff; /* tables defined so far, a bit each */
};

/* JFIF 1.02: five letters, version, units, densities, thumbnail's sides, 3 bytes a pixel of it. */
static void walk_app0(struct jpeg *j, struct span s) {
	if (span_is(s, 0, "JFIF\0")) {
		size_t thumb = (size_t)span_u8(s, 12) * span_u8(s, 13) * 3;
		if (thumb || s.n > 14)
			container_stray(j->r, thumb ? REMOVED_PREVIEW : REMOVED_OTHER, "a JFIF thumbnail");
		if (j->segments != 1) container_stray(j->r, 0, "a JFIF header out of place");
	} else if (span_is(s, 0, "JFXX\0")) {
		container_stray(j->r, REMOVED_PREVIEW, "a JFXX thumbnail");
	} else {
		container_stray(j->r, REMOVED_MAKER, "an APP0 segment");
	}
}

static void walk_app1(struct jpeg *j, struct span s, size_t at) {
	static const char xap[] = "http://ns.adobe.com/xap/1.0/", ext[] = "http://ns.adobe.com/xmp/extension/";
	if (span_is(s, 0, "Exif\0")) {
		container_stray(j->r, REMOVED_EXIF, "EXIF in an APP1 segment");
		container_found_exif(j->r, j->file, at + 6, s.n > 6 ? s.n - 6 : 0);
	} else if (span_is_(s, 0, xap, sizeof xap) || span_is_(s, 0, ext, sizeof ext)) {
		container_stray(j->r, REMOVED_XMP | container_xmp_kinds(s), "XMP in an APP1 segment");
	} else {
		container_stray(j->r, REMOVED_OTHER, "an APP1 segment");
	}
}

static void walk_app2(struct jpeg *j, struct span s) {
	if (span_is(s, 0, "ICC_PROFILE\0"))
		container_stray(j->r, REMOVED_ICC, "a colour profile");
	else if (span_is(s, 0, "MPF\0") || span_is(s, 0, "urn:iso:std:iso:ts:21496"))
		container_stray(j->r, REMOVED_SECOND_IMAGE, "a second picture (APP2)");
	else if (span_is(s, 0, "FPXR\0"))
		container_stray(j->r, REMOVED_PREVIEW, "a FlashPix segment");
	else
		container_stray(j->r, REMOVED_OTHER, "an APP2 segment");
}

/* Photoshop's image resources: "8BIM", a number, a padded Pascal string, a length, padded bytes. */
static void walk_irb(struct jpeg *j, struct span s) {
	for (size_t at = 14; at + 12 <= s.n && span_is(s, at, "8BIM");) {
		uint32_t id = span_be16(s, at + 4);
		size_t name = (span_u8(s, at + 6) + 2u) & ~1u;
		size_t body = at + 6 + name + 4, size = span_be32(s, at + 6 + name);
		struct span data = span_part(s, body, size);
		if (id == 0x0404) j->r->kinds |= REMOVED_IPTC;
		if (id == 0x0409 || id == 0x040c) j->r->kinds |= REMOVED_PREVIEW;
		if (id == 0x040f) j->r->kinds |= REMOVED_ICC;
		if (id == 0x0422) j->r->kinds |= REMOVED_EXIF;
		if (id == 0x0424) j->r->kinds |= REMOVED_XMP | container_xmp_kinds(data);
		if (data.n < size) return;
		at = body + size + (size & 1);
	}
}

static void walk_app(struct jpeg *j, unsigned marker, struct span s, size_t at) {
	switch (marker) {
	case APP0:
		walk_app0(j, s);
		return;
	case APP1:
		walk_app1(j, s, at);
		return;
	case APP2:
		walk_app2(j, s);
		return;
	case APP13:
		if (span_is(s, 0, "Photoshop 3.0\0")) walk_irb(j, s);
		container_stray(j->r, j->r->kinds & REMOVED_IPTC ? 0 : REMOVED_OTHER, "an APP13 segment");
		return;
	case APP14: /* Adobe's word on the colour transform is part of the coding, but we never write it */
		container_stray(j->r, span_is(s, 0, "Adobe") && s.n == 12 ? 0 : REMOVED_OTHER, "an APP14 segment");
		return;
	default:
		container_stray(j->r, REMOVED_OTHER, "an APP%u segment", marker - APP0);
	}
}

/* Tables must fill their segments exactly and none may be given twice: nothing hides in them. */
static void walk_dqt(struct jpeg *j, struct span s) {
	size_t at = 0;
	while (at < s.n) {
		unsigned pq = span_u8(s, at) >> 4, tq = span_u8(s, at) & 15;
		if (pq > 1 || tq > 3 || j->quant & 1u << tq) break;
		j->quant |= 1u << tq;
		at += 1 + 64 * (pq + 1);
	}
	if (at != s.n) container_stray(j->r, 0, "bytes in a quantization table");
}

static void walk_dht(struct jpeg *j, struct span s) {
	size_t at = 0;
	while (at < s.n) {
		unsigned id = span_u8(s, at), count = 0;
		if ((id & 0xee) || j->huff & 1u << id) break;
		j->huff |= 1u << id;
		j->scan.huff[id >> 4][id & 1] = span_from(s, at + 1);
		for (size_t i = 1; i <= 16; i++) count += span_u8(s, at + i);
		at += 17 + count;
	}
	if (at != s.n) container_stray(j->r, 0, "bytes in a Huffman table");
}

static void walk_frame(struct jpeg *j, unsigned marker, struct span s) {
	unsigned n = span_u8(s, 5);
	if (!j->frames++) {
		j->r->height = span_be16(s, 1);
		j->r->width = span_be16(s, 3);
	}
	if (marker != SOF0 || j->frames > 1 || span_u8(s, 0) != 8 || (n != 1 && n != 3) || s.n != 6 + 3 * n)
		container_stray(j->r, 0, "a frame we do not write");
	j->scan.width = span_be16(s, 3);
	j->scan.height = span_be16(s, 1);
	j->scan.components = n == 1 ? 1 : 3;
	for (unsigned i = 0; i < j->scan.components; i++) {
		j->scan.component[i].id = span_u8(s, 6 + 3 * (size_t)i);
		j->scan.component[i].h = span_u8(s, 7 + 3 * (size_t)i) >> 4;
		j->scan.component[i].v = span_u8(s, 7 + 3 * (size_t)i) & 15;
	}
}

static void walk_scan_header(struct jpeg *j, struct span s) {
	unsigned n = span_u8(s, 0);
	bool ours = n == j->scan.components && s.n == 4 + 2 * (size_t)n && span_u8(s, 1 + 2 * (size_t)n) == 0 &&
		    span_u8(s, 2 + 2 * (size_t)n) == 63 && span_u8(s, 3 + 2 * (size_t)n) == 0;
	for (unsigned i = 0; i < n && i < 3; i++) {
		unsigned tables = span_u8(s, 2 + 2 * (size_t)i);
		if (span_u8(s, 1 + 2 * (size_t)i) != j->scan.component[i].id || tables & 0xee) ours = false;
		j->scan.component[i].dc = tables >> 4 & 1;
		j->scan.component[i].ac = tables & 1;
	}
	if (!ours) container_stray(j->r, 0, "a scan we do not write");
}

static bool is_frame(unsigned m) {
	return m >= 0xc0 && m <= 0xcf && m != DHT && m != 0xc8 && m != 0xcc;
}

static void walk_segment(struct jpeg *j, unsigned marker, struct span s, size_t at) {
	if (j->scans) container_stray(j->r, 0, "a segment after the coded data");
	if (marker >= APP0 && marker <= APP15) {
		walk_app(j, marker, s, at);
	} else if (is_frame(marker)) {
		walk_frame(j, marker, s);
	} else if (marker == DQT) {
		walk_dqt(j, s);
	} else if (marker == DHT) {
		walk_dht(j, s);
	} else if (marker == COM) {
		container_stray(j->r, REMOVED_COMMENT, "a comment");
	} else if (marker != SOS) {
		container_stray(j->r, REMOVED_OTHER, "a segment FF%02X", marker);
	} else {
		walk_scan_header(j, s);
	}
}

/* Passes over coded data and its restart markers; returns where the next marker's FF lies (or the file's end). */
static size_t skip_scan(struct jpeg *j, size_t at) {
	for (;;) {
		struct span rest = span_from(j->file, at);
		const uint8_t *ff = rest.n ? memchr(rest.p, 0xff, rest.n) : NULL;
		if (!ff || ff + 1 >= rest.p + rest.n) return j->file.n;
		at = (size_t)(ff - j->file.p);
		unsigned m = ff[1];
		if (m == 0xff) {
			container_stray(j->r, 0, "filling in the coded data");
			at++;
		} else if (m >= RST0 && m < RST0 + 8) {
			container_stray(j->r, 0, "a restart marker");
			at += 2;
		} else if (m == 0) {
			at += 2;
		} else {
			return at;
		}
	}
}

static void walk_trailer(struct jpeg *j, size_t at) {
	struct span tail = span_from(j->file, at);
	j->r->whole = j->frames && j->scans;
	if (!tail.n) return;
	container_stray(j->r, REMOVED_TRAILER, "%zu bytes after the end", tail.n);
	if (memmem(tail.p, tail.n, "\xff\xd8\xff", 3)) j->r->kinds |= REMOVED_SECOND_IMAGE;
}

void container_walk_jpeg(struct span file, bool exact, struct container_report *r) {
	struct jpeg j = { .file = file, .r = r };
	size_t at = 2;
	for (unsigned parts = 0; parts < CONTAINER_PARTS_MAX && at + 1 < file.n; parts++) {
		if (file.p[at] != 0xff || file.p[at + 1] == 0xff || file.p[at + 1] == 0) {
			container_stray(r, 0, "bytes between segments");
			const uint8_t *ff = memchr(file.p + at + 1, 0xff, file.n - at - 1);
			if (!ff) return;
			at = (size_t)(ff - file.p);
			continue;
		}
		unsigned marker = file.p[at + 1];
		at += 2;
		if (marker == EOI) {
			walk_trailer(&j, at);
			return;
		}
		if (marker == TEM || (marker >= RST0 && marker <= SOI)) {
			container_stray(r, 0, "a marker out of place");
			continue;
		}
		size_t size = span_be16(file, at);
		if (size < 2 || size > file.n - at) return;
		j.segments++;
		walk_segment(&j, marker, span_part(file, at + 2, size - 2), at + 2);
		at += size;
		if (marker != SOS) continue;
		j.scans++;
		size_t from = at;
		at = skip_scan(&j, at);
		if (exact && !r->stray[0] && !container_jpeg_scan_is_exact(&j.scan, span_part(file, from, at - from)))
			container_stray(r, 0, "bytes behind the coded data");
	}
}

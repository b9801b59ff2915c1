/* container_bmff.c: walks the boxes of HEIF and AVIF (ISO/IEC 14496-12, 23008-12; AVIF 1.1) and the open bitstream units
 * of an AVIF's picture (AV1, section 5). */
#include <stdlib.h>

#include "base/mem.h"
#include "lib/container_parts.h"

enum { ITEMS_MAX = 2048, BRANDS_MAX = 64 };

enum item_role { ROLE_PRIMARY = 1, ROLE_THUMB = 2, ROLE_AUX = 4, ROLE_TILE = 8 };

struct item {
	uint32_t id, role, construction, extents;
	char type[4];
	uint64_t at, size; /* the first extent, in the file or in idat */
};

struct bmff {
	struct span file;
	struct container_report *r;
	unsigned parts, items, top, seen; /* seen: meta's and ipco's boxes, a bit each */
	uint32_t primary;
	struct span idat, mdat;
	bool only_alpha; /* every auxiliary picture is transparency */
	struct item item[ITEMS_MAX];
};

enum seen {
	SEEN_HDLR = 1,
	SEEN_PITM = 2,
	SEEN_ILOC = 4,
	SEEN_IINF = 8,
	SEEN_IPRP = 16,
	SEEN_ISPE = 32,
	SEEN_PIXI = 64
};
enum { SEEN_AV1C = 128, SEEN_COLR = 256, SEEN_IPCO = 512, SEEN_IPMA = 1024, SEEN_ALL = 2047 };

struct box {
	struct span type, body;
	size_t end; /* of the box within its parent */
};

/* The box at `at`; false if there is none or it reaches beyond its parent (then the parent is not whole). */
static bool next_box(struct bmff *b, struct span in, size_t at, struct box *ret) {
	if (at > in.n || in.n - at < 8 || b->parts++ >= CONTAINER_PARTS_MAX) return false;
	uint64_t size = span_be32(in, at), head = 8;
	if (size == 1) {
		size = span_be64(in, at + 8);
		head = 16;
	} else if (size == 0) {
		size = in.n - at;
	}
	if (size < head || size > in.n - at) return false;
	ret->type = span_part(in, at + 4, 4);
	ret->body = span_part(in, at + (size_t)head, (size_t)(size - head));
	ret->end = at + (size_t)size;
	return true;
}

enum wire_format container_bmff_format(struct span file) {
	static const char heif[][5] = { "heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1",
		"msf1" };
	if (!span_is(file, 4, "ftyp")) return WIRE_NONE;
	size_t size = span_be32(file, 0);
	struct span s = span_part(file, 0, size < 8 + 4 * BRANDS_MAX ? size : 8 + 4 * BRANDS_MAX);
	enum wire_format found = WIRE_NONE;
	for (size_t at = 8; at + 4 <= s.n; at += at == 8 ? 8 : 4) {
		if (span_is(s, at, "avif") || span_is(s, at, "avis")) return WIRE_AVIF;
		for (size_t i = 0; i < ARRAY_LEN(heif); i++)
			if (span_is_(s, at, heif[i], 4)) found = WIRE_HEIF;
	}
	return found;
}

static void once(struct bmff *b, unsigned bit, bool right, const char *what) {
	if (b->seen & bit || !right) container_stray(b->r, 0, "more than there should be in %s", what);
	b->seen |= bit;
}

static struct item *item_of(struct bmff *b, uint32_t id) {
	for (unsigned i = 0; i < b->items; i++)
		if (b->item[i].id == id) return &b->item[i];
	if (b->items == ITEMS_MAX) {
		container_stray(b->r, REMOVED_OTHER, "too many items");
		return NULL;
	}
	b->item[b->items] = (struct item){ .id = id };
	return &b->item[b->items++];
}

static void walk_infe(struct bmff *b, struct span s) {
	unsigned version = span_u8(s, 0);
	size_t at = version == 3 ? 8 : 6;
	struct item *it = version >= 2 ? item_of(b, version == 3 ? span_be32(s, 4) : span_be16(s, 4)) : NULL;
	if (!it) return;
	struct span type = span_part(s, at + 2, 4);
	if (type.n == 4) memcpy(it->type, type.p, 4);
	bool plain = span_is(type, 0, "av01") && span_u8(s, at + 6) == 0 && s.n == at + 7 && span_be16(s, at) == 0;
	if (!plain) container_stray(b->r, 0, "an item \"%.4s\"", it->type);
	if (span_is(type, 0, "mime") && s.n > at + 7 && memmem(s.p + at + 6, s.n - at - 6, "rdf+xml", 7))
		b->r->kinds |= REMOVED_XMP;
}

static void walk_iinf(struct bmff *b, struct span s) {
	bool wide = span_u8(s, 0) != 0;
	size_t at = wide ? 8 : 6;
	uint32_t count = wide ? span_be32(s, 4) : span_be16(s, 4);
	struct box box;
	unsigned n = 0;
	for (; next_box(b, s, at, &box); at = box.end, n++)
		if (span_is(box.type, 0, "infe")) walk_infe(b, box.body);
	once(b, SEEN_IINF, count == 1 && n == 1 && at == s.n, "iinf");
}

static uint64_t sized(struct span s, size_t *at, unsigned bytes) {
	uint64_t v = bytes == 8 ? span_be64(s, *at) : bytes == 4 ? span_be32(s, *at) : 0;
	*at += bytes;
	return v;
}

static void walk_iloc(struct bmff *b, struct span s) {
	unsigned version = span_u8(s, 0), offset = span_u8(s, 4) >> 4, length = span_u8(s, 4) & 15;
	unsigned base = span_u8(s, 5) >> 4, index = version ? span_u8(s, 5) & 15 : 0;
	size_t at = version < 2 ? 8 : 10;
	uint32_t count = version < 2 ? span_be16(s, 6) : span_be32(s, 6);
	for (uint32_t i = 0; i < count && at < s.n; i++) {
		uint32_t id = version < 2 ? span_be16(s, at) : span_be32(s, at);
		at += version < 2 ? 2 : 4;
		uint32_t construction = version ? span_be16(s, at) & 15 : 0;
		at += version ? 4 : 2;
		uint64_t from = sized(s, &at, base);
		uint32_t extents = span_be16(s, at);
		at += 2;
		struct item *it = item_of(b, id);
		if (!it) return;
		it->construction = construction;
		it->extents = extents;
		for (uint32_t x = 0; x < extents && at < s.n; x++) {
			at += index;
			uint64_t o = sized(s, &at, offset), n = sized(s, &at, length);
			if (x == 0) it->at = from + o, it->size = n;
		}
	}
	once(b, SEEN_ILOC, count == 1 && at == s.n && version < 2, "iloc");
}

static void walk_iref(struct bmff *b, struct span s) {
	bool wide = span_u8(s, 0) != 0;
	size_t w = wide ? 4 : 2;
	struct box box;
	container_stray(b->r, 0, "references between items");
	for (size_t at = 4; next_box(b, s, at, &box); at = box.end) {
		struct item *from = item_of(b, wide ? span_be32(box.body, 0) : span_be16(box.body, 0));
		if (from && span_is(box.type, 0, "thmb")) from->role |= ROLE_THUMB;
		if (from && span_is(box.type, 0, "auxl")) from->role |= ROLE_AUX;
		if (!span_is(box.type, 0, "dimg")) continue;
		uint32_t n = span_be16(box.body, w);
		for (size_t i = 0, o = w + 2; i < n && o + w <= box.body.n; i++, o += w) {
			struct item *to = item_of(b, wide ? span_be32(box.body, o) : span_be16(box.body, o));
			if (to) to->role |= ROLE_TILE;
		}
	}
}

static void walk_property(struct bmff *b, struct box p) {
	struct span s = p.body;
	if (span_is(p.type, 0, "ispe")) {
		once(b, SEEN_ISPE, s.n == 12, "ispe");
		uint32_t w = span_be32(s, 4), h = span_be32(s, 8);
		if ((uint64_t)w * h > (uint64_t)b->r->width * b->r->height) b->r->width = w, b->r->height = h;
	} else if (span_is(p.type, 0, "pixi")) {
		once(b, SEEN_PIXI, s.n == 5 + (size_t)span_u8(s, 4) && s.n <= 8, "pixi");
	} else if (span_is(p.type, 0, "av1C")) {
		once(b, SEEN_AV1C, s.n == 4, "av1C");
	} else if (span_is(p.type, 0, "colr")) {
		bool nclx = span_is(s, 0, "nclx");
		if (nclx)
			once(b, SEEN_COLR, s.n == 11, "colr");
		else
			container_stray(b->r, REMOVED_ICC, "a colour profile");
	} else if (span_is(p.type, 0, "auxC")) {
		if (!s.n || !memmem(s.p, s.n, "alpha", 5)) b->only_alpha = false;
		container_stray(b->r, 0, "an auxiliary picture");
	} else if (span_is(p.type, 0, "udes")) {
		container_stray(b->r, REMOVED_COMMENT, "a description");
	} else {
		bool uuid = span_is(p.type, 0, "uuid") || span_is(p.type, 0, "free");
		container_stray(b->r, uuid ? REMOVED_OTHER : 0, "a property \"%.4s\"", (const char *)p.type.p);
	}
}

static void walk_iprp(struct bmff *b, struct span s) {
	struct box box, p;
	size_t at = 0;
	for (; next_box(b, s, at, &box); at = box.end) {
		if (span_is(box.type, 0, "ipco")) {
			size_t in = 0;
			for (; next_box(b, box.body, in, &p); in = p.end) walk_property(b, p);
			once(b, SEEN_IPCO, in == box.body.n, "ipco");
		} else if (span_is(box.type, 0, "ipma")) {
			/* version 0, flags 0: count, item, how many, one byte each */
			size_t n = span_u8(box.body, 10);
			once(b, SEEN_IPMA, span_be32(box.body, 0) == 0 && box.body.n == 11 + n && n <= 4, "ipma");
		} else {
			container_stray(b->r, REMOVED_OTHER, "a box \"%.4s\"", (const char *)box.type.p);
		}
	}
	once(b, SEEN_IPRP, at == s.n, "iprp");
}

/* Version, predefined, "pict", three reserved words, an empty name. */
static bool is_plain_handler(struct span s) {
	return s.n == 25 && !span_be64(s, 0) && span_is(s, 8, "pict") && !span_be64(s, 12) && !span_be32(s, 20) &&
	       !span_u8(s, 24);
}

static void walk_meta(struct bmff *b, struct span s) {
	struct box box;
	size_t at = 4;
	for (; next_box(b, s, at, &box); at = box.end) {
		if (span_is(box.type, 0, "hdlr"))
			once(b, SEEN_HDLR, is_plain_handler(box.body), "hdlr");
		else if (span_is(box.type, 0, "pitm")) {
			b->primary = span_u8(box.body, 0) ? span_be32(box.body, 4) : span_be16(box.body, 4);
			once(b, SEEN_PITM, box.body.n == 6, "pitm");
		} else if (span_is(box.type, 0, "iinf"))
			walk_iinf(b, box.body);
		else if (span_is(box.type, 0, "iloc"))
			walk_iloc(b, box.body);
		else if (span_is(box.type, 0, "iref"))
			walk_iref(b, box.body);
		else if (span_is(box.type, 0, "iprp"))
			walk_iprp(b, box.body);
		else {
			bool usual = span_is(box.type, 0, "dinf") || span_is(box.type, 0, "idat") ||
				     span_is(box.type, 0, "grpl");
			if (span_is(box.type, 0, "idat")) b->idat = box.body;
			container_stray(b->r, usual ? 0 : REMOVED_OTHER, "a box \"%.4s\"", (const char *)box.type.p);
		}
	}
	if (at != s.n) container_stray(b->r, 0, "bytes after the boxes of meta");
}

static bool is_picture(const struct item *it) {
	static const char types[][5] = { "av01", "hvc1", "hev1", "lhv1", "avc1", "jpeg", "grid", "iovl", "iden",
		"tmap", "j2k1" };
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (!memcmp(it->type, types[i], 4)) return true;
	return false;
}

/* An item's first extent. */
static struct span item_span(const struct bmff *b, const struct item *it) {
	struct span in = it->construction == 1 ? b->idat : b->file;
	if (it->construction > 1 || it->at > in.n) return (struct span){ 0 };
	return span_part(in, (size_t)it->at, it->size > in.n ? in.n : (size_t)it->size);
}

static void judge_item(struct bmff *b, const struct item *it) {
	struct container_report *r = b->r;
	struct span s = item_span(b, it);
	if (is_picture(it)) {
		if (it->role & ROLE_THUMB)
			container_stray(r, REMOVED_PREVIEW, "a preview");
		else if (it->role & ROLE_AUX)
			container_stray(r, b->only_alpha ? 0 : REMOVED_SECOND_IMAGE, "an auxiliary picture");
		else if (it->id != b->primary && !(it->role & ROLE_TILE))
			container_stray(r, REMOVED_SECOND_IMAGE, "a second picture");
	} else if (!memcmp(it->type, "Exif", 4)) {
		size_t skip = s.n >= 4 ? (size_t)span_be32(s, 0) + 4 : 0;
		r->kinds |= REMOVED_EXIF;
		if (s.n && skip < s.n) container_found_exif(r, b->file, (size_t)(s.p - b->file.p) + skip, s.n - skip);
	} else if (!memcmp(it->type, "mime", 4) && s.n && memmem(s.p, s.n, "<x:xmpmeta", 10)) {
		r->kinds |= REMOVED_XMP | container_xmp_kinds(s);
	} else if (memcmp(it->type, "mime", 4) || !(r->kinds & REMOVED_XMP)) {
		container_stray(r, REMOVED_OTHER, "an item \"%.4s\"", it->type);
	}
}

/* AV1 5.3: only what makes the picture: sequence header, temporal delimiter, frame, frame header, tiles; no metadata, no
 * padding, no byte left over. */
static bool is_bare_av1(struct span s) {
	size_t at = 0;
	for (unsigned n = 0; at < s.n && n < 64; n++) {
		unsigned head = span_u8(s, at), type = head >> 3 & 15;
		uint64_t size = 0;
		bool allowed = type == 1 || type == 2 || type == 3 || type == 4 || type == 6;
		if (head & 0x85 || !(head & 2) || !allowed)
			return false; /* forbidden, extension, reserved; must have a size */
		at++;
		for (unsigned i = 0;; i++) {
			if (i == 8 || at >= s.n) return false;
			uint64_t byte = s.p[at++];
			size |= (byte & 0x7f) << 7 * i;
			if (!(byte & 0x80)) break;
		}
		if (size > s.n - at || (type == 2 && size)) return false;
		at += (size_t)size;
	}
	return at == s.n && s.n;
}

static void judge_bareness(struct bmff *b) {
	struct container_report *r = b->r;
	const struct item *it = &b->item[0];
	if ((b->seen & SEEN_ALL) != SEEN_ALL || b->items != 1) {
		container_stray(r, 0, "boxes we do not write");
		return;
	}
	struct span s = item_span(b, it);
	if (it->id != b->primary || it->extents != 1 || it->construction || s.p != b->mdat.p || s.n != b->mdat.n)
		container_stray(r, 0, "data outside the picture");
	else if (!is_bare_av1(s))
		container_stray(r, REMOVED_OTHER, "metadata in the coded picture");
}

static void walk_top(struct bmff *b, struct box box) {
	static const char *const order[] = { "ftyp", "meta", "mdat" };
	struct container_report *r = b->r;
	unsigned place = b->top++;
	if (place > 2 || !span_is_(box.type, 0, order[place], 4))
		container_stray(r, 0, "a box \"%.4s\"", (const char *)box.type.p);
	if (span_is(box.type, 0, "meta")) {
		walk_meta(b, box.body);
	} else if (span_is(box.type, 0, "mdat")) {
		b->mdat = box.body;
	} else if (span_is(box.type, 0, "ftyp")) {
		if (box.body.n > 8 + 4 * 8) container_stray(r, REMOVED_OTHER, "too many brands");
	} else if (span_is(box.type, 0, "moov") || span_is(box.type, 0, "mpvd")) {
		container_stray(r, REMOVED_SECOND_IMAGE, "a film");
	} else if (span_is(box.type, 0, "uuid")) {
		bool xmp = span_is(box.body, 0, "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac");
		r->kinds |= xmp ? REMOVED_XMP | container_xmp_kinds(box.body) : REMOVED_OTHER;
	} else {
		for (size_t i = 0; i < box.body.n; i++)
			if (box.body.p[i]) {
				r->kinds |= REMOVED_OTHER;
				break;
			}
	}
}

void container_walk_bmff(struct span file, struct container_report *r) {
	struct bmff *b = calloc(1, sizeof *b); /* items are many: not on the stack */
	if (!b) return;                        /* not whole, so refused */
	b->file = file;
	b->r = r;
	b->only_alpha = true;
	size_t at = 0;
	struct box box;
	for (; next_box(b, file, at, &box); at = box.end) walk_top(b, box);
	r->whole = at == file.n && b->seen & SEEN_IINF;
	if (at < file.n && b->seen & SEEN_IINF && b->mdat.p)
		container_stray(r, REMOVED_TRAILER, "bytes after the last box");
	for (unsigned i = 0; i < b->items; i++) judge_item(b, &b->item[i]);
	judge_bareness(b);
	free(b);
}

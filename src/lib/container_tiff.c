/* container_tiff.c: walks the directories of a TIFF (TIFF 6.0) and copies the part of an EXIF block (EXIF 2.32) that is
 * safe to hand to a parser which follows offsets. */
#include "lib/container_parts.h"

enum {
	DIRS_MAX = 64,     /* directories of one file */
	ENTRIES_MAX = 512, /* entries of one directory */
	VALUE_MAX = 64 * 1024,
	SUBDIRS_MAX = 16
};

enum {
	TAG_SUBFILE = 254,
	TAG_WIDTH = 256,
	TAG_HEIGHT = 257,
	TAG_STRIPS = 273,
	TAG_SUBDIRS = 330,
	TAG_THUMB = 0x0201,
	TAG_XMP = 700,
	TAG_IPTC = 33723,
	TAG_PHOTOSHOP = 34377,
	TAG_EXIF = 34665,
	TAG_ICC = 34675,
	TAG_GPS = 34853,
	TAG_INTEROP = 0xa005,
	TAG_MAKER = 0x927c,
	TAG_DNG_PRIVATE = 0xc634
};

struct tiff {
	struct span s;
	bool big; /* "MM" */
};

static uint32_t tiff16(const struct tiff *t, size_t at) {
	return t->big ? span_be16(t->s, at) : span_le16(t->s, at);
}

static uint32_t tiff32(const struct tiff *t, size_t at) {
	return t->big ? span_be32(t->s, at) : span_le32(t->s, at);
}

static bool tiff_open(struct tiff *t, struct span s) {
	*t = (struct tiff){ .s = s, .big = span_is(s, 0, "MM") };
	return (t->big || span_is(s, 0, "II")) && tiff16(t, 2) == 42;
}

struct entry {
	size_t at; /* of its 12 bytes */
	uint32_t tag, type, count;
	size_t value, size; /* where its value lies and how long it is; size 0 if that is outside the file */
};

static struct entry tiff_entry(const struct tiff *t, size_t dir, unsigned i) {
	static const uint8_t sizes[14] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4 };
	struct entry en = { .at = dir + 2 + 12 * (size_t)i };
	en.tag = tiff16(t, en.at);
	en.type = tiff16(t, en.at + 2);
	en.count = tiff32(t, en.at + 4);
	size_t size = en.type < 14 ? (size_t)en.count * sizes[en.type] : 0;
	en.value = size > 4 ? tiff32(t, en.at + 8) : en.at + 8;
	if (en.value <= t->s.n && size <= t->s.n - en.value) en.size = size;
	return en;
}

/* How many entries the directory has that lie inside the file; 0 if there is none at `dir`. */
static unsigned tiff_entries(const struct tiff *t, size_t dir) {
	if (dir < 8 || dir >= t->s.n || t->s.n - dir < 2) return 0;
	size_t n = tiff16(t, dir), room = (t->s.n - dir - 2) / 12;
	if (n > room) n = room;
	return n < ENTRIES_MAX ? (unsigned)n : ENTRIES_MAX;
}

/* A SHORT or LONG value. */
static uint32_t entry_number(const struct tiff *t, struct entry en) {
	return en.type == 3 ? tiff16(t, en.value) : tiff32(t, en.value);
}

static bool dir_has(const struct tiff *t, size_t dir, uint32_t tag, struct entry *ret) {
	unsigned n = tiff_entries(t, dir);
	for (unsigned i = 0; i < n; i++) {
		*ret = tiff_entry(t, dir, i);
		if (ret->tag == tag) return true;
	}
	return false;
}

static size_t dir_next(const struct tiff *t, size_t dir) {
	return tiff_entries(t, dir) ? tiff32(t, dir + 2 + 12 * (size_t)tiff16(t, dir)) : 0;
}

static void first_entry(const struct tiff *t, struct entry en, struct container_report *r) {
	switch (en.tag) {
	case TAG_WIDTH:
		r->width = entry_number(t, en);
		break;
	case TAG_HEIGHT:
		r->height = entry_number(t, en);
		break;
	case TAG_EXIF:
		r->kinds |= REMOVED_EXIF;
		break;
	case TAG_XMP:
		r->kinds |= REMOVED_XMP | container_xmp_kinds(span_part(t->s, en.value, en.size));
		break;
	case TAG_IPTC:
		r->kinds |= REMOVED_IPTC;
		break;
	case TAG_PHOTOSHOP:
		r->kinds |= REMOVED_OTHER;
		break;
	case TAG_ICC:
		r->kinds |= REMOVED_ICC;
		break;
	default:
		break;
	}
}

/* A further directory: a preview or another picture. */
static void other_dir(const struct tiff *t, size_t dir, struct container_report *r) {
	struct entry en;
	if (!tiff_entries(t, dir)) return;
	bool reduced = dir_has(t, dir, TAG_SUBFILE, &en) && entry_number(t, en) & 1;
	r->kinds |= reduced ? REMOVED_PREVIEW : REMOVED_SECOND_IMAGE;
}

void container_walk_tiff(struct span file, struct container_report *r) {
	struct tiff t;
	struct entry en;
	if (!tiff_open(&t, file)) return;
	size_t dir = tiff32(&t, 4);
	unsigned n = tiff_entries(&t, dir);
	for (unsigned i = 0; i < n; i++) first_entry(&t, tiff_entry(&t, dir, i), r);
	r->whole = n && n == tiff16(&t, dir) && r->width && r->height;
	r->exif_size = file.n; /* the file is its own EXIF block */
	if (dir_has(&t, dir, TAG_SUBDIRS, &en))
		for (uint32_t i = 0; i < en.count && i < SUBDIRS_MAX && en.size; i++)
			other_dir(&t, tiff32(&t, en.value + 4 * (size_t)i), r);
	for (unsigned pages = 0; pages < DIRS_MAX; pages++) {
		size_t next = dir_next(&t, dir);
		if (!next || next == dir) return;
		other_dir(&t, dir = next, r);
	}
}

/* ---- copying --------------------------------------------------------------------------------------------------- */

struct copy {
	struct tiff t;
	struct buf *out;
	size_t start; /* of the copy within out */
	uint32_t kinds;
};

static void put(const struct copy *c, size_t at, uint32_t v, unsigned bytes) {
	uint8_t *p = (uint8_t *)c->out->data + c->start + at;
	for (unsigned i = 0; i < bytes; i++) p[i] = (uint8_t)(v >> 8 * (c->t.big ? bytes - 1 - i : i));
}

/* Whether the copy leaves this entry out; pointers are set by copy_dirs. */
static bool is_left_out(struct copy *c, struct entry en) {
	static const uint16_t drop[] = { TAG_STRIPS, 279, 288, 289, 324, 325, TAG_SUBDIRS, 0x0201, 0x0202, TAG_XMP,
		TAG_IPTC, TAG_PHOTOSHOP, TAG_ICC, TAG_EXIF, TAG_GPS, TAG_INTEROP };
	if (en.tag == TAG_MAKER || en.tag == TAG_DNG_PRIVATE) {
		c->kinds |= REMOVED_MAKER;
		return true;
	}
	for (size_t i = 0; i < sizeof drop / sizeof *drop; i++)
		if (en.tag == drop[i]) return true;
	return en.size == 0 || en.size > VALUE_MAX;
}

/* Copies one directory with room for two pointers more; returns its place, or 0. `*ret_used` is how many entries were
 * written. */
static size_t copy_dir(struct copy *c, size_t dir, unsigned *ret_used) {
	unsigned n = tiff_entries(&c->t, dir), used = 0;
	size_t at = c->out->len - c->start, room = 2 + 12 * ((size_t)n + 2) + 4;
	char *p = n && at + room <= CONTAINER_EXIF_MAX ? buf_room(c->out, room) : NULL;
	if (!p) return 0;
	memset(p, 0, room);
	buf_grew(c->out, room);
	for (unsigned i = 0; i < n; i++) {
		struct entry en = tiff_entry(&c->t, dir, i);
		size_t end = c->out->len - c->start;
		if (is_left_out(c, en) || (en.size > 4 && end + en.size + 1 > CONTAINER_EXIF_MAX)) continue;
		size_t slot = at + 2 + 12 * (size_t)used;
		if (en.size > 4) {
			if (buf_add(c->out, c->t.s.p + en.value, en.size) < 0) return 0;
			if (en.size & 1 && buf_char(c->out, 0) < 0) return 0;
		}
		memcpy(c->out->data + c->start + slot, c->t.s.p + en.at, 12);
		if (en.size > 4) put(c, slot + 8, (uint32_t)end, 4);
		used++;
	}
	put(c, at, used, 2);
	*ret_used = used;
	return at;
}

/* Copies the directory that `tag` of directory 0 points to and hangs it on. */
static int copy_child(struct copy *c, size_t dir0, uint32_t tag, size_t to, unsigned *used) {
	struct entry en;
	unsigned n = 0;
	if (!dir_has(&c->t, dir0, tag, &en) || en.count != 1) return 0;
	size_t child = copy_dir(c, tiff32(&c->t, en.value), &n);
	if (c->out->failed) return -1;
	if (!child) return 0;
	size_t slot = to + 2 + 12 * (size_t)(*used)++;
	put(c, slot, tag, 2);
	put(c, slot + 2, 4, 2);
	put(c, slot + 4, 1, 4);
	put(c, slot + 8, (uint32_t)child, 4);
	put(c, to, *used, 2);
	return 0;
}

int container_exif_copy(const void *block, size_t size, struct buf *out, uint32_t *ret_kinds) {
	struct copy c = { .out = out, .start = out->len };
	struct span s = { block, size };
	struct entry en;
	unsigned used = 0;
	if (!tiff_open(&c.t, s)) return -1;
	size_t dir = tiff32(&c.t, 4), to;
	if (!tiff_entries(&c.t, dir) || buf_add(out, block, 8) < 0) return -1;
	put(&c, 4, 8, 4);
	if (!(to = copy_dir(&c, dir, &used))) return -1;
	if (copy_child(&c, dir, TAG_EXIF, to, &used) < 0 || copy_child(&c, dir, TAG_GPS, to, &used) < 0) return -1;
	size_t next = dir_next(&c.t, dir);
	bool thumb = dir_has(&c.t, next, TAG_THUMB, &en) ||
		     (dir_has(&c.t, next, TAG_STRIPS, &en) && !dir_has(&c.t, dir, TAG_STRIPS, &en));
	if (next != dir && thumb) c.kinds |= REMOVED_PREVIEW;
	if (ret_kinds) *ret_kinds = c.kinds;
	return 0;
}

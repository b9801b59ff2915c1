/* exif.c: reads a copied EXIF block with libexif; see lib/exif.h. */
#include "lib/exif.h"

#include <ctype.h>
#include <libexif/exif-data.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/mem.h"
#include "lib/container.h"

/* Tags by number (EXIF 2.32; XP tags are Microsoft's; C62F is DNG's): not every libexif names them all. */
static const struct {
	uint16_t tag;
	uint16_t kind;
} known[] = {
	{ 0x010f, REMOVED_CAMERA }, /* make */
	{ 0x0110, REMOVED_CAMERA }, /* model */
	{ 0x013c, REMOVED_OWNER },  /* host computer: often "Jane's iPhone" */
	{ 0xa433, REMOVED_CAMERA }, /* lens make */
	{ 0xa434, REMOVED_CAMERA }, /* lens model */
	{ 0xa431, REMOVED_SERIAL }, /* body */
	{ 0xa435, REMOVED_SERIAL }, /* lens */
	{ 0xa420, REMOVED_SERIAL }, /* image's unique number */
	{ 0xc62f, REMOVED_SERIAL },
	{ 0x013b, REMOVED_OWNER }, /* artist */
	{ 0x8298, REMOVED_OWNER }, /* copyright */
	{ 0xa430, REMOVED_OWNER },
	{ 0x9c9d, REMOVED_OWNER }, /* XP author */
	{ 0x0132, REMOVED_DATES },
	{ 0x9003, REMOVED_DATES },
	{ 0x9004, REMOVED_DATES },
	{ 0x9010, REMOVED_DATES },
	{ 0x9011, REMOVED_DATES },
	{ 0x9012, REMOVED_DATES },
	{ 0x010e, REMOVED_COMMENT }, /* description */
	{ 0x010d, REMOVED_COMMENT }, /* document's name */
	{ 0x011d, REMOVED_COMMENT }, /* page's name */
	{ 0x9286, REMOVED_COMMENT }, /* user's comment */
	{ 0x9c9b, REMOVED_COMMENT }, /* XP title, comment, keywords, subject */
	{ 0x9c9c, REMOVED_COMMENT },
	{ 0x9c9e, REMOVED_COMMENT },
	{ 0x9c9f, REMOVED_COMMENT },
};

/* Whether the value says anything: cameras write empty comments and owners of blanks. */
static bool says_something(const ExifEntry *en) {
	if (!en->data || !en->size) return false;
	unsigned skip = en->tag == EXIF_TAG_USER_COMMENT && en->size >= 8 ? 8 : 0; /* its character code */
	for (unsigned i = skip; i < en->size; i++)
		if (en->data[i] && en->data[i] != ' ') return true;
	return false;
}

static void note_entry(ExifEntry *en, void *facts) {
	struct exif_facts *f = facts;
	if (!says_something(en)) return;
	unsigned tag = (unsigned)en->tag;
	if (exif_entry_get_ifd(en) == EXIF_IFD_GPS) {
		if (tag == 0x1d) f->kinds |= REMOVED_DATES;
		if (tag != 0) f->kinds |= REMOVED_GPS; /* 0 is the version only */
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].tag == tag) f->kinds |= known[i].kind;
}

static void note_directory(ExifContent *content, void *facts) {
	exif_content_foreach_entry(content, note_entry, facts);
}

static bool all_digits(const char *s, const char *shape) {
	for (; *shape; s++, shape++)
		if (*shape == '9' ? !isdigit((unsigned char)*s) : *s != *shape) return false;
	return true;
}

/* "YYYY:MM:DD HH:MM:SS" with a day that exists and a time of day. */
static bool read_time(ExifData *data, ExifIfd ifd, ExifTag tag, char out[EXIF_CAPTURE]) {
	const ExifEntry *en = exif_content_get_entry(data->ifd[ifd], tag);
	char text[EXIF_CAPTURE] = { 0 }, day[DATE_TEXT];
	struct date d;
	if (!en || !en->data || en->size < EXIF_CAPTURE - 1) return false;
	memcpy(text, en->data, EXIF_CAPTURE - 1);
	if (!all_digits(text, "9999:99:99 99:99:99")) return false;
	(void)snprintf(day, sizeof day, "%.4s-%.2s-%.2s", text, text + 5, text + 8);
	if (date_parse(day, &d, NULL) < 0) return false;
	if (strncmp(text + 11, "24", 2) >= 0 || text[14] >= '6' || text[17] >= '6') return false;
	memcpy(out, text, EXIF_CAPTURE);
	return true;
}

static int read_orientation(ExifData *data) {
	const ExifEntry *en = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
	if (!en || !en->data || en->format != EXIF_FORMAT_SHORT || en->size < 2) return 1;
	int v = exif_get_short(en->data, exif_data_get_byte_order(data));
	return v >= 1 && v <= 8 ? v : 1;
}

static void read_copy(const struct buf *copy, struct exif_facts *f) {
	ExifData *data = exif_data_new();
	if (!data) return;
	exif_data_unset_option(data, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS);
	exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION); /* it would add what was not there */
	exif_data_load_data(data, (const unsigned char *)copy->data, (unsigned)copy->len);
	exif_data_foreach_content(data, note_directory, f);
	f->orientation = read_orientation(data);
	if (!read_time(data, EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL, f->capture) &&
		!read_time(data, EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_DIGITIZED, f->capture))
		(void)read_time(data, EXIF_IFD_0, EXIF_TAG_DATE_TIME, f->capture);
	exif_data_unref(data);
}

void exif_read(const void *block, size_t size, struct exif_facts *ret) {
	struct exif_facts f = { .orientation = 1, .kinds = size ? REMOVED_EXIF : 0 };
	auto_buf struct buf copy;
	uint32_t kinds = 0;
	buf_init(&copy, CONTAINER_EXIF_MAX + 4096);
	/* libexif wants the name before the block. It follows offsets with little care for cycles: it gets our copy only. */
	if (size && buf_add(&copy, "Exif\0", 6) == 0 && container_exif_copy(block, size, &copy, &kinds) == 0) {
		f.kinds |= kinds;
		read_copy(&copy, &f);
	}
	*ret = f;
}

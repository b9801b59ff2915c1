/* camera.c: EXIF blocks as cameras write them, through libexif; see sample/camera.h. */
#include "sample/camera.h"

#include <libexif/exif-data.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Tags that this libexif does not name. */
enum { TAG_OWNER = 0xa430, TAG_BODY_SERIAL = 0xa431, TAG_LENS_MODEL = 0xa434 };

/* A new entry of n components and `size` bytes of zeroes; it belongs to `data`. NULL if memory is short. */
static ExifEntry *entry_add(ExifData *data, ExifIfd ifd, int tag, ExifFormat format, unsigned long n) {
	ExifMem *mem = exif_mem_new_default();
	ExifEntry *entry = mem ? exif_entry_new_mem(mem) : NULL;
	if (entry) {
		entry->tag = (ExifTag)tag;
		entry->format = format;
		entry->components = n;
		entry->size = (unsigned)(n * exif_format_get_size(format));
		entry->data = exif_mem_alloc(mem, entry->size);
		exif_content_add_entry(data->ifd[ifd], entry);
		exif_entry_unref(entry);
		if (!entry->data) entry = NULL;
	}
	exif_mem_unref(mem);
	return entry;
}

static int add_text(ExifData *data, ExifIfd ifd, int tag, const char *text) {
	ExifEntry *entry = entry_add(data, ifd, tag, EXIF_FORMAT_ASCII, strlen(text) + 1);
	if (entry) memcpy(entry->data, text, strlen(text) + 1);
	return entry ? 0 : -1;
}

static int add_short(ExifData *data, ExifIfd ifd, int tag, int value) {
	ExifEntry *entry = entry_add(data, ifd, tag, EXIF_FORMAT_SHORT, 1);
	if (entry) exif_set_short(entry->data, EXIF_BYTE_ORDER_INTEL, (ExifShort)value);
	return entry ? 0 : -1;
}

static int add_ratios(ExifData *data, ExifIfd ifd, int tag, const ExifRational *r, int n) {
	ExifEntry *entry = entry_add(data, ifd, tag, EXIF_FORMAT_RATIONAL, (unsigned long)n);
	for (int i = 0; entry && i < n; i++) exif_set_rational(entry->data + 8 * i, EXIF_BYTE_ORDER_INTEL, r[i]);
	return entry ? 0 : -1;
}

static int add_degrees(ExifData *data, int tag_ref, int tag, double value, const char *ref) {
	double v = fabs(value), minutes = (v - floor(v)) * 60;
	ExifRational r[3] = { { (ExifLong)v, 1 }, { (ExifLong)minutes, 1 },
		{ (ExifLong)((minutes - floor(minutes)) * 6000), 100 } };
	return add_text(data, EXIF_IFD_GPS, tag_ref, ref) || add_ratios(data, EXIF_IFD_GPS, tag, r, 3) ? -1 : 0;
}

static int add_place(ExifData *data, const struct camera_body *b, const char *taken) {
	static const unsigned char version[4] = { 2, 3, 0, 0 };
	ExifEntry *v = entry_add(data, EXIF_IFD_GPS, EXIF_TAG_GPS_VERSION_ID, EXIF_FORMAT_BYTE, 4);
	if (!v) return -1;
	memcpy(v->data, version, 4);
	char day[11];
	memcpy(day, taken, 10);
	day[10] = 0;
	ExifRational altitude = { (ExifLong)b->altitude, 1 };
	return add_degrees(data, EXIF_TAG_GPS_LATITUDE_REF, EXIF_TAG_GPS_LATITUDE, b->latitude,
		       b->latitude < 0 ? "S" : "N") ||
			       add_degrees(data, EXIF_TAG_GPS_LONGITUDE_REF, EXIF_TAG_GPS_LONGITUDE, b->longitude,
				       b->longitude < 0 ? "W" : "E") ||
			       add_ratios(data, EXIF_IFD_GPS, EXIF_TAG_GPS_ALTITUDE, &altitude, 1) ||
			       add_text(data, EXIF_IFD_GPS, EXIF_TAG_GPS_DATE_STAMP, day)
		       ? -1
		       : 0;
}

static int add_all(ExifData *data, const struct camera_body *b, const struct exposure *x) {
	ExifRational time = { 1, 125 }, aperture = { x->aperture, 10 }, focal = { x->focal, 1 }, dpi = { 300, 1 };
	const ExifIfd base = EXIF_IFD_0, more = EXIF_IFD_EXIF;
	ExifEntry *version = entry_add(data, more, EXIF_TAG_EXIF_VERSION, EXIF_FORMAT_UNDEFINED, 4);
	if (!version) return -1;
	memcpy(version->data, "0230", 4);
	return add_text(data, base, EXIF_TAG_MAKE, b->make) || add_text(data, base, EXIF_TAG_MODEL, b->model) ||
			       add_short(data, base, EXIF_TAG_ORIENTATION, x->orientation) ||
			       add_ratios(data, base, EXIF_TAG_X_RESOLUTION, &dpi, 1) ||
			       add_ratios(data, base, EXIF_TAG_Y_RESOLUTION, &dpi, 1) ||
			       add_short(data, base, EXIF_TAG_RESOLUTION_UNIT, 2) ||
			       add_text(data, base, EXIF_TAG_SOFTWARE, b->software) ||
			       add_text(data, base, EXIF_TAG_DATE_TIME, x->taken) ||
			       add_text(data, base, EXIF_TAG_ARTIST, b->owner) ||
			       add_ratios(data, more, EXIF_TAG_EXPOSURE_TIME, &time, 1) ||
			       add_ratios(data, more, EXIF_TAG_FNUMBER, &aperture, 1) ||
			       add_short(data, more, EXIF_TAG_ISO_SPEED_RATINGS, 200) ||
			       add_text(data, more, EXIF_TAG_DATE_TIME_ORIGINAL, x->taken) ||
			       add_text(data, more, EXIF_TAG_DATE_TIME_DIGITIZED, x->taken) ||
			       add_short(data, more, EXIF_TAG_FLASH, 9) ||
			       add_ratios(data, more, EXIF_TAG_FOCAL_LENGTH, &focal, 1) ||
			       add_short(data, more, EXIF_TAG_COLOR_SPACE, 1) ||
			       add_short(data, more, EXIF_TAG_PIXEL_X_DIMENSION, x->width) ||
			       add_short(data, more, EXIF_TAG_PIXEL_Y_DIMENSION, x->height) ||
			       add_text(data, more, TAG_OWNER, b->owner) ||
			       add_text(data, more, TAG_BODY_SERIAL, b->serial) ||
			       add_text(data, more, TAG_LENS_MODEL, b->lens) || add_place(data, b, x->taken)
		       ? -1
		       : 0;
}

int camera_wrap(const struct camera_body *body, const struct exposure *x, const struct buf *jpeg,
	const struct buf *preview, struct buf *out, struct err *e) {
	ExifData *data = exif_data_new();
	if (!data) return err_nomem(e);
	exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
	exif_data_set_byte_order(data, EXIF_BYTE_ORDER_INTEL);
	unsigned char *block = NULL;
	unsigned size = 0;
	int bad = add_all(data, body, x);
	if (!bad) {
		data->data = malloc(preview->len);
		if (data->data) {
			memcpy(data->data, preview->data, preview->len);
			data->size = (unsigned)preview->len;
			bad = add_short(data, EXIF_IFD_1, EXIF_TAG_COMPRESSION, 6);
			exif_data_save_data(data, &block, &size);
		}
	}
	exif_data_unref(data);
	if (bad || !block) {
		free(block);
		return err_nomem(e);
	}
	if (size > 65533 || jpeg->len < 4) {
		free(block);
		return err_set(e, ERR_OUTSIDE, "the picture's EXIF block is too large");
	}
	unsigned char marker[4] = { 0xff, 0xe1, (unsigned char)((size + 2) >> 8), (unsigned char)(size + 2) };
	buf_add(out, jpeg->data, 2);
	buf_add(out, marker, 4);
	buf_add(out, block, size);
	buf_add(out, jpeg->data + 2, jpeg->len - 2);
	free(block);
	return buf_check(out, "the picture", e);
}

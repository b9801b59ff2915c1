/* strip.c: an untrusted original becomes bare pixels; see flow/strip.h. */
#include "flow/strip.h"

#include <stdlib.h>

#include "lib/container.h"
#include "lib/exif.h"
#include "lib/image.h"

struct stripped {
	struct pixels pixels;
	enum wire_format format;
	uint32_t removed;
	bool greyscale;
	struct exif_facts exif;
};

enum { GREY_SPREAD = 12, GREY_SHARE = 1000 }; /* one pixel in so many may differ more than so much */

static bool is_greyscale(const struct pixels *p) {
	size_t n = (size_t)p->width * (size_t)p->height, coloured = 0;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *c = p->data + i * 3;
		int low = c[0] < c[1] ? c[0] : c[1], high = c[0] > c[1] ? c[0] : c[1];
		if (c[2] < low) low = c[2];
		if (c[2] > high) high = c[2];
		coloured += high - low > GREY_SPREAD;
		if (coloured > n / GREY_SHARE) return false;
	}
	return true;
}

/* What the header says, before any decoder sees the file. */
static int check_header(const struct container_report *r, struct err *e) {
	if (r->animated)
		return err_set(e, ERR_REFUSED, "This is an animation, not a photo. Please export one picture of it");
	unsigned long long all = (unsigned long long)r->width * r->height;
	if (all > PICTURE_PIXELS_MAX)
		return err_set(e, ERR_REFUSED,
			"This picture has %llu megapixels; the limit is %d. Please export it smaller",
			(all + 500000) / 1000000, PICTURE_PIXELS_MAX / 1000000);
	return 0;
}

static int strip_any(const void *bytes, size_t size, int min_side, struct stripped **ret, struct err *e) {
	struct container_report report;
	if (size > PICTURE_BYTES_MAX)
		return err_set(e, ERR_REFUSED, "This file has %zu MB; the limit is %d MB", size >> 20,
			PICTURE_BYTES_MAX >> 20);
	enum wire_format format = image_sniff(bytes, size, e);
	if (format == WIRE_NONE) return -1;
	container_walk(bytes, size, &report);
	if (check_header(&report, e) < 0) return -1;
	if (format == WIRE_PNG && !report.whole) /* libvips lets some wrong checksums pass (FACTS) */
		return err_set(e, ERR_REFUSED,
			"This PNG file is damaged or cut short. Nothing was stored. Please export or copy it again");
	auto_strip struct stripped *s = calloc(1, sizeof *s);
	if (!s) return err_nomem(e);
	s->format = format;
	exif_read((const char *)bytes + report.exif_at, report.exif_size, &s->exif);
	if (format == WIRE_TIFF)
		s->exif.kinds &= ~(uint32_t)REMOVED_EXIF; /* a TIFF is its own block; the walk knows */
	s->removed = report.kinds | s->exif.kinds;
	struct image_wish wish = { .orientation = s->exif.orientation, .min_side = min_side };
	if (image_load(format, bytes, size, &wish, &s->pixels, e) < 0) return -1;
	s->greyscale = is_greyscale(&s->pixels);
	*ret = TAKE_PTR(s);
	return 0;
}

int strip_photo(const void *bytes, size_t size, struct stripped **ret, struct err *e) {
	return strip_any(bytes, size, 0, ret, e);
}

int strip_preview(const void *bytes, size_t size, int min_side, struct stripped **ret, struct err *e) {
	return strip_any(bytes, size, min_side, ret, e);
}

void strip_free(struct stripped *s) {
	if (!s) return;
	pixels_free(&s->pixels);
	free(s);
}

const struct pixels *strip_pixels(const struct stripped *s) {
	return &s->pixels;
}

enum wire_format strip_format(const struct stripped *s) {
	return s->format;
}

uint32_t strip_removed(const struct stripped *s) {
	return s->removed;
}

const char *strip_capture(const struct stripped *s) {
	return s->exif.capture;
}

bool strip_greyscale(const struct stripped *s) {
	return s->greyscale;
}

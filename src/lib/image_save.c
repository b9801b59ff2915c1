/* image_save.c: resizing and encoding bare pixels; see lib/image.h. What goes in is nothing but pixels, what comes out is
 * nothing but a picture (I1). */
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#include "lib/image.h"

static void unref(VipsImage **p) {
	g_clear_object(p);
}
#define auto_image __attribute__((cleanup(unref)))

/* libvips' view of our pixels, which must outlive it. */
static VipsImage *wrap(const struct pixels *p) {
	size_t size = (size_t)p->width * (size_t)p->height * (size_t)p->bands;
	auto_image VipsImage *raw =
		vips_image_new_from_memory(p->data, size, p->width, p->height, p->bands, VIPS_FORMAT_UCHAR);
	VipsImage *out = NULL;
	VipsInterpretation space = p->bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
	if (!raw || vips_copy(raw, &out, "interpretation", space, NULL)) return NULL;
	return out;
}

static int cannot(const char *what, struct err *e) {
	vips_error_clear();
	return err_set(e, ERR_OUTSIDE, "The picture could not be %s; is there enough memory?", what);
}

int image_resize(const struct pixels *p, int side, struct pixels *ret, struct err *e) {
	struct pixels out = { .bands = p->bands };
	image_resized(p->width, p->height, side, &out.width, &out.height);
	size_t size = (size_t)out.width * (size_t)out.height * (size_t)out.bands;
	out.data = malloc(size);
	if (!out.data) return err_nomem(e);
	if (out.width == p->width && out.height == p->height) {
		memcpy(out.data, p->data, size);
		*ret = out;
		return 0;
	}
	auto_image VipsImage *in = wrap(p), *small = NULL;
	auto_image VipsImage *to =
		vips_image_new_from_memory(out.data, size, out.width, out.height, out.bands, VIPS_FORMAT_UCHAR);
	/* thumbnail_image gives the exact size asked for; resize rounds its own way */
	int r = !in || !to ||
		vips_thumbnail_image(in, &small, out.width, "height", out.height, "size", VIPS_SIZE_FORCE, NULL) ||
		vips_image_write(small, to);
	if (r) {
		pixels_free(&out);
		return cannot("made smaller", e);
	}
	*ret = out;
	return 0;
}

/* Appends an encoder's bytes and frees them. */
static int take(int failed, void *bytes, size_t size, struct buf *out, struct err *e) {
	if (failed) return cannot("encoded", e);
	int r = buf_add(out, bytes, size);
	g_free(bytes);
	return r < 0 ? buf_check(out, "The encoded picture", e) : 0;
}

int image_save_jpeg(const struct pixels *p, int quality, struct buf *out, struct err *e) {
	auto_image VipsImage *in = wrap(p);
	void *bytes = NULL;
	size_t size = 0;
	int r = !in || vips_jpegsave_buffer(in, &bytes, &size, "Q", quality, "strip", TRUE, "optimize_coding", FALSE,
			       "interlace", FALSE, "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_ON, NULL);
	return take(r, bytes, size, out, e);
}

int image_save_avif(const struct pixels *p, int quality, struct buf *out, struct err *e) {
	auto_image VipsImage *in = wrap(p);
	void *bytes = NULL;
	size_t size = 0;
	int r = !in || vips_heifsave_buffer(in, &bytes, &size, "Q", quality, "strip", TRUE, "compression",
			       VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "effort", 0, "bitdepth", 8, "subsample_mode",
			       VIPS_FOREIGN_SUBSAMPLE_ON, NULL);
	return take(r, bytes, size, out, e);
}

/* libvips writes the resolution (pHYs) whatever it is told: keeps IHDR, IDAT and IEND only. The encoder's own output is
 * well formed. */
static int add_bare_png(const uint8_t *png, size_t size, struct buf *out, struct err *e) {
	int r = buf_add(out, png, 8);
	for (size_t at = 8; at + 12 <= size && !r;) {
		const uint8_t *c = png + at;
		size_t len = ((size_t)c[0] << 24 | (size_t)c[1] << 16 | (size_t)c[2] << 8 | c[3]) + 12;
		if (len > size - at) BUG("the PNG encoder wrote a broken chunk");
		if (!memcmp(c + 4, "IHDR", 4) || !memcmp(c + 4, "IDAT", 4) || !memcmp(c + 4, "IEND", 4))
			r = buf_add(out, c, len);
		at += len;
	}
	return r < 0 ? buf_check(out, "The encoded picture", e) : 0;
}

int image_save_png(const struct pixels *p, struct buf *out, struct err *e) {
	auto_image VipsImage *in = wrap(p);
	void *bytes = NULL;
	size_t size = 0;
	if (!in || vips_pngsave_buffer(in, &bytes, &size, "strip", TRUE, "compression", 3, "filter",
			   VIPS_FOREIGN_PNG_FILTER_SUB, NULL))
		return cannot("encoded", e);
	int r = add_bare_png(bytes, size, out, e);
	g_free(bytes);
	return r;
}

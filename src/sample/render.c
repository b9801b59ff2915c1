/* render.c: libvips for the sample pictures; see sample/render.h. */
#include "sample/render.h"

#include <string.h>
#include <vips/vips.h>

static void unref(VipsImage **im) {
	if (*im) g_object_unref(*im);
}
#define auto_image __attribute__((cleanup(unref)))

static int failed(const char *what, struct err *e) {
	err_set(e, ERR_OUTSIDE, "%s: %.300s", what, vips_error_buffer());
	vips_error_clear();
	return -1;
}

int render_start(const char *program, struct err *e) {
	if (VIPS_INIT(program)) return failed("cannot start libvips", e);
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	return 0;
}

int render_overlay(uint8_t *rgb, int width, int height, const struct buf *svg, struct err *e) {
	VipsImage *over auto_image = NULL, *both auto_image = NULL, *flat auto_image = NULL, *full auto_image = NULL;
	VipsImage *under auto_image = vips_image_new_from_memory(
		rgb, (size_t)width * (size_t)height * 3, width, height, 3, VIPS_FORMAT_UCHAR);
	if (!under || vips_copy(under, &full, "interpretation", VIPS_INTERPRETATION_sRGB, NULL) ||
		vips_svgload_buffer((void *)svg->data, svg->len, &over, NULL) ||
		vips_composite2(full, over, &both, VIPS_BLEND_MODE_OVER, NULL) ||
		vips_extract_band(both, &flat, 0, "n", 3, NULL))
		return failed("cannot draw the overlay", e);
	size_t size = 0;
	VipsImage *eight auto_image = NULL;
	if (vips_cast_uchar(flat, &eight, NULL)) return failed("cannot draw the overlay", e);
	void *pixels = vips_image_write_to_memory(eight, &size);
	if (!pixels || size != (size_t)width * (size_t)height * 3) {
		g_free(pixels);
		return failed("cannot draw the overlay", e);
	}
	memcpy(rgb, pixels, size);
	g_free(pixels);
	return 0;
}

int render_jpeg(const uint8_t *rgb, int width, int height, int turn, int quality, int longest, struct buf *out,
	struct err *e) {
	VipsImage *full auto_image = NULL, *upright auto_image = NULL, *sized auto_image = NULL,
			*turned auto_image = NULL;
	full = vips_image_new_from_memory(
		rgb, (size_t)width * (size_t)height * 3, width, height, 3, VIPS_FORMAT_UCHAR);
	if (!full || vips_copy(full, &upright, "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
		return failed("cannot read a picture", e);
	double scale = longest ? (double)longest / (width > height ? width : height) : 1;
	if (scale < 1 ? vips_resize(upright, &sized, scale, NULL) : vips_copy(upright, &sized, NULL))
		return failed("cannot shrink a picture", e);
	VipsAngle angle = turn == 90 ? VIPS_ANGLE_D90 : turn == 270 ? VIPS_ANGLE_D270 : VIPS_ANGLE_D0;
	if (vips_rot(sized, &turned, angle, NULL)) return failed("cannot turn a picture", e);
	void *bytes = NULL;
	size_t size = 0;
	if (vips_jpegsave_buffer(turned, &bytes, &size, "Q", quality, "strip", TRUE, NULL))
		return failed("cannot write a JPEG", e);
	buf_add(out, bytes, size);
	g_free(bytes);
	return buf_check(out, "the JPEG", e);
}

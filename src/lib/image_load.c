/* image_load.c: decoding untrusted pictures into bare pixels; see lib/image.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#include "lib/container.h"
#include "lib/image.h"

static void unref(VipsImage **p) {
	g_clear_object(p);
}
#define auto_image __attribute__((cleanup(unref)))

static const char *format_name(enum wire_format f) {
	switch (f) {
	case WIRE_JPEG:
		return "JPEG";
	case WIRE_PNG:
		return "PNG";
	case WIRE_TIFF:
		return "TIFF";
	case WIRE_WEBP:
		return "WebP";
	case WIRE_HEIF:
		return "HEIC";
	case WIRE_AVIF:
		return "AVIF";
	case WIRE_NONE:
		break;
	}
	return "picture";
}

/* The decoder's own words stay out of the sentence: they may quote the file. */
static int refuse_damaged(enum wire_format f, const void *bytes, size_t size, struct err *e) {
	vips_error_clear();
	struct container_report r;
	container_walk(bytes, size, &r);
	if (!r.whole)
		return err_set(e, ERR_REFUSED,
			"Part of this %s file is missing (it was cut short, perhaps while it was copied). Nothing "
			"was stored. "
			"Please copy it again from the camera or phone",
			format_name(f));
	return err_set(e, ERR_REFUSED,
		"This %s file is damaged and cannot be read. Nothing was stored. Please copy it again from the "
		"camera or phone",
		format_name(f));
}

static int check_size(int width, int height, struct err *e) {
	if (width < 1 || height < 1) return err_set(e, ERR_REFUSED, "This picture has no size; the file is damaged");
	long long all = (long long)width * height;
	if (all > PICTURE_PIXELS_MAX)
		return err_set(e, ERR_REFUSED,
			"This picture has %lld megapixels; the limit is %d. Please export it smaller",
			(all + 500000) / 1000000, PICTURE_PIXELS_MAX / 1000000);
	if (width > PICTURE_SIDE_MAX || height > PICTURE_SIDE_MAX)
		return err_set(e, ERR_REFUSED,
			"This picture is %d by %d pixels; the limit is %d a side. Please export it smaller", width,
			height, PICTURE_SIDE_MAX);
	return 0;
}

/* Reads the header with the loader that belongs to the sniffed format, never by libvips' own guess. */
static VipsImage *open_named(enum wire_format f, const void *bytes, size_t size, int shrink) {
	VipsImage *in = NULL;
	union {
		const void *c;
		void *v;
	} b = { .c = bytes }; /* libvips does not write to it */
	switch (f) {
	case WIRE_JPEG:
		(void)vips_jpegload_buffer(b.v, size, &in, "fail_on", VIPS_FAIL_ON_WARNING, "access",
			VIPS_ACCESS_SEQUENTIAL, "shrink", shrink, NULL);
		break;
	case WIRE_PNG:
		(void)vips_pngload_buffer(
			b.v, size, &in, "fail_on", VIPS_FAIL_ON_WARNING, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
		break;
	case WIRE_TIFF:
		(void)vips_tiffload_buffer(b.v, size, &in, "fail_on", VIPS_FAIL_ON_WARNING, "access",
			VIPS_ACCESS_SEQUENTIAL, "page", 0, "n", 1, NULL);
		break;
	case WIRE_WEBP:
		(void)vips_webpload_buffer(b.v, size, &in, "fail_on", VIPS_FAIL_ON_WARNING, "access",
			VIPS_ACCESS_SEQUENTIAL, "page", 0, "n", 1, NULL);
		break;
	case WIRE_HEIF:
	case WIRE_AVIF:
		(void)vips_heifload_buffer(
			b.v, size, &in, "fail_on", VIPS_FAIL_ON_WARNING, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
		break;
	case WIRE_NONE:
		break;
	}
	return in;
}

/* Lays transparency on white, in the picture's own colours. */
static int on_white(VipsImage *in, VipsImage **out) {
	if (!vips_image_hasalpha(in)) return vips_copy(in, out, NULL);
	VipsInterpretation space = vips_image_get_interpretation(in);
	double white = space == VIPS_INTERPRETATION_RGB16 || space == VIPS_INTERPRETATION_GREY16 ? 65535
		       : space == VIPS_INTERPRETATION_CMYK                                       ? 0
		       : space == VIPS_INTERPRETATION_scRGB                                      ? 1
												 : 255;
	double all[4] = { white, white, white, white };
	VipsArrayDouble *background = vips_array_double_new(all, in->Bands - 1 < 4 ? in->Bands - 1 : 1);
	int r = vips_flatten(in, out, "background", background, NULL);
	vips_area_unref(VIPS_AREA(background));
	return r;
}

/* The embedded profile, if there is one that lcms takes and that fits the picture's channels. */
static bool has_profile(VipsImage *in) {
	const void *data;
	size_t size;
	if (!vips_image_get_typeof(in, VIPS_META_ICC_NAME)) return false;
	if (vips_image_get_blob(in, VIPS_META_ICC_NAME, &data, &size)) return false;
	return vips_icc_is_compatible_profile(in, data, size);
}

static int to_srgb(VipsImage *in, VipsImage **out) {
	auto_image VipsImage *solid = NULL, *colour = NULL, *bytes = NULL;
	if (on_white(in, &solid)) return -1;
	bool cmyk = vips_image_get_interpretation(solid) == VIPS_INTERPRETATION_CMYK;
	int r;
	if (has_profile(solid))
		r = vips_icc_transform(solid, &colour, "srgb", "embedded", TRUE, "depth", 8, NULL);
	else if (cmyk)
		r = vips_icc_transform(solid, &colour, "srgb", "input_profile", "cmyk", "depth", 8, NULL);
	else
		r = vips_colourspace(solid, &colour, VIPS_INTERPRETATION_sRGB, NULL);
	if (r || vips_cast(colour, &bytes, VIPS_FORMAT_UCHAR, NULL)) return -1;
	if (bytes->Bands == 3) return vips_copy(bytes, out, NULL);
	if (bytes->Bands > 3) return vips_extract_band(bytes, out, 0, "n", 3, NULL);
	VipsImage *three[3] = { bytes, bytes, bytes };
	auto_image VipsImage *first = NULL;
	if (vips_extract_band(bytes, &first, 0, NULL)) return -1;
	three[0] = three[1] = three[2] = first;
	return vips_bandjoin(three, out, 3, NULL);
}

/* Runs the pipeline into memory of our own. */
static int render(VipsImage *in, struct pixels *ret, struct err *e) {
	struct pixels p = { .width = in->Xsize, .height = in->Ysize, .bands = 3 };
	size_t size = (size_t)p.width * (size_t)p.height * 3;
	p.data = malloc(size);
	if (!p.data) return err_nomem(e);
	auto_image VipsImage *to = vips_image_new_from_memory(p.data, size, p.width, p.height, 3, VIPS_FORMAT_UCHAR);
	if (!to || vips_image_write(in, to)) {
		pixels_free(&p);
		return -1;
	}
	*ret = p;
	return 0;
}

/* The largest of 1, 2, 4, 8 by which the long side may be divided and stay at least min_side. */
static int shrink_for(int width, int height, int min_side) {
	int longest = width > height ? width : height, shrink = 1;
	while (min_side > 0 && shrink < 8 && longest / (shrink * 2) >= min_side) shrink *= 2;
	return shrink;
}

int image_load(enum wire_format format, const void *bytes, size_t size, const struct image_wish *wish,
	struct pixels *ret, struct err *e) {
	static const struct image_wish as_it_is = { 0 };
	if (!wish) wish = &as_it_is;
	auto_image VipsImage *in = open_named(format, bytes, size, 1), *srgb = NULL;
	auto_pixels struct pixels p = { 0 };
	if (!in) return refuse_damaged(format, bytes, size, e);
	if (check_size(in->Xsize, in->Ysize, e) < 0) return -1;
	int shrink = format == WIRE_JPEG ? shrink_for(in->Xsize, in->Ysize, wish->min_side) : 1;
	if (shrink > 1) {
		g_clear_object(&in);
		in = open_named(format, bytes, size, shrink);
		if (!in) return refuse_damaged(format, bytes, size, e);
	}
	if (to_srgb(in, &srgb)) return refuse_damaged(format, bytes, size, e);
	struct err why = { 0 };
	if (render(srgb, &p, &why) < 0) {
		if (why.kind == ERR_NONE) return refuse_damaged(format, bytes, size, e);
		vips_error_clear();
		if (e) *e = why;
		return -1;
	}
	vips_error_clear();
	bool turned = format == WIRE_HEIF || format == WIRE_AVIF; /* libheif has done it */
	if (!turned && image_turn(&p, wish->orientation, e) < 0) return -1;
	*ret = p;
	p = (struct pixels){ 0 };
	return 0;
}

/* image.c: starting and ending libvips, and what needs no codec: sniffing, turning, sizes. See lib/image.h. */
#include "lib/image.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#include "lib/container.h"

static bool started;

/* One small picture through every encoder and decoder: libheif's module and plugins, the AV1 encoder's tables, the
 * built-in profiles and lcms are all in memory afterwards. HEVC has no encoder here; its decoder is linked into
 * libheif and needs no file. */
static int warm_up(struct err *e) {
	uint8_t grey[32 * 32 * 3];
	memset(grey, 128, sizeof grey);
	struct pixels p = { .width = 32, .height = 32, .bands = 3, .data = grey };
	for (int i = 0; i < 3; i++) {
		auto_buf struct buf b;
		auto_pixels struct pixels back = { 0 };
		buf_init(&b, 1 << 20);
		int r = i == 0   ? image_save_jpeg(&p, 80, &b, e)
			: i == 1 ? image_save_png(&p, &b, e)
				 : image_save_avif(&p, 60, &b, e);
		if (r < 0) return -1;
		if (image_load(container_sniff(b.data, b.len), b.data, b.len, NULL, &back, e) < 0) return -1;
		if (i) continue;
		auto_pixels struct pixels small = { 0 };
		if (image_resize(&p, 16, &small, e) < 0) return -1;
	}
	return 0;
}

/* Loads the built-in profiles and makes lcms read them once. */
static int warm_up_profiles(struct err *e) {
	static const char *const names[] = { "srgb", "cmyk" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		VipsBlob *profile = NULL;
		if (vips_profile_load(names[i], &profile, NULL)) {
			vips_error_clear();
			return err_set(e, ERR_OUTSIDE, "libvips lacks its built-in colour profile \"%s\"", names[i]);
		}
		vips_area_unref(VIPS_AREA(profile));
	}
	VipsImage *black = NULL, *out = NULL;
	int r = vips_black(&black, 8, 8, "bands", 3, NULL);
	if (!r) r = vips_icc_transform(black, &out, "srgb", "input_profile", "srgb", NULL);
	if (!r) r = vips_image_wio_input(out);
	g_clear_object(&out);
	g_clear_object(&black);
	vips_error_clear();
	return r ? err_set(e, ERR_OUTSIDE, "libvips cannot convert colours; is it built with lcms2?") : 0;
}

/* libvips talks to standard error about files ("ignoring nclx profile"); what matters comes back as errors. */
static void say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
	(void)domain, (void)level, (void)message, (void)data;
}

int image_init(struct err *e) {
	if (started) return 0;
	g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG, say_nothing, NULL);
	if (vips_init("occlude-worker")) {
		vips_error_clear();
		return err_set(e, ERR_OUTSIDE, "libvips does not start");
	}
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	vips_cache_set_max_mem(0);
	vips_cache_set_max_files(0);
	vips_block_untrusted_set(TRUE);
	vips_operation_block_set("VipsForeignLoadMatrix", TRUE); /* not among the untrusted ones in 8.14 (FACTS) */
	vips_operation_block_set("VipsForeignLoadNsgif", TRUE);
	if (warm_up_profiles(e) < 0 || warm_up(e) < 0) {
		vips_shutdown();
		return -1;
	}
	started = true;
	return 0;
}

void image_shutdown(void) {
	if (started) vips_shutdown();
	started = false;
}

enum wire_format image_sniff(const void *bytes, size_t size, struct err *e) {
	enum wire_format f = container_sniff(bytes, size);
	if (f != WIRE_NONE) return f;
	const char *other = container_sniff_other(bytes, size);
	if (size == 0)
		(void)err_set(e, ERR_REFUSED, "This file is empty. Please export or copy the photo again");
	else if (other)
		(void)err_set(e, ERR_REFUSED,
			"This is %s, not a kind of photo Occlude takes (JPEG, PNG, TIFF, WebP, HEIC, AVIF)", other);
	else
		(void)err_set(e, ERR_REFUSED,
			"This is not a kind of photo Occlude takes (JPEG, PNG, TIFF, WebP, HEIC, AVIF)");
	return WIRE_NONE;
}

void image_resized(int width, int height, int side, int *ret_width, int *ret_height) {
	int longest = width > height ? width : height;
	*ret_width = width;
	*ret_height = height;
	if (longest <= side || longest < 1) return;
	int w = (int)(((long long)width * side + longest / 2) / longest);
	int h = (int)(((long long)height * side + longest / 2) / longest);
	*ret_width = w > 1 ? w : 1;
	*ret_height = h > 1 ? h : 1;
}

static void swap_pixel(uint8_t *a, uint8_t *b, size_t n) {
	for (size_t i = 0; i < n; i++) {
		uint8_t t = a[i];
		a[i] = b[i];
		b[i] = t;
	}
}

static void flip_across(struct pixels *p) {
	for (int y = 0; y < p->height; y++)
		for (int l = 0, r = p->width - 1; l < r; l++, r--)
			swap_pixel(pixels_at(p, l, y), pixels_at(p, r, y), (size_t)p->bands);
}

static void flip_down(struct pixels *p) {
	size_t row = (size_t)p->width * (size_t)p->bands;
	for (int t = 0, b = p->height - 1; t < b; t++, b--) swap_pixel(pixels_at(p, 0, t), pixels_at(p, 0, b), row);
}

/* Rows become columns, in tiles that stay in the cache. */
static int transpose(struct pixels *p, struct err *e) {
	enum { TILE = 32 };
	size_t bands = (size_t)p->bands;
	struct pixels out = { .width = p->height, .height = p->width, .bands = p->bands };
	out.data = malloc((size_t)p->width * (size_t)p->height * bands);
	if (!out.data) return err_nomem(e);
	for (int ty = 0; ty < p->height; ty += TILE)
		for (int tx = 0; tx < p->width; tx += TILE)
			for (int x = tx; x < tx + TILE && x < p->width; x++) {
				uint8_t *to = pixels_at(&out, ty, x);
				for (int y = ty; y < ty + TILE && y < p->height; y++, to += bands) {
					const uint8_t *from = pixels_at(p, x, y);
					for (size_t b = 0; b < bands; b++) to[b] = from[b];
				}
			}
	pixels_free(p);
	*p = out;
	return 0;
}

/* EXIF 2.32, table 4 (Orientation): where the stored row 0 and column 0 lie in the upright picture. In 5 to 8 row 0 is an
 * upright edge: transposing first leaves flips only. */
int image_turn(struct pixels *p, int orientation, struct err *e) {
	if (orientation >= 5 && orientation <= 8 && transpose(p, e) < 0) return -1;
	if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7) flip_across(p);
	if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8) flip_down(p);
	return 0;
}

/* images.c: CPU time of the way of a picture without its faces: strip (JPEG 12 megapixels, iPhone HEIC), master, six renditions,
 * their check; beside it six plain vips_thumbnail calls, each decoding the photo again, as a script would do it.
 * Medians of five, user and system time of this process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <vips/vips.h>

#include "../unit/picture_files.h"
#include "flow/check.h"
#include "flow/derive.h"
#include "flow/strip.h"
#include "lib/image.h"

enum { REPEAT = 5 };

static double cpu_ms(void) {
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static int compare(const void *a, const void *b) {
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Calls fn(arg) REPEAT times and prints the median. */
static void measure(const char *what, void (*fn)(const struct buf *), const struct buf *arg) {
	double t[REPEAT];
	for (int i = 0; i < REPEAT; i++) {
		double from = cpu_ms();
		fn(arg);
		t[i] = cpu_ms() - from;
	}
	qsort(t, REPEAT, sizeof *t, compare);
	printf("%-58s %7.1f ms\n", what, t[REPEAT / 2]);
}

static void need(int failed, const struct err *e) {
	if (!failed) return;
	fprintf(stderr, "images: %s\n", e->text);
	exit(3);
}

static void strip_it(const struct buf *b) {
	struct err e = { 0 };
	auto_strip struct stripped *s = NULL;
	need(strip_photo(b->data, b->len, &s, &e), &e);
}

static void preview_it(const struct buf *b) {
	struct err e = { 0 };
	auto_strip struct stripped *s = NULL;
	need(strip_preview(b->data, b->len, 1600, &s, &e), &e);
}

static void master_of(const struct buf *photo, struct buf *out) {
	struct err e = { 0 };
	auto_strip struct stripped *s = NULL;
	auto_pixels struct pixels m = { 0 };
	need(strip_photo(photo->data, photo->len, &s, &e), &e);
	need(image_resize(strip_pixels(s), 2048, &m, &e), &e);
	need(image_save_png(&m, out, &e), &e);
}

static void master_it(const struct buf *photo) {
	auto_buf struct buf b;
	buf_init(&b, 1 << 26);
	master_of(photo, &b);
}

static void derive_it(const struct buf *master) {
	struct err e = { 0 };
	auto_renditions struct renditions r = { 0 };
	need(derive_renditions(master->data, master->len, &r, &e), &e);
}

static struct renditions made;

static void check_all(const struct buf *unused) {
	(void)unused;
	for (int i = 0; i < made.count; i++) {
		struct err e = { 0 };
		auto_checked struct checked c = { 0 };
		need(check_published(made.item[i].bytes.data, made.item[i].bytes.len, &c, &e) || c.left, &e);
	}
}

static void six_thumbnails(const struct buf *photo) {
	static const int sides[] = { 480, 960, 1600 };
	for (int i = 0; i < 6; i++) {
		VipsImage *t = NULL;
		void *out = NULL;
		size_t n = 0;
		if (vips_thumbnail_buffer(photo->data, photo->len, &t, sides[i / 2], "height", sides[i / 2], NULL))
			exit(3);
		if (i % 2 ? vips_heifsave_buffer(t, &out, &n, "Q", 60, "compression",
				    VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "effort", 0, "strip", TRUE, NULL)
			  : vips_jpegsave_buffer(t, &out, &n, "Q", 80, "strip", TRUE, NULL))
			exit(3);
		g_free(out);
		g_object_unref(t);
	}
}

static void read_heic(struct buf *b) {
	char path[700];
	const char *dir = fixture_dir();
	if (!dir) return;
	(void)snprintf(path, sizeof path, "%s/clean-decode/ianare-iphone_13_pro_max.HEIC", dir);
	fixture_read(path, b);
}

int main(void) {
	struct err e = { 0 };
	auto_buf struct buf jpeg, heic, master;
	auto_pixels struct pixels p = { 0 };
	buf_init(&jpeg, 1 << 26);
	buf_init(&heic, 1 << 26);
	buf_init(&master, 1 << 26);
	read_heic(&heic);
	double from = cpu_ms();
	need(image_init(&e), &e);
	printf("%-58s %7.1f ms\n", "starting and warming up", cpu_ms() - from);
	if (heic.len) { /* the photo itself, as a 12-megapixel JPEG: real texture */
		auto_strip struct stripped *s = NULL;
		need(strip_photo(heic.data, heic.len, &s, &e), &e);
		need(image_save_jpeg(strip_pixels(s), 92, &jpeg, &e), &e);
		measure("strip, HEIC 12 MP with a Display P3 profile", strip_it, &heic);
	} else {
		picture_make(4000, 3000, &p);
		need(image_save_jpeg(&p, 92, &jpeg, &e), &e);
	}
	measure("strip, JPEG 12 MP", strip_it, &jpeg);
	measure("preview of it, long side at least 1600", preview_it, &jpeg);
	measure("strip, resize to 2048, PNG master", master_it, &jpeg);
	master_of(&jpeg, &master);
	measure("six renditions of the master", derive_it, &master);
	need(derive_renditions(master.data, master.len, &made, &e), &e);
	measure("check of the six", check_all, NULL);
	measure("peer: six vips_thumbnail of the JPEG, JPEG and AVIF", six_thumbnails, &jpeg);
	renditions_free(&made);
	return 0;
}

/* test_verify.c: the look from outside finds each planted fault in a published site, and none in a fresh one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "flow/publish.h"
#include "flow/verify.h"
#include "lib/image.h"
#include "sample_practice.h"
#include "site_look.h"

static struct sample base;

struct found {
	size_t n;
	char file[200], rule[8], text[300];
};

static void finding(void *arg, const char *file, const char *rule, const char *text) {
	struct found *f = arg;
	f->n++;
	(void)snprintf(f->file, sizeof f->file, "%s", file);
	(void)snprintf(f->rule, sizeof f->rule, "%s", rule);
	(void)snprintf(f->text, sizeof f->text, "%s", text);
}

static struct found verify(const char *dir, struct verify_report *r) {
	struct found f = { 0 };
	struct err e = { 0 };
	struct verify_report own;
	if (verify_dir(dir, NULL, finding, &f, r ? r : &own, &e)) fail_msg("%s", e.text);
	return f;
}

/* A copy of the site to spoil; paths below it. */
struct spoiled {
	struct sample s;
	char site[128], picture[200], page[200];
};

static void begin(struct spoiled *x) {
	struct look auto_look l;
	sample_copy(&base, &x->s);
	(void)snprintf(x->site, sizeof x->site, "%s/site", x->s.dir);
	look_open(x->s.dir, &l);
	for (size_t i = 0; i < l.files[0].count; i++) {
		const struct manifest_file *f = &l.files[0].files[i];
		char *to = f->type == MANIFEST_JPEG ? x->picture : f->type == MANIFEST_HTML ? x->page : NULL;
		if (to) (void)snprintf(to, 200, "%s/f/%s", x->site, f->store);
	}
}

static void end(struct spoiled *x) {
	sample_close(&x->s);
}
#define SPOILED struct spoiled x __attribute__((cleanup(end))) = { 0 }

static void spoil(const char *path, off_t at, const void *bytes, size_t n) {
	int fd = open(path, O_WRONLY);
	const struct timespec zero[2] = { { 0, 0 }, { 0, 0 } };
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	assert_int_equal(futimens(fd, zero), 0);
	close(fd);
}

static void put(const char *path, const void *bytes, size_t n) {
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	close(fd);
	spoil(path, 0, bytes, n);
}

static void P5_fresh_site_has_no_finding(void **state) {
	(void)state;
	SPOILED;
	struct verify_report r;
	begin(&x);
	struct found f = verify(x.site, &r);
	if (f.n) fail_msg("%s %s %s", f.rule, f.file, f.text);
	assert_int_equal(r.findings, 0);
	assert_int_equal(r.pictures, 8);
	assert_int_equal(r.cases, 2);
}

static void P5_changed_bytes_are_found(void **state) {
	(void)state;
	SPOILED;
	begin(&x);
	spoil(x.page, 30, "!", 1);
	struct found f = verify(x.site, NULL);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.rule, "P5");
	assert_non_null(strstr(f.text, "changed"));
}

static void P3_missing_file_is_found(void **state) {
	(void)state;
	SPOILED;
	begin(&x);
	assert_int_equal(unlink(x.picture), 0);
	struct found f = verify(x.site, NULL);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.rule, "P3");
}

static void P3_missing_case_manifest_is_found(void **state) {
	(void)state;
	SPOILED;
	struct look l;
	char path[200];
	begin(&x);
	look_open(x.s.dir, &l);
	(void)snprintf(path, sizeof path, "%s/f/%s", x.site, l.root.cases[1].store);
	look_close(&l);
	assert_int_equal(unlink(path), 0);
	struct found f = verify(x.site, NULL);
	assert_int_equal(f.n, 1 + 5); /* and its five files, which nothing names now */
}

static void P5_file_that_nobody_names_is_found(void **state) {
	(void)state;
	SPOILED;
	char path[200];
	begin(&x);
	(void)snprintf(path, sizeof path, "%s/f/aaaaaaaaaaaaaaaaaaaaaaaaaa", x.site);
	put(path, "hello", 5);
	struct found f = verify(x.site, NULL);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.file, "f/aaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void P5_symbolic_link_is_found(void **state) {
	(void)state;
	SPOILED;
	char path[200];
	begin(&x);
	(void)snprintf(path, sizeof path, "%s/f/bbbbbbbbbbbbbbbbbbbbbbbbbb", x.site);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	struct found f = verify(x.site, NULL);
	assert_int_equal(f.n, 1);
	assert_non_null(strstr(f.text, "link"));
}

static void P5_bad_signature_is_found(void **state) {
	(void)state;
	SPOILED;
	char path[200];
	begin(&x);
	(void)snprintf(path, sizeof path, "%s/manifest", x.site);
	spoil(path, 22, "9", 1); /* the serial */
	struct found f = verify(x.site, NULL);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.file, "manifest");
}

static void I2_modification_time_is_found(void **state) {
	(void)state;
	SPOILED;
	begin(&x);
	const struct timespec now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	assert_int_equal(utimensat(AT_FDCWD, x.picture, now, 0), 0);
	struct found f = verify(x.site, NULL);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.rule, "I2");
}

/* ---- any tree of pictures: no manifest, no key ---- */

/* An empty directory x.s.root/tree with one picture at 120x80 in it, changed by `spoil_it`. */
static struct found verify_one(struct spoiled *x, const void *bytes, size_t n) {
	char dir[100], path[160];
	(void)snprintf(dir, sizeof dir, "%s/tree", x->s.root);
	assert_int_equal(mkdir(dir, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/p.jpg", dir);
	put(path, bytes, n);
	struct verify_report r;
	struct found f = verify(dir, &r);
	assert_int_equal(r.pictures, 1);
	return f;
}

static void I1_metadata_in_a_picture_is_found(void **state) {
	(void)state;
	static const unsigned char comment[] = { 0xFF, 0xFE, 0, 10, 'A', 'n', 'n', ' ', 'L', 'e', 'e', '!' };
	SPOILED;
	struct buf auto_buf jpeg;
	struct pixels auto_pixels px;
	struct err e = { 0 };
	unsigned char all[60000];
	sample_copy(&base, &x.s);
	buf_init(&jpeg, sizeof all - sizeof comment);
	sample_pixels(7, &px);
	if (image_save_jpeg(&px, 80, &jpeg, &e)) fail_msg("%s", e.text);
	memcpy(all, jpeg.data, 2);
	memcpy(all + 2, comment, sizeof comment);
	memcpy(all + 2 + sizeof comment, jpeg.data + 2, jpeg.len - 2);
	struct found f = verify_one(&x, all, jpeg.len + sizeof comment);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.rule, "I1");
}

static void I6_face_in_a_picture_is_found(void **state) {
	(void)state;
	const char *root = getenv("OCCLUDE_FIXTURES");
	char path[400];
	(void)snprintf(path, sizeof path, "%s/faces/biden_1.jpg", root ? root : "../shared/fixtures");
	if (access(path, R_OK)) skip();
	SPOILED;
	static const struct image_wish plain = { 0 };
	struct buf auto_buf file, jpeg;
	struct pixels auto_pixels whole = { 0 };
	struct pixels auto_pixels face = { 0 };
	struct err e = { 0 };
	sample_copy(&base, &x.s);
	buf_init(&file, 32 << 20);
	buf_init(&jpeg, 8 << 20);
	if (file_read(AT_FDCWD, path, &file, &e) ||
		image_load(image_sniff(file.data, file.len, &e), file.data, file.len, &plain, &whole, &e) ||
		image_resize(&whole, 640, &face, &e) || image_save_jpeg(&face, 80, &jpeg, &e))
		fail_msg("%s", e.text);
	struct found f = verify_one(&x, jpeg.data, jpeg.len);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.rule, "I6");
}

static void I1_broken_picture_is_found(void **state) {
	(void)state;
	SPOILED;
	sample_copy(&base, &x.s);
	struct found f = verify_one(&x, "\xff\xd8\xff\xe0 not a picture", 18);
	assert_int_equal(f.n, 1);
}

static int setup(void **state) {
	(void)state;
	static const struct publish_options o = { 0 };
	struct err e = { 0 };
	sample_worker();
	sample_make(&base, 2);
	if (publish_run(base.p, &base.doc, &o, &e)) fail_msg("%s", e.text);
	return 0;
}

static int teardown(void **state) {
	(void)state;
	sample_close(&base);
	return 0;
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(P5_fresh_site_has_no_finding),
		cmocka_unit_test(P5_changed_bytes_are_found),
		cmocka_unit_test(P3_missing_file_is_found),
		cmocka_unit_test(P3_missing_case_manifest_is_found),
		cmocka_unit_test(P5_file_that_nobody_names_is_found),
		cmocka_unit_test(P5_symbolic_link_is_found),
		cmocka_unit_test(P5_bad_signature_is_found),
		cmocka_unit_test(I2_modification_time_is_found),
		cmocka_unit_test(I1_metadata_in_a_picture_is_found),
		cmocka_unit_test(I6_face_in_a_picture_is_found),
		cmocka_unit_test(I1_broken_picture_is_found),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}

/* site_look.c: see site_look.h. */
#include "site_look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "lib/sign.h"

static void check_stored(const char *dir, const char *store, int64_t size, const uint8_t *want, struct buf *out) {
	uint8_t sha[SHA256_LEN];
	look_read(dir, store, out);
	if (size >= 0) assert_int_equal(out->len, size);
	sha256(buf_text(out), out->len, sha);
	assert_memory_equal(sha, want, sizeof sha);
}

void look_read(const char *dir, const char *store, struct buf *out) {
	struct err e = { 0 };
	char path[300];
	(void)snprintf(path, sizeof path, "%s/site/f/%s", dir, store);
	buf_init(out, 64 << 20);
	if (file_read(AT_FDCWD, path, out, &e)) fail_msg("%s", e.text);
}

static size_t count_stored(const char *dir) {
	char path[200];
	(void)snprintf(path, sizeof path, "%s/site/f", dir);
	DIR *d = opendir(path);
	size_t n = 0;
	const struct dirent *x;
	while (d && (x = readdir(d))) n += x->d_name[0] != '.';
	if (d) closedir(d);
	return n;
}

static void check_named(const char *dir, struct look *l) {
	const struct manifest *m = &l->root;
	struct err e = { 0 };
	for (size_t i = 0; i < m->file_count; i++) {
		struct buf auto_buf b;
		check_stored(dir, m->files[i].store, m->files[i].size, m->files[i].sha256, &b);
	}
	for (size_t i = 0; i < m->part_count; i++) {
		struct buf auto_buf b = { 0 };
		if (m->parts[i].id[0] && manifest_is_gone(m, m->parts[i].id)) continue;
		check_stored(dir, m->parts[i].store, m->parts[i].size, m->parts[i].sha256, &b);
	}
	assert_in_range(m->case_count, 0, LOOK_CASES_MAX);
	for (size_t i = 0; i < m->case_count; i++) {
		struct buf auto_buf b;
		check_stored(dir, m->cases[i].store, -1, m->cases[i].sha256, &b);
		if (manifest_files_decode(buf_text(&b), b.len, m->cases[i].id, &l->files[i], &e))
			fail_msg("%s", e.text);
		for (size_t k = 0; k < l->files[i].count; k++) {
			struct buf auto_buf one;
			const struct manifest_file *f = &l->files[i].files[k];
			check_stored(dir, f->store, f->size, f->sha256, &one);
		}
	}
}

void look_open(const char *dir, struct look *ret) {
	struct err e = { 0 };
	struct buf auto_buf text;
	uint8_t pub[SIGN_PUBLIC_LEN], sig[MANIFEST_SIG_LEN];
	char path[200];
	size_t len;
	*ret = (struct look){ 0 };
	manifest_init(&ret->root);
	ret->stored = count_stored(dir);
	buf_init(&text, MANIFEST_ROOT_MAX);
	(void)snprintf(path, sizeof path, "%s/site/manifest", dir);
	if (access(path, F_OK)) return;
	if (file_read(AT_FDCWD, path, &text, &e)) fail_msg("%s", e.text);
	(void)snprintf(path, sizeof path, "%s/keys/site.pub", dir);
	if (sign_public_read(AT_FDCWD, path, pub, &e) || manifest_split(buf_text(&text), text.len, &len, sig, &e) ||
		sign_verify(pub, buf_text(&text), len, sig, &e) ||
		manifest_decode(buf_text(&text), len, &ret->root, &e))
		fail_msg("%s", e.text);
	ret->there = true;
	check_named(dir, ret);
}

void look_close(struct look *l) {
	for (size_t i = 0; i < l->root.case_count; i++) manifest_files_free(&l->files[i]);
	manifest_free(&l->root);
}

const struct manifest_files *look_case(const struct look *l, const char *id) {
	for (size_t i = 0; i < l->root.case_count; i++)
		if (!strcmp(l->root.cases[i].id, id)) return &l->files[i];
	return NULL;
}

char *look_everything(const char *dir) {
	static const char *const below[] = { "site", "site/f" };
	struct buf all;
	buf_init(&all, 64 << 20);
	for (size_t i = 0; i < 2; i++) {
		char path[200];
		(void)snprintf(path, sizeof path, "%s/%s", dir, below[i]);
		struct dirent **list = NULL;
		int n = scandir(path, &list, NULL, alphasort);
		assert_true(n >= 0);
		for (int k = 0; k < n; k++) {
			struct stat st;
			char file[500];
			(void)snprintf(file, sizeof file, "%s/%s", path, list[k]->d_name);
			if (!lstat(file, &st) && S_ISREG(st.st_mode))
				(void)buf_fmt(&all, "%s %lld %lld.%09ld %llu\n", file, (long long)st.st_size,
					(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
					(unsigned long long)st.st_ino);
			free(list[k]);
		}
		free(list);
	}
	char *text = strdup(buf_text(&all));
	buf_free(&all);
	assert_non_null(text);
	return text;
}

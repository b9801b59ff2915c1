/* serve_site.c: makes DIR/site, signed, with a page of 6 KB and a picture of 150 KB, DIR/key.pub, and the same two files in
 * DIR/plain for another server. For tests/bench/30_serve. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/manifest.h"
#include "base/mem.h"
#include "lib/sign.h"

#define ID "aaaaaaaaaaaaaaaa"

enum { PAGE = 6 << 10, PICTURE = 150 << 10 };

struct bench {
	int plain, site, files;
	struct sign_key key;
	unsigned stored;
};

static int store(struct bench *b, const void *data, size_t len, char ret[MANIFEST_STORE_LEN + 1],
	uint8_t ret_sha[SHA256_LEN], struct err *e) {
	memset(ret, 'k', MANIFEST_STORE_LEN);
	ret[MANIFEST_STORE_LEN] = 0;
	ret[0] = (char)('a' + b->stored++);
	sha256(data, len, ret_sha);
	return file_create(b->files, ret, data, len, 0644, true, e);
}

static int add(struct bench *b, struct manifest_files *f, const char *path, enum manifest_type type,
	const char *plain, size_t len, struct err *e) {
	char name[MANIFEST_STORE_LEN + 1];
	uint8_t sha[SHA256_LEN];
	auto_free char *data = malloc(len);
	if (!data) return err_nomem(e);
	uint32_t x = 1;
	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		data[i] = (char)('a' + (x >> 24) % 26);
	}
	if (store(b, data, len, name, sha, e) || file_replace(b->plain, plain, data, len, 0644, e)) return -1;
	return manifest_files_add(f, path, name, (int64_t)len, sha, type, e);
}

static int make(struct bench *b, const char *dir, struct err *e) {
	auto_manifest struct manifest m;
	auto_manifest_files struct manifest_files f = { .sorted = true };
	auto_buf struct buf text;
	char name[MANIFEST_STORE_LEN + 1];
	uint8_t sha[SHA256_LEN], sig[SIGN_LEN];
	manifest_init(&m);
	buf_init(&text, MANIFEST_ROOT_MAX);
	auto_fd int top = file_open_dir(dir, e);
	if (top < 0 || (b->plain = file_open_subdir(top, "plain", true, 0755, e)) < 0 ||
		(b->site = file_open_subdir(top, "site", true, 0755, e)) < 0 ||
		(b->files = file_open_subdir(b->site, "f", true, 0755, e)) < 0)
		return -1;
	if (sign_key_new(&b->key, e) || sign_public_write(top, "key.pub", b->key.pub, e) ||
		manifest_files_init(&f, ID, e) || add(b, &f, "/c/" ID "/", MANIFEST_HTML, "index.html", PAGE, e) ||
		add(b, &f, "/c/" ID "/p.jpg", MANIFEST_JPEG, "p.jpg", PICTURE, e) ||
		manifest_files_encode(&f, &text, e) || store(b, text.data, text.len, name, sha, e) ||
		manifest_add_case(&m, ID, name, sha, (int64_t)time(NULL) + 86400, e))
		return -1;
	buf_clear(&text);
	m.serial = 1;
	m.signed_at = (int64_t)time(NULL);
	if (manifest_encode(&m, &text, e) || sign_make(&b->key, text.data, text.len, sig, e) ||
		manifest_add_signature(&text, sig, e))
		return -1;
	return file_replace(b->site, "manifest", text.data, text.len, 0600, e);
}

int main(int argc, char **argv) {
	struct bench b = { .plain = -1, .site = -1, .files = -1 };
	struct err e = { 0 };
	if (argc != 2) return 2;
	int bad = make(&b, argv[1], &e);
	mem_close_fd(&b.plain);
	mem_close_fd(&b.site);
	mem_close_fd(&b.files);
	if (bad) (void)fprintf(stderr, "serve_site: %s\n", e.text);
	return bad ? 1 : 0;
}

/* fuzz_manifest.c: any bytes as a root or as a case's manifest (base/manifest.h): refused, or written back as they were. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_same(const struct buf *out, const char *text, size_t size) {
	if (out->failed || out->len != size || memcmp(out->data, text, size) != 0) abort();
}

static void root(const char *text, size_t size) {
	struct err e = { 0 };
	auto_manifest struct manifest m;
	auto_buf struct buf out;
	buf_init(&out, MANIFEST_ROOT_MAX);
	manifest_init(&m);
	if (manifest_decode(text, size, &m, &e)) {
		if (e.kind == ERR_NONE) abort();
		return;
	}
	if (manifest_encode(&m, &out, &e)) abort();
	must_be_same(&out, text, size);
	for (size_t i = 0; i < m.page_count; i++)
		if (manifest_find_page(&m, m.pages[i].path) != &m.pages[i]) abort();
}

static void one_case(const char *text, size_t size) {
	struct err e = { 0 };
	auto_manifest_files struct manifest_files f = { .sorted = true };
	auto_buf struct buf out;
	buf_init(&out, MANIFEST_CASE_MAX);
	if (manifest_files_decode(text, size, "aaaaaaaaaaaaaaaa", &f, &e)) return;
	if (manifest_files_encode(&f, &out, &e)) abort();
	must_be_same(&out, text, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	uint8_t sig[MANIFEST_SIG_LEN];
	size_t len;
	if (size > MANIFEST_CASE_MAX) return 0;
	const char *text = (const char *)data;
	root(text, size);
	one_case(text, size);
	if (!manifest_split(text, size, &len, sig, NULL)) root(text, len);
	return 0;
}

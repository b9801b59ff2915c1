/* publish_shared.c: what all pages share: the office's words, the style sheet, the index with one segment a case. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/publish_impl.h"

enum { SEGMENT_MAX = 256 << 10, PAGE_PARTS = 3 };

/* ---- stored pieces ---- */

static int put_file(
	struct site *s, const char *path, const void *data, size_t len, enum manifest_type type, struct err *e) {
	char store[MANIFEST_STORE_LEN + 1];
	uint8_t sha[MANIFEST_SHA_LEN];
	if (site_put(s, data, len, store, sha, e)) return -1;
	return manifest_add_file(&s->root, path, store, (int64_t)len, sha, type, e);
}

static int put_part(struct site *s, struct buf *text, const char *id, struct err *e) {
	char store[MANIFEST_STORE_LEN + 1];
	uint8_t sha[MANIFEST_SHA_LEN];
	if (buf_check(text, "a part of a page", e) || site_put(s, buf_text(text), text->len, store, sha, e))
		return -1;
	int r = manifest_add_part(&s->root, store, (int64_t)text->len, sha, id, e);
	buf_clear(text);
	return r;
}

/* A path with the start of the content's hash in it, so that a changed file has a new one. */
static void hashed_path(const struct asset *a, const char *suffix, char out[48]) {
	char sha[65];
	(void)snprintf(out, 48, "/a/%.16s.%s", seal_sha256(a->data, a->size, sha), suffix);
}

static const struct asset *needed(const char *name) {
	const struct asset *a = asset_find(web_assets, name);
	if (!a) BUG("a file of web/site is not built in");
	return a;
}

void publish_asset_paths(char css[48], char icon[48]) {
	hashed_path(needed("site/site.css"), "css", css);
	hashed_path(needed("site/icon.svg"), "svg", icon);
}

/* ---- the index ---- */

struct index_case {
	struct live_case live;
	struct publication pub;
};

static struct page_case page_of(const struct index_case *c) {
	return (struct page_case){ .facts = &c->live.facts,
		.public_id = c->pub.public_id,
		.photo = c->live.photo,
		.photos = c->live.photos };
}

/* Page `n` of `of`: cases from..to, shown newest first. */
static int put_index(struct site *s, const struct office *o, const struct index_case *c, size_t from, size_t to,
	int n, int of, struct err *e) {
	struct buf auto_buf text;
	buf_init(&text, SEGMENT_MAX);
	struct html h = { &text };
	char path[24] = "/";
	if (n != of) (void)snprintf(path, sizeof path, "/p/%d/", n);
	if (manifest_add_page(&s->root, path, MANIFEST_HTML, e)) return -1;
	page_write_index_open(&h, &o->page, n, of);
	if (put_part(s, &text, NULL, e)) return -1;
	if (n == of && to > from) {
		const struct page_case newest = page_of(&c[to - 1]);
		page_write_lead(&h, &o->page, &newest);
		if (put_part(s, &text, newest.public_id, e)) return -1;
	}
	page_write_index_list(&h, &o->page, n, of);
	if (put_part(s, &text, NULL, e)) return -1;
	for (size_t i = to; i-- > from;) {
		const struct page_case one = page_of(&c[i]);
		page_write_card(&h, &o->page, &one);
		if (put_part(s, &text, one.public_id, e)) return -1;
	}
	page_write_index_close(&h, &o->page, n, of);
	return put_part(s, &text, NULL, e);
}

static int put_plain(struct site *s, const struct office *o, const char *path, enum page_plain which, struct err *e) {
	struct buf auto_buf text;
	buf_init(&text, SEGMENT_MAX);
	struct html h = { &text };
	page_write_plain(&h, &o->page, which);
	if (buf_check(&text, path, e)) return -1;
	return put_file(s, path, buf_text(&text), text.len, MANIFEST_HTML, e);
}

static int put_fixed(struct site *s, const struct office *o, struct err *e) {
	static const char robots[] = "User-agent: *\nAllow: /\n";
	const struct asset *css = needed("site/site.css"), *icon = needed("site/icon.svg");
	return put_file(s, o->css_path, css->data, css->size, MANIFEST_CSS, e) ||
			       put_file(s, o->icon_path, icon->data, icon->size, MANIFEST_SVG, e) ||
			       put_file(s, "/robots.txt", robots, sizeof robots - 1, MANIFEST_TXT, e) ||
			       put_plain(s, o, "/privacy/", PAGE_PRIVACY, e) ||
			       put_plain(s, o, "/404.html", PAGE_MISSING, e) ||
			       put_plain(s, o, "/410.html", PAGE_GONE, e)
		       ? -1
		       : 0;
}

int publish_shared(struct practice *p, struct site *s, const struct office *o, struct err *e) {
	auto_free struct publication *pub = NULL;
	size_t n = 0, used = 0;
	if (publication_live(p, "website", &pub, &n, e)) return -1;
	struct index_case *c = calloc(n + 1, sizeof *c);
	int r = c ? 0 : err_nomem(e);
	for (size_t i = 0; !r && i < n; i++) {
		if (!manifest_find_case(&s->root, pub[i].public_id)) continue;
		c[used].pub = pub[i];
		r = live_case_load(p, &pub[i], &c[used++].live, e);
	}
	manifest_drop_shared(&s->root);
	int pages = used ? (int)((used + PAGE_CASES - 1) / PAGE_CASES) : 1;
	for (int k = 1; !r && k <= pages; k++) {
		size_t from = (size_t)(k - 1) * PAGE_CASES, to = from + PAGE_CASES;
		r = put_index(s, o, c, from, to < used ? to : used, k, pages, e);
	}
	if (!r) r = put_fixed(s, o, e);
	for (size_t i = 0; c && i < used; i++) live_case_free(&c[i].live);
	free(c);
	return r ? r : manifest_sort(&s->root, e);
}

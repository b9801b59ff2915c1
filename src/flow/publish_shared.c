/* publish_shared.c: what all pages share: the office's words, the style sheet, the index with one segment a case. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/publish_impl.h"
#include "record/location.h"

enum { SEGMENT_MAX = 256 << 10 };

static const char *const office_statement_keys[OFFICE_STATEMENTS] = { "actual_patients", "results_vary", "not_advice",
	"takedown", "privacy", "consent" };

/* ---- stored pieces ---- */

static int put_file(
	struct site *s, const char *path, const void *data, size_t len, enum manifest_type type, struct err *e) {
	char store[MANIFEST_STORE_LEN + 1];
	uint8_t sha[MANIFEST_SHA_LEN];
	if (site_put(s, NULL, data, len, store, sha, e)) return -1;
	return manifest_add_file(&s->root, path, store, (int64_t)len, sha, type, e);
}

static int put_part(struct site *s, struct buf *text, const char *id, struct err *e) {
	char store[MANIFEST_STORE_LEN + 1];
	uint8_t sha[MANIFEST_SHA_LEN];
	if (buf_check(text, "a part of a page", e) || site_put(s, id, buf_text(text), text->len, store, sha, e))
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

static const struct asset *needed(const struct asset *table, const char *name) {
	const struct asset *a = asset_find(table, name);
	if (!a) BUG("a file of the site is not built in");
	return a;
}

/* ---- the office ---- */

struct office_reading {
	struct office *o;
	int64_t wanted; /* 0: the first */
	bool found;
	struct err *e;
};

static char *copy(const char *s) {
	return strdup(s ? s : "");
}

static int read_location(void *arg, const struct location_row *r) {
	struct office_reading *x = arg;
	struct office *o = x->o;
	if (x->wanted && r->id != x->wanted) return 0;
	o->location_id = r->id;
	o->address = copy(r->address);
	o->phone = copy(r->phone);
	o->email = copy(r->email);
	o->emergency = copy(r->emergency);
	(void)snprintf(o->lang, sizeof o->lang, "%.2s", r->lang);
	x->found = true;
	return 1;
}

/* P7: the location's own wording, read once. */
static int read_statements(struct practice *p, struct office *o, struct err *e) {
	for (size_t i = 0; i < OFFICE_STATEMENTS; i++)
		if (statement_get(p, o->location_id, office_statement_keys[i], o->lang, &o->own[i], e) < 0) return -1;
	return 0;
}

static const char *own_statement(void *arg, const char *key) {
	const struct office *o = arg;
	for (size_t i = 0; i < OFFICE_STATEMENTS; i++)
		if (!strcmp(key, office_statement_keys[i])) return o->own[i];
	return NULL;
}

int office_open(struct practice *p, int64_t location_id, struct office **ret, struct err *e) {
	struct practice_row row;
	struct office *o = calloc(1, sizeof *o);
	if (!o) return err_nomem(e);
	struct office_reading x = { .o = o, .wanted = location_id };
	int r = practice_get(p, &row, e) || location_list(p, read_location, &x, e) < 0 ? -1 : 0;
	if (!r && !x.found)
		r = err_set(
			e, ERR_USAGE, "The practice has no location yet: `occlude settings location add` makes one");
	if (!r) r = words_open(web_assets, o->lang, &o->words, e);
	if (!r) r = read_statements(p, o, e);
	o->name = r ? NULL : copy(row.name);
	if (!r && (!o->name || !o->address || !o->phone || !o->email || !o->emergency)) r = err_nomem(e);
	if (r) {
		office_close(o);
		return -1;
	}
	hashed_path(needed(web_assets, "site/site.css"), "css", o->css_path);
	hashed_path(needed(web_assets, "site/icon.svg"), "svg", o->icon_path);
	o->page = (struct page_office){ .practice = o->name,
		.address = o->address,
		.phone = o->phone,
		.email = o->email,
		.emergency = o->emergency,
		.css = o->css_path,
		.icon = o->icon_path,
		.sample = row.is_sample,
		.words = o->words,
		.statement = own_statement,
		.statement_arg = o };
	*ret = o;
	return 0;
}

void office_close(struct office *o) {
	if (!o) return;
	words_free(o->words);
	free(o->name);
	free(o->address);
	free(o->phone);
	free(o->email);
	free(o->emergency);
	for (size_t i = 0; i < OFFICE_STATEMENTS; i++) free(o->own[i]);
	free(o);
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
	const struct asset *css = needed(web_assets, "site/site.css"), *icon = needed(web_assets, "site/icon.svg");
	/* their names bear no hash, the style sheet names them; a new version of a font is a new file name */
	const struct asset *serif = needed(font_assets, "vollkorn.woff2"), *sans = needed(font_assets, "inter.woff2");
	return put_file(s, o->css_path, css->data, css->size, MANIFEST_CSS, e) ||
			       put_file(s, o->icon_path, icon->data, icon->size, MANIFEST_SVG, e) ||
			       put_file(s, "/a/vollkorn.woff2", serif->data, serif->size, MANIFEST_WOFF2, e) ||
			       put_file(s, "/a/inter.woff2", sans->data, sans->size, MANIFEST_WOFF2, e) ||
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

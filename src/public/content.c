/* content.c: see content.h. */
#include "content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "compress.h"

enum { ETAG_BYTES = 16 };

static void make_etag(char out[BODY_ETAG_MAX], const uint8_t sha256_of[SHA256_LEN]) {
	char hex[2 * ETAG_BYTES + 1];
	(void)snprintf(out, BODY_ETAG_MAX, "\"%s\"", text_hex(sha256_of, ETAG_BYTES, hex));
}

/* "\"abc\"" becomes "\"abc-gz\"": every coding has its own tag. */
static void mark_etag(char etag[BODY_ETAG_MAX], enum coding coding) {
	size_t len = strlen(etag) - 1;
	(void)snprintf(etag + len, BODY_ETAG_MAX - len, "-%s\"", coding == CODING_BR ? "br" : "gz");
}

static int max_age(const struct found *f) {
	if (f->page || f->lease != INT64_MAX) return CONTENT_CASE_AGE;
	switch (f->file->type) {
	case MANIFEST_WOFF2:
	case MANIFEST_ICO:
		return CONTENT_FONT_AGE;
	case MANIFEST_CSS:
	case MANIFEST_JS:
	case MANIFEST_SVG:
		return CONTENT_STYLE_AGE;
	default:
		return CONTENT_CASE_AGE;
	}
}

static struct body *load_file(
	struct cache *c, struct site *site, const struct found *f, struct body *like, struct err *e) {
	void *data;
	if (site_read(site, f->file->store, f->file->size, f->file->sha256, &data, e)) return NULL;
	make_etag(like->etag, f->file->sha256);
	struct body *b = body_new(c, like, data, (size_t)f->file->size);
	if (!b) (void)err_nomem(e);
	return b;
}

/* ---- shared pages ---- */

/* The cases whose segments went into a page. */
struct included {
	const char **ids;
	size_t count;
	int64_t until; /* the first of their leases to end */
};

static void include(struct included *in, const struct manifest_case *c) {
	if (c->lease < in->until) in->until = c->lease;
	for (size_t i = in->count; i > 0; i--)
		if (!strcmp(in->ids[i - 1], c->id)) return;
	in->ids[in->count++] = c->id;
}

/* Adds one segment unless its case has lapsed or is gone (P4, C6). A case's segment that is missing is being
 * withdrawn this moment and left out; a missing segment of nobody is an error. */
static int add_part(struct site *site, const struct manifest *m, const struct manifest_part *p, int64_t now,
	struct included *in, struct buf *out, struct err *e) {
	const struct manifest_case *c = p->id[0] ? manifest_find_case(m, p->id) : NULL;
	if (p->id[0] && (!c || now >= c->lease)) return 0;
	auto_free void *data = NULL;
	if (site_read(site, p->store, p->size, p->sha256, &data, e)) return c ? 0 : -1;
	if (c) include(in, c);
	return buf_add(out, data, (size_t)p->size) ? buf_check(out, "a page", e) : 0;
}

static struct body *put_together(struct cache *c, struct site *site, struct snapshot *snap, const struct found *f,
	struct body *like, int64_t now, struct err *e) {
	const struct manifest *m = snapshot_root(snap);
	const struct manifest_page *page = f->page;
	auto_free const char **ids = calloc(page->count, sizeof *ids);
	struct included in = { .ids = ids, .until = INT64_MAX };
	auto_buf struct buf out;
	buf_init(&out, MANIFEST_PAGE_BYTES_MAX);
	uint8_t sha[SHA256_LEN];
	if (!ids) {
		(void)err_nomem(e);
		return NULL;
	}
	for (size_t i = page->first; i < page->first + page->count; i++)
		if (add_part(site, m, &m->parts[i], now, &in, &out, e)) return NULL;
	sha256(buf_text(&out), out.len, sha);
	make_etag(like->etag, sha);
	like->until = in.until;
	like->grant = site_grant(snap, in.ids, in.count);
	struct body *b = NULL;
	if (like->grant || !in.count) b = body_new(c, like, TAKE_PTR(out.data), out.len);
	grant_unref(like->grant);
	if (!b) (void)err_nomem(e);
	return b;
}

/* ---- codings ---- */

static struct body *compressed(struct cache *c, const struct body *plain, enum coding coding, struct err *e) {
	size_t size, small;
	void *data;
	const void *text = body_data(plain, &size);
	struct body like = { .asked = coding,
		.coding = coding,
		.type = plain->type,
		.max_age = plain->max_age,
		.until = plain->until,
		.grant = plain->grant };
	memcpy(like.key, plain->key, sizeof like.key);
	memcpy(like.etag, plain->etag, sizeof like.etag);
	if (!compress_text(coding, text, size, &data, &small)) {
		mark_etag(like.etag, coding);
	} else { /* not smaller: the same bytes under this coding's name, so that it is not tried again */
		like.coding = CODING_NONE;
		small = size;
		data = malloc(size + 1);
		if (data && size) memcpy(data, text, size);
	}
	struct body *b = data ? body_new(c, &like, data, small) : NULL;
	if (!b) (void)err_nomem(e);
	return b;
}

static void make_key(char out[BODY_KEY_MAX], struct snapshot *snap, const struct found *f) {
	const struct manifest *m = snapshot_root(snap);
	if (f->page)
		(void)snprintf(
			out, BODY_KEY_MAX, "page %zu %lld", (size_t)(f->page - m->pages), (long long)m->serial);
	else
		(void)snprintf(out, BODY_KEY_MAX, "%s %d %d", f->file->store, (int)f->file->type, max_age(f));
}

struct body *content_get(struct cache *c, struct site *site, struct snapshot *snap, const struct found *f,
	enum coding coding, int64_t now, struct err *e) {
	struct body like = {
		.type = f->page ? f->page->type : f->file->type, .max_age = max_age(f), .until = INT64_MAX
	};
	if (!manifest_type_is_text(like.type)) coding = CODING_NONE;
	make_key(like.key, snap, f);
	struct body *b = cache_find(c, like.key, coding);
	if (b && now < b->until) return b;
	body_unref(b);
	if (coding == CODING_NONE) {
		b = f->page ? put_together(c, site, snap, f, &like, now, e) : load_file(c, site, f, &like, e);
	} else {
		struct body *plain = content_get(c, site, snap, f, CODING_NONE, now, e);
		b = plain ? compressed(c, plain, coding, e) : NULL;
		body_unref(plain);
	}
	if (b) cache_keep(c, b);
	return b;
}

/* cache.c: see cache.h. */
#include "cache.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BUCKETS = 8192 };

struct blob {
	_Atomic int refs;
	struct cache *cache; /* for its account */
	size_t size;
	void *data;
};

struct cache {
	_Atomic int refs; /* the owner and every blob */
	pthread_mutex_t lock;
	size_t max, kept;
	_Atomic size_t alive; /* bytes of all blobs */
	struct body *buckets[BUCKETS];
	struct body *newest, *oldest;
};

static void cache_unref(struct cache *c) {
	if (atomic_fetch_sub(&c->refs, 1) != 1) return;
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

static void blob_unref(void *p) {
	struct blob *b = p;
	if (!b || atomic_fetch_sub(&b->refs, 1) != 1) return;
	atomic_fetch_sub(&b->cache->alive, b->size);
	cache_unref(b->cache);
	free(b->data);
	free(b);
}

static struct blob *blob_new(struct cache *c, void *data, size_t size) {
	struct blob *b = calloc(1, sizeof *b);
	if (!b || atomic_load(&c->alive) + size > 2 * c->max) {
		free(b);
		free(data);
		return NULL;
	}
	atomic_init(&b->refs, 1);
	atomic_fetch_add(&c->refs, 1);
	atomic_fetch_add(&c->alive, size);
	b->cache = c;
	b->size = size;
	b->data = data;
	return b;
}

/* ---- bodies ---- */

void body_unref(struct body *b) {
	if (!b || atomic_fetch_sub(&b->refs, 1) != 1) return;
	http_response_free(b->ready);
	blob_unref(b->blob);
	grant_unref(b->grant);
	free(b);
}

const void *body_data(const struct body *b, size_t *ret_size) {
	*ret_size = b->blob->size;
	return b->blob->data;
}

int answer_headers(struct http_response *r) {
	static const struct {
		const char *name, *value;
	} headers[] = {
		{ "X-Content-Type-Options", "nosniff" },
		{ "Content-Security-Policy",
			"default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; script-src 'self'; "
			"base-uri 'none'; form-action 'self'; frame-ancestors 'none'" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "X-Frame-Options", "DENY" },
	};
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		if (http_response_header(r, headers[i].name, headers[i].value)) return -1;
	return 0;
}

struct http_response *body_response(const struct body *b, size_t first, size_t len, const char *cache_control) {
	static const char *const codings[] = { [CODING_NONE] = NULL, [CODING_GZIP] = "gzip", [CODING_BR] = "br" };
	atomic_fetch_add(&b->blob->refs, 1);
	struct http_response *r = http_response_new((const char *)b->blob->data + first, len, blob_unref, b->blob);
	if (!r) return NULL;
	int bad = answer_headers(r) || http_response_header(r, "Content-Type", manifest_content_type(b->type)) ||
		  http_response_header(r, "ETag", b->etag) || http_response_header(r, "Cache-Control", cache_control);
	if (!bad && manifest_type_is_text(b->type)) bad = http_response_header(r, "Vary", "Accept-Encoding");
	if (!bad && codings[b->coding]) bad = http_response_header(r, "Content-Encoding", codings[b->coding]);
	if (!bad && b->coding == CODING_NONE) bad = http_response_header(r, "Accept-Ranges", "bytes");
	if (!bad) return r;
	http_response_free(r);
	return NULL;
}

struct body *body_new(struct cache *c, const struct body *like, void *data, size_t size) {
	char cache_control[48];
	struct blob *blob = blob_new(c, data, size);
	struct body *b = blob ? calloc(1, sizeof *b) : NULL;
	if (!b) {
		blob_unref(blob);
		return NULL;
	}
	*b = (struct body){ .asked = like->asked,
		.coding = like->coding,
		.type = like->type,
		.max_age = like->max_age,
		.until = like->until,
		.grant = grant_ref(like->grant),
		.blob = blob };
	atomic_init(&b->refs, 1);
	memcpy(b->key, like->key, sizeof b->key);
	memcpy(b->etag, like->etag, sizeof b->etag);
	(void)snprintf(cache_control, sizeof cache_control, "public, max-age=%d", b->max_age);
	b->ready = body_response(b, 0, size, cache_control);
	if (b->ready) return b;
	body_unref(b);
	return NULL;
}

/* ---- the cache ---- */

struct cache *cache_new(size_t max) {
	struct cache *c = calloc(1, sizeof *c);
	if (!c) return NULL;
	atomic_init(&c->refs, 1);
	c->max = max;
	(void)pthread_mutex_init(&c->lock, NULL);
	return c;
}

static struct body **bucket(struct cache *c, const char *key, enum coding asked) {
	uint32_t h = 2166136261u; /* FNV-1a */
	for (const char *s = key; *s; s++) h = (h ^ (unsigned char)*s) * 16777619u;
	return &c->buckets[((h ^ (unsigned)asked) * 16777619u >> 7) % BUCKETS];
}

static struct body **place(struct cache *c, const char *key, enum coding asked) {
	struct body **p = bucket(c, key, asked);
	while (*p && ((*p)->asked != asked || strcmp((*p)->key, key) != 0)) p = &(*p)->chain;
	return p;
}

static void list_remove(struct cache *c, struct body *b) {
	*(b->newer ? &b->newer->older : &c->newest) = b->older;
	*(b->older ? &b->older->newer : &c->oldest) = b->newer;
	b->newer = b->older = NULL;
}

static void list_push(struct cache *c, struct body *b) {
	b->older = c->newest;
	if (c->newest) c->newest->newer = b;
	c->newest = b;
	if (!c->oldest) c->oldest = b;
}

/* Under the lock. */
static void drop(struct cache *c, struct body **p) {
	struct body *b = *p;
	*p = b->chain;
	b->chain = NULL;
	list_remove(c, b);
	c->kept -= b->blob->size;
	body_unref(b);
}

struct body *cache_find(struct cache *c, const char *key, enum coding asked) {
	(void)pthread_mutex_lock(&c->lock);
	struct body *b = *place(c, key, asked);
	if (b) {
		atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
		if (c->newest != b) {
			list_remove(c, b);
			list_push(c, b);
		}
	}
	(void)pthread_mutex_unlock(&c->lock);
	return b;
}

void cache_keep(struct cache *c, struct body *b) {
	size_t size = b->blob->size;
	if (size > c->max / 4) return;
	(void)pthread_mutex_lock(&c->lock);
	struct body **p = place(c, b->key, b->asked);
	if (*p) drop(c, p);
	while (c->oldest && c->kept + size > c->max) drop(c, place(c, c->oldest->key, c->oldest->asked));
	atomic_fetch_add(&b->refs, 1);
	c->kept += size;
	p = bucket(c, b->key, b->asked);
	b->chain = *p;
	*p = b;
	list_push(c, b);
	(void)pthread_mutex_unlock(&c->lock);
}

void cache_free(struct cache *c) {
	if (!c) return;
	while (c->oldest) drop(c, place(c, c->oldest->key, c->oldest->asked));
	cache_unref(c);
}

/* cache.h: what is served, ready to send: bytes, entity tag and a response with all its headers, in one coding. A cache
 * keeps the lately used ones within a bound. Bodies are counted; a transfer that runs keeps its bytes. */
#ifndef OCCLUDE_PUBLIC_CACHE_H
#define OCCLUDE_PUBLIC_CACHE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/manifest.h"
#include "lib/http.h"
#include "negotiate.h"
#include "site.h"

enum { BODY_KEY_MAX = 64, BODY_ETAG_MAX = 48 };

struct cache;
struct blob; /* the bytes */

struct body {
	_Atomic int refs;
	char key[BODY_KEY_MAX];
	enum coding asked;  /* what the client was ready for */
	enum coding coding; /* what it is: none, where compressing would not have helped */
	enum manifest_type type;
	int max_age;         /* seconds, if no lease ends earlier */
	int64_t until;       /* a page put together is true until then; else INT64_MAX */
	struct grant *grant; /* of a page's cases; NULL for a file */
	char etag[BODY_ETAG_MAX];
	struct blob *blob;
	struct http_response *ready;        /* 200 with max_age */
	struct body *chain, *newer, *older; /* the cache's */
};

/* `max` bytes are kept at most; with those of running transfers at most twice as many. */
struct cache *cache_new(size_t max);
void cache_free(struct cache *c);

/* A body over `data` (by malloc; taken in any case). `like` has key, asked, coding, type, max_age, until, grant (a
 * reference is taken) and etag. NULL when out of memory or when too much is being sent. */
struct body *body_new(struct cache *c, const struct body *like, void *data, size_t size);
void body_unref(struct body *b); /* takes NULL */
const void *body_data(const struct body *b, size_t *ret_size);
/* A response over bytes first..first+len of the body, with the headers every answer has and those of its
 * representation; NULL when out of memory. */
struct http_response *body_response(const struct body *b, size_t first, size_t len, const char *cache_control);

/* The body of that key and coding with a reference, or NULL. */
struct body *cache_find(struct cache *c, const char *key, enum coding asked);
/* Keeps it, in the place of an older one of its name. */
void cache_keep(struct cache *c, struct body *b);

/* The headers of every answer (P6: and no cookie). 0 or -1. */
int answer_headers(struct http_response *r);

#endif

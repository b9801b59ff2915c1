/* serve.c: see serve.h. One request: find the path in the present root, judge the lease (P4), take the body from the
 * cache, and answer with what the client's conditions and ranges ask for. */
#include "serve.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "base/log.h"
#include "base/mem.h"
#include "cache.h"
#include "content.h"
#include "lib/clock.h"
#include "negotiate.h"

enum { CACHE_BYTES = 256 << 20 };

struct serve {
	struct site *site;
	struct views *views;
	struct cache *cache;
	struct answers answers;
	_Atomic int64_t complained; /* the second of the last line in the log */
};

/* One request on its way. */
struct visit {
	struct serve *s;
	struct http_request *rq;
	struct snapshot *snap;
	struct found found;
	int64_t now;
};

int serve_new(struct site *site, struct views *views, struct serve **ret, struct err *e) {
	struct serve *s = calloc(1, sizeof *s);
	if (!s) return err_nomem(e);
	s->site = site;
	s->views = views;
	s->cache = cache_new(CACHE_BYTES);
	if (answers_init(&s->answers) || !s->cache) {
		serve_free(s);
		return err_nomem(e);
	}
	*ret = s;
	return 0;
}

void serve_free(struct serve *s) {
	if (!s) return;
	answers_free(&s->answers);
	cache_free(s->cache);
	free(s);
}

bool serve_still(void *ctx, void *tag) {
	struct serve *s = ctx;
	return site_still(s->site, tag);
}

void serve_release(void *tag) {
	grant_unref(tag);
}

/* At most one line a second: a client must not be able to fill the disk. */
static void complain(struct serve *s, const struct err *e, int64_t now) {
	if (atomic_exchange(&s->complained, now) != now) log_line("occlude-serve: %s", e->text);
}

/* ---- answering with a body ---- */

/* Seconds this may be cached: never beyond the lease (P4, P6). */
static int64_t age_left(const struct visit *v, const struct body *b) {
	int64_t end = v->found.lease < b->until ? v->found.lease : b->until;
	int64_t left = end == INT64_MAX ? b->max_age : end - v->now;
	return left < b->max_age ? left : b->max_age;
}

static struct grant *grant_of(const struct visit *v, const struct body *b) {
	return grant_ref(b->grant ? b->grant : v->found.grant);
}

static void reply_once(struct visit *v, unsigned status, struct http_response *r, struct grant *g) {
	if (!r) {
		grant_unref(g);
		http_reply(v->rq, answer_status(ANSWER_FAILED), v->s->answers.of[ANSWER_FAILED], NULL);
		return;
	}
	http_reply(v->rq, status, r, g);
	http_response_free(r);
}

/* A part of the body, or (len 0) its headers alone. */
static void reply_piece(
	struct visit *v, const struct body *b, unsigned status, size_t first, size_t len, const char *content_range) {
	char cache_control[64];
	(void)snprintf(cache_control, sizeof cache_control, "public, max-age=%lld", (long long)age_left(v, b));
	struct http_response *r = body_response(b, first, len, cache_control);
	if (r && content_range && http_response_header(r, "Content-Range", content_range)) {
		http_response_free(r);
		r = NULL;
	}
	reply_once(v, status, r, grant_of(v, b));
}

/* Answers a range; false if the whole is to be sent. */
static bool reply_range(struct visit *v, const struct body *b, const char *range) {
	size_t size, first = 0, len = 0;
	char content_range[96];
	(void)body_data(b, &size);
	const char *if_range = http_header(v->rq, "If-Range");
	if (if_range && strcmp(if_range, b->etag) != 0) return false;
	switch (negotiate_range(range, size, &first, &len)) {
	case RANGE_WHOLE:
		return false;
	case RANGE_NONE:
		(void)snprintf(content_range, sizeof content_range, "bytes */%zu", size);
		reply_piece(v, b, 416, 0, 0, content_range);
		return true;
	case RANGE_PART:
		(void)snprintf(
			content_range, sizeof content_range, "bytes %zu-%zu/%zu", first, first + len - 1, size);
		reply_piece(v, b, 206, first, len, content_range);
		return true;
	}
	return false;
}

static void reply_body(struct visit *v, const struct body *b, const char *range) {
	if (negotiate_none_match(http_header(v->rq, "If-None-Match"), b->etag)) {
		reply_piece(v, b, 304, 0, 0, NULL);
		return;
	}
	if (range && reply_range(v, b, range)) return;
	if (v->s->views && v->found.grant && v->found.file->type == MANIFEST_HTML &&
		!strcmp(http_method(v->rq), "GET"))
		views_count(v->s->views, v->found.grant->ids[0]);
	size_t size;
	(void)body_data(b, &size);
	if (age_left(v, b) == b->max_age)
		http_reply(v->rq, 200, b->ready, grant_of(v, b));
	else
		reply_piece(v, b, 200, 0, size, NULL);
}

/* ---- answering without ---- */

/* 404 or 410 with the site's own page for it, if it has one; else with the short one. */
static void reply_answer(struct visit *v, enum answer which) {
	struct serve *s = v->s;
	const char *path = which == ANSWER_NOT_FOUND ? "/404.html" : which == ANSWER_GONE ? "/410.html" : NULL;
	struct found own = { 0 };
	struct body *b = NULL;
	if (path) site_find(s->site, v->snap, path, v->now, &own);
	if (own.kind == FOUND_FILE || own.kind == FOUND_PAGE)
		b = content_get(s->cache, s->site, v->snap, &own, CODING_NONE, v->now, NULL);
	if (b && !b->grant) {
		size_t size;
		(void)body_data(b, &size);
		reply_once(v, answer_status(which), body_response(b, 0, size, "no-store"), NULL);
	} else {
		http_reply(v->rq, answer_status(which), s->answers.of[which], NULL);
	}
	body_unref(b);
	found_release(&own);
}

static void reply_moved(struct visit *v) {
	char location[MANIFEST_PATH_MAX + 2];
	(void)snprintf(location, sizeof location, "%s/", http_path(v->rq));
	struct http_response *r = http_response_new("", 0, NULL, NULL);
	if (r && (answer_headers(r) || http_response_header(r, "Location", location) ||
			 http_response_header(r, "Cache-Control", "no-store"))) {
		http_response_free(r);
		r = NULL;
	}
	reply_once(v, 301, r, NULL);
}

/* A file or page the root names. */
static void reply_found(struct visit *v) {
	struct err e = { 0 };
	const char *range = http_header(v->rq, "Range");
	if (strcmp(http_method(v->rq), "GET") != 0) range = NULL;
	enum coding coding = range ? CODING_NONE : negotiate_coding(http_header(v->rq, "Accept-Encoding"));
	struct body *b = content_get(v->s->cache, v->s->site, v->snap, &v->found, coding, v->now, &e);
	bool early = v->now < snapshot_root(v->snap)->signed_at;
	if (!b) {
		complain(v->s, &e, v->now);
		reply_answer(v, v->found.grant ? ANSWER_GONE : ANSWER_UNAVAILABLE);
	} else if (early && (b->grant || v->found.grant)) { /* the clock was set back: no lease can be judged (P4) */
		reply_answer(v, ANSWER_UNAVAILABLE);
	} else {
		reply_body(v, b, range);
	}
	body_unref(b);
}

void serve_handle(void *ctx, struct http_request *rq) {
	struct visit v = { .s = ctx, .rq = rq, .now = clock_forward() };
	const char *method = http_method(rq);
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		http_reply(rq, answer_status(ANSWER_METHOD), v.s->answers.of[ANSWER_METHOD], NULL);
		return;
	}
	v.snap = site_snapshot(v.s->site);
	site_find(v.s->site, v.snap, http_path(rq), v.now, &v.found);
	switch (v.found.kind) {
	case FOUND_NOTHING:
		reply_answer(&v, ANSWER_NOT_FOUND);
		break;
	case FOUND_GONE:
		reply_answer(&v, ANSWER_GONE);
		break;
	case FOUND_MOVED:
		reply_moved(&v);
		break;
	case FOUND_FILE:
	case FOUND_PAGE:
		reply_found(&v);
		break;
	}
	found_release(&v.found);
	snapshot_unref(v.snap);
}

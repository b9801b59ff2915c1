/* content.h: makes the bodies that are served: a stored file, a shared page put together from its segments, and either
 * of them compressed. */
#ifndef OCCLUDE_PUBLIC_CONTENT_H
#define OCCLUDE_PUBLIC_CONTENT_H

#include "cache.h"
#include "site.h"

/* P6: patients are cached for five minutes at most. */
enum { CONTENT_CASE_AGE = 300, CONTENT_STYLE_AGE = 3600, CONTENT_FONT_AGE = 86400 };

/* The body of what site_find found (a file or a page) in that coding, with a reference; from the cache where it is
 * there. NULL if its file is missing or not as the manifest says, or memory is short; then `e` says why. */
struct body *content_get(struct cache *c, struct site *site, struct snapshot *snap, const struct found *f,
	enum coding coding, int64_t now, struct err *e);

#endif

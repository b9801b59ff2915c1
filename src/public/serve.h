/* serve.h: answers requests from a site. */
#ifndef OCCLUDE_PUBLIC_SERVE_H
#define OCCLUDE_PUBLIC_SERVE_H

#include <stdbool.h>

#include "base/err.h"
#include "lib/http.h"
#include "site.h"
#include "views.h"

struct serve;

/* `views` may be NULL. Both stay the caller's. */
int serve_new(struct site *site, struct views *views, struct serve **ret, struct err *e);
void serve_free(struct serve *s);

/* The functions of http_config; `ctx` is a struct serve. */
void serve_handle(void *ctx, struct http_request *rq);
bool serve_still(void *ctx, void *tag);
void serve_release(void *tag);

#endif

/* views.h: how often a case's page was looked at, by case and day, without addresses (P6). Counted in memory and added
 * to the inbox's file "views" once a minute and at the end: lines "views 2026-11-22 ID N", to be summed. */
#ifndef OCCLUDE_PUBLIC_VIEWS_H
#define OCCLUDE_PUBLIC_VIEWS_H

#include <stdint.h>

#include "base/err.h"

struct views;

/* `inbox_fd` stays the caller's. */
int views_new(int inbox_fd, struct views **ret, struct err *e);
/* Writes what was counted, and frees. Takes NULL. */
void views_free(struct views *v);
/* From any thread. `id` is a case's public name. */
void views_count(struct views *v, const char *id);
/* Writes what was counted if a minute or a day has passed. -1 keeps the counts for the next time. */
int views_tick(struct views *v, int64_t now, struct err *e);

#endif

/* audit.h: the log of every act (A1). Appended inside the transaction of the act itself, so that neither is without
 * the other. `detail` holds IDs, hashes and codes, never patient data. */
#ifndef OCCLUDE_RECORD_AUDIT_H
#define OCCLUDE_RECORD_AUDIT_H

#include <stdint.h>

#include "record/practice.h"

/* `a` NULL: the program itself. Needs the master key (the chain is keyed). */
int audit_add(struct practice *p, const struct actor *a, const char *act, const char *subject, int64_t subject_id,
	struct err *e, const char *detail_fmt, ...) __attribute__((format(printf, 7, 8)));
/* Checks the whole chain; `count` and `head` (64 hex) of the newest manifest are held against it when not 0/NULL. 0 = sound;
 * -1 with the first bad entry named ("A1: entry 17 was changed", "entries after 40 are missing"). */
int audit_verify(struct practice *p, int64_t count, const char *head_hex, struct err *e);
/* Number of entries and the last one's mac in hex, for the manifest. */
int audit_head(struct practice *p, int64_t *ret_count, char ret_head[65], struct err *e);
struct audit_row {
	int64_t seq, at, subject_id;
	const char *login, *act, *subject, *detail; /* login NULL: the program itself */
};
/* Calls `each` for the last `last` entries (0: all), the oldest first; stops when it returns not 0. */
int audit_list(struct practice *p, int64_t last, int (*each)(void *arg, const struct audit_row *r), void *arg,
	struct err *e);
/* The instant of the last entry; 0 if none: a clock before it stops publishing. */
int audit_last_at(struct practice *p, int64_t *ret, struct err *e);

#endif

/* practice_impl.h: what practice.c and practice_init.c share. */
#ifndef OCCLUDE_RECORD_PRACTICE_IMPL_H
#define OCCLUDE_RECORD_PRACTICE_IMPL_H

#include "record/practice.h"

/* The mark of an init that has not ended, below the practice directory. */
#define PRACTICE_UNFINISHED ".unfinished"

struct practice *practice_alloc(const char *dir, struct err *e);
/* Gives the practice its master key (taken over) and what is derived from it. */
int practice_take_key(struct practice *p, struct seal_key *master, struct err *e);
/* Makes keys/site.key and keys/site.pub. Needs the key. */
int practice_site_key_make(struct practice *p, struct err *e);

#endif

/* worker_check.h: whether a reply may be believed. The worker read a hostile picture, so its reply is as hostile. */
#ifndef OCCLUDE_FLOW_WORKER_CHECK_H
#define OCCLUDE_FLOW_WORKER_CHECK_H

#include <stddef.h>

#include "flow/wire.h"

/* What was asked for, to hold the reply against. */
struct worker_asked {
	uint32_t job, want_show;
};

/* NULL if every count, size and number of `r` is within its cap, every number finite, every blob inside the `size`
 * bytes at `bytes` and of the kind and format the job gives; else a few words that say what is wrong. Clears what
 * lies behind the counts, so that nothing unchecked travels on. A refusal (r->refused) is checked for its words only. */
const char *worker_check(
	struct wire_reply *r, const struct worker_asked *asked, const unsigned char *bytes, size_t size);

/* The same for one region, whoever sent it: NULL, or what is wrong. */
const char *worker_check_region(struct wire_region *g);

#endif

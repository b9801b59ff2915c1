/* batch.h: runs many pictures through workers, as many at a time as there are cores. */
#ifndef OCCLUDE_FLOW_BATCH_H
#define OCCLUDE_FLOW_BATCH_H

#include <stddef.h>

#include "base/err.h"
#include "flow/worker.h"

struct batch {
	/* Starts item `i`. NULL: the item is settled without a worker (done is not called for it). */
	struct worker_job *(*start)(void *arg, size_t i);
	/* Its worker has ended: `r` (owned by the batch, valid during the call), or NULL and why it was refused. */
	void (*done)(void *arg, size_t i, const struct worker_result *r, const struct err *why);
};

/* Items 0 to n-1 in order of start; `done` in whatever order they end. Returns when all have ended. */
void batch_run(size_t n, const struct batch *b, void *arg);

#endif

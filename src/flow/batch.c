/* batch.c: as many workers at a time as there are cores; see flow/batch.h. */
#include "flow/batch.h"

#include "flow/worker.h"

/* Starts items until all slots are busy or none is left; returns how many are busy. */
static int fill(
	const struct batch *b, void *arg, size_t n, size_t *next, struct worker_job **job, size_t *item, int slots) {
	int busy = 0;
	for (int s = 0; s < slots; s++) {
		while (!job[s] && *next < n) {
			item[s] = *next;
			job[s] = b->start(arg, (*next)++);
		}
		busy += job[s] != NULL;
	}
	return busy;
}

void batch_run(size_t n, const struct batch *b, void *arg) {
	struct worker_job *job[WORKER_PARALLEL_MAX] = { NULL };
	size_t item[WORKER_PARALLEL_MAX] = { 0 }, next = 0;
	int slots = worker_cores() < WORKER_PARALLEL_MAX ? worker_cores() : WORKER_PARALLEL_MAX;
	while (fill(b, arg, n, &next, job, item, slots)) {
		int s = worker_next(job, (size_t)slots);
		if (s < 0) BUG("no worker is at work, though one was started");
		struct worker_result r = { 0 };
		struct err why = { 0 };
		struct worker_job *ended = job[s];
		job[s] = NULL;
		int bad = worker_wait(ended, &r, &why);
		b->done(arg, item[s], bad ? NULL : &r, bad ? &why : NULL);
		worker_result_free(&r);
	}
}

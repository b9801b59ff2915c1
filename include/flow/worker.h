/* worker.h: runs one job in a jailed process of its own (occlude-worker): fork and exec, input and output as memory
 * files, no other descriptor, no environment. Bounded: 20 s CPU, 30 s wall, 1.5 GB (FACTS; sanitizer builds excepted
 * from the memory limit). A picture that crashes or stalls its worker is refused with a reason. */
#ifndef OCCLUDE_FLOW_WORKER_H
#define OCCLUDE_FLOW_WORKER_H

#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"
#include "flow/wire.h"

/* A finished job. `reply` is checked: counts and sizes within caps, numbers finite, blobs inside `bytes`. */
struct worker_result {
	struct wire_reply *reply;
	unsigned char *bytes; /* the blobs */
	size_t size;
};

/* Runs `req` on `input`. 0: the job was done (reply->refused is 0). -1: refused (kind ERR_REFUSED, the reason in
 * `e`) or the worker could not be run (ERR_OUTSIDE). Free with worker_result_free. */
int worker_run(
	const struct wire_request *req, const void *input, size_t size, struct worker_result *ret, struct err *e);
void worker_result_free(struct worker_result *r);
#define auto_worker_result __attribute__((cleanup(worker_result_free)))

/* Several at once: start copies what it is given and returns a handle at once (NULL on failure), wait ends it as
 * worker_run does and frees the handle. At most WORKER_PARALLEL_MAX at work together; worker_cores() is how many are
 * worth it. A worker dies with the thread that started it. */
enum { WORKER_PARALLEL_MAX = 64 };
struct worker_job;
struct worker_job *worker_start(const struct wire_request *req, const void *input, size_t size, struct err *e);
/* Which of `jobs` has ended (its index), waiting for one; NULL entries are passed over. -1 if none is at work. */
int worker_next(struct worker_job *const *jobs, size_t n);
int worker_wait(struct worker_job *job, struct worker_result *ret, struct err *e);
/* Kills a job whose result is no longer wanted and frees the handle. Takes NULL. */
void worker_cancel(struct worker_job *job);
int worker_cores(void);

/* For tests only: the program to run instead of the occlude-worker that lies beside this one, and how many milliseconds
 * it may take. NULL and 0: as always. */
void worker_set_program(const char *path, int wall_ms);

/* The blob of that kind (the nth, from 0), or NULL; its bytes are r->bytes + blob->offset. */
const struct wire_blob *worker_blob(const struct worker_result *r, enum wire_blob_kind kind, unsigned nth);

#endif

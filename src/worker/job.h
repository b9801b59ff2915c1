/* job.h: the five jobs of occlude-worker. */
#ifndef OCCLUDE_WORKER_JOB_H
#define OCCLUDE_WORKER_JOB_H

#include "base/buf.h"
#include "base/err.h"
#include "flow/detect.h"
#include "flow/wire.h"

struct job {
	struct wire_request request;
	struct wire_reply reply;
	struct buf blobs;          /* what follows the reply */
	struct detector *detector; /* for the jobs that look for faces */
};

/* Before the jail closes: loads what the job will need. */
int job_prepare(struct job *job, struct err *e);
/* Behind the closed jail: fills reply and blobs. -1: refused, or (ERR_OUTSIDE) out of means. */
int job_run(struct job *job, const unsigned char *input, size_t size, struct err *e);

#endif

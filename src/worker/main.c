/* main.c of occlude-worker: one job on one picture in a jail. Started by flow/worker.c with three memory files: 3 the
 * request, 4 the input (sealed), 5 the output. Libraries and models are loaded first; then the jail closes; only then is the first
 * byte of the input read. Exit status: 0 a reply lies in 5; 3 the worker could not start its work (a reply says why). */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "lib/image.h"
#include "lib/jail.h"
#include "worker/job.h"

enum { FD_REQUEST = 3, FD_INPUT = 4, FD_OUTPUT = 5, FD_AFTER = 6 };

#ifdef OCCLUDE_SANITIZED
/* The leak checker and the symbolizer need ptrace and fork, which the jail kills. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
	return "detect_leaks=0:symbolize=0:abort_on_error=0";
}
#endif

static int read_request(struct wire_request *q, struct err *e) {
	if (pread(FD_REQUEST, q, sizeof(*q), 0) != (ssize_t)sizeof(*q))
		return err_set(e, ERR_OUTSIDE, "occlude-worker is started by occlude, not by hand");
	if (q->magic != WIRE_MAGIC || q->version != WIRE_VERSION)
		return err_set(
			e, ERR_OUTSIDE, "occlude and occlude-worker are of different versions; install both again");
	return 0;
}

/* The input as a read-only map; an empty file has no bytes to map. */
static int map_input(const unsigned char **ret, size_t *ret_size, struct err *e) {
	struct stat st;
	*ret = (const unsigned char *)"";
	*ret_size = 0;
	if (fstat(FD_INPUT, &st) < 0 || st.st_size < 0 || st.st_size > WIRE_INPUT_MAX)
		return err_set(e, ERR_OUTSIDE, "the worker was given no picture");
	if (st.st_size == 0) return 0;
	void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, FD_INPUT, 0);
	if (at == MAP_FAILED) return err_sys(e, "cannot map the picture");
	*ret = at;
	*ret_size = (size_t)st.st_size;
	return 0;
}

/* Writes the reply and the blobs behind it. */
static int write_out(const struct job *job) {
	struct err e;
	if (file_write_all(FD_OUTPUT, &job->reply, sizeof(job->reply), &e) < 0) return -1;
	return file_write_all(FD_OUTPUT, buf_text(&job->blobs), job->blobs.len, &e);
}

/* A reply that only refuses. */
static void say_refused(struct job *job, const struct err *e) {
	const uint32_t asked = job->request.job;
	job->reply = (struct wire_reply){ .magic = WIRE_MAGIC, .version = WIRE_VERSION, .job = asked, .refused = 1 };
	const char *why = e->text;
	size_t rule = strlen(e->rule);
	/* the rule travels beside the words, which begin with it */
	if (rule > 0 && strncmp(why, e->rule, rule) == 0 && strncmp(why + rule, ": ", 2) == 0) why += rule + 2;
	size_t n = strnlen(why, sizeof(job->reply.why) - 1);
	while (n > 0 && ((unsigned char)why[n] & 0xc0) == 0x80) n--; /* no half of a character */
	memcpy(job->reply.why, why, n);
	snprintf(job->reply.rule, sizeof(job->reply.rule), "%s", e->rule);
	buf_clear(&job->blobs);
}

static int prepare(struct job *job, struct err *e) {
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (jail_worker_limits(sizeof(struct wire_reply) + WIRE_OUTPUT_MAX, e) < 0) return -1;
	if (read_request(&job->request, e) < 0) return -1;
	if (image_init(e) < 0 || job_prepare(job, e) < 0) return -1;
	return jail_worker(FD_AFTER, e);
}

int main(void) {
	static struct job job;
	struct err e = { 0 };
	const unsigned char *input;
	size_t size;
	int status = 0;
	buf_init(&job.blobs, WIRE_OUTPUT_MAX);
	if (prepare(&job, &e) < 0 || map_input(&input, &size, &e) < 0) {
		say_refused(&job, &e);
		status = ERR_OUTSIDE;
	} else if (job_run(&job, input, size, &e) < 0) {
		say_refused(&job, &e);
		if (e.kind == ERR_OUTSIDE) status = ERR_OUTSIDE;
	}
	/* no destructors: everything this process holds ends with it */
	_exit(write_out(&job) < 0 ? ERR_USAGE : status);
}

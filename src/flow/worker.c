/* worker.c: the parent's side of a worker: starts it on memory files, watches the clock, and takes its reply only
 * after worker_check has looked at it. */
#include "flow/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "flow/worker_check.h"

/* The worker's exit status when it could not start its work, for a reason that is not the picture's. */
enum { WALL_MS = 30 * 1000, PROGRAM_MAX = 4096, EXIT_NOT_STARTED = 127 };

struct worker_job {
	struct worker_asked asked;
	pid_t pid;
	int pidfd, output;
	int64_t deadline; /* monotonic milliseconds */
	int late;         /* it was killed because its time was over */
	int ended;
	siginfo_t end;
};

static const char *test_program;
static int test_wall_ms;
static atomic_int at_work;

void worker_set_program(const char *path, int wall_ms) {
	test_program = path;
	test_wall_ms = wall_ms;
}

static int64_t now_ms(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- memory files ---------------------------------------------------------------------------------------------- */

/* A memory file with these bytes that nobody, we included, can change any more. */
static int sealed_file(const char *name, const void *data, size_t size, struct err *e) {
	auto_fd int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) return err_sys(e, "cannot make a memory file");
	if (file_write_all(fd, data, size, e) < 0) return -1;
	if (lseek(fd, 0, SEEK_SET) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return err_sys(e, "cannot seal a memory file");
	return TAKE_FD(fd);
}

/* ---- the program ------------------------------------------------------------------------------------------------ */

/* The occlude-worker beside the running program. */
static int find_program(char out[PROGRAM_MAX], struct err *e) {
	static const char name[] = "occlude-worker";
	ssize_t n = readlink("/proc/self/exe", out, PROGRAM_MAX - sizeof(name));
	if (n < 0) return err_sys(e, "cannot tell where this program lies");
	out[n] = '\0';
	char *slash = strrchr(out, '/');
	if (!slash) return err_set(e, ERR_OUTSIDE, "cannot tell where this program lies");
	memcpy(slash + 1, name, sizeof(name));
	if (access(out, X_OK) < 0)
		return err_sys(e, "cannot run %s, which belongs beside this program; install Occlude again", out);
	return 0;
}

struct launch {
	const char *path;
	pid_t parent;
	int request, input, output;
};

/* In the child, between fork and exec: system calls only, since the parent may have threads. */
static _Noreturn void launch_child(const struct launch *l) {
	static char name[] = "occlude-worker", locale[] = "LC_ALL=C", arenas[] = "MALLOC_ARENA_MAX=1";
	/* orc's compiler would need memory that is writable and executable, which the jail refuses */
	static char novector[] = "VIPS_NOVECTOR=1";
	static char *const argv[] = { name, NULL };
	static char *const env[] = { locale, arenas, novector, NULL };
	const int from[3] = { l->request, l->input, l->output };
	int high[3];
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid(); /* Ctrl-C is for the command, which then takes its workers with it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != l->parent) _exit(EXIT_NOT_STARTED);
	for (int i = 0; i < 3; i++)
		if ((high[i] = fcntl(from[i], F_DUPFD, 10)) < 0) _exit(EXIT_NOT_STARTED);
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0) _exit(EXIT_NOT_STARTED);
#ifndef OCCLUDE_SANITIZED
	if (dup2(null, 2) < 0) _exit(EXIT_NOT_STARTED);
#endif
	for (int i = 0; i < 3; i++)
		if (dup2(high[i], 3 + i) < 0) _exit(EXIT_NOT_STARTED);
	if (close_range(6, ~0U, 0) < 0) _exit(EXIT_NOT_STARTED);
	execve(l->path, argv, env);
	_exit(EXIT_NOT_STARTED);
}

static int launch(struct worker_job *job, int request, int input, struct err *e) {
	char found[PROGRAM_MAX];
	struct launch l = {
		.path = test_program, .parent = getpid(), .request = request, .input = input, .output = job->output
	};
	if (!l.path) {
		if (find_program(found, e) < 0) return -1;
		l.path = found;
	}
	job->deadline = now_ms() + (test_wall_ms > 0 ? test_wall_ms : WALL_MS);
	job->pid = fork();
	if (job->pid < 0) return err_sys(e, "cannot start a worker");
	if (job->pid == 0) launch_child(&l);
	job->pidfd = pidfd_open(job->pid, 0);
	if (job->pidfd < 0) {
		err_sys(e, "cannot watch a worker");
		kill(job->pid, SIGKILL);
		waitpid(job->pid, NULL, 0);
		return -1;
	}
	return 0;
}

static void job_free(struct worker_job *job) {
	if (job->pidfd >= 0) close(job->pidfd);
	if (job->output >= 0) close(job->output);
	free(job);
	atomic_fetch_sub(&at_work, 1);
}

struct worker_job *worker_start(const struct wire_request *req, const void *input, size_t size, struct err *e) {
	if (size > WIRE_INPUT_MAX) {
		err_set(e, ERR_REFUSED, "the file is larger than %d MB, which no photo here may be",
			WIRE_INPUT_MAX / 1024 / 1024);
		return NULL;
	}
	struct wire_request *ask = malloc(sizeof(*ask));
	struct worker_job *job = calloc(1, sizeof(*job));
	if (!ask || !job) {
		free(ask);
		free(job);
		err_nomem(e);
		return NULL;
	}
	job->pidfd = job->output = -1;
	job->asked = (struct worker_asked){ .job = req->job, .want_show = req->want_show };
	int busy = atomic_fetch_add(&at_work, 1);
	*ask = *req;
	ask->magic = WIRE_MAGIC;
	ask->version = WIRE_VERSION;
	auto_fd int in = -1;
	auto_fd int request = sealed_file("request", ask, sizeof(*ask), e);
	free(ask);
	int bad = request < 0;
	if (!bad && busy >= WORKER_PARALLEL_MAX)
		bad = err_set(e, ERR_OUTSIDE, "too many pictures are being worked on; try again in a minute");
	if (!bad) bad = (in = sealed_file("input", input, size, e)) < 0;
	if (!bad && (job->output = memfd_create("output", MFD_CLOEXEC)) < 0)
		bad = err_sys(e, "cannot make a memory file");
	if (!bad) bad = launch(job, request, in, e) < 0;
	if (bad) {
		job_free(job);
		return NULL;
	}
	return job;
}

/* ---- waiting ----------------------------------------------------------------------------------------------------- */

/* Takes the end of a worker that has ended (or is being killed). */
static void job_reap(struct worker_job *job) {
	int r;
	do {
		r = waitid(P_PIDFD, (id_t)job->pidfd, &job->end, WEXITED);
	} while (r < 0 && errno == EINTR);
	if (r < 0) job->end.si_code = 0; /* somebody else took it: treated as a crash */
	job->ended = 1;
}

static void job_kill(struct worker_job *job) {
	if (!job->ended) {
		kill(job->pid, SIGKILL);
		job_reap(job);
	}
}

int worker_next(struct worker_job *const *jobs, size_t n) {
	for (;;) {
		struct pollfd fds[WORKER_PARALLEL_MAX];
		size_t index[WORKER_PARALLEL_MAX], count = 0;
		int64_t now = now_ms(), wait = INT32_MAX;
		for (size_t i = 0; i < n && count < WORKER_PARALLEL_MAX; i++) {
			if (!jobs[i]) continue;
			if (!jobs[i]->ended && jobs[i]->deadline <= now) {
				jobs[i]->late = 1;
				job_kill(jobs[i]);
			}
			if (jobs[i]->ended) return (int)i;
			if (jobs[i]->deadline - now < wait) wait = jobs[i]->deadline - now;
			index[count] = i;
			fds[count++] = (struct pollfd){ .fd = jobs[i]->pidfd, .events = POLLIN };
		}
		if (count == 0) return -1;
		if (poll(fds, count, (int)wait + 1) < 0 && errno != EINTR) BUG("poll on pidfds");
		for (size_t i = 0; i < count; i++) {
			if (!(fds[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
			job_reap(jobs[index[i]]);
			return (int)index[i];
		}
	}
}

/* ---- the reply ---------------------------------------------------------------------------------------------------- */

static int read_at(int fd, void *to, size_t size, off_t at) {
	for (size_t done = 0; done < size;) {
		ssize_t n = pread(fd, (char *)to + done, size - done, at + (off_t)done);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return -1;
		done += (size_t)n;
	}
	return 0;
}

/* A refusal for a picture whose reader failed. */
static int refuse(const struct worker_job *job, struct err *e, const char *why) {
	if (job->asked.job == WIRE_STRIP)
		return err_set(e, ERR_REFUSED,
			"this picture could not be read safely (%s): it was not stored; export it again as a JPEG "
			"and try that",
			why);
	return err_set(e, ERR_REFUSED, "this picture could not be worked on safely (%s): nothing was changed", why);
}

/* Copies the reply out of the memory file. -1: it is not one (nothing is said in words here). */
static int read_reply(const struct worker_job *job, struct worker_result *ret) {
	struct stat st;
	if (fstat(job->output, &st) < 0 || st.st_size < (off_t)sizeof(struct wire_reply)) return -1;
	size_t size = (size_t)st.st_size - sizeof(struct wire_reply);
	if (size > WIRE_OUTPUT_MAX) return -1;
	ret->reply = malloc(sizeof(*ret->reply));
	ret->bytes = malloc(size + 1);
	ret->size = size;
	if (!ret->reply || !ret->bytes) return -1;
	if (read_at(job->output, ret->reply, sizeof(*ret->reply), 0) < 0) return -1;
	return read_at(job->output, ret->bytes, size, sizeof(struct wire_reply));
}

/* How the worker ended, if that alone decides: 0 go on, -1 refused. */
static int judge_end(const struct worker_job *job, struct err *e) {
	if (job->late) return refuse(job, e, "the reader did not finish in time");
	if (job->end.si_code == CLD_KILLED || job->end.si_code == CLD_DUMPED)
		return refuse(job, e,
			job->end.si_status == SIGXCPU ? "the reader did not finish in time" : "the reader stopped");
	if (job->end.si_code != CLD_EXITED) return refuse(job, e, "the reader stopped");
	if (job->end.si_status == EXIT_NOT_STARTED)
		return err_set(e, ERR_OUTSIDE, "occlude-worker could not be started; install Occlude again");
	if (job->end.si_status != 0 && job->end.si_status != ERR_OUTSIDE) return refuse(job, e, "the reader stopped");
	return 0;
}

static int take_reply(const struct worker_job *job, struct worker_result *ret, struct err *e) {
	if (judge_end(job, e) < 0) return -1;
	if (read_reply(job, ret) < 0) return refuse(job, e, "the reader gave no answer");
	const char *bad = worker_check(ret->reply, &job->asked, ret->bytes, ret->size);
	if (bad) {
		char why[160];
		snprintf(why, sizeof(why), "the reader's answer cannot be trusted: %s", bad);
		return refuse(job, e, why);
	}
	if (job->end.si_status == ERR_OUTSIDE)
		return err_set(
			e, ERR_OUTSIDE, "%s", ret->reply->refused ? ret->reply->why : "the worker could not start");
	if (!ret->reply->refused) return 0;
	if (ret->reply->rule[0] != '\0') return err_rule(e, ret->reply->rule, "%s", ret->reply->why);
	return err_set(e, ERR_REFUSED, "%s", ret->reply->why);
}

int worker_wait(struct worker_job *job, struct worker_result *ret, struct err *e) {
	struct worker_result got = { 0 };
	worker_next(&job, 1);
	int r = take_reply(job, &got, e);
	job_free(job);
	if (r < 0)
		worker_result_free(&got);
	else
		*ret = got;
	return r;
}

void worker_cancel(struct worker_job *job) {
	if (!job) return;
	job_kill(job);
	job_free(job);
}

int worker_run(
	const struct wire_request *req, const void *input, size_t size, struct worker_result *ret, struct err *e) {
	struct worker_job *job = worker_start(req, input, size, e);
	return job ? worker_wait(job, ret, e) : -1;
}

void worker_result_free(struct worker_result *r) {
	if (!r) return;
	free(r->reply);
	free(r->bytes);
	*r = (struct worker_result){ 0 };
}

int worker_cores(void) {
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return n < 1 ? 1 : n > WORKER_PARALLEL_MAX ? WORKER_PARALLEL_MAX : n;
}

const struct wire_blob *worker_blob(const struct worker_result *r, enum wire_blob_kind kind, unsigned nth) {
	for (uint32_t i = 0; i < r->reply->blobs; i++)
		if (r->reply->blob[i].kind == (uint32_t)kind && nth-- == 0) return &r->reply->blob[i];
	return NULL;
}

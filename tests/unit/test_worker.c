/* test_worker.c: the parent's side of a worker against a child that crashes, stalls and lies. The child is this same
 * program: run under the name occlude-worker it does what the first word of its input says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "flow/worker.h"

/* ---- the child ----------------------------------------------------------------------------------------------- */

static struct wire_reply reply;
static unsigned char bytes[4096];
static size_t bytes_size;

static void add_blob(uint32_t kind, uint32_t format, const char *magic, size_t magic_size) {
	struct wire_blob *b = &reply.blob[reply.blobs++];
	*b = (struct wire_blob){
		.kind = kind, .format = format, .width = 40, .height = 30, .offset = bytes_size, .size = 64
	};
	memcpy(bytes + bytes_size, magic, magic_size);
	bytes_size += 64;
}

/* An honest reply to what was asked. */
static void honest(const struct wire_request *q) {
	reply = (struct wire_reply){ .magic = WIRE_MAGIC,
		.version = WIRE_VERSION,
		.job = q->job,
		.format = WIRE_JPEG,
		.width = 400,
		.height = 300,
		.capture = "2026:11:22 10:11:12",
		.detect_ran = 1,
		.cpu_ms = 12.5F,
		.regions = 1 };
	struct wire_region *g = &reply.region[0];
	g->kind = REGION_FACE;
	g->shape = SHAPE_POLYGON;
	g->score = .9F;
	g->points = 3;
	g->polygon[1].x = 100;
	g->polygon[2].y = 100;
	if (q->job == WIRE_REDACT) add_blob(BLOB_MASTER, WIRE_PNG, "\x89PNG\r\n\x1a\n", 8);
	if (q->want_show) add_blob(BLOB_SHOW, WIRE_JPEG, "\xff\xd8\xff\xe0", 4);
}

/* What the child finds about itself, as refused words. */
static void report_self(void) {
	int fds = 0, want = 0;
	DIR *d = opendir("/proc/self/fd");
	for (struct dirent *n; d && (n = readdir(d));) {
		int fd = atoi(n->d_name);
		if (n->d_name[0] == '.' || fd == dirfd(d)) continue;
		fds++;
		want += fd <= 5;
	}
	if (d) closedir(d);
	char null[64] = "";
	ssize_t got = readlink("/proc/self/fd/0", null, sizeof(null) - 1);
	int sig = 0;
	prctl(PR_GET_PDEATHSIG, &sig);
	errno = 0;
	int sealed = write(4, "x", 1) < 0 && errno == EPERM && ftruncate(4, 0) < 0 && write(3, "x", 1) < 0;
	int secret = getenv("OCCLUDE_TEST_SECRET") != NULL || getenv("PATH") != NULL;
	reply.refused = 1;
	snprintf(reply.why, sizeof(reply.why), "fds %d of %d, stdin %s, pdeath %d, sealed %d, inherited %d", want,
		fds, got > 0 ? null : "?", sig, sealed, secret);
}

/* `lie` names one untruth; 0 if there is none of that name. */
static int tell(const char *lie) {
	struct wire_region *g = &reply.region[0];
	struct wire_blob *b = &reply.blob[0];
#define LIE(name, what)                                                                                              \
	if (strcmp(lie, name) == 0) {                                                                                \
		what;                                                                                                \
		return 1;                                                                                            \
	}
	LIE("honest", (void)0)
	LIE("magic", reply.magic++)
	LIE("version", reply.version++)
	LIE("job", reply.job++)
	LIE("refused", reply.refused = 2)
	LIE("why-empty", reply.refused = 1)
	LIE("why-endless", {
		reply.refused = 1;
		memset(reply.why, 'a', sizeof(reply.why));
	})
	LIE("why-escape", {
		reply.refused = 1;
		strcpy(reply.why, "red \033[31m");
	})
	LIE("why-utf8", {
		reply.refused = 1;
		strcpy(reply.why, "bad \xc3(");
	})
	LIE("rule", strcpy(reply.rule, "I4;--"))
	LIE("format", reply.format = WIRE_AVIF + 1)
	LIE("format-none", reply.format = WIRE_NONE)
	LIE("width", reply.width = WIRE_SIDE_MAX + 1)
	LIE("height", reply.height = 0)
	LIE("pixels", reply.width = reply.height = WIRE_SIDE_MAX)
	LIE("removed", reply.removed = 1U << 31)
	LIE("capture", strcpy(reply.capture, "2026:11:22 10:11:1x"))
	LIE("capture-endless", memset(reply.capture, '1', sizeof(reply.capture)))
	LIE("detect", reply.detect_ran = 7)
	LIE("grey", reply.greyscale = 7)
	LIE("cpu-nan", reply.cpu_ms = NAN)
	LIE("cpu-inf", reply.cpu_ms = INFINITY)
	LIE("exposure", reply.exposure = 4)
	LIE("faces", reply.faces_left = 1000)
	LIE("presence", reply.face_left_presence = 1.5F)
	LIE("regions", reply.regions = WIRE_REGIONS_MAX + 1)
	LIE("regions-huge", reply.regions = 0xffffffffU)
	LIE("kind", g->kind = 9)
	LIE("shape", g->shape = 0)
	LIE("verified", g->verified = 2)
	LIE("score-nan", g->score = NAN)
	LIE("score", g->score = -1)
	LIE("points", g->points = WIRE_POINTS_MAX + 1)
	LIE("points-few", g->points = 2)
	LIE("rect-points", g->shape = SHAPE_RECT)
	LIE("lips", g->lips = 0x80000000U)
	LIE("lips-few", g->lips = 2)
	LIE("corner-nan", g->polygon[2].y = NAN)
	LIE("corner-far", g->polygon[2].y = 1e30F)
	LIE("keypoint-inf", g->point[5].x = -INFINITY)
	LIE("box-nan", g->box[1].x = NAN)
	LIE("blobs", reply.blobs = WIRE_BLOBS_MAX + 1)
	LIE("blob-outside", b->size = 65)
	LIE("blob-far", b->offset = 1000)
	LIE("blob-overflow", {
		b->offset = 32;
		b->size = UINT64_MAX - 16;
	})
	LIE("blob-empty", b->size = 0)
	LIE("blob-kind", b->kind = BLOB_RENDITION)
	LIE("blob-format", b->format = WIRE_JPEG)
	LIE("blob-large", b->width = MASTER_SIDE_MAX + 1)
	LIE("blob-magic", bytes[1] = 'X')
	LIE("blob-twice", add_blob(BLOB_MASTER, WIRE_PNG, "\x89PNG\r\n\x1a\n", 8))
	LIE("blob-none", reply.blobs = 0)
	LIE("unasked-show", add_blob(BLOB_SHOW, WIRE_JPEG, "\xff\xd8\xff\xe0", 4))
#undef LIE
	return 0;
}

static const char *const lies[] = { "magic", "version", "job", "refused", "why-empty", "why-endless", "why-escape",
	"why-utf8", "rule", "format", "format-none", "width", "height", "pixels", "removed", "capture",
	"capture-endless", "detect", "grey", "cpu-nan", "cpu-inf", "exposure", "faces", "presence", "regions",
	"regions-huge", "kind", "shape", "verified", "score-nan", "score", "points", "points-few", "rect-points",
	"lips", "lips-few", "corner-nan", "corner-far", "keypoint-inf", "box-nan", "blobs", "blob-outside",
	"blob-far", "blob-overflow", "blob-empty", "blob-kind", "blob-format", "blob-large", "blob-magic",
	"blob-twice", "blob-none", "unasked-show" };

static int child(void) {
	struct wire_request q;
	char word[64] = "";
	if (read(3, &q, sizeof(q)) != (ssize_t)sizeof(q) || read(4, word, sizeof(word) - 1) < 0) return 9;
	honest(&q);
	if (strcmp(word, "stall") == 0)
		for (;;) pause();
	if (strcmp(word, "crash") == 0) {
		signal(SIGSEGV, SIG_DFL); /* no report by a sanitizer */
		raise(SIGSEGV);
	}
	if (strcmp(word, "cpu") == 0) raise(SIGXCPU);
	if (strcmp(word, "exit-5") == 0) return 5;
	if (strcmp(word, "silent") == 0) return 0;
	if (strcmp(word, "short") == 0) return write(5, &reply, sizeof(reply) - 1) < 0;
	if (strcmp(word, "huge") == 0) return ftruncate(5, (off_t)sizeof(reply) + WIRE_OUTPUT_MAX + 1) < 0;
	if (strcmp(word, "self") == 0)
		report_self();
	else if (strcmp(word, "outside") == 0) {
		reply.refused = 1;
		strcpy(reply.why, "no memory to begin with");
	} else if (strcmp(word, "no") == 0) {
		reply.refused = 1;
		strcpy(reply.why, "this is a PDF");
	} else if (strcmp(word, "no-by-rule") == 0) {
		reply.refused = 1;
		strcpy(reply.why, "no face was found");
		strcpy(reply.rule, "I4");
	} else if (strcmp(word, "dirty") == 0) {
		memset(&reply.region[1], 0x5a, sizeof(reply.region[1]));
		reply.region[0].polygon[3].x = NAN;
		reply.blob[5].size = 77;
	} else if (!tell(word))
		return 8;
	if (write(5, &reply, sizeof(reply)) != (ssize_t)sizeof(reply)) return 7;
	if (write(5, bytes, bytes_size) != (ssize_t)bytes_size) return 7;
	return strcmp(word, "outside") == 0 ? 3 : 0;
}

/* ---- the tests ------------------------------------------------------------------------------------------------ */

static int ask(uint32_t job, uint32_t show, const char *word, struct worker_result *ret, struct err *e) {
	struct wire_request *q = calloc(1, sizeof(*q));
	assert_non_null(q);
	q->job = job;
	q->want_show = show;
	int r = worker_run(q, word, strlen(word) + 1, ret, e);
	free(q);
	return r;
}

static void an_honest_reply_is_taken(void **state) {
	(void)state;
	struct worker_result r = { 0 };
	struct err e = { 0 };
	assert_int_equal(ask(WIRE_REDACT, 1, "honest", &r, &e), 0);
	assert_int_equal(r.reply->width, 400);
	assert_int_equal(r.reply->regions, 1);
	const struct wire_blob *b = worker_blob(&r, BLOB_SHOW, 0);
	assert_non_null(b);
	assert_memory_equal(r.bytes + b->offset, "\xff\xd8\xff", 3);
	assert_non_null(worker_blob(&r, BLOB_MASTER, 0));
	assert_null(worker_blob(&r, BLOB_MASTER, 1));
	worker_result_free(&r);
}

static void every_lie_is_caught(void **state) {
	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct worker_result r = { 0 };
		struct err e = { 0 };
		int got = ask(WIRE_REDACT, 0, lies[i], &r, &e);
		if (got == 0 || e.kind != ERR_REFUSED || !strstr(e.text, "cannot be trusted"))
			fail_msg("%s: %d, %s", lies[i], got, e.text);
		assert_null(r.reply);
	}
}

static void what_lies_behind_the_counts_is_cleared(void **state) {
	(void)state;
	struct worker_result r = { 0 };
	struct err e = { 0 };
	assert_int_equal(ask(WIRE_STRIP, 0, "dirty", &r, &e), 0);
	assert_int_equal(r.reply->region[1].kind, 0);
	assert_true(r.reply->region[0].polygon[3].x == 0);
	assert_true(r.reply->blob[5].size == 0);
	worker_result_free(&r);
}

static void a_refusal_brings_its_words_and_rule(void **state) {
	(void)state;
	struct worker_result r = { 0 };
	struct err e = { 0 };
	assert_int_equal(ask(WIRE_STRIP, 0, "no", &r, &e), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_string_equal(e.text, "this is a PDF");
	assert_int_equal(ask(WIRE_STRIP, 0, "no-by-rule", &r, &e), -1);
	assert_string_equal(e.rule, "I4");
	assert_int_equal(ask(WIRE_STRIP, 0, "outside", &r, &e), -1);
	assert_int_equal(e.kind, ERR_OUTSIDE);
	assert_string_equal(e.text, "no memory to begin with");
}

static void a_worker_that_fails_refuses_its_picture(void **state) {
	(void)state;
	static const struct {
		const char *word, *says;
	} row[] = {
		{ "crash", "the reader stopped" },
		{ "cpu", "did not finish in time" },
		{ "exit-5", "the reader stopped" },
		{ "silent", "gave no answer" },
		{ "short", "gave no answer" },
		{ "huge", "gave no answer" },
		{ "no such word", "reader stopped" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct worker_result r = { 0 };
		struct err e = { 0 };
		assert_int_equal(ask(WIRE_STRIP, 0, row[i].word, &r, &e), -1);
		assert_int_equal(e.kind, ERR_REFUSED);
		assert_non_null(strstr(e.text, row[i].says));
		assert_non_null(strstr(e.text, "it was not stored"));
	}
}

static void a_stalled_worker_is_killed(void **state) {
	(void)state;
	struct worker_result r = { 0 };
	struct err e = { 0 };
	struct timespec a, b;
	worker_set_program("/proc/self/exe", 300);
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(ask(WIRE_STRIP, 0, "stall", &r, &e), -1);
	clock_gettime(CLOCK_MONOTONIC, &b);
	worker_set_program("/proc/self/exe", 0);
	assert_non_null(strstr(e.text, "did not finish in time"));
	double took = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	assert_true(took >= .29 && took < 10);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void a_worker_inherits_nothing(void **state) {
	(void)state;
	struct worker_result r = { 0 };
	struct err e = { 0 };
	int secret = open("/", O_RDONLY | O_DIRECTORY); /* not close-on-exec on purpose */
	setenv("OCCLUDE_TEST_SECRET", "1", 1);
	assert_int_equal(ask(WIRE_STRIP, 0, "self", &r, &e), -1);
	close(secret);
#ifdef OCCLUDE_SANITIZED
	assert_non_null(strstr(e.text, "pdeath 9, sealed 1, inherited 0"));
#else
	assert_string_equal(e.text, "fds 6 of 6, stdin /dev/null, pdeath 9, sealed 1, inherited 0");
#endif
}

static void several_run_at_once(void **state) {
	(void)state;
	enum { N = 8 };
	struct worker_job *job[N];
	struct wire_request *q = calloc(1, sizeof(*q));
	assert_non_null(q);
	q->job = WIRE_STRIP;
	worker_set_program("/proc/self/exe", 5000);
	for (int i = 0; i < N; i++) {
		const char *word = i == 3 ? "crash" : i == 0 ? "stall" : "honest";
		job[i] = worker_start(q, word, strlen(word) + 1, NULL);
		assert_non_null(job[i]);
	}
	int good = 0;
	for (int left = N - 1; left > 0; left--) {
		int i = worker_next(job, N);
		assert_true(i > 0 && i < N && job[i]); /* the stalled one does not hold the others up */
		struct worker_result r = { 0 };
		good += worker_wait(job[i], &r, NULL) == 0;
		job[i] = NULL;
		worker_result_free(&r);
	}
	assert_int_equal(good, N - 2);
	worker_cancel(job[0]);
	job[0] = NULL;
	assert_int_equal(worker_next(job, N), -1);
	free(q);
	worker_set_program("/proc/self/exe", 0);
	assert_true(worker_cores() >= 1 && worker_cores() <= WORKER_PARALLEL_MAX);
}

static void at_most_so_many_at_once(void **state) {
	(void)state;
	static struct worker_job *job[WORKER_PARALLEL_MAX];
	struct wire_request *q = calloc(1, sizeof(*q));
	struct err e = { 0 };
	assert_non_null(q);
	q->job = WIRE_STRIP;
	for (int i = 0; i < WORKER_PARALLEL_MAX; i++) assert_non_null(job[i] = worker_start(q, "stall", 6, NULL));
	assert_null(worker_start(q, "honest", 7, &e));
	assert_int_equal(e.kind, ERR_OUTSIDE);
	for (int i = 0; i < WORKER_PARALLEL_MAX; i++) worker_cancel(job[i]);
	struct worker_result r = { 0 };
	assert_int_equal(ask(WIRE_STRIP, 0, "honest", &r, &e), 0);
	worker_result_free(&r);
	free(q);
}

static void a_missing_program_is_an_outside_error(void **state) {
	(void)state;
	struct worker_result r = { 0 };
	struct err e = { 0 };
	worker_set_program("/nonexistent/occlude-worker", 0);
	assert_int_equal(ask(WIRE_STRIP, 0, "honest", &r, &e), -1);
	assert_int_equal(e.kind, ERR_OUTSIDE);
	worker_set_program(NULL, 0); /* beside this test there is none either */
	assert_int_equal(ask(WIRE_STRIP, 0, "honest", &r, &e), -1);
	assert_int_equal(e.kind, ERR_OUTSIDE);
	assert_non_null(strstr(e.text, "occlude-worker"));
	worker_set_program("/proc/self/exe", 0);
}

int main(int argc, char **argv) {
	if (argc > 0 && strcmp(argv[0], "occlude-worker") == 0) _exit(child());
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_reply_is_taken),
		cmocka_unit_test(every_lie_is_caught),
		cmocka_unit_test(what_lies_behind_the_counts_is_cleared),
		cmocka_unit_test(a_refusal_brings_its_words_and_rule),
		cmocka_unit_test(a_worker_that_fails_refuses_its_picture),
		cmocka_unit_test(a_stalled_worker_is_killed),
		cmocka_unit_test(a_worker_inherits_nothing),
		cmocka_unit_test(several_run_at_once),
		cmocka_unit_test(at_most_so_many_at_once),
		cmocka_unit_test(a_missing_program_is_an_outside_error),
	};
	worker_set_program("/proc/self/exe", 0);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_worker_jobs.c: the real occlude-worker (it lies one folder above this program) does its five jobs behind its
 * closed jail, and refuses what is no picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flow/form.h"
#include "flow/redact.h"
#include "flow/worker.h"
#include "lib/image.h"

static char program[4096];
static struct wire_request ask;
static struct buf photo;

static void fresh(uint32_t job) {
	memset(&ask, 0, sizeof(ask));
	ask.job = job;
	ask.view = VIEW_IO_FR;
	ask.decision.form = FORM_CROP;
	ask.decision.has_crop = 1;
	ask.decision.crop[1] = (struct wire_point){ 640, 480 };
	for (int i = 0; i < 3; i++) ask.decision.tone_gain[i] = 1;
}

static void strip_tells_what_it_saw(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_worker_result struct worker_result r = { 0 };
	fresh(WIRE_STRIP);
	if (worker_run(&ask, photo.data, photo.len, &r, &e) < 0) fail_msg("%s", e.text);
	assert_int_equal(r.reply->width, 640);
	assert_int_equal(r.reply->height, 480);
	assert_int_equal(r.reply->format, WIRE_JPEG);
	assert_int_equal(r.reply->detect_ran, 1);
	assert_int_equal(r.reply->removed, 0);
	assert_int_equal(r.reply->greyscale, 0);
	assert_int_equal(r.reply->blobs, 0);
}

/* A master by the real worker, decoded again here. */
static void redact(struct worker_result *r, struct pixels *p) {
	struct err e = { 0 };
	fresh(WIRE_REDACT);
	ask.want_show = 1;
	ask.decision.regions = 1;
	ask.decision.region[0] = (struct wire_region){ .kind = REGION_TEXT,
		.shape = SHAPE_RECT,
		.cover = 1,
		.points = 2,
		.polygon = { { 100, 100 }, { 200, 150 } } };
	if (worker_run(&ask, photo.data, photo.len, r, &e) < 0) fail_msg("%s", e.text);
	const struct wire_blob *b = worker_blob(r, BLOB_MASTER, 0);
	assert_non_null(b);
	if (image_load(WIRE_PNG, r->bytes + b->offset, b->size, NULL, p, &e) < 0) fail_msg("%s", e.text);
}

static void I3_the_master_is_covered(void **state) {
	(void)state;
	auto_worker_result struct worker_result r = { 0 };
	auto_pixels struct pixels p = { 0 };
	redact(&r, &p);
	assert_int_equal(p.width, 640);
	assert_int_equal(p.height, 480);
	assert_int_equal(r.reply->exposure, EXPOSURE_TEETH);
	assert_int_equal(r.reply->detect_ran, 1);
	for (int y = 100; y < 150; y++)
		for (int x = 100; x < 200; x++)
			assert_memory_equal(pixels_at(&p, x, y), ((uint8_t[]){ VEIL_R, VEIL_G, VEIL_B }), 3);
	const struct wire_blob *show = worker_blob(&r, BLOB_SHOW, 0);
	assert_non_null(show);
	assert_true(show->width <= SHOW_SIDE_MAX && show->height <= SHOW_SIDE_MAX);
}

static void I6_renditions_are_made_and_checked(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_worker_result struct worker_result master = { 0 }, made = { 0 };
	auto_pixels struct pixels p = { 0 };
	redact(&master, &p);
	const struct wire_blob *m = worker_blob(&master, BLOB_MASTER, 0);
	fresh(WIRE_DERIVE);
	if (worker_run(&ask, master.bytes + m->offset, m->size, &made, &e) < 0) fail_msg("%s", e.text);
	assert_int_equal(made.reply->blobs, 4); /* 480 and 640, JPEG and AVIF */
	for (unsigned i = 0; i < 4; i++) {
		const struct wire_blob *b = worker_blob(&made, BLOB_RENDITION, i);
		auto_worker_result struct worker_result r = { 0 };
		fresh(WIRE_CHECK);
		if (worker_run(&ask, made.bytes + b->offset, b->size, &r, &e) < 0) fail_msg("%s", e.text);
		assert_int_equal(r.reply->removed, 0);
		assert_int_equal(r.reply->faces_left, 0);
		assert_int_equal(r.reply->detect_ran, 1);
		assert_int_equal(r.reply->width, b->width);
	}
	/* the original is not bare in the sense of a published file's structure only if it carries something */
	fresh(WIRE_CHECK);
	auto_buf struct buf dirty;
	buf_init(&dirty, 1 << 24);
	const struct wire_blob *b = worker_blob(&made, BLOB_RENDITION, 0);
	buf_add(&dirty, made.bytes + b->offset, b->size);
	buf_str(&dirty, "trailer");
	auto_worker_result struct worker_result r = { 0 };
	if (worker_run(&ask, dirty.data, dirty.len, &r, &e) == 0) assert_true(r.reply->removed != 0);
}

static void show_works_before_a_decision(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_worker_result struct worker_result r = { 0 };
	fresh(WIRE_SHOW);
	ask.decision.form = FORM_NONE;
	if (worker_run(&ask, photo.data, photo.len, &r, &e) < 0) fail_msg("%s", e.text);
	assert_non_null(worker_blob(&r, BLOB_SHOW, 0));
	assert_int_equal(r.reply->exposure, EXPOSURE_NONE);
}

static void what_is_no_picture_is_refused(void **state) {
	(void)state;
	static const char *const bad[] = { "", "x", "%PDF-1.7 and more", "\xff\xd8\xff\xe0 not really", "GIF89a" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = { 0 };
		struct worker_result r = { 0 };
		fresh(WIRE_STRIP);
		assert_int_equal(worker_run(&ask, bad[i], strlen(bad[i]), &r, &e), -1);
		assert_int_equal(e.kind, ERR_REFUSED);
		assert_null(strstr(e.text, "the reader"));
	}
	struct err e = { 0 };
	struct worker_result r = { 0 };
	fresh(WIRE_STRIP);
	assert_int_equal(worker_run(&ask, photo.data, photo.len / 2, &r, &e), -1); /* truncated */
	assert_int_equal(e.kind, ERR_REFUSED);
	fresh(WIRE_REDACT);
	ask.decision.form = FORM_VEIL;
	assert_int_equal(worker_run(&ask, photo.data, photo.len, &r, &e), -1);
	assert_string_equal(e.rule, "I4");
	assert_true(strncmp(e.text, "I4: ", 4) == 0 && !strstr(e.text + 4, "I4"));
	fresh(77);
	assert_int_equal(worker_run(&ask, photo.data, photo.len, &r, &e), -1);
	assert_int_equal(e.kind, ERR_OUTSIDE);
}

/* ---- the order: libraries, jail, input -------------------------------------------------------------------------------- */

struct seen {
	int jailed;       /* the filter is in place */
	int input_before; /* input read or mapped before it */
	int input_after;  /* and after it */
	int opened_after; /* descriptors opened after it */
	int asked_after;  /* attempts at that, which fail */
	int exited;
};

static void look_at(struct __ptrace_syscall_info *entry, const struct __ptrace_syscall_info *exit_, struct seen *s) {
	const uint64_t nr = entry->entry.nr, *a = (const uint64_t *)entry->entry.args;
	const int ok = exit_->exit.rval >= 0;
	if (nr == SYS_seccomp && ok && a[0] == 1) s->jailed = 1;
	if (nr == SYS_prctl && ok && a[0] == 22) s->jailed = 1;
	if ((nr == SYS_read || nr == SYS_pread64) && a[0] == 4)
		*(s->jailed ? &s->input_after : &s->input_before) += 1;
	if (nr == SYS_mmap && (int)a[4] == 4 && ok) *(s->jailed ? &s->input_after : &s->input_before) += 1;
	if (s->jailed && (nr == SYS_openat || nr == SYS_open || nr == SYS_socket || nr == SYS_memfd_create)) {
		s->asked_after++;
		s->opened_after += ok;
	}
}

/* Follows the one child from call to call, until it ends (left for the worker module to reap). */
static void follow(struct seen *s) {
	struct __ptrace_syscall_info entry = { 0 }, now;
	int first = 1;
	for (;;) {
		siginfo_t si = { 0 };
		if (waitid(P_ALL, 0, &si, WSTOPPED | WEXITED | WNOWAIT) < 0) return;
		const pid_t pid = si.si_pid;
		if (si.si_code == CLD_EXITED || si.si_code == CLD_KILLED || si.si_code == CLD_DUMPED) {
			s->exited = 1;
			return;
		}
		if (first) ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
		first = 0;
		if (si.si_status == (SIGTRAP | 0x80) && ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(now), &now) > 0) {
			if (now.op == PTRACE_SYSCALL_INFO_ENTRY) entry = now;
			if (now.op == PTRACE_SYSCALL_INFO_EXIT) look_at(&entry, &now, s);
		}
		waitid(P_PID, (id_t)pid, &si, WSTOPPED | WNOHANG);
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0 && errno != ESRCH) return;
	}
}

static void the_worker_reads_its_input_only_in_jail(void **state) {
	(void)state;
#ifdef OCCLUDE_SANITIZED
	skip(); /* the sanitizers' own calls are not what this test is about */
#endif
	struct seen s = { 0 };
	struct err e = { 0 };
	auto_worker_result struct worker_result r = { 0 };
	fresh(WIRE_STRIP);
	worker_set_program("/proc/self/exe", 0); /* this program, which asks to be traced and becomes the worker */
	struct worker_job *job = worker_start(&ask, photo.data, photo.len, &e);
	assert_non_null(job);
	follow(&s);
	int ran = worker_wait(job, &r, &e);
	worker_set_program(program, 0);
	if (ran < 0) fail_msg("%s", e.text);
	assert_int_equal(s.exited, 1);
	assert_int_equal(s.jailed, 1);
	assert_int_equal(s.input_before, 0);
	assert_true(s.input_after > 0);
	assert_int_equal(s.opened_after, 0);
	assert_int_equal(s.asked_after, 0); /* nothing was left to be loaded late */
}

/* ---- set-up ----------------------------------------------------------------------------------------------------------- */

static void find_worker(void) {
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);
	program[n > 0 ? n : 0] = '\0';
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(program, '/');
		if (slash) *slash = '\0';
	}
	strcat(program, "/occlude-worker");
}

static int set_up(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_pixels struct pixels p = { 640, 480, 3, malloc(640 * 480 * 3) };
	for (int y = 0; y < 480; y++)
		for (int x = 0; x < 640; x++)
			memcpy(pixels_at(&p, x, y),
				(uint8_t[]){ (uint8_t)(x / 3), (uint8_t)(y / 2), (uint8_t)((x * y) >> 8) }, 3);
	buf_init(&photo, 1 << 24);
	if (image_init(&e) < 0 || image_save_jpeg(&p, 90, &photo, &e) < 0) {
		fprintf(stderr, "# %s\n", e.text);
		return -1;
	}
	worker_set_program(program, 0);
	return 0;
}

static int tear_down(void **state) {
	(void)state;
	buf_free(&photo);
	image_shutdown();
	return 0;
}

int main(int argc, char **argv) {
	find_worker();
	if (argc > 0 && strcmp(argv[0], "occlude-worker") == 0) {
		char *env[] = { (char[]){ "LC_ALL=C" }, (char[]){ "VIPS_NOVECTOR=1" }, NULL };
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) _exit(126);
		execve(program, argv, env);
		_exit(127);
	}
	if (access(program, X_OK) < 0) {
		printf("1..0 # SKIP %s is not built\n", program);
		return 0;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strip_tells_what_it_saw),
		cmocka_unit_test(I3_the_master_is_covered),
		cmocka_unit_test(I6_renditions_are_made_and_checked),
		cmocka_unit_test(show_works_before_a_decision),
		cmocka_unit_test(what_is_no_picture_is_refused),
		cmocka_unit_test(the_worker_reads_its_input_only_in_jail),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

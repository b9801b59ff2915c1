/* test_kill.c: publishing and withdrawing, killed before every step that reaches the disk (P3, C6). The calls that change
 * files are defined here, before the C library's, for this program and for SQLite: a child counts them and dies by SIGKILL
 * before the Nth, for N = 1, 2, 3 ... until it comes through. After each kill the site is whole and signed, shows the old state
 * or the new one, and nothing that was taken back; the same command again ends where an unkilled one ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "fake_clock.h"
#include "flow/publish.h"
#include "flow/withdraw.h"
#include "record/approval.h"
#include "sample_practice.h"
#include "site_look.h"

/* ---- steps ---- */

static long steps_left; /* calls left before the kill; 0: none */

static void step(void) {
	if (steps_left && --steps_left == 0) (void)kill(getpid(), SIGKILL);
}

int fsync(int fd) {
	step();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
	step();
	return (int)syscall(SYS_fdatasync, fd);
}

int ftruncate64(int fd, off64_t len) {
	step();
	return (int)syscall(SYS_ftruncate, fd, len);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to) {
	step();
	return (int)syscall(SYS_renameat, from_dir, from, to_dir, to);
}

int unlink(const char *path) {
	step();
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int dir, const char *path, int flags) {
	step();
	return (int)syscall(SYS_unlinkat, dir, path, flags);
}

ssize_t write(int fd, const void *data, size_t len) {
	if (fd > 2) step();
	return syscall(SYS_write, fd, data, len);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at) {
	step();
	return syscall(SYS_pwrite64, fd, data, len, at);
}

int futimens(int fd, const struct timespec times[2]);
int futimens(int fd, const struct timespec times[2]) {
	step();
	return (int)syscall(SYS_utimensat, fd, NULL, times, 0);
}

/* ---- one life ---- */

typedef int work_fn(struct sample *s, struct err *e);

/* Runs the work in a child that dies before its nth step. Returns whether it came to its end; *ret_steps: how many it made (of
 * one that came to its end). */
static bool run_child(struct sample *s, work_fn *work, long n) {
	practice_close(s->p); /* a SQLite handle is not carried over a fork */
	s->p = NULL;
	fflush(stdout);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = { 0 };
		if (practice_open(s->dir, &s->p, &e) || practice_unlock_with(s->p, NULL, NULL, NULL, &e)) _exit(3);
		steps_left = n;
		int bad = work(s, &e);
		steps_left = 0;
		if (bad) (void)fprintf(stderr, "%s\n", e.text);
		_exit(bad ? 4 : 0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return true;
	}
	assert_int_equal(WTERMSIG(status), SIGKILL);
	return false;
}

static int publish(struct sample *s, struct err *e) {
	static const struct publish_options o = { 0 };
	return publish_run(s->p, &s->doc, &o, e);
}

static int take_back(struct sample *s, struct err *e) {
	struct intent it = { .act = "revoke",
		.patient_id = s->cases[0].patient,
		.consent_id = s->cases[0].consent,
		.who = "patient",
		.how = "letter" };
	return withdraw_act(s->p, &s->doc, &it, e);
}

/* What a site is, without its random names: live cases with how many files of what size, tombstones, shared paths. */
static void describe(const struct look *l, struct buf *out) {
	buf_init(out, 1 << 20);
	for (size_t i = 0; i < l->root.case_count; i++) {
		int64_t bytes = 0;
		for (size_t k = 0; k < l->files[i].count; k++)
			if (l->files[i].files[k].type != MANIFEST_HTML) bytes += l->files[i].files[k].size;
		(void)buf_fmt(out, "case %zu files %lld bytes lease %lld\n", l->files[i].count, (long long)bytes,
			(long long)l->root.cases[i].lease);
	}
	(void)buf_fmt(out, "%zu gone\n", l->root.gone_count);
	for (size_t i = 0; i < l->root.page_count; i++)
		(void)buf_fmt(out, "page %s %zu\n", l->root.pages[i].path, l->root.pages[i].count);
	for (size_t i = 0; i < l->root.file_count; i++) (void)buf_fmt(out, "file %s\n", l->root.files[i].path);
}

/* One story: `base` is copied, `work` is killed before its nth step, `after` brings it to its end. */
struct story {
	const struct sample *base;
	work_fn *work, *after;
	void (*check)(struct sample *s, const struct look *l); /* after the kill */
	const char *end;                                       /* as describe says, of an unkilled run */
	size_t stored;                                         /* files of an unkilled run */
};

static bool live_one(const struct story *t, long n) {
	struct sample s __attribute__((cleanup(sample_close))) = { 0 };
	struct look auto_look killed = { 0 };
	struct look auto_look ended = { 0 };
	struct buf auto_buf text;
	struct err e = { 0 };
	sample_copy(t->base, &s);
	bool through = run_child(&s, t->work, n);
	look_open(s.dir, &killed); /* whole, signed, every file there with its hash */
	sample_reopen(&s);
	if (t->check) t->check(&s, &killed);
	if (t->after(&s, &e)) fail_msg("after a kill before step %ld: %s", n, e.text);
	look_open(s.dir, &ended);
	describe(&ended, &text);
	if (strcmp(buf_text(&text), t->end) != 0)
		fail_msg("killed before step %ld it ends as\n%s, not as\n%s", n, buf_text(&text), t->end);
	if (n % 4 == 1) { /* two hours later nothing is left lying about */
		clock_set(SAMPLE_NOW + 7200);
		if (publish(&s, &e)) fail_msg("%s", e.text);
		clock_set(SAMPLE_NOW + 60);
		struct look auto_look swept;
		look_open(s.dir, &swept);
		assert_int_equal(swept.stored, t->stored);
	}
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM intent WHERE ?1", 1), 0);
	return through;
}

static void unkilled(struct story *t, char **ret_end) {
	struct sample s __attribute__((cleanup(sample_close))) = { 0 };
	struct look auto_look l;
	struct buf auto_buf text;
	struct err e = { 0 };
	sample_copy(t->base, &s);
	if (t->work(&s, &e) || (t->after != t->work && t->after(&s, &e))) fail_msg("%s", e.text);
	look_open(s.dir, &l);
	describe(&l, &text);
	t->end = *ret_end = strdup(buf_text(&text));
	clock_set(SAMPLE_NOW + 7200);
	if (publish(&s, &e)) fail_msg("%s", e.text);
	clock_set(SAMPLE_NOW + 60);
	struct look auto_look swept;
	look_open(s.dir, &swept);
	t->stored = swept.stored;
}

/* A life with pictures to render takes a second, under sanitizers four: there `make check` goes in strides that meet every kind
 * of step (a stored file takes three). KILL_ALL=1 kills before each one. */
#ifdef OCCLUDE_SANITIZED
enum { STRIDE = 5 };
#else
enum { STRIDE = 1 };
#endif

static void kill_everywhere(struct story *t, long stride) {
	if (getenv("KILL_ALL")) stride = 1;
	auto_free char *end = NULL;
	clock_set(SAMPLE_NOW + 60);
	unkilled(t, &end);
	long n = 1;
	while (!live_one(t, n)) n += stride;
	print_message("# %ld steps, killed before every %ld\n", n, stride);
	assert_true(n > 20);
}

/* ---- the stories ---- */

static struct sample empty, shown, changed;

/* P3: the old state (no root, or no case) or the whole new one. */
static void none_or_whole(struct sample *s, const struct look *l) {
	(void)s;
	if (!l->there) return;
	assert_int_equal(l->root.case_count, 1);
	assert_int_equal(l->files[0].count, 5);
	assert_non_null(manifest_find_page(&l->root, "/"));
}

static void P3_first_publish_killed_anywhere(void **state) {
	(void)state;
	struct story t = { .base = &empty, .work = publish, .after = publish, .check = none_or_whole };
	kill_everywhere(&t, 4 * STRIDE);
}

static void two_whole(struct sample *s, const struct look *l) {
	(void)s;
	assert_int_equal(l->root.case_count, 2);
	for (size_t i = 0; i < 2; i++) assert_int_equal(l->files[i].count, 5);
	assert_int_equal(l->root.gone_count, 0);
}

static void P3_changing_publish_killed_anywhere(void **state) {
	(void)state;
	struct story t = { .base = &changed, .work = publish, .after = publish, .check = two_whole };
	kill_everywhere(&t, 2 * STRIDE);
}

/* C6: once the record says revoked, the site is dark; while the site is not, the record has not said so. The other case is
 * whole all the time. */
static void dark_before_the_record(struct sample *s, const struct look *l) {
	bool revoked = sample_int(s, "SELECT revoked_at IS NOT NULL FROM consent WHERE id = ?1", s->cases[0].consent);
	bool dark = l->root.gone_count == 1;
	assert_int_equal(l->root.case_count, dark ? 1 : 2);
	if (revoked) assert_true(dark);
	assert_int_equal(l->files[0].count, 5);
}

static int recover_and_publish(struct sample *s, struct err *e) {
	bool begun = sample_int(s,
		"SELECT (SELECT count(*) FROM intent) OR revoked_at IS NOT NULL FROM consent WHERE id = ?1",
		s->cases[0].consent);
	/* killed before the intent was on record nothing has happened: the person gives the command again */
	return (begun ? withdraw_recover(s->p, e) : take_back(s, e)) || publish(s, e) ? -1 : 0;
}

static void C6_revoking_killed_anywhere(void **state) {
	(void)state;
	struct story t = {
		.base = &shown, .work = take_back, .after = recover_and_publish, .check = dark_before_the_record
	};
	kill_everywhere(&t, STRIDE);
}

/* C5: once the record ends it, the site is dark. */
static void dark_before_it_is_ended(struct sample *s, const struct look *l) {
	int64_t live = sample_int(
		s, "SELECT count(*) FROM publication WHERE case_id = ?1 AND ended_at IS NULL", s->cases[0].id);
	if (!live) assert_int_equal(l->root.gone_count, 1);
	assert_int_equal(l->root.case_count, l->root.gone_count ? 1 : 2);
}

static int judge(struct sample *s, struct err *e) {
	return publish_take_dark(s->p, e);
}

static struct sample rejected;

static void C6_taking_dark_killed_anywhere(void **state) {
	(void)state;
	struct story t = { .base = &rejected, .work = judge, .after = publish, .check = dark_before_it_is_ended };
	kill_everywhere(&t, STRIDE);
}

static int setup(void **state) {
	(void)state;
	struct err e = { 0 };
	struct pixels auto_pixels px;
	sample_worker();
	sample_make(&empty, 1);
	clock_set(SAMPLE_NOW + 30);
	sample_copy(&empty, &shown);
	(void)sample_add(&shown, "1990-05-04", "2030-06-30");
	if (publish(&shown, &e)) fail_msg("%s", e.text);
	sample_copy(&shown, &changed);
	sample_pixels(99, &px);
	sample_change(&changed, changed.cases[0].photo[1], &px);
	sample_approve(&changed, changed.cases[0].photo[1]);
	sample_copy(&shown, &rejected);
	if (approval_refuse(rejected.p, &rejected.doc, rejected.cases[0].photo[0], "chin", &e))
		fail_msg("%s", e.text);
	struct sample *const all[] = { &empty, &shown, &changed, &rejected };
	for (size_t i = 0; i < 4; i++) { /* closed, so that a copy of the directory is the whole of it */
		practice_close(all[i]->p);
		all[i]->p = NULL;
	}
	return 0;
}

static int teardown(void **state) {
	(void)state;
	sample_close(&rejected);
	sample_close(&changed);
	sample_close(&shown);
	sample_close(&empty);
	return 0;
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(C6_revoking_killed_anywhere),
		cmocka_unit_test(C6_taking_dark_killed_anywhere),
		cmocka_unit_test(P3_first_publish_killed_anywhere),
		cmocka_unit_test(P3_changing_publish_killed_anywhere),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (getenv("ONLY")) cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, setup, teardown);
}

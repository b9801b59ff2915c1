/* test_intake.c: photos come in sealed first, once, whole or not at all (I9, I4), and names say stage and view. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "fake_clock.h"
#include "fake_worker.h"
#include "fixture_practice.h"
#include "flow/intake.h"
#include "record/case.h"
#include "record/decision.h"
#include "record/patient.h"
#include "record/region.h"

static struct fixture *f;
static struct actor desk;
static int64_t patient, cases;

#define OK(call)                                                                                                     \
	do {                                                                                                         \
		struct err ok_e = { 0 };                                                                             \
		if (call) fail_msg("%s: %s", #call, ok_e.text);                                                      \
	} while (0)
#define E (&ok_e)

static int setup(void **state) {
	if (fixture_setup(state)) return -1;
	f = *state;
	fixture_policy(f);
	desk = fixture_staff(f, "desk", ROLE_STAFF, false);
	const struct patient_facts who = {
		.reference = "P-1", .given = "Ann", .family = "Lee", .born_on = "2000-01-02"
	};
	const struct case_facts what = { .problem = "open-bite", .treatment = "braces", .started_on = "2024-01-10" };
	OK(patient_add(f->p, &desk, &who, &patient, E) || case_add(f->p, &desk, patient, &what, &cases, E));
	fake_worker_sees = NULL;
	return 0;
}

/* ---- files --------------------------------------------------------------------------------------------------------- */

static const char *put(const char *name, const char *bytes) {
	static char path[4][300];
	static int turn;
	char *p = path[turn++ % 4];
	snprintf(p, 300, "%s/%s", f->root, name);
	char *slash = strrchr(p, '/');
	*slash = 0;
	(void)mkdir(p, 0700);
	*slash = '/';
	FILE *to = fopen(p, "w");
	assert_non_null(to);
	fputs(bytes, to);
	fclose(to);
	return p;
}

/* Sealed originals on the disk. */
static int sealed_files(void) {
	char dir[200];
	int n = 0;
	snprintf(dir, sizeof dir, "%s/vault", f->dir);
	DIR *d = opendir(dir);
	const struct dirent *x;
	while ((x = readdir(d))) n += x->d_name[0] != '.';
	closedir(d);
	return n;
}

struct seen {
	struct intake_result r[16];
	size_t n;
};

static void note(void *arg, const struct intake_result *r) {
	struct seen *s = arg;
	s->r[s->n++] = *r;
}

static void take(const char *path, const struct intake_wish *w, struct seen *s) {
	static const struct intake_wish none;
	__attribute__((cleanup(intake_files_free))) struct intake_files fs = { 0 };
	s->n = 0;
	OK(intake_collect(&fs, path, w ? w : &none, E) || intake_run(f->p, &desk, cases, &fs, note, s, E));
}

/* ---- tests --------------------------------------------------------------------------------------------------------- */

static int sealed_when_seen, rows_when_seen;

static void look_around(const struct wire_request *req, const void *input, size_t size) {
	(void)req;
	(void)input;
	(void)size;
	sealed_when_seen = sealed_files();
	rows_when_seen = (int)fixture_int(f, "SELECT count(*) FROM photo");
}

static void I9_original_is_sealed_first(void **state) {
	(void)state;
	struct seen s;
	fake_worker_sees = look_around;
	take(put("T1_IO-FR.jpg", "teeth CANARY"), NULL, &s);
	assert_int_equal(s.r[0].outcome, INTAKE_NEW);
	assert_int_equal(sealed_when_seen, 1);
	assert_int_equal(rows_when_seen, 0);
	/* what lies there is not the picture */
	auto_seal_key struct seal_key *key = NULL;
	auto_buf struct buf plain, raw;
	buf_init(&plain, 1000);
	buf_init(&raw, 1000);
	OK(practice_patient_key(f->p, patient, KEY_PICTURES, &key, E) ||
		vault_get(f->p, VAULT_ORIGINALS, key, s.r[0].photo.vault_name, 500, &plain, E));
	assert_string_equal(buf_text(&plain), "teeth CANARY");
	auto_fd int dir = file_open_subdir(f->p->dirfd, "vault", false, 0, NULL);
	OK(file_read(dir, s.r[0].photo.vault_name, &raw, E));
	assert_null(memmem(raw.data, raw.len, "CANARY", 6));
}

static void I9_a_refused_file_leaves_nothing(void **state) {
	(void)state;
	struct seen s;
	int64_t acts = fixture_int(f, "SELECT count(*) FROM audit");
	fake_worker_sees = look_around;
	take(put("T1_IO-FR.jpg", "BAD"), NULL, &s);
	assert_int_equal(s.r[0].outcome, INTAKE_REFUSED);
	assert_int_equal(s.r[0].why.kind, ERR_REFUSED);
	assert_int_equal(sealed_when_seen, 1);
	assert_int_equal(sealed_files(), 0);
	assert_int_equal(fixture_int(f, "SELECT (SELECT count(*) FROM photo) + (SELECT count(*) FROM region)"), 0);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit"), acts);
}

static void the_same_bytes_twice_are_one_photo(void **state) {
	(void)state;
	struct seen s;
	take(put("T1_IO-FR.jpg", "teeth"), NULL, &s);
	int64_t id = s.r[0].photo.id;
	take(put("T3_IO-LB.jpg", "teeth"), NULL, &s);
	assert_int_equal(s.r[0].outcome, INTAKE_SAME);
	assert_int_equal(s.r[0].photo.id, id);
	assert_string_equal(s.r[0].photo.stage, "T1");
	assert_int_equal(sealed_files(), 1);
	/* also when both are at work at once */
	put("d/T1_IO-LB.jpg", "twins");
	put("d/T3_IO-LB.jpg", "twins");
	char dir[200];
	snprintf(dir, sizeof dir, "%s/d", f->root);
	take(dir, NULL, &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.r[0].outcome + s.r[1].outcome, INTAKE_NEW + INTAKE_SAME);
	assert_int_equal(sealed_files(), 2);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM photo"), 2);
}

static void I9_what_a_kill_left_is_swept_and_a_second_run_completes(void **state) {
	(void)state;
	struct seen s;
	char name[VAULT_NAME + 1];
	auto_seal_key struct seal_key *key = NULL;
	OK(practice_patient_key(f->p, patient, KEY_PICTURES, &key, E) ||
		vault_put(f->p, VAULT_ORIGINALS, key, "teeth", 5, name, E)); /* killed here: sealed, no row */
	assert_int_equal(sealed_files(), 1);
	fixture_reopen(f);
	assert_int_equal(sealed_files(), 0);
	take(put("T1_IO-FR.jpg", "teeth"), NULL, &s);
	assert_int_equal(s.r[0].outcome, INTAKE_NEW);
	fixture_reopen(f);
	assert_int_equal(sealed_files(), 1);
}

static void I4_a_photo_without_a_certain_face_is_quarantined(void **state) {
	(void)state;
	struct seen s;
	take(put("T1_EO-FS.jpg", "FACE"), NULL, &s);
	assert_false(s.r[0].quarantined);
	take(put("T2_EO-FS.jpg", "nobody"), NULL, &s);
	assert_true(s.r[0].quarantined);
	take(put("T3_EO-FS.jpg", "MAYBE"), NULL, &s);
	assert_true(s.r[0].quarantined);
	assert_int_equal(s.r[0].photo.candidates, 1);
	take(put("T4_EO-FS.jpg", "search FAIL"), NULL, &s);
	assert_true(s.r[0].quarantined);
	assert_false(s.r[0].photo.detect_ran);
	take(put("T4_OT.jpg", "something"), NULL, &s);
	assert_true(s.r[0].quarantined);
	take(put("T1_IO-FR.jpg", "teeth"), NULL, &s);
	assert_false(s.r[0].quarantined);
	/* a candidate is answered before a person can say that all faces are covered */
	struct err e = { 0 };
	assert_int_equal(decision_faces_checked(f->p, &desk, 3, &e), -1);
	assert_string_equal(e.rule, "I4");
	OK(region_confirm(f->p, &desk, 2, E) || decision_faces_checked(f->p, &desk, 3, E));
}

static void what_the_worker_said_is_kept(void **state) {
	(void)state;
	struct seen s;
	struct decision_row d;
	auto_free struct region_row *rows = NULL;
	size_t n = 0;
	const struct intake_wish mirror = { .mirror = true };
	take(put("T2.3 IO UO.jpg", "FACE mirror"), &mirror, &s);
	const struct photo_row *r = &s.r[0].photo;
	assert_string_equal(r->stage, "T2.3");
	assert_int_equal(r->stage_rank, STAGE_T2 + 3);
	assert_string_equal(r->view, "IO-UO");
	assert_string_equal(r->taken_on, "2024-02-03");
	assert_int_equal(r->removed, REMOVED_GPS);
	OK(decision_get(f->p, r->id, &d, E) || region_list(f->p, r->id, &rows, &n, E));
	assert_string_equal(d.form, "arch");
	assert_true(d.flip);
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].points, "10.0,10.0 60.0,10.0 60.0,70.0 10.0,70.5");
	const struct intake_wish said = { .stage = STAGE_T3, .view = VIEW_EO_FS, .taken_on = "2025-05-06" };
	take(put("T1_IO-FR.png", "GREY FACE"), &said, &s);
	assert_string_equal(r->stage, "T3");
	assert_string_equal(r->view, "EO-FS");
	assert_string_equal(r->taken_on, "2025-05-06");
	assert_true(r->is_radiograph); /* I7 */
	assert_string_equal(r->form, "none");
}

static void unknown_stage_or_view_is_asked_for(void **state) {
	(void)state;
	struct seen s;
	fake_worker_jobs = 0;
	take(put("IMG_0001.jpg", "teeth"), NULL, &s);
	assert_int_equal(s.r[0].outcome, INTAKE_REFUSED);
	take(put("T5_IO-FR.jpg", "teeth"), NULL, &s);
	assert_int_equal(s.r[0].outcome, INTAKE_REFUSED);
	take(put("empty_T1_IO-FR.jpg", ""), NULL, &s);
	assert_int_equal(s.r[0].outcome, INTAKE_REFUSED);
	assert_int_equal(fake_worker_jobs, 0);
	assert_int_equal(sealed_files(), 0);
}

static void names_say_stage_and_view(void **state) {
	(void)state;
	static const struct {
		const char *path;
		int stage;
		enum wire_view view;
	} cases_[] = {
		{ "T1/IO-FR.jpg", STAGE_T1, VIEW_IO_FR },
		{ "/a/T1_x/IO-FR.jpg", STAGE_T1, VIEW_IO_FR },
		{ "t3_eo_fs.heic", STAGE_T3, VIEW_EO_FS },
		{ "T2.12-EO-45.png", STAGE_T2 + 12, VIEW_EO_45 },
		{ "T2.1.jpg", STAGE_T2 + 1, 0 },
		{ "T2/IOLB.jpg", STAGE_T2 + 1, VIEW_IO_LB },
		{ "T3/x/T1 OT.jpg", STAGE_T1, VIEW_OT },
		{ "PROTOTYPE-T11-BIO-FRESH.jpg", 0, 0 },
		{ "", 0, 0 },
		{ "/", 0, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases_); i++) {
		int stage = -1;
		enum wire_view view = VIEW_OT;
		intake_guess(cases_[i].path, &stage, &view);
		if (stage != cases_[i].stage || view != cases_[i].view)
			fail_msg("%s: stage %d, view %d", cases_[i].path, stage, (int)view);
	}
}

static void directories_pass_over_links_and_hidden_files(void **state) {
	(void)state;
	char link[200], pipe_[200], dir[200];
	struct seen s;
	put("in/T1_IO-FR.jpg", "one");
	put("in/.T1_IO-LB.jpg", "hidden");
	put("in/T3/IO-FR.jpg", "two");
	snprintf(link, sizeof link, "%s/in/T1_IO-RB.jpg", f->root);
	snprintf(pipe_, sizeof pipe_, "%s/in/T1_IO-UO.jpg", f->root);
	snprintf(dir, sizeof dir, "%s/in/", f->root);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(mkfifo(pipe_, 0600), 0);
	take(dir, NULL, &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.r[0].outcome, INTAKE_NEW);
	assert_int_equal(s.r[1].outcome, INTAKE_NEW);
	take(pipe_, NULL, &s); /* named outright: refused, not waited for */
	assert_int_equal(s.r[0].outcome, INTAKE_REFUSED);
}

static void a_list_says_it_line_by_line(void **state) {
	(void)state;
	static const struct intake_wish none;
	__attribute__((cleanup(intake_files_free))) struct intake_files fs = { 0 };
	struct err e = { 0 };
	put("list/a.jpg", "a");
	const char *list =
		put("list/photos.tsv", "# what came\na.jpg\tT2.2\tIO-UO\t2025-01-02\tmirror\r\n\nT1_OT.jpg\n");
	OK(intake_collect_list(&fs, list, &none, E));
	assert_int_equal(fs.n, 2);
	assert_non_null(strstr(fs.file[0].path, "/list/a.jpg"));
	assert_int_equal(fs.file[0].stage, STAGE_T2 + 2);
	assert_int_equal(fs.file[0].view, VIEW_IO_UO);
	assert_string_equal(fs.file[0].taken_on, "2025-01-02");
	assert_true(fs.file[0].mirror);
	assert_int_equal(fs.file[1].stage, STAGE_T1);
	list = put("list/bad.tsv", "a.jpg\tT9\tIO-UO\n");
	assert_int_equal(intake_collect_list(&fs, list, &none, &e), -1);
	assert_non_null(strstr(e.text, "line 1"));
}

static void S1_ingest_needs_the_policy_acknowledged(void **state) {
	(void)state;
	struct err e = { 0 };
	struct seen s = { .n = 0 };
	__attribute__((cleanup(intake_files_free))) struct intake_files fs = { 0 };
	static const struct intake_wish none;
	struct actor stranger = desk;
	stranger.staff_id = 999;
	OK(intake_collect(&fs, put("T1_IO-FR.jpg", "teeth"), &none, E));
	assert_int_equal(intake_run(f->p, &stranger, cases, &fs, note, &s, &e), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_int_equal(s.n, 0);
}

int main(void) {
#define T(t) cmocka_unit_test_setup_teardown(t, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(I9_original_is_sealed_first),
		T(I9_a_refused_file_leaves_nothing),
		T(the_same_bytes_twice_are_one_photo),
		T(I9_what_a_kill_left_is_swept_and_a_second_run_completes),
		T(I4_a_photo_without_a_certain_face_is_quarantined),
		T(what_the_worker_said_is_kept),
		T(unknown_stage_or_view_is_asked_for),
		T(names_say_stage_and_view),
		T(directories_pass_over_links_and_hidden_files),
		T(a_list_says_it_line_by_line),
		T(S1_ingest_needs_the_policy_acknowledged),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

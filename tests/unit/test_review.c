/* test_review.c: from photos to approved masters (I5, I6, I7): what changes pixels loses its approval, what shows more
 * is asked again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/file.h"
#include "base/mem.h"
#include "fake_clock.h"
#include "fake_worker.h"
#include "fixture_practice.h"
#include "flow/intake.h"
#include "flow/review.h"
#include "record/approval.h"
#include "record/case.h"
#include "record/decision.h"
#include "record/patient.h"
#include "record/region.h"

static struct fixture *f;
static struct actor desk, lind;
static int64_t patient, the_case;

#define OK(call)                                                                                                     \
	do {                                                                                                         \
		struct err ok_e = { 0 };                                                                             \
		if (call) fail_msg("%s: %s", #call, ok_e.text);                                                      \
	} while (0)
#define E (&ok_e)
#define REFUSED(id, call)                                                                                            \
	do {                                                                                                         \
		struct err ok_e = { 0 };                                                                             \
		if (!(call)) fail_msg("%s: should have been refused", #call);                                        \
		assert_int_equal(ok_e.kind, ERR_REFUSED);                                                            \
		assert_string_equal(ok_e.rule, id);                                                                  \
	} while (0)

static void settled(void *arg, const struct intake_result *r) {
	if (r->outcome == INTAKE_REFUSED) fail_msg("%s", r->why.text);
	*(int64_t *)arg = r->photo.id;
}

/* Takes in a photo of those bytes. */
static int64_t photo(const char *name, const char *bytes) {
	static const struct intake_wish none;
	__attribute__((cleanup(intake_files_free))) struct intake_files fs = { 0 };
	char path[200];
	int64_t id = 0;
	snprintf(path, sizeof path, "%s/%s", f->root, name);
	FILE *to = fopen(path, "w");
	fputs(bytes, to);
	fclose(to);
	OK(intake_collect(&fs, path, &none, E) || intake_run(f->p, &desk, the_case, &fs, settled, &id, E));
	return id;
}

/* Photo 1: a face, T1 EO-FS. Photo 2: teeth, T3 IO-FR. */
static int setup(void **state) {
	if (fixture_setup(state)) return -1;
	f = *state;
	fixture_policy(f);
	desk = fixture_staff(f, "desk", ROLE_STAFF, false);
	lind = fixture_staff(f, "lind", ROLE_CLINICIAN, false);
	const struct patient_facts who = {
		.reference = "P-1", .given = "Ann", .family = "Lee", .born_on = "2000-01-02"
	};
	const struct case_facts what = { .problem = "gaps", .treatment = "aligners" };
	OK(patient_add(f->p, &desk, &who, &patient, E) || case_add(f->p, &desk, patient, &what, &the_case, E));
	assert_int_equal(photo("T1_EO-FS.jpg", "FACE one"), 1);
	assert_int_equal(photo("T3_IO-FR.jpg", "teeth"), 2);
	return 0;
}

static struct photo_row master(int64_t id) {
	struct photo_row r;
	OK(review_master(f->p, id, &r, E));
	return r;
}

static struct photo_row look(int64_t id) {
	struct photo_row r;
	OK(photo_get(f->p, id, &r, E));
	return r;
}

static void set_form(int64_t id, const char *form, const char *crop) {
	struct decision_row d;
	OK(decision_get(f->p, id, &d, E));
	snprintf(d.form, sizeof d.form, "%s", form);
	snprintf(d.crop, sizeof d.crop, "%s", crop);
	OK(decision_set(f->p, &desk, &d, E));
}

static void I5_change_of_pixels_loses_approval(void **state) {
	(void)state;
	struct photo_row r = master(1);
	OK(approval_give(f->p, &lind, 1, r.master_sha256, E));
	assert_string_equal(look(1).verdict, "approved");
	int64_t id;
	OK(region_draw(f->p, &desk, 1, "drawn", "rect", "1,1 9,9", &id, E));
	assert_int_equal(look(1).master_id, 0); /* the old master is not of this decision */
	struct photo_row other = master(1);
	assert_string_not_equal(other.master_sha256, r.master_sha256);
	assert_string_equal(other.verdict, "");
	REFUSED("I5", approval_give(f->p, &lind, 1, r.master_sha256, E)); /* as it was seen, not as it is */
	/* the same pixels again are the same picture */
	OK(region_remove(f->p, &desk, id, E));
	r = master(1);
	assert_string_equal(r.verdict, "approved");
	for (int i = 0; i < 4; i++) {
		static const char *const forms[] = { "veil", "smile", "crop", "smile" };
		set_form(1, forms[i], i == 2 ? "1,1 50,50" : "");
		assert_int_equal(look(1).master_id, 0);
		r = master(1);
		assert_string_equal(r.verdict, i % 2 ? "approved" : "");
	}
}

static void I5_an_approval_is_a_clinicians(void **state) {
	(void)state;
	struct photo_row r = master(1);
	REFUSED("S2", approval_give(f->p, &desk, 1, r.master_sha256, E));
	REFUSED("S2", case_suitable(f->p, &desk, the_case, true, E));
	struct err e = { 0 };
	/* whoever writes */
	assert_int_equal(db_run(f->p->db, &e,
				 "INSERT INTO approval (photo_id, sha256, recipe, verdict, at, staff_id)"
				 " VALUES (1, ?1, 1, 'approved', 1, ?2)",
				 "ti", r.master_sha256, desk.staff_id),
		-1);
	assert_string_equal(e.rule, "I5");
	assert_int_equal(
		db_run(f->p->db, &e, "UPDATE cases SET suitable = 1, suitable_by = ?1", "i", desk.staff_id), -1);
	assert_string_equal(e.rule, "I5");
	OK(approval_give(f->p, &lind, 1, r.master_sha256, E) || approval_refuse(f->p, &lind, 1, "chin", E));
	assert_string_equal(look(1).verdict, "rejected"); /* the latest word counts */
	assert_int_equal(approval_give(f->p, &lind, 1, "abc", &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
}

static void I5_an_earlier_decision_does_not_come_back(void **state) {
	(void)state;
	struct err e = { 0 };
	struct photo_row r = master(1);
	OK(approval_give(f->p, &lind, 1, r.master_sha256, E));
	set_form(1, "veil", "");
	assert_int_equal(
		db_run(f->p->db, &e, "UPDATE decision SET revision = ?1 WHERE photo_id = 1", "i", r.revision), -1);
	assert_string_equal(e.rule, "I5");
	assert_int_equal(db_run(f->p->db, &e, "UPDATE master SET revision = revision + 1", ""), -1);
	assert_string_equal(e.rule, "I5");
	/* another view is another default and another exposure: the master is made anew */
	r = master(1);
	const struct photo_change c = { .view = "EO-FR", .in_gallery = -1, .radiograph = -1 };
	OK(photo_set(f->p, &desk, 1, &c, E));
	assert_int_equal(look(1).master_id, 0);
}

static void I6_a_face_left_cannot_be_approved(void **state) {
	(void)state;
	int64_t id = photo("T2_EO-FS.jpg", "FACE LEFT");
	struct photo_row r = master(id);
	assert_int_equal(r.faces_left, 1);
	REFUSED("I6", approval_give(f->p, &lind, id, r.master_sha256, E));
}

static void I7_no_text_is_asked_of_every_photo(void **state) {
	(void)state;
	int64_t id;
	assert_false(look(1).no_text);
	assert_false(look(2).no_text);
	OK(decision_no_text(f->p, &desk, 1, E) || decision_no_text(f->p, &desk, 2, E));
	assert_true(look(1).no_text);
	/* more can be seen: asked again */
	set_form(2, "crop", "0,0 90,70");
	assert_false(look(2).no_text);
	OK(decision_no_text(f->p, &desk, 2, E));
	set_form(2, "crop", "0,0 90,70"); /* nothing changed */
	assert_true(look(2).no_text);
	OK(region_draw(f->p, &desk, 1, "text", "rect", "1,1 9,9", &id, E));
	assert_true(look(1).no_text); /* less can be seen */
	OK(region_dismiss(f->p, &desk, id, "a shadow", E));
	assert_false(look(1).no_text);
}

static void I7_what_was_found_is_dismissed_with_a_reason_never_removed(void **state) {
	(void)state;
	REFUSED("I7", region_dismiss(f->p, &desk, 1, "  ", E));
	REFUSED("I7", region_remove(f->p, &desk, 1, E));
	REFUSED("I4", region_move(f->p, &desk, 1, "rect", "1,1 2,2", E));
	struct err e = { 0 };
	assert_int_equal(db_run(f->p->db, &e, "DELETE FROM region", ""), -1);
	assert_string_equal(e.rule, "I7");
	assert_int_equal(db_run(f->p->db, &e, "UPDATE region SET points = '0,0 1,1 1,0'", ""), -1);
	assert_string_equal(e.rule, "I4");
	assert_int_equal(db_run(f->p->db, &e, "UPDATE region SET verified = 0", ""), -1);
	/* the patient's own name cannot be dismissed */
	OK(db_run(f->p->db, E, "UPDATE region SET must_cover = 1", ""));
	REFUSED("I7", region_dismiss(f->p, &desk, 1, "looks fine", E));
	assert_int_equal(
		db_run(f->p->db, &e, "UPDATE region SET dismissed_at = 1, dismissed_by = 1, dismissed_why = 'x'", ""),
		-1);
}

static void I4_less_covered_asks_again(void **state) {
	(void)state;
	int64_t id;
	OK(region_draw(f->p, &desk, 2, "drawn", "ellipse", "1,1 40,40", &id, E));
	OK(decision_faces_checked(f->p, &desk, 2, E));
	assert_true(look(2).faces_checked);
	OK(region_move(f->p, &desk, id, "ellipse", "1,1 20,20", E));
	assert_false(look(2).faces_checked);
	OK(decision_faces_checked(f->p, &desk, 2, E) || region_remove(f->p, &desk, id, E));
	assert_false(look(2).faces_checked);
}

/* I4, I7: a candidate is covered until a person dismisses it. */
static void I4_what_nobody_answered_is_covered(void **state) {
	(void)state;
	auto_free struct wire_decision *d = calloc(1, sizeof *d);
	int64_t id = photo("T2_EO-FR.jpg", "FACE MAYBE");
	struct photo_row r = look(id);
	int64_t drawn;
	OK(region_draw(f->p, &desk, id, "drawn", "rect", "1,1 9,9", &drawn, E) ||
		region_remove(f->p, &desk, drawn, E));
	OK(review_decision(f->p, &r, d, E));
	assert_int_equal(d->regions, 2); /* the one that was taken back is gone */
	assert_true(d->region[0].verified && d->region[0].cover);
	assert_true(!d->region[1].verified && d->region[1].cover);
	assert_int_equal(d->region[0].points, 4);
	assert_int_equal(d->region[0].lips, 3);
	assert_true(d->region[0].point[0].x == 60);
	OK(region_dismiss(f->p, &desk, 3, "a poster", E) || review_decision(f->p, &r, d, E));
	assert_int_equal(d->regions, 2);
	assert_int_equal(d->region[1].cover, 0);
}

/* I7, I8: text is covered until a person dismisses it; what is unlikely to be text lies on teeth, which nothing automatic covers: it is
 * covered once a person confirms it, and no answer is owed. */
static void I8_what_is_unlikely_to_be_text_covers_no_teeth(void **state) {
	(void)state;
	auto_free struct wire_decision *d = calloc(1, sizeof *d);
	auto_free struct region_row *rows = NULL;
	int64_t id = photo("T3_IO-FR.jpg", "WORDS TEETH");
	struct photo_row r = look(id);
	size_t n;
	OK(region_list(f->p, id, &rows, &n, E));
	assert_int_equal(n, 2);
	assert_true(rows[0].verified && !rows[1].verified); /* shown last */
	OK(review_decision(f->p, &r, d, E));
	assert_int_equal(d->regions, 2);
	assert_int_equal(d->region[0].cover, 1);
	assert_int_equal(d->region[1].cover, 0);
	assert_int_equal(r.candidates, 0);
	OK(region_confirm(f->p, &desk, rows[1].id, E) || review_decision(f->p, &r, d, E));
	assert_int_equal(d->region[1].cover, 1);
	OK(region_dismiss(f->p, &desk, rows[0].id, "a mark on the mirror", E) || review_decision(f->p, &r, d, E));
	assert_int_equal(d->region[0].cover, 0);
	assert_int_equal(d->region[1].cover, 1);
}

static int masters_on_disk(void) {
	char dir[200];
	int n = 0;
	snprintf(dir, sizeof dir, "%s/masters", f->dir);
	DIR *d = opendir(dir);
	const struct dirent *x;
	while ((x = readdir(d))) n += x->d_name[0] != '.';
	closedir(d);
	return n;
}

static void masters_are_sealed_and_old_ones_go(void **state) {
	(void)state;
	auto_buf struct buf png, raw;
	buf_init(&png, 1000);
	buf_init(&raw, 1000);
	struct photo_row r = master(1);
	OK(review_master_bytes(f->p, &r, &png, E));
	assert_int_equal(png.len, 72);
	auto_fd int dir = file_open_subdir(f->p->dirfd, "masters", false, 0, NULL);
	OK(file_read(dir, r.master_vault, &raw, E));
	assert_null(memmem(raw.data, raw.len, "PNG", 3)); /* I9 */
	int jobs = fake_worker_jobs;
	(void)master(1);
	assert_int_equal(fake_worker_jobs, jobs); /* it was there already */
	set_form(1, "veil", "");
	(void)master(1);
	assert_int_equal(masters_on_disk(), 1); /* nobody had seen the first */
	r = master(1);
	OK(approval_give(f->p, &lind, 1, r.master_sha256, E));
	set_form(1, "smile", "");
	(void)master(1);
	assert_int_equal(masters_on_disk(), 2); /* an approval names the other */
}

static void I5_a_sheet_is_approved_in_one_act_over_exactly_its_pictures(void **state) {
	(void)state;
	char code[REVIEW_CODE + 1], again[REVIEW_CODE + 1];
	size_t n = 0;
	struct case_row c;
	auto_buf struct buf page;
	buf_init(&page, 1024 * 1024);
	REFUSED("I5", review_sheet_code(f->p, the_case, code, E)); /* no masters yet */
	assert_int_equal(review_masters(f->p, the_case, NULL, NULL, NULL), 0);
	OK(review_sheet(f->p, the_case, &page, code, E) || review_sheet_code(f->p, the_case, again, E));
	assert_string_equal(code, again);
	assert_non_null(strstr(page.data, code));
	assert_non_null(strstr(page.data, "data:image/png;base64,iVBORw0K"));
	assert_null(strstr(page.data, "Ann"));
	REFUSED("S2", review_approve_sheet(f->p, &desk, the_case, code, true, &n, E));
	REFUSED("I5", review_approve_sheet(f->p, &lind, the_case, "0000000000000000", true, &n, E));
	/* a picture changes after the sheet was seen */
	int64_t id;
	OK(region_draw(f->p, &desk, 2, "drawn", "rect", "1,1 9,9", &id, E));
	REFUSED("I5", review_approve_sheet(f->p, &lind, the_case, code, true, &n, E));
	(void)master(2);
	REFUSED("I5", review_approve_sheet(f->p, &lind, the_case, code, true, &n, E));
	assert_string_equal(look(1).verdict, "");
	OK(review_sheet_code(f->p, the_case, code, E));
	OK(review_approve_sheet(f->p, &lind, the_case, code, true, &n, E) || case_get(f->p, the_case, &c, E));
	assert_int_equal(n, 2);
	assert_string_equal(look(1).verdict, "approved");
	assert_string_equal(look(2).verdict, "approved");
	assert_int_equal(c.suitable, 1);
	/* a picture that is said to be of another view or stage is another sheet, though its pixels be the same */
	const struct photo_change later = { .stage = "T2.1", .in_gallery = -1, .radiograph = -1 };
	OK(photo_set(f->p, &desk, 2, &later, E));
	assert_string_equal(look(2).verdict, "");
	REFUSED("I5", review_approve_sheet(f->p, &lind, the_case, code, true, &n, E));
	/* one more photo is another sheet */
	(void)master(photo("T1_IO-FR.jpg", "more teeth"));
	REFUSED("I5", review_approve_sheet(f->p, &lind, the_case, code, true, &n, E));
}

static void C3_a_worker_does_not_say_how_much_a_picture_shows(void **state) {
	(void)state;
	struct photo_row r;
	struct err e = { 0 };
	int64_t id = photo("T3_EO-FS.jpg", "MODEST");
	assert_int_equal(review_master(f->p, id, &r, &e), -1);
	assert_int_equal(e.kind, ERR_OUTSIDE);
	assert_int_equal(look(id).master_id, 0);
}

/* One picture that may not be approved leaves the others as they were. */
static void I5_a_sheet_is_approved_whole_or_not_at_all(void **state) {
	(void)state;
	char code[REVIEW_CODE + 1];
	size_t n = 0;
	(void)photo("T3_EO-FS.jpg", "FACE LEFT");
	assert_int_equal(review_masters(f->p, the_case, NULL, NULL, NULL), 0);
	OK(review_sheet_code(f->p, the_case, code, E));
	REFUSED("I6", review_approve_sheet(f->p, &lind, the_case, code, true, &n, E));
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM approval"), 0);
	assert_int_equal(fixture_int(f, "SELECT suitable IS NULL FROM cases"), 1);
}

static void P2_age_band_and_months_follow_from_dates(void **state) {
	(void)state;
	struct case_row c;
	struct err e = { 0 };
	static const struct {
		const char *from, *till, *band;
		int months;
	} rows[] = { { "2012-01-01", "2013-07-01", "7-12", 18 }, { "2013-01-02", "2013-01-03", "13-17", 1 },
		{ "2018-01-02", "2020-01-02", "18-39", 24 }, { "2017-12-31", "2018-02-15", "13-17", 2 },
		{ "2041-01-02", "2042-01-02", "40+", 12 } };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct case_facts w = { .started_on = rows[i].from, .ended_on = rows[i].till };
		OK(case_set(f->p, &desk, the_case, &w, E) || case_get(f->p, the_case, &c, E));
		assert_string_equal(c.age_band, rows[i].band);
		assert_int_equal(c.months, rows[i].months);
	}
	const struct case_facts wrong = { .started_on = "2020-01-01", .ended_on = "2019-01-01" },
				unborn = { .started_on = "1999-12-31" }, nobody = { .orthodontist = "desk" };
	assert_int_equal(case_set(f->p, &desk, the_case, &wrong, &e), -1);
	assert_int_equal(case_set(f->p, &desk, the_case, &unborn, &e), -1);
	assert_int_equal(case_set(f->p, &desk, the_case, &nobody, &e), -1); /* I8: not a clinician */
}

int main(void) {
#define T(t) cmocka_unit_test_setup_teardown(t, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(I5_change_of_pixels_loses_approval),
		T(I5_an_approval_is_a_clinicians),
		T(I5_an_earlier_decision_does_not_come_back),
		T(I6_a_face_left_cannot_be_approved),
		T(I7_no_text_is_asked_of_every_photo),
		T(I7_what_was_found_is_dismissed_with_a_reason_never_removed),
		T(I4_less_covered_asks_again),
		T(I4_what_nobody_answered_is_covered),
		T(I8_what_is_unlikely_to_be_text_covers_no_teeth),
		T(masters_are_sealed_and_old_ones_go),
		T(I5_a_sheet_is_approved_in_one_act_over_exactly_its_pictures),
		T(C3_a_worker_does_not_say_how_much_a_picture_shows),
		T(I5_a_sheet_is_approved_whole_or_not_at_all),
		T(P2_age_band_and_months_follow_from_dates),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

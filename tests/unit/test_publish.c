/* test_publish.c: publishing and withdrawing on a whole practice, with the real worker: what is new is shown, what did not
 * change is not touched, what may not be shown any more is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "fake_clock.h"
#include "flow/pages.h"
#include "flow/publish.h"
#include "flow/site.h"
#include "flow/withdraw.h"
#include "lib/container.h"
#include "lib/image.h"
#include "record/approval.h"
#include "record/audit.h"
#include "record/case.h"
#include "record/consent.h"
#include "record/hold.h"
#include "record/patient.h"
#include "record/photo.h"
#include "record/staff.h"
#include "sample_practice.h"
#include "site_look.h"

enum { RESULTS = PUBLISH_REFUSED + 1, MINUTE = 60 };

/* Two cases, published; every test works on a copy. */
static struct sample base;

struct told {
	int count[RESULTS];
	char text[700]; /* of the last that was dark or refused */
	struct sample *s;
	int64_t act_on; /* a case: a withdrawal begins when it is told about */
};

static void note(void *arg, int64_t case_id, enum publish_result r, const char *text) {
	struct told *t = arg;
	t->count[r]++;
	if (*text) (void)snprintf(t->text, sizeof t->text, "%s", text);
	if (t->act_on != case_id) return;
	struct err e = { 0 };
	struct intent it = { .act = "withdraw",
		.patient_id = t->s->cases[0].patient,
		.case_id = t->s->cases[0].id,
		.who = "practice",
		.how = "x",
		.staff_id = t->s->doc.staff_id };
	if (intent_add(t->s->p, &it, &e)) fail_msg("%s", e.text);
	t->act_on = 0;
}

static int try_publish(struct sample *s, struct told *t, struct err *e) {
	const struct publish_options o = { .note = note, .arg = t };
	t->s = s;
	return publish_run(s->p, &s->doc, &o, e);
}

static struct told publish(struct sample *s) {
	struct told t = { 0 };
	struct err e = { 0 };
	if (try_publish(s, &t, &e)) fail_msg("%s", e.text);
	return t;
}

static void take_dark(struct sample *s) {
	struct err e = { 0 };
	if (publish_take_dark(s->p, &e)) fail_msg("%s", e.text);
}

static struct intent intent_of(const char *act, const struct sample_case *c) {
	struct intent it = { .patient_id = c->patient, .who = "patient", .how = "by phone" };
	(void)snprintf(it.act, sizeof it.act, "%s", act);
	if (!strcmp(act, "revoke") || !strcmp(act, "error") || !strcmp(act, "event")) it.consent_id = c->consent;
	if (!strcmp(act, "withdraw")) it.case_id = c->id;
	if (!strcmp(act, "died")) strcpy(it.on_date, "2026-11-20");
	return it;
}

static void act(struct sample *s, const char *what, const struct sample_case *c) {
	struct err e = { 0 };
	struct intent it = intent_of(what, c);
	if (withdraw_act(s->p, &s->doc, &it, &e)) fail_msg("%s", e.text);
}

static void public_id(struct sample *s, const struct sample_case *c, char out[MANIFEST_ID_LEN + 1]) {
	struct case_row row;
	struct err e = { 0 };
	if (case_get(s->p, c->id, &row, &e)) fail_msg("%s", e.text);
	assert_int_equal(strlen(row.public_id), MANIFEST_ID_LEN);
	memcpy(out, row.public_id, MANIFEST_ID_LEN + 1);
}

static struct sample *begin(struct sample *s) {
	clock_set(SAMPLE_NOW + MINUTE);
	sample_copy(&base, s);
	return s;
}

static void assert_gone(struct sample *s, const char *id) {
	struct look auto_look l;
	look_open(s->dir, &l);
	assert_true(manifest_is_gone(&l.root, id));
	assert_null(look_case(&l, id));
}

static void assert_live(struct sample *s, const char *id) {
	struct look auto_look l;
	look_open(s->dir, &l);
	assert_non_null(look_case(&l, id));
}

#define SAMPLE struct sample s __attribute__((cleanup(sample_close))) = { 0 }

/* ---- publishing ---- */

static void P3_what_is_permitted_is_published_whole(void **state) {
	(void)state;
	SAMPLE;
	struct look auto_look l;
	begin(&s);
	look_open(s.dir, &l);
	assert_int_equal(l.root.case_count, 2);
	for (size_t i = 0; i < 2; i++) assert_int_equal(l.files[i].count, 5); /* a page, two photos in two formats */
	assert_non_null(manifest_find_page(&l.root, "/"));
	size_t named = l.root.file_count + l.root.part_count + 2 + 10;
	assert_int_equal(l.stored, named); /* nothing lies there that is not named */
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM publication WHERE ended_at IS NULL AND ?1", 1), 2);
}

static void P3_publishing_again_touches_nothing(void **state) {
	(void)state;
	SAMPLE;
	begin(&s);
	char *before = look_everything(s.dir);
	int64_t acts = sample_int(&s, "SELECT count(*) FROM audit WHERE ?1", 1);
	struct told t = publish(&s);
	char *after = look_everything(s.dir);
	assert_string_equal(before, after);
	assert_int_equal(t.count[PUBLISH_KEPT], 2);
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM audit WHERE ?1", 1), acts);
	free(before);
	free(after);
}

static void P1_only_what_the_gate_permits_is_published(void **state) {
	(void)state;
	SAMPLE;
	begin(&s);
	struct sample_case *c = sample_add(&s, "1990-05-04", "2030-06-30");
	struct err e = { 0 };
	if (case_suitable(s.p, &s.doc, c->id, false, &e)) fail_msg("%s", e.text);
	struct told t = publish(&s);
	assert_int_equal(t.count[PUBLISH_REFUSED], 1);
	assert_non_null(strstr(t.text, "I5"));
	struct look auto_look l;
	look_open(s.dir, &l);
	assert_int_equal(l.root.case_count, 2);
}

static void P3_dry_run_changes_nothing(void **state) {
	(void)state;
	SAMPLE;
	begin(&s);
	struct err e = { 0 };
	if (approval_refuse(s.p, &s.doc, s.cases[0].photo[0], "chin", &e)) fail_msg("%s", e.text);
	char *before = look_everything(s.dir);
	struct told t = { .s = &s };
	const struct publish_options o = { .dry_run = true, .note = note, .arg = &t };
	if (publish_run(s.p, &s.doc, &o, &e)) fail_msg("%s", e.text);
	char *after = look_everything(s.dir);
	assert_string_equal(before, after);
	assert_int_equal(t.count[PUBLISH_DARK], 1);
	assert_int_equal(t.count[PUBLISH_KEPT], 1);
	free(before);
	free(after);
}

static void I5_changed_photo_is_rendered_anew_and_nothing_else(void **state) {
	(void)state;
	SAMPLE;
	struct look auto_look was, now;
	struct pixels auto_pixels px;
	char id[MANIFEST_ID_LEN + 1];
	begin(&s);
	public_id(&s, &s.cases[0], id);
	look_open(s.dir, &was);
	sample_pixels(99, &px);
	sample_change(&s, s.cases[0].photo[1], &px);
	sample_approve(&s, s.cases[0].photo[1]);
	struct told t = publish(&s);
	assert_int_equal(t.count[PUBLISH_CHANGED], 1);
	assert_int_equal(t.count[PUBLISH_KEPT], 1);
	look_open(s.dir, &now);
	assert_int_equal(now.root.serial, was.root.serial + 1);
	const struct manifest_files *a = look_case(&was, id), *b = look_case(&now, id);
	assert_non_null(b);
	size_t same = 0;
	for (size_t i = 0; i < a->count; i++) {
		const struct manifest_file *f = manifest_files_find(b, a->files[i].path);
		same += f && !strcmp(f->store, a->files[i].store);
	}
	assert_int_equal(b->count, 5);
	assert_int_equal(same, 2); /* the two renditions of the other photo; page and changed photo are new */
}

static void C5_renewed_consent_changes_the_lease_line_only(void **state) {
	(void)state;
	SAMPLE;
	struct look auto_look was, now;
	char id[MANIFEST_ID_LEN + 1];
	begin(&s);
	public_id(&s, &s.cases[0], id);
	look_open(s.dir, &was);
	(void)sample_consent(&s, &s.cases[0], "2032-06-30");
	struct told t = publish(&s);
	assert_int_equal(t.count[PUBLISH_CHANGED], 1);
	look_open(s.dir, &now);
	const struct manifest_case *a = manifest_find_case(&was.root, id), *b = manifest_find_case(&now.root, id);
	assert_true(b->lease > a->lease);
	assert_string_equal(a->store, b->store);
	assert_int_equal(now.stored, was.stored);
}

static void P4_shorter_consent_shortens_the_lease_at_once(void **state) {
	(void)state;
	SAMPLE;
	struct look auto_look was, now;
	char id[MANIFEST_ID_LEN + 1];
	begin(&s);
	public_id(&s, &s.cases[0], id);
	look_open(s.dir, &was);
	(void)sample_consent(&s, &s.cases[0], "2027-06-30");
	take_dark(&s);
	look_open(s.dir, &now);
	const struct manifest_case *a = manifest_find_case(&was.root, id), *b = manifest_find_case(&now.root, id);
	assert_non_null(b);
	assert_true(b->lease < a->lease);
	assert_int_equal(publish(&s).count[PUBLISH_CHANGED], 1);
	assert_int_equal(publish(&s).count[PUBLISH_KEPT], 2);
}

static void I5_rejected_photo_takes_its_case_dark(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	char id[2][MANIFEST_ID_LEN + 1];
	begin(&s);
	for (int i = 0; i < 2; i++) public_id(&s, &s.cases[i], id[i]);
	if (approval_refuse(s.p, &s.doc, s.cases[0].photo[0], "the chin shows", &e)) fail_msg("%s", e.text);
	take_dark(&s);
	assert_gone(&s, id[0]);
	assert_live(&s, id[1]);
	struct look auto_look l;
	look_open(s.dir, &l);
	assert_int_equal(l.stored, l.root.file_count + l.root.part_count + 1 + 5);
}

static void P1_new_unreviewed_photo_takes_nothing_down(void **state) {
	(void)state;
	SAMPLE;
	begin(&s);
	char *before = look_everything(s.dir);
	(void)sample_raw_photo(&s, s.cases[0].id, "T4", "IO-FR", "2026-03-01");
	take_dark(&s);
	assert_int_equal(publish(&s).count[PUBLISH_KEPT], 2);
	char *after = look_everything(s.dir);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void C3_photo_excluded_after_it_left_the_gallery_goes_dark(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	struct pixels auto_pixels px;
	char id[MANIFEST_ID_LEN + 1];
	begin(&s);
	sample_pixels(95, &px);
	int64_t third = sample_photo(&s, s.cases[0].id, "T4", "IO-FR", "2026-03-01", &px);
	assert_int_equal(publish(&s).count[PUBLISH_CHANGED], 1);
	public_id(&s, &s.cases[0], id);
	const struct photo_change hide = { .in_gallery = 0, .radiograph = -1 };
	if (photo_set(s.p, &s.doc, third, &hide, &e)) fail_msg("%s", e.text);
	take_dark(&s);
	assert_live(&s, id); /* hiding alone waits for the next publish, which drops it */
	if (consent_exclude(s.p, &s.doc, s.cases[0].consent, third, &e)) fail_msg("%s", e.text);
	take_dark(&s);
	assert_gone(&s, id);
}

/* ---- taking back ---- */

static void C6_withdrawal_darkens_and_opens_the_checklist(const char *what, bool list) {
	SAMPLE;
	struct look auto_look was, now;
	char id[2][MANIFEST_ID_LEN + 1];
	begin(&s);
	for (int i = 0; i < 2; i++) public_id(&s, &s.cases[i], id[i]);
	look_open(s.dir, &was);
	act(&s, what, &s.cases[0]);
	look_open(s.dir, &now);
	assert_true(manifest_is_gone(&now.root, id[0]));
	const struct manifest_case *a = manifest_find_case(&was.root, id[1]),
				   *b = manifest_find_case(&now.root, id[1]);
	assert_non_null(b);
	assert_string_equal(a->store, b->store); /* the other case: the same manifest, so the same files */
	assert_int_equal(a->lease, b->lease);
	/* its files and its two segments (card, and lead if it was the newest) are off the disk */
	size_t segments = 0;
	for (size_t i = 0; i < was.root.part_count; i++) segments += !strcmp(was.root.parts[i].id, id[0]);
	assert_int_equal(now.stored, was.stored - 6 - segments);
	assert_int_equal(
		sample_int(&s, "SELECT count(*) FROM copy_check WHERE case_id = ?1", s.cases[0].id), list ? 3 : 0);
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM intent WHERE ?1", 1), 0);
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM publication WHERE case_id = ?1 AND ended_at IS NULL",
				 s.cases[0].id),
		0);
	/* publishing again brings nothing back, and mends the shared pages */
	assert_int_equal(publish(&s).count[PUBLISH_REFUSED], 1);
	assert_gone(&s, id[0]);
}

static void C6_revoking_goes_dark_and_opens_the_checklist(void **state) {
	(void)state;
	C6_withdrawal_darkens_and_opens_the_checklist("revoke", true);
}
static void C6_pausing_goes_dark(void **state) {
	(void)state;
	C6_withdrawal_darkens_and_opens_the_checklist("pause", false);
}
static void C4_objection_goes_dark(void **state) {
	(void)state;
	C6_withdrawal_darkens_and_opens_the_checklist("objection", true);
}
static void C8_death_goes_dark(void **state) {
	(void)state;
	C6_withdrawal_darkens_and_opens_the_checklist("died", true);
}
static void P1_withdrawn_case_goes_dark(void **state) {
	(void)state;
	C6_withdrawal_darkens_and_opens_the_checklist("withdraw", true);
}
static void C8_consent_in_error_goes_dark(void **state) {
	(void)state;
	C6_withdrawal_darkens_and_opens_the_checklist("error", true);
}

static void C6_tombstone_stays_and_the_case_returns_under_a_new_name(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	char id[2][MANIFEST_ID_LEN + 1];
	begin(&s);
	public_id(&s, &s.cases[0], id[0]);
	act(&s, "pause", &s.cases[0]);
	int64_t hold = sample_int(&s, "SELECT id FROM hold WHERE patient_id = ?1", s.cases[0].patient);
	if (hold_end(s.p, &s.doc, hold, "the patient agreed", &e)) fail_msg("%s", e.text);
	assert_int_equal(publish(&s).count[PUBLISH_NEW], 1);
	public_id(&s, &s.cases[0], id[1]);
	assert_string_not_equal(id[0], id[1]);
	assert_live(&s, id[1]);
	assert_gone(&s, id[0]);
	for (int i = 0; i < 3; i++) {
		clock_set(SAMPLE_NOW + (i + 2) * 86400);
		publish(&s);
	}
	assert_gone(&s, id[0]);
}

static void C6_the_site_is_dark_before_the_record_says_so(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	char id[MANIFEST_ID_LEN + 1];
	begin(&s);
	public_id(&s, &s.cases[0], id);
	/* lets the trial through, which comes before the intent, and refuses the act itself */
	if (db_run(s.p->db, &e,
		    "CREATE TEMP TRIGGER late BEFORE UPDATE OF revoked_at ON main.consent WHEN EXISTS (SELECT 1 FROM "
		    "intent)"
		    " BEGIN SELECT RAISE(ABORT, 'C6: not now'); END",
		    ""))
		fail_msg("%s", e.text);
	struct intent it = intent_of("revoke", &s.cases[0]);
	assert_int_equal(withdraw_act(s.p, &s.doc, &it, &e), -1);
	assert_int_equal(
		sample_int(&s, "SELECT revoked_at IS NULL FROM consent WHERE id = ?1", s.cases[0].consent), 1);
	assert_gone(&s, id);
}

static void C6_refused_acts_change_nothing(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	begin(&s);
	char *before = look_everything(s.dir);
	struct intent none = intent_of("revoke", &s.cases[0]), guardian = intent_of("objection", &s.cases[0]);
	none.consent_id = 999;
	assert_int_equal(withdraw_act(s.p, &s.doc, &none, &e), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	strcpy(guardian.who, "guardian");
	guardian.guardian_id = 77;
	assert_int_equal(withdraw_act(s.p, &s.doc, &guardian, &e), -1);
	struct intent event = intent_of("event", &s.cases[0]); /* its consent names none */
	assert_int_equal(withdraw_act(s.p, &s.doc, &event, &e), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	char *after = look_everything(s.dir);
	assert_string_equal(before, after);
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM intent WHERE ?1", 1), 0);
	free(before);
	free(after);
}

static void C6_interrupted_withdrawal_is_finished_first(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	char id[MANIFEST_ID_LEN + 1];
	begin(&s);
	public_id(&s, &s.cases[0], id);
	struct intent it = intent_of("revoke", &s.cases[0]);
	it.staff_id = s.doc.staff_id;
	/* whoever began it has left meanwhile */
	if (intent_add(s.p, &it, &e) || staff_deactivate(s.p, &s.ada, "lind", false, &e) || withdraw_recover(s.p, &e))
		fail_msg("%s", e.text);
	assert_gone(&s, id);
	assert_int_equal(
		sample_int(&s, "SELECT revoked_at IS NOT NULL FROM consent WHERE id = ?1", s.cases[0].consent), 1);
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM intent WHERE ?1", 1), 0);
}

/* What another command does to the practice while a publish is at work, between two of its cases. */
struct meanwhile {
	struct sample *s;
	const char *act;
	const struct sample_case *of;
	int64_t when; /* this case has been told about */
	double seconds;
	int told[RESULTS];
};

static double monotonic(void) {
	struct timespec t;
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void act_meanwhile(void *arg, int64_t case_id, enum publish_result r, const char *text) {
	struct meanwhile *m = arg;
	(void)text;
	m->told[r]++;
	if (case_id != m->when) return;
	m->when = 0;
	struct sample other = *m->s;
	struct err e = { 0 };
	other.p = NULL;
	sample_reopen(&other);
	struct intent it = intent_of(m->act, m->of);
	double from = monotonic();
	if (withdraw_act(other.p, &other.doc, &it, &e)) fail_msg("%s", e.text);
	m->seconds = monotonic() - from;
	practice_close(other.p);
}

static void publish_with(struct meanwhile *m) {
	struct err e = { 0 };
	const struct publish_options o = { .note = act_meanwhile, .arg = m };
	if (publish_run(m->s->p, &m->s->doc, &o, &e)) fail_msg("%s", e.text);
	assert_true(m->seconds > 0 && m->seconds < 1);
}

static void C6_a_withdrawal_waits_for_no_publish(void **state) {
	(void)state;
	SAMPLE;
	char id[3][MANIFEST_ID_LEN + 1];
	begin(&s);
	for (int i = 0; i < 2; i++) public_id(&s, &s.cases[i], id[i]);
	(void)sample_add(&s, "1990-05-04", "2030-06-30");
	struct meanwhile m = { .s = &s, .act = "revoke", .of = &s.cases[0], .when = s.cases[1].id };
	publish_with(&m);
	assert_gone(&s, id[0]); /* and not put back by the publish that had read it before */
	assert_live(&s, id[1]);
	public_id(&s, &s.cases[2], id[2]);
	assert_live(&s, id[2]); /* it went on, with every file it needs */
	assert_int_equal(m.told[PUBLISH_NEW], 1);
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM publication WHERE ended_at IS NULL AND ?1", 1), 2);
	struct told t = publish(&s);
	assert_int_equal(t.count[PUBLISH_KEPT], 2);
}

static void C6_what_is_revoked_while_it_is_made_is_never_shown(void **state) {
	(void)state;
	SAMPLE;
	char id[MANIFEST_ID_LEN + 1];
	begin(&s);
	struct sample_case *c = sample_add(&s, "1990-05-04", "2030-06-30");
	struct meanwhile m = { .s = &s, .act = "revoke", .of = c, .when = c->id };
	publish_with(&m);
	assert_int_equal(m.told[PUBLISH_NEW], 1); /* it was recorded, and named in the root in memory */
	public_id(&s, c, id);
	struct look auto_look l;
	look_open(s.dir, &l);
	assert_null(look_case(&l, id));
	assert_int_equal(l.root.case_count, 2);
	assert_int_equal(
		sample_int(&s, "SELECT count(*) FROM publication WHERE case_id = ?1 AND ended_at IS NULL", c->id), 0);
	size_t named = l.root.file_count + l.root.part_count + 2 + 10;
	assert_int_equal(l.stored, named); /* its files are gone too */
}

static void C6_nothing_is_published_once_a_withdrawal_has_begun(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	begin(&s);
	struct sample_case *c = sample_add(&s, "1990-05-04", "2030-06-30");
	struct told t = { .act_on = s.cases[1].id };
	s.cases[0] =
		*c; /* whose withdrawal begins when case 2 is told about, and is not finished: the other command was killed */
	if (try_publish(&s, &t, &e)) fail_msg("%s", e.text);
	assert_int_equal(t.count[PUBLISH_NEW], 0);
	assert_int_equal(t.count[PUBLISH_REFUSED], 1);
	assert_non_null(strstr(t.text, "C6"));
}

static void C6_taking_dark_waits_for_no_publish(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	char id[MANIFEST_ID_LEN + 1];
	begin(&s);
	public_id(&s, &s.cases[0], id);
	int publisher = site_publisher(s.p, true, &e); /* another one is at work */
	assert_true(publisher >= 0);
	if (approval_refuse(s.p, &s.doc, s.cases[0].photo[0], "chin", &e)) fail_msg("%s", e.text);
	double from = monotonic();
	take_dark(&s);
	assert_true(monotonic() - from < 1);
	assert_gone(&s, id);
	(void)close(publisher);
}

static void C6_nothing_damaged_keeps_a_withdrawal_from_its_end(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	char id[2][MANIFEST_ID_LEN + 1], path[300];
	begin(&s);
	for (int i = 0; i < 2; i++) public_id(&s, &s.cases[i], id[i]);
	struct look l;
	look_open(s.dir, &l);
	(void)snprintf(path, sizeof path, "%s/site/f/%s", s.dir, manifest_find_case(&l.root, id[1])->store);
	look_close(&l);
	assert_int_equal(unlink(path), 0); /* the other case's own manifest is lost */
	act(&s, "revoke", &s.cases[0]);
	struct told t = publish(&s);
	assert_int_equal(t.count[PUBLISH_CHANGED], 1); /* and made anew, under its name */
	assert_gone(&s, id[0]);
	assert_live(&s, id[1]);
	/* the root itself is not what we signed: publishing refuses, taking back takes everything dark */
	(void)snprintf(path, sizeof path, "%s/site/manifest", s.dir);
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "X", 1, 20), 1);
	close(fd);
	assert_int_equal(try_publish(&s, &t, &e), -1);
	assert_non_null(strstr(e.text, "cannot be trusted"));
	act(&s, "pause", &s.cases[1]);
	assert_gone(&s, id[0]);
	assert_gone(&s, id[1]);
}

static void C6_a_lost_site_keeps_its_tombstones(void **state) {
	(void)state;
	SAMPLE;
	struct look auto_look was, now;
	char id[2][MANIFEST_ID_LEN + 1], from[300], to[300];
	begin(&s);
	for (int i = 0; i < 2; i++) public_id(&s, &s.cases[i], id[i]);
	act(&s, "revoke", &s.cases[0]);
	look_open(s.dir, &was);
	(void)snprintf(from, sizeof from, "%s/site", s.dir);
	(void)snprintf(to, sizeof to, "%s/lost", s.dir);
	assert_int_equal(rename(from, to), 0);
	clock_set(SAMPLE_NOW + 2 * MINUTE);
	publish(&s);
	look_open(s.dir, &now);
	assert_true(now.root.serial > was.root.serial);
	assert_gone(&s, id[0]);
	assert_live(&s, id[1]); /* under its old name */
}

/* ---- files ---- */

static void P3_replaced_files_stay_ten_minutes_withdrawn_ones_do_not(void **state) {
	(void)state;
	SAMPLE;
	begin(&s);
	for (int i = 0; i < 2; i++) {
		struct pixels auto_pixels px;
		sample_pixels(97 + (unsigned)i, &px);
		sample_change(&s, s.cases[i].photo[0], &px);
		sample_approve(&s, s.cases[i].photo[0]);
	}
	struct look was, l;
	look_open(s.dir, &was);
	publish(&s);
	look_open(s.dir, &l);
	/* of each case: page, manifest, two renditions; and what changed of the index: two cards and the lead */
	assert_int_equal(l.stored, was.stored + 8 + 3);
	look_close(&l);
	clock_set(SAMPLE_NOW + 10 * MINUTE);
	publish(&s);
	look_open(s.dir, &l);
	assert_int_equal(l.stored, was.stored + 11); /* nine minutes later */
	look_close(&l);
	act(&s, "revoke", &s.cases[0]);
	look_open(s.dir, &l);
	size_t card = 2 + !strcmp(was.root.parts[1].id, l.root.gone[0].id) *
				  2; /* old and new, with the lead if it had it */
	assert_int_equal(l.stored, was.stored + 11 - 6 - 4 - card);
	look_close(&l);
	clock_set(SAMPLE_NOW + 11 * MINUTE);
	publish(&s);
	clock_set(SAMPLE_NOW + 30 * MINUTE);
	publish(&s);
	look_open(s.dir, &l);
	assert_int_equal(l.stored, l.root.file_count + l.root.part_count + 1 + 5);
	assert_int_equal(sample_int(&s, "SELECT count(*) FROM retired_file WHERE ?1", 1), 0);
	look_close(&l);
	look_close(&was);
}

static void P3_two_cases_may_share_bytes(void **state) {
	(void)state;
	SAMPLE;
	char id[2][MANIFEST_ID_LEN + 1];
	struct pixels auto_pixels px;
	begin(&s);
	sample_pixels(96, &px);
	for (int i = 0; i < 2; i++) {
		public_id(&s, &s.cases[i], id[i]);
		sample_change(&s, s.cases[i].photo[0], &px);
		sample_approve(&s, s.cases[i].photo[0]);
	}
	publish(&s);
	act(&s, "revoke", &s.cases[0]);
	assert_gone(&s, id[0]);
	assert_live(&s, id[1]); /* with every file */
}

static void P3_lost_file_is_made_anew(void **state) {
	(void)state;
	SAMPLE;
	char id[MANIFEST_ID_LEN + 1], path[300];
	begin(&s);
	public_id(&s, &s.cases[0], id);
	struct look l;
	look_open(s.dir, &l);
	(void)snprintf(path, sizeof path, "%s/site/f/%s", s.dir, look_case(&l, id)->files[1].store);
	look_close(&l);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(publish(&s).count[PUBLISH_CHANGED], 1);
	assert_live(&s, id); /* looks at every file */
}

static void I1_every_picture_on_the_site_is_bare(void **state) {
	(void)state;
	SAMPLE;
	struct look auto_look l;
	size_t pictures = 0;
	begin(&s);
	look_open(s.dir, &l);
	for (size_t i = 0; i < l.root.case_count; i++)
		for (size_t k = 0; k < l.files[i].count; k++) {
			const struct manifest_file *f = &l.files[i].files[k];
			struct container_report r;
			struct buf auto_buf b = { 0 };
			if (f->type != MANIFEST_JPEG && f->type != MANIFEST_AVIF) continue;
			look_read(s.dir, f->store, &b);
			if (!container_is_bare(b.data, b.len, &r)) fail_msg("%s carries %s", f->path, r.stray);
			pictures++;
		}
	assert_int_equal(pictures, 8);
}

static void I2_names_are_random_and_times_say_nothing(void **state) {
	(void)state;
	struct sample a __attribute__((cleanup(sample_close))) = { 0 };
	SAMPLE;
	struct look auto_look l, other;
	begin(&s);
	look_open(s.dir, &l);
	for (size_t i = 0; i < l.root.case_count; i++)
		for (size_t k = 0; k < l.files[i].count; k++) {
			char path[300];
			struct stat st;
			(void)snprintf(path, sizeof path, "%s/site/f/%s", s.dir, l.files[i].files[k].store);
			assert_int_equal(stat(path, &st), 0);
			assert_int_equal(st.st_mtim.tv_sec, 0);
			assert_int_equal(st.st_mtim.tv_nsec, 0);
		}
	/* the same practice published a second time has no name in common */
	sample_copy(&base, &a);
	for (int i = 0; i < 2; i++) act(&a, "withdraw", &a.cases[i]);
	struct err e = { 0 };
	for (int i = 0; i < 2; i++)
		if (case_reopen(a.p, &a.doc, a.cases[i].id, &e)) fail_msg("%s", e.text);
	publish(&a);
	look_open(a.dir, &other);
	assert_int_equal(other.root.case_count, 2);
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < other.files[i].count; k++)
			for (size_t x = 0; x < 2; x++)
				for (size_t y = 0; y < l.files[x].count; y++) {
					const struct manifest_file *f = &other.files[i].files[k],
								   *g = &l.files[x].files[y];
					assert_string_not_equal(f->store, g->store);
					assert_string_not_equal(strrchr(f->path, '/'),
						f->path + 19 == strrchr(f->path, '/') && f->path[20]
							? strrchr(g->path, '/')
							: "");
				}
}

static void P2_nothing_public_names_the_patient(void **state) {
	(void)state;
	static const char *const words[] = { "Quillon", "Zebrowski", "P-1", "P-2", "1990", "2024-01", "2026-01" };
	SAMPLE;
	struct look auto_look l;
	begin(&s);
	look_open(s.dir, &l);
	char path[200];
	(void)snprintf(path, sizeof path, "%s/site/f", s.dir);
	for (size_t i = 0; i < l.root.part_count + l.root.case_count; i++) {
		struct buf auto_buf b = { 0 };
		const char *store = i < l.root.part_count ? l.root.parts[i].store : NULL;
		for (size_t k = 0; !store && k < 5; k++)
			if (l.files[i - l.root.part_count].files[k].type == MANIFEST_HTML)
				store = l.files[i - l.root.part_count].files[k].store;
		assert_non_null(store);
		look_read(s.dir, store, &b);
		for (size_t w = 0; w < sizeof words / sizeof *words; w++)
			if (strstr(buf_text(&b), words[w])) fail_msg("a page says %s", words[w]);
	}
}

/* ---- time ---- */

static void C4_lease_tells_no_birth_date(void **state) {
	(void)state;
	SAMPLE;
	struct look auto_look l;
	char id[2][MANIFEST_ID_LEN + 1];
	begin(&s);
	struct sample_case *a = sample_add(&s, "2010-02-14", "2036-06-30"),
			   *b = sample_add(&s, "2010-03-30", "2036-06-30");
	assert_int_equal(publish(&s).count[PUBLISH_NEW], 2);
	public_id(&s, a, id[0]);
	public_id(&s, b, id[1]);
	look_open(s.dir, &l);
	int64_t lease = manifest_find_case(&l.root, id[0])->lease;
	assert_int_equal(lease, manifest_find_case(&l.root, id[1])->lease);
	assert_int_equal(lease, 1830315600 - 0 * MINUTE); /* 2028-01-01 00:00 in New York */
	assert_true(sample_int(&s, "SELECT majority_at FROM patient WHERE id = ?1", a->patient) > lease);
}

static void C5_lapsed_consent_goes_dark_by_itself(void **state) {
	(void)state;
	SAMPLE;
	char id[2][MANIFEST_ID_LEN + 1];
	begin(&s);
	struct sample_case *c = sample_add(&s, "1990-05-04", "2026-12-31");
	publish(&s);
	public_id(&s, c, id[0]);
	public_id(&s, &s.cases[0], id[1]);
	clock_set(1798779600 - 1); /* 2026-12-31 23:59:59 in New York */
	take_dark(&s);
	assert_live(&s, id[0]);
	clock_set(1798779600);
	take_dark(&s);
	assert_gone(&s, id[0]);
	assert_live(&s, id[1]);
}

static void C5_clock_set_back_stops_publishing_but_not_withdrawing(void **state) {
	(void)state;
	SAMPLE;
	struct err e = { 0 };
	struct told t = { 0 };
	char id[2][MANIFEST_ID_LEN + 1];
	begin(&s);
	for (int i = 0; i < 2; i++) public_id(&s, &s.cases[i], id[i]);
	char *before = look_everything(s.dir);
	clock_set(SAMPLE_NOW - 86400);
	assert_int_equal(try_publish(&s, &t, &e), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_non_null(strstr(e.text, "clock"));
	char *after = look_everything(s.dir);
	assert_string_equal(before, after);
	free(before);
	free(after);
	act(&s, "pause", &s.cases[0]);
	assert_gone(&s, id[0]);
	assert_live(&s, id[1]);
}

/* ---- the second look (I6) ---- */

static void I6_one_finding_stops_its_case_and_only_it(void **state) {
	(void)state;
	const char *root = getenv("OCCLUDE_FIXTURES");
	char path[400];
	(void)snprintf(path, sizeof path, "%s/faces/biden_1.jpg", root ? root : "../shared/fixtures");
	if (access(path, R_OK)) skip();
	SAMPLE;
	struct err e = { 0 };
	struct buf auto_buf file;
	struct pixels auto_pixels whole = { 0 };
	struct pixels auto_pixels face = { 0 };
	static const struct image_wish plain = { 0 };
	begin(&s);
	buf_init(&file, 32 << 20);
	if (file_read(AT_FDCWD, path, &file, &e) ||
		image_load(image_sniff(file.data, file.len, &e), file.data, file.len, &plain, &whole, &e) ||
		image_resize(&whole, 640, &face, &e))
		fail_msg("%s", e.text);
	struct sample_case *bad = sample_add(&s, "1990-05-04", "2030-06-30");
	(void)sample_add(&s, "1990-05-04", "2030-06-30");
	(void)sample_photo(&s, bad->id, "T1", "EO-FS", "2024-01-09", &face);
	size_t stored;
	{
		struct look auto_look l;
		look_open(s.dir, &l);
		stored = l.stored;
	}
	struct told t = publish(&s);
	assert_int_equal(t.count[PUBLISH_REFUSED], 1);
	assert_int_equal(t.count[PUBLISH_NEW], 1);
	assert_non_null(strstr(t.text, "I6"));
	struct look auto_look l;
	look_open(s.dir, &l);
	assert_int_equal(l.root.case_count, 3);
	clock_set(SAMPLE_NOW + 30 * MINUTE);
	publish(&s);
	struct look auto_look later;
	look_open(s.dir, &later);
	assert_int_equal(later.stored, stored + 6 + 1); /* one more case and its card; nothing of the bad one */
}

/* ---- the index ---- */

static void P3_one_more_case_changes_only_the_first_page(void **state) {
	(void)state;
	SAMPLE;
	struct look auto_look was, now;
	begin(&s);
	while (s.n < PAGE_CASES + 1) (void)sample_add(&s, "1990-05-04", "2030-06-30");
	publish(&s);
	look_open(s.dir, &was);
	(void)sample_add(&s, "1990-05-04", "2030-06-30");
	assert_int_equal(publish(&s).count[PUBLISH_NEW], 1);
	look_open(s.dir, &now);
	const struct manifest_page *a = manifest_find_page(&was.root, "/p/1/"),
				   *b = manifest_find_page(&now.root, "/p/1/");
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->count, PAGE_CASES + 3); /* the oldest; open, list and close around them */
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(was.root.parts[a->first + i].store, now.root.parts[b->first + i].store);
	assert_int_equal(manifest_find_page(&now.root, "/")->count, 2 + 4); /* and the lead */
}

static int setup(void **state) {
	(void)state;
	sample_worker();
	sample_make(&base, 2);
	publish(&base);
	return 0;
}

static int teardown(void **state) {
	(void)state;
	sample_close(&base);
	return 0;
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(P3_what_is_permitted_is_published_whole),
		cmocka_unit_test(P3_publishing_again_touches_nothing),
		cmocka_unit_test(P1_only_what_the_gate_permits_is_published),
		cmocka_unit_test(P3_dry_run_changes_nothing),
		cmocka_unit_test(I5_changed_photo_is_rendered_anew_and_nothing_else),
		cmocka_unit_test(C5_renewed_consent_changes_the_lease_line_only),
		cmocka_unit_test(P4_shorter_consent_shortens_the_lease_at_once),
		cmocka_unit_test(I5_rejected_photo_takes_its_case_dark),
		cmocka_unit_test(P1_new_unreviewed_photo_takes_nothing_down),
		cmocka_unit_test(C3_photo_excluded_after_it_left_the_gallery_goes_dark),
		cmocka_unit_test(C6_revoking_goes_dark_and_opens_the_checklist),
		cmocka_unit_test(C6_pausing_goes_dark),
		cmocka_unit_test(C4_objection_goes_dark),
		cmocka_unit_test(C8_death_goes_dark),
		cmocka_unit_test(C8_consent_in_error_goes_dark),
		cmocka_unit_test(P1_withdrawn_case_goes_dark),
		cmocka_unit_test(C6_tombstone_stays_and_the_case_returns_under_a_new_name),
		cmocka_unit_test(C6_the_site_is_dark_before_the_record_says_so),
		cmocka_unit_test(C6_refused_acts_change_nothing),
		cmocka_unit_test(C6_interrupted_withdrawal_is_finished_first),
		cmocka_unit_test(C6_a_withdrawal_waits_for_no_publish),
		cmocka_unit_test(C6_what_is_revoked_while_it_is_made_is_never_shown),
		cmocka_unit_test(C6_nothing_is_published_once_a_withdrawal_has_begun),
		cmocka_unit_test(C6_taking_dark_waits_for_no_publish),
		cmocka_unit_test(C6_nothing_damaged_keeps_a_withdrawal_from_its_end),
		cmocka_unit_test(C6_a_lost_site_keeps_its_tombstones),
		cmocka_unit_test(P3_replaced_files_stay_ten_minutes_withdrawn_ones_do_not),
		cmocka_unit_test(P3_two_cases_may_share_bytes),
		cmocka_unit_test(P3_lost_file_is_made_anew),
		cmocka_unit_test(I1_every_picture_on_the_site_is_bare),
		cmocka_unit_test(I2_names_are_random_and_times_say_nothing),
		cmocka_unit_test(P2_nothing_public_names_the_patient),
		cmocka_unit_test(C4_lease_tells_no_birth_date),
		cmocka_unit_test(C5_lapsed_consent_goes_dark_by_itself),
		cmocka_unit_test(C5_clock_set_back_stops_publishing_but_not_withdrawing),
		cmocka_unit_test(I6_one_finding_stops_its_case_and_only_it),
		cmocka_unit_test(P3_one_more_case_changes_only_the_first_page),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (getenv("ONLY")) cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, setup, teardown);
}

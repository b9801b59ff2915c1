/* test_patient.c: the dates of C4, and what is recorded about patients, guardians, contacts and holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "fake_clock.h"
#include "fixture_practice.h"
#include "lib/clock.h"
#include "record/hold.h"
#include "record/location.h"
#include "record/patient.h"

static int64_t local(const char *zone, const char *day) {
	struct date d;
	struct err e = { 0 };
	int64_t t = 0;
	if (date_parse(day, &d, &e) || clock_local(zone, d, 0, &t, &e)) fail_msg("%s", e.text);
	return t;
}

static void C4_dates_of_a_birth_date(void **state) {
	(void)state;
	static const struct {
		const char *born, *zone;
		int64_t majority, assent;
		const char *want[4]; /* majority, public, assent, public */
	} row[] = {
		{ "2012-05-03", "America/New_York", 18, 14,
			{ "2030-05-03", "2030-04-01", "2026-05-03", "2026-04-01" } },
		{ "2008-02-29", "Europe/Berlin", 18, 16, { "2026-02-28", "2026-01-01", "2024-02-29", "2024-01-01" } },
		{ "2010-01-01", "UTC", 18, 14, { "2028-01-01", "2027-10-01", "2024-01-01", "2023-10-01" } },
		{ "2010-04-01", "Australia/Lord_Howe", 18, 14,
			{ "2028-04-01", "2028-01-01", "2024-04-01", "2024-01-01" } },
		{ "2010-12-31", "Asia/Seoul", 19, 14, { "2029-12-31", "2029-10-01", "2024-12-31", "2024-10-01" } },
		{ "2026-11-22", "America/New_York", 21, 14,
			{ "2047-11-22", "2047-10-01", "2040-11-22", "2040-10-01" } },
	};
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct date born;
		struct patient_dates d;
		struct err e = { 0 };
		assert_int_equal(date_parse(row[i].born, &born, &e), 0);
		assert_int_equal(patient_dates(born, row[i].zone, row[i].majority, row[i].assent, &d, &e), 0);
		assert_int_equal(d.majority_at, local(row[i].zone, row[i].want[0]));
		assert_int_equal(d.majority_public_at, local(row[i].zone, row[i].want[1]));
		assert_int_equal(d.assent_at, local(row[i].zone, row[i].want[2]));
		assert_int_equal(d.assent_public_at, local(row[i].zone, row[i].want[3]));
	}
}

/* C4: the public date tells no more than the quarter: everybody born in it has the same one. */
static void C4_the_public_date_hides_the_birthday(void **state) {
	(void)state;
	struct patient_dates first = { 0 };
	for (int64_t day = date_to_days((struct date){ 2012, 4, 2 });
		day <= date_to_days((struct date){ 2012, 7, 1 }); day++) {
		struct patient_dates d;
		assert_int_equal(patient_dates(date_from_days(day), "America/New_York", 18, 14, &d, NULL), 0);
		if (!first.majority_at) first = d;
		assert_int_equal(d.majority_public_at, first.majority_public_at);
		assert_int_equal(d.assent_public_at, first.assent_public_at);
		assert_true(d.majority_public_at < d.majority_at && d.assent_public_at < d.assent_at);
	}
}

static int64_t add(struct fixture *f, const char *reference, const char *born) {
	struct err e = { 0 };
	int64_t id;
	const struct patient_facts facts = {
		.reference = reference, .given = "Mia", .family = "Berg", .born_on = born
	};
	if (patient_add(f->p, &f->ada, &facts, &id, &e)) fail_msg("%s", e.text);
	return id;
}

static void C4_the_date_of_birth_is_required_and_plausible(void **state) {
	struct fixture *f = *state;
	fixture_policy(f);
	static const char *const bad[] = { NULL, "2026-11-23", "1895-01-01", "2012-02-30", "3.5.2012" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = { 0 };
		int64_t id = 0;
		const struct patient_facts facts = {
			.reference = "A", .given = "M", .family = "B", .born_on = bad[i]
		};
		assert_int_equal(patient_add(f->p, &f->ada, &facts, &id, &e), -1);
		if (i < 3) assert_string_equal(e.rule, "C4");
	}
	(void)add(f, "A-1", "2026-11-22"); /* born today in New York */
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM patient"), 1);
}

static void C4_of_age_at_midnight_local_time(void **state) {
	struct fixture *f = *state;
	struct patient_row r;
	fixture_policy(f);
	int64_t id = add(f, "A-1", "2012-05-03"), at = local("America/New_York", "2030-05-03");
	clock_set(at - 1);
	assert_int_equal(patient_get(f->p, id, &r, NULL), 0);
	assert_true(r.is_minor);
	clock_set(at);
	assert_int_equal(patient_get(f->p, id, &r, NULL), 0);
	assert_false(r.is_minor);
}

static void C4_a_change_works_the_dates_out_anew(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	struct patient_row r;
	int64_t berlin;
	fixture_policy(f);
	int64_t id = add(f, "A-1", "2012-05-03"), other = add(f, "A-2", "2012-05-03");
	const struct patient_facts born = { .born_on = "2011-05-03" };
	assert_int_equal(patient_set(f->p, &f->ada, id, &born, &e), 0);
	assert_int_equal(patient_get(f->p, id, &r, &e), 0);
	assert_int_equal(r.dates.majority_at, local("America/New_York", "2029-05-03"));
	assert_string_equal(r.given, "Mia"); /* what was not said stays */
	const struct location_facts l = { .name = "Mitte",
		.address = "Am Markt 1",
		.town = "Berlin",
		.phone = "030",
		.emergency = "112",
		.zone = "Europe/Berlin",
		.majority_age = 19,
		.assent_age = 15 };
	assert_int_equal(location_add(f->p, &f->ada, &l, &berlin, &e), 0);
	const struct patient_facts moved = { .location_id = berlin };
	assert_int_equal(patient_set(f->p, &f->ada, id, &moved, &e), 0);
	assert_int_equal(patient_get(f->p, id, &r, &e), 0);
	assert_int_equal(r.dates.majority_at, local("Europe/Berlin", "2030-05-03"));
	assert_int_equal(r.dates.assent_at, local("Europe/Berlin", "2026-05-03"));
	const struct location_facts later = { .majority_age = 21 };
	assert_int_equal(location_set(f->p, &f->ada, berlin, &later, &e), 0);
	assert_int_equal(patient_get(f->p, id, &r, &e), 0);
	assert_int_equal(r.dates.majority_at, local("Europe/Berlin", "2032-05-03"));
	assert_int_equal(patient_get(f->p, other, &r, &e), 0); /* of another location: untouched */
	assert_int_equal(r.dates.majority_at, local("America/New_York", "2030-05-03"));
}

static void a_refused_patient_leaves_nothing(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t id;
	fixture_policy(f);
	(void)add(f, "A-1", "2012-05-03");
	int64_t log = fixture_int(f, "SELECT count(*) FROM audit");
	const struct patient_facts twice = {
		.reference = "A-1", .given = "Tom", .family = "B", .born_on = "2000-01-01"
	};
	assert_int_equal(patient_add(f->p, &f->ada, &twice, &id, &e), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	const struct patient_facts nobody = {
		.reference = "A-3", .given = " ", .family = "B", .born_on = "2000-01-01"
	};
	assert_int_equal(patient_add(f->p, &f->ada, &nobody, &id, &e), -1);
	const struct patient_facts nowhere = {
		.reference = "A-3", .given = "T", .family = "B", .born_on = "2000-01-01", .location_id = 9
	};
	assert_int_equal(patient_add(f->p, &f->ada, &nowhere, &id, &e), -1);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM patient"), 1);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit"), log);
}

static void C4_a_representative_needs_documented_authority(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t id, patient;
	fixture_policy(f);
	patient = add(f, "A-1", "2012-05-03");
	struct guardian_row g = { .kind = "guardian", .name = "Eva Berg", .relationship = "mother" };
	assert_int_equal(guardian_add(f->p, &f->ada, patient, &g, &id, &e), 0);
	assert_int_equal(guardian_end(f->p, &f->ada, id, &e), 0);
	assert_int_equal(guardian_end(f->p, &f->ada, id, &e), -1);
	g.kind = "representative";
	assert_int_equal(guardian_add(f->p, &f->ada, patient, &g, &id, &e), -1);
	g.authority = "court order 12/34";
	assert_int_equal(guardian_add(f->p, &f->ada, patient, &g, &id, &e), 0);
	g.relationship = "";
	assert_int_equal(guardian_add(f->p, &f->ada, patient, &g, &id, &e), -1);
}

static void C6_a_hold_is_easy_to_place_and_ends_once(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t id, patient, stranger;
	fixture_policy(f);
	patient = add(f, "A-1", "2012-05-03");
	stranger = add(f, "A-2", "2012-05-03");
	struct guardian_row g = { .kind = "guardian", .name = "Eva Berg", .relationship = "mother" };
	assert_int_equal(guardian_add(f->p, &f->ada, stranger, &g, &id, &e), 0);
	struct hold_new h = {
		.patient_id = patient, .kind = "objection", .who = "guardian", .guardian_id = id, .how = "by phone"
	};
	assert_int_equal(hold_add(f->p, &f->ada, &h, &id, &e), -1); /* another patient's guardian */
	assert_string_equal(e.rule, "C4");
	h.guardian_id = 0;
	assert_int_equal(hold_add(f->p, &f->ada, &h, &id, &e), 0);
	h.kind = "pause";
	h.who = "patient";
	assert_int_equal(hold_add(f->p, NULL, &h, &id, &e), 0); /* by the patient's own code */
	/* C6: an account that has not acknowledged the policy may pause all the same, and not resume */
	const int64_t policy = fixture_int(f, "SELECT max(version) FROM policy");
	assert_int_equal(policy, 1);
	assert_int_equal(db_run(f->p->db, &e, "DELETE FROM policy_ack", ""), 0);
	assert_int_equal(hold_add(f->p, &f->ada, &h, &id, &e), 0);
	assert_int_equal(hold_end(f->p, &f->ada, id, "agreed", &e), -1);
	assert_string_equal(e.rule, "S1");
	fixture_policy(f);
	assert_int_equal(hold_end(f->p, &f->ada, id, "", &e), -1);
	assert_int_equal(hold_end(f->p, &f->ada, id, "agreed in writing", &e), 0);
	assert_int_equal(hold_end(f->p, &f->ada, id, "again", &e), -1);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM hold WHERE ended_at IS NULL"), 2);
	assert_int_equal(db_run(f->p->db, &e, "DELETE FROM hold", ""), -1);
	assert_string_equal(e.rule, "C6");
}

static void C8_a_death_is_recorded_within_reason(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	struct patient_row r;
	fixture_policy(f);
	int64_t id = add(f, "A-1", "2012-05-03");
	assert_int_equal(patient_died(f->p, &f->ada, id, "2026-11-23", &e), -1);
	assert_string_equal(e.rule, "C8");
	assert_int_equal(patient_died(f->p, &f->ada, id, "2012-05-02", &e), -1);
	assert_int_equal(patient_died(f->p, &f->ada, id, "2026-11-20", &e), 0);
	assert_int_equal(patient_get(f->p, id, &r, &e), 0);
	assert_string_equal(r.died_on, "2026-11-20");
}

static void P7_a_statement_is_changed_never_emptied(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	char *text = NULL;
	assert_int_equal(statement_set(f->p, &f->ada, 1, "results_vary", "en", "", &e), -1);
	assert_int_equal(statement_set(f->p, &f->ada, 1, "results_vary", "en", "   ", &e), -1);
	assert_int_equal(statement_set(f->p, &f->ada, 1, "results_vary", "en", "no.", &e), -1);
	assert_int_equal(statement_get(f->p, 1, "results_vary", "en", &text, &e), 0);
	assert_int_equal(statement_set(f->p, &f->ada, 1, "results_vary", "en",
				 "Every mouth is different; so are results.", &e),
		0);
	assert_int_equal(statement_get(f->p, 1, "results_vary", "en", &text, &e), 1);
	assert_string_equal(text, "Every mouth is different; so are results.");
	free(text);
	assert_int_equal(statement_set(f->p, &f->ada, 1, "results_vary", "en", NULL, &e), 0);
	assert_int_equal(statement_get(f->p, 1, "results_vary", "en", &text, &e), 0);
	assert_int_equal(
		statement_set(f->p, &f->ada, 1, "else", "en", "Every mouth is different; so are results.", &e), -1);
}

static void C7_evidence_is_never_kept_shorter(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	struct practice_facts s = { .keep_years = 10 };
	assert_int_equal(practice_set(f->p, &f->ada, &s, &e), 0);
	s.keep_years = 6;
	assert_int_equal(practice_set(f->p, &f->ada, &s, &e), -1);
	assert_string_equal(e.rule, "C7");
}

int main(void) {
#define IN(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(C4_dates_of_a_birth_date),
		cmocka_unit_test(C4_the_public_date_hides_the_birthday),
		IN(C4_the_date_of_birth_is_required_and_plausible),
		IN(C4_of_age_at_midnight_local_time),
		IN(C4_a_change_works_the_dates_out_anew),
		IN(a_refused_patient_leaves_nothing),
		IN(C4_a_representative_needs_documented_authority),
		IN(C6_a_hold_is_easy_to_place_and_ends_once),
		IN(C8_a_death_is_recorded_within_reason),
		IN(P7_a_statement_is_changed_never_emptied),
		IN(C7_evidence_is_never_kept_shorter),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

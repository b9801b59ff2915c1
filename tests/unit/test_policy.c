/* test_policy.c: the photo policy and its acknowledgement (S1). */
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
#include "record/policy.h"
#include "record/staff.h"

enum { WEEK = 7 * 86400 };

static void assert_acts(struct fixture *f, const struct actor *a, bool may) {
	static const enum can acts[] = { CAN_RECORD, CAN_APPROVE, CAN_PUBLISH };
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		struct err e = { 0 };
		int r = practice_may(f->p, a, acts[i], &e);
		if (may && r) fail_msg("%s", e.text);
		if (!may) {
			assert_int_equal(r, -1);
			assert_string_equal(e.rule, "S1");
		}
	}
	assert_int_equal(practice_may(f->p, a, CAN_LOOK, NULL), 0);
}

static int64_t set(struct fixture *f, bool urgent) {
	struct err e = { 0 };
	int64_t version;
	clock_set(clock_now() + 1);
	if (policy_set(f->p, &f->ada, policy_template(), urgent, &version, &e)) fail_msg("%s", e.text);
	return version;
}

static void acknowledge(struct fixture *f, const struct actor *a, int64_t version) {
	struct err e = { 0 };
	if (policy_acknowledge(f->p, a, version, &e)) fail_msg("%s", e.text);
}

static void S1_without_a_policy_nobody_acts(void **state) {
	struct fixture *f = *state;
	struct actor c = fixture_staff(f, "clin", ROLE_CLINICIAN, true);
	assert_acts(f, &c, false);
	int64_t one = set(f, false);
	assert_acts(f, &c, false); /* the first version has no grace: there was nothing to acknowledge before */
	acknowledge(f, &c, one);
	assert_acts(f, &c, true);
}

static void S1_a_new_version_gives_seven_days(void **state) {
	struct fixture *f = *state;
	struct actor c = fixture_staff(f, "clin", ROLE_CLINICIAN, true),
		     late = fixture_staff(f, "late", ROLE_CLINICIAN, true);
	acknowledge(f, &c, set(f, false));
	int64_t two = set(f, false), at = clock_now();
	assert_acts(f, &c, true);
	assert_acts(f, &late, false); /* who had not acknowledged the one before has no grace */
	clock_set(at + WEEK - 1);
	assert_acts(f, &c, true);
	clock_set(at + WEEK);
	assert_acts(f, &c, false);
	acknowledge(f, &c, two);
	assert_acts(f, &c, true);
}

static void S1_an_urgent_version_gives_none(void **state) {
	struct fixture *f = *state;
	struct actor c = fixture_staff(f, "clin", ROLE_CLINICIAN, true);
	acknowledge(f, &c, set(f, false));
	int64_t two = set(f, true);
	assert_acts(f, &c, false);
	acknowledge(f, &c, two);
	assert_acts(f, &c, true);
}

static void S1_grace_is_for_one_version(void **state) {
	struct fixture *f = *state;
	struct actor c = fixture_staff(f, "clin", ROLE_CLINICIAN, true);
	acknowledge(f, &c, set(f, false));
	(void)set(f, false);
	assert_acts(f, &c, true);
	(void)set(f, false); /* two behind */
	assert_acts(f, &c, false);
}

static void S1_only_the_version_in_force_is_acknowledged(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	assert_int_equal(policy_acknowledge(f->p, &f->ada, 1, &e), -1);
	assert_string_equal(e.rule, "S1");
	int64_t one = set(f, false), two = set(f, false);
	assert_int_equal(policy_acknowledge(f->p, &f->ada, one, &e), -1);
	assert_int_equal(policy_acknowledge(f->p, &f->ada, two + 1, &e), -1);
	acknowledge(f, &f->ada, two);
	acknowledge(f, &f->ada, two); /* twice is once */
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM policy_ack"), 1);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit WHERE act = 'policy.acknowledge'"), 1);
}

static void S1_a_version_is_never_changed(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t version;
	(void)set(f, false);
	assert_int_equal(db_run(f->p->db, &e, "UPDATE policy SET text = text || 'x'", ""), -1);
	assert_string_equal(e.rule, "S1");
	assert_int_equal(db_run(f->p->db, &e, "DELETE FROM policy", ""), -1);
	assert_string_equal(e.rule, "S1");
	assert_int_equal(policy_set(f->p, &f->ada, "too short", false, &version, &e), -1);
	struct actor c = fixture_staff(f, "clin", ROLE_CLINICIAN, true);
	assert_int_equal(policy_set(f->p, &c, policy_template(), false, &version, &e), -1);
	assert_string_equal(e.rule, "S2");
}

static void the_template_is_a_policy(void **state) {
	(void)state;
	static const char *const topics[] = { "written consent", "minor", "clinician looks", "private accounts",
		"take it down", "Nobody shares" };
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) assert_non_null(strstr(policy_template(), topics[i]));
}

int main(void) {
#define IN(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		IN(S1_without_a_policy_nobody_acts),
		IN(S1_a_new_version_gives_seven_days),
		IN(S1_an_urgent_version_gives_none),
		IN(S1_grace_is_for_one_version),
		IN(S1_only_the_version_in_force_is_acknowledged),
		IN(S1_a_version_is_never_changed),
		cmocka_unit_test(the_template_is_a_policy),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

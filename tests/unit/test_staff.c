/* test_staff.c: accounts, roles, passwords and sign-ins (S2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "fake_clock.h"
#include "fixture_practice.h"
#include "lib/clock.h"
#include "record/staff.h"

static void assert_may(struct fixture *f, const struct actor *a, enum can what, const char *rule) {
	struct err e = { 0 };
	int r = practice_may(f->p, a, what, &e);
	if (!rule) {
		if (r) fail_msg("%s may not %d: %s", a->login, (int)what, e.text);
		return;
	}
	assert_int_equal(r, -1);
	assert_string_equal(e.rule, rule);
}

static void S2_a_role_may_what_its_row_says(void **state) {
	struct fixture *f = *state;
	fixture_policy(f);
	static const struct {
		const char *login;
		enum role role;
		bool publisher, may[5]; /* look, record, approve, publish, admin */
	} row[] = {
		{ "s1", ROLE_STAFF, false, { true, true, false, false, false } },
		{ "s2", ROLE_STAFF, true, { true, true, false, true, false } },
		{ "c1", ROLE_CLINICIAN, false, { true, true, true, false, false } },
		{ "c2", ROLE_CLINICIAN, true, { true, true, true, true, false } },
		{ "a1", ROLE_ADMIN, false, { true, true, false, false, true } },
		{ "a2", ROLE_ADMIN, true, { true, true, false, true, true } },
	};
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct actor a = fixture_staff(f, row[i].login, row[i].role, row[i].publisher);
		for (int what = CAN_LOOK; what <= CAN_ADMIN; what++)
			assert_may(f, &a, (enum can)what, row[i].may[what] ? NULL : "S2");
	}
}

static void S2_only_an_admin_manages_accounts(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t id;
	fixture_policy(f);
	struct actor c = fixture_staff(f, "clin", ROLE_CLINICIAN, true);
	const struct staff_new n = { .login = "x1", .name = "X", .password = FIXTURE_PASSWORD, .role = ROLE_STAFF };
	assert_int_equal(staff_add(f->p, &c, &n, &id, &e), -1);
	assert_string_equal(e.rule, "S2");
	assert_int_equal(staff_set_role(f->p, &c, "clin", ROLE_ADMIN, &e), -1);
	assert_int_equal(staff_set_publisher(f->p, &c, "ada", true, &e), -1);
	assert_int_equal(staff_deactivate(f->p, &c, "ada", true, &e), -1);
	assert_int_equal(staff_set_password(f->p, &c, "ada", "another password 1", &e), -1);
	assert_int_equal(staff_set_password(f->p, &c, "clin", "another password 1", &e), 0); /* one's own */
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM staff"), 2);
}

static void S2_names_and_passwords_are_checked(void **state) {
	struct fixture *f = *state;
	static const char *const logins[] = { "", "a", "Ada", "1a", "a b", "a;b", "ada",
		"abcdefghijklmnopqrstuvwxyzabcdefg", "ä1" };
	struct err e = { 0 };
	int64_t id = 7;
	for (size_t i = 0; i < ARRAY_LEN(logins); i++) {
		const struct staff_new n = {
			.login = logins[i], .name = "X", .password = FIXTURE_PASSWORD, .role = ROLE_STAFF
		};
		if (!staff_add(f->p, &f->ada, &n, &id, &e)) fail_msg("\"%s\" was taken", logins[i]);
	}
	static const char *const passwords[] = { "", "ninechars", "bobby-is-me", "äöüäöüäöü" };
	for (size_t i = 0; i < ARRAY_LEN(passwords); i++) {
		const struct staff_new n = {
			.login = "bobby", .name = "B", .password = passwords[i], .role = ROLE_STAFF
		};
		assert_int_equal(staff_add(f->p, &f->ada, &n, &id, &e), -1);
		assert_string_equal(e.rule, "S2");
	}
	assert_int_equal(id, 7);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM staff"), 1);
}

static void S2_the_last_admin_stays(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	fixture_policy(f);
	assert_int_equal(staff_set_role(f->p, &f->ada, "ada", ROLE_STAFF, &e), -1);
	assert_int_equal(staff_deactivate(f->p, &f->ada, "ada", true, &e), -1);
	(void)fixture_staff(f, "second", ROLE_ADMIN, false);
	assert_int_equal(staff_deactivate(f->p, &f->ada, "second", true, &e), 0);
	assert_int_equal(staff_deactivate(f->p, &f->ada, "ada", true, &e), -1); /* a deactivated one does not count */
	assert_int_equal(staff_deactivate(f->p, &f->ada, "second", false, &e), 0);
	assert_int_equal(staff_set_role(f->p, &f->ada, "ada", ROLE_STAFF, &e), 0);
}

static void S2_who_leaves_is_out_at_once(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	char token[STAFF_TOKEN];
	fixture_policy(f);
	struct actor a = fixture_staff(f, "gone", ROLE_STAFF, false), again;
	assert_int_equal(staff_login(f->p, "gone", FIXTURE_PASSWORD, token, &again, &e), 0);
	assert_int_equal(staff_by_token(f->p, token, &again, &e), 0);
	assert_int_equal(staff_deactivate(f->p, &f->ada, "gone", true, &e), 0);
	assert_int_equal(staff_by_token(f->p, token, &again, &e), -1);
	assert_int_equal(staff_actor(f->p, "gone", &again, &e), -1);
	assert_int_equal(staff_login(f->p, "gone", FIXTURE_PASSWORD, token, &again, &e), -1);
	assert_may(f, &a, CAN_LOOK, "S2"); /* an actor made before does not act either */
	assert_int_equal(db_run(f->p->db, &e, "DELETE FROM staff WHERE login = 'gone'", ""), -1);
	assert_string_equal(e.rule, "S2");
	assert_int_equal(db_run(f->p->db, &e, "REPLACE INTO staff SELECT * FROM staff WHERE login = 'gone'", ""), -1);
	assert_string_equal(e.rule, "S2");
	assert_int_equal(staff_deactivate(f->p, &f->ada, "gone", false, &e), 0);
	assert_int_equal(staff_by_token(f->p, token, &again, &e), -1); /* the old sign-in does not come back */
}

static void S2_a_sign_in_lasts_twelve_hours(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	char token[STAFF_TOKEN], other[STAFF_TOKEN];
	struct actor a;
	int64_t start = clock_now();
	assert_int_equal(staff_login(f->p, "ada", FIXTURE_PASSWORD, token, &a, &e), 0);
	clock_set(start + 12 * 3600 - 1);
	assert_int_equal(staff_by_token(f->p, token, &a, &e), 0);
	clock_set(start + 12 * 3600);
	assert_int_equal(staff_by_token(f->p, token, &a, &e), -1);
	clock_set(start - 1); /* nor by setting the clock back */
	assert_int_equal(staff_by_token(f->p, token, &a, &e), -1);
	clock_set(start);
	assert_int_equal(staff_login(f->p, "ada", FIXTURE_PASSWORD, other, &a, &e), 0);
	assert_string_not_equal(token, other);
	assert_int_equal(staff_end_session(f->p, token, &e), 0);
	assert_int_equal(staff_by_token(f->p, token, &a, &e), -1);
	assert_int_equal(staff_by_token(f->p, other, &a, &e), 0);
}

static void assert_login(struct fixture *f, const char *password, const char *says) {
	struct err e = { 0 };
	char token[STAFF_TOKEN];
	struct actor a;
	int r = staff_login(f->p, "ada", password, token, &a, &e);
	if (!says) {
		if (r) fail_msg("%s", e.text);
		return;
	}
	assert_int_equal(r, -1);
	assert_string_equal(e.rule, "S2");
	if (!strstr(e.text, says)) fail_msg("\"%s\" does not say \"%s\"", e.text, says);
}

static void S2_wrong_passwords_have_to_wait_longer_each_time(void **state) {
	struct fixture *f = *state;
	for (int i = 0; i < STAFF_FREE_TRIES; i++) assert_login(f, "wrong", "wrong");
	assert_login(f, FIXTURE_PASSWORD, "try again in 15 seconds"); /* the right one too, unread */
	clock_set(clock_now() + 14);
	assert_login(f, FIXTURE_PASSWORD, "try again in 1 second");
	clock_set(clock_now() + 1);
	assert_login(f, "wrong", "wrong");
	assert_login(f, "wrong", "try again in 30 seconds");
	for (int i = 0; i < 8; i++) {
		clock_set(clock_now() + 900);
		assert_login(f, "wrong", "wrong");
	}
	assert_login(f, FIXTURE_PASSWORD, "try again in 900 seconds"); /* and no longer than 15 minutes */
	clock_set(clock_now() + 900);
	assert_login(f, FIXTURE_PASSWORD, NULL);
	assert_login(f, "wrong", "wrong"); /* a right one begins anew */
	assert_login(f, FIXTURE_PASSWORD, NULL);
}

static void S2_an_unknown_account_says_the_same(void **state) {
	struct fixture *f = *state;
	struct err known = { 0 }, unknown = { 0 };
	struct actor a;
	assert_int_equal(staff_check_password(f->p, "ada", "wrong", &a, &known), -1);
	assert_int_equal(staff_check_password(f->p, "nobody", "wrong", &a, &unknown), -1);
	assert_string_equal(known.text, unknown.text);
}

static void S2_the_token_lies_in_a_private_file(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	char token[STAFF_TOKEN], back[STAFF_TOKEN];
	struct actor a;
	assert_int_equal(setenv("XDG_STATE_HOME", f->root, 1), 0);
	assert_int_equal(staff_actor(f->p, NULL, &a, &e), -1);
	assert_int_equal(staff_login(f->p, "ada", FIXTURE_PASSWORD, token, &a, &e), 0);
	assert_int_equal(staff_token_keep(f->p, token, &e), 0);
	assert_int_equal(staff_token_read(f->p, back, &e), 1);
	assert_string_equal(token, back);
	assert_int_equal(staff_actor(f->p, NULL, &a, &e), 0);
	assert_string_equal(a.login, "ada");
	char command[200];
	(void)snprintf(command, sizeof command, "chmod 644 %s/occlude/token-*", f->root);
	assert_int_equal(system(command), 0);
	assert_int_equal(staff_actor(f->p, NULL, &a, &e), -1);
	assert_string_equal(e.rule, "S2");
	assert_int_equal(staff_token_forget(f->p, &e), 0);
	assert_int_equal(staff_token_read(f->p, back, &e), 0);
	assert_int_equal(unsetenv("XDG_STATE_HOME"), 0);
}

int main(void) {
#define IN(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		IN(S2_a_role_may_what_its_row_says),
		IN(S2_only_an_admin_manages_accounts),
		IN(S2_names_and_passwords_are_checked),
		IN(S2_the_last_admin_stays),
		IN(S2_who_leaves_is_out_at_once),
		IN(S2_a_sign_in_lasts_twelve_hours),
		IN(S2_wrong_passwords_have_to_wait_longer_each_time),
		IN(S2_an_unknown_account_says_the_same),
		IN(S2_the_token_lies_in_a_private_file),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

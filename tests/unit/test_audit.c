/* test_audit.c: the log of acts (A1): what the database refuses, and what verifying finds when somebody gets past it. */
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
#include "record/audit.h"

static void add(struct fixture *f, int n) {
	struct err e = { 0 };
	for (int i = 0; i < n; i++) {
		clock_set(clock_now() + 1);
		assert_int_equal(audit_add(f->p, &f->ada, "test.act", "test", i, &e, "n=%d", i), 0);
	}
}

static void must(struct fixture *f, const char *sql) {
	struct err e = { 0 };
	if (db_run(f->p->db, &e, sql, "")) fail_msg("%s: %s", sql, e.text);
}

/* Somebody who can write the file and drops what guards the log. */
static void drop_guards(struct fixture *f) {
	must(f, "DROP TRIGGER A1_audit_no_update");
	must(f, "DROP TRIGGER A1_audit_no_delete");
	must(f, "DROP TRIGGER A1_audit_in_order");
}

static void assert_finds(struct fixture *f, int64_t count, const char *head, const char *says) {
	struct err e = { 0 };
	assert_int_equal(audit_verify(f->p, count, head, &e), -1);
	assert_string_equal(e.rule, "A1");
	if (!strstr(e.text, says)) fail_msg("\"%s\" does not say \"%s\"", e.text, says);
}

static void A1_a_sound_log_is_sound(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t count, again;
	char head[65], later[65];
	add(f, 20);
	assert_int_equal(audit_head(f->p, &count, head, &e), 0);
	assert_int_equal(count, fixture_int(f, "SELECT count(*) FROM audit"));
	assert_int_equal(audit_verify(f->p, count, head, &e), 0);
	add(f, 1); /* a log that grew since is sound too */
	assert_int_equal(audit_verify(f->p, count, head, &e), 0);
	assert_int_equal(audit_verify(f->p, 0, NULL, &e), 0);
	assert_int_equal(audit_head(f->p, &again, later, &e), 0);
	assert_int_equal(again, count + 1);
	assert_string_not_equal(head, later);
	fixture_reopen(f);
	assert_int_equal(audit_verify(f->p, again, later, &e), 0);
}

static void A1_changed_entry_is_found(void **state) {
	struct fixture *f = *state;
	static const char *const changes[] = {
		"UPDATE audit SET at = at + 1 WHERE seq = 7",
		"UPDATE audit SET staff_id = 2 WHERE seq = 7",
		"UPDATE audit SET staff_id = NULL WHERE seq = 7",
		"UPDATE audit SET act = 'test.other' WHERE seq = 7",
		"UPDATE audit SET subject_id = 99 WHERE seq = 7",
		"UPDATE audit SET detail = detail || ' ' WHERE seq = 7",
		"UPDATE audit SET mac = zeroblob(32) WHERE seq = 7",
		/* text moved from one field to the next */
		"UPDATE audit SET act = 'test.actt', subject = 'est' WHERE seq = 7",
	};
	struct err e = { 0 };
	add(f, 10);
	drop_guards(f);
	must(f, "CREATE TABLE keep AS SELECT * FROM audit");
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		must(f, changes[i]);
		assert_finds(f, 0, NULL, "entry 7 ");
		must(f, "DELETE FROM audit");
		must(f, "INSERT INTO audit SELECT * FROM keep");
		assert_int_equal(audit_verify(f->p, 0, NULL, &e), 0);
	}
}

static void A1_deleted_entry_is_found(void **state) {
	struct fixture *f = *state;
	add(f, 10);
	drop_guards(f);
	must(f, "DELETE FROM audit WHERE seq = 7");
	assert_finds(f, 0, NULL, "entry 7 is missing");
	/* closing the gap does not help */
	must(f, "UPDATE audit SET seq = -seq WHERE seq > 7");
	must(f, "UPDATE audit SET seq = -seq - 1 WHERE seq < 0");
	assert_finds(f, 0, NULL, "entry 7 was changed, or one before it taken out");
	must(f, "DELETE FROM audit WHERE seq = 1");
	assert_finds(f, 0, NULL, "entry 1 is missing");
}

static void A1_cut_off_tail_is_found(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t count;
	char head[65];
	add(f, 10);
	assert_int_equal(audit_head(f->p, &count, head, &e), 0);
	drop_guards(f);
	must(f, "DELETE FROM audit WHERE seq > 6");
	assert_int_equal(
		audit_verify(f->p, 0, NULL, &e), 0); /* by itself a shorter log is sound, hence the held head */
	assert_finds(f, count, head, "entries after 6 are missing");
	/* and growing it again with the program itself does not hide it */
	add(f, 20);
	char says[40];
	(void)snprintf(says, sizeof says, "entry %lld ", (long long)count);
	assert_finds(f, count, head, says);
}

/* An entry that the program itself once wrote in its place, in a history that was undone (a restored backup). */
static void A1_an_entry_of_another_history_is_found(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	add(f, 10);
	drop_guards(f);
	must(f, "CREATE TABLE keep AS SELECT * FROM audit");
	must(f, "DELETE FROM audit WHERE seq > 6");
	clock_set(clock_now() + 100);
	add(f, 4);
	assert_int_equal(audit_verify(f->p, 0, NULL, &e), 0);
	must(f, "DELETE FROM audit WHERE seq > 7");
	must(f, "INSERT INTO audit SELECT * FROM keep WHERE seq > 7");
	assert_finds(f, 0, NULL, "entry 8 was changed, or one before it");
}

static void A1_the_database_refuses_update(void **state) {
	struct fixture *f = *state;
	static const char *const deeds[] = {
		"UPDATE audit SET detail = 'x' WHERE seq = 1",
		"DELETE FROM audit WHERE seq = 1",
		"DELETE FROM audit",
		"INSERT OR REPLACE INTO audit SELECT seq, at, staff_id, act, subject, subject_id, 'x', mac FROM "
		"audit WHERE seq = 1",
		"INSERT INTO audit SELECT 99, at, staff_id, act, subject, subject_id, detail, mac FROM audit WHERE "
		"seq = 1",
		"REPLACE INTO audit SELECT (SELECT max(seq) FROM audit), at, staff_id, act, subject, subject_id, "
		"'x', mac"
		" FROM audit WHERE seq = 1",
	};
	add(f, 3);
	int64_t count = fixture_int(f, "SELECT count(*) FROM audit");
	for (size_t i = 0; i < ARRAY_LEN(deeds); i++) {
		struct err e = { 0 };
		assert_int_equal(db_run(f->p->db, &e, deeds[i], ""), -1);
		assert_int_equal(e.kind, ERR_REFUSED);
		assert_string_equal(e.rule, "A1");
	}
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit"), count);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit WHERE detail = 'x'"), 0);
}

static void A1_an_act_that_is_undone_leaves_no_entry(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t before = fixture_int(f, "SELECT count(*) FROM audit");
	assert_int_equal(db_begin(f->p->db, &e), 0);
	add(f, 1);
	db_rollback(f->p->db);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit"), before);
	add(f, 1);
	assert_int_equal(audit_verify(f->p, 0, NULL, &e), 0);
}

static void A1_without_the_key_nothing_is_written(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	practice_close(f->p);
	f->p = NULL;
	assert_int_equal(practice_open(f->dir, &f->p, &e), 0);
	assert_int_equal(audit_add(f->p, &f->ada, "x", "x", 1, &e, "%s", ""), -1);
	assert_int_equal(audit_verify(f->p, 0, NULL, &e), -1);
}

int main(void) {
#define IN(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		IN(A1_a_sound_log_is_sound),
		IN(A1_changed_entry_is_found),
		IN(A1_deleted_entry_is_found),
		IN(A1_cut_off_tail_is_found),
		IN(A1_an_entry_of_another_history_is_found),
		IN(A1_the_database_refuses_update),
		IN(A1_an_act_that_is_undone_leaves_no_entry),
		IN(A1_without_the_key_nothing_is_written),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

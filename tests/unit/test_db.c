/* test_db.c: the database opens only what is its own, undoes whole, speaks plainly, and shares C's clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_clock.h"
#include "lib/clock.h"
#include "lib/db.h"

#define SQL(name, text)                                                                                              \
	{ name, (const unsigned char *)(text), sizeof(text) - 1 }

static const struct asset one[] = {
	SQL("0001_a.sql",
		"CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT NOT NULL UNIQUE CHECK (length(t) < 9)) STRICT;"
		"CREATE TRIGGER C9_no BEFORE INSERT ON a WHEN NEW.t = 'no' BEGIN SELECT RAISE(ABORT, 'C9: it says "
		"no');"
		"END; CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id)) STRICT;"),
	{ NULL, NULL, 0 },
};
static const struct asset two[] = {
	{ NULL, NULL, 0 }, /* the first of `one`, put there by setup */
	SQL("0002_b.sql", "ALTER TABLE b ADD COLUMN more TEXT; INSERT INTO a (id, t) VALUES (77, 'moved');"),
	{ NULL, NULL, 0 },
};
static struct asset both[3];
static const struct asset broken[] = {
	SQL("0001_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE a (x)"),
	{ NULL, NULL, 0 },
};

struct place {
	char path[64];
	int dir;
};

static int place_make(void **state) {
	struct place *p = calloc(1, sizeof *p);
	strcpy(p->path, "/tmp/occlude-db-XXXXXX");
	if (!mkdtemp(p->path)) return -1;
	p->dir = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	both[0] = one[0];
	both[1] = two[1];
	*state = p;
	return 0;
}

static int place_remove(void **state) {
	struct place *p = *state;
	static const char *const names[] = { "x.db", "x.db-wal", "x.db-shm" };
	for (size_t i = 0; i < 3; i++) (void)unlinkat(p->dir, names[i], 0);
	(void)close(p->dir);
	(void)rmdir(p->path);
	free(p);
	return 0;
}

static struct db *must_open(struct place *p, const struct asset *schema, bool make) {
	struct db *db = NULL;
	struct err e = { 0 };
	if (db_open(p->dir, "x.db", schema, make, &db, &e)) fail_msg("%s", e.text);
	return db;
}

static void assert_refused(
	struct place *p, const struct asset *schema, bool make, enum err_kind kind, const char *says) {
	struct db *db = NULL;
	struct err e = { 0 };
	assert_int_equal(db_open(p->dir, "x.db", schema, make, &db, &e), -1);
	assert_null(db);
	assert_int_equal(e.kind, kind);
	if (!strstr(e.text, says)) fail_msg("\"%s\" does not say \"%s\"", e.text, says);
}

/* What somebody with the sqlite3 program could do to the file. */
static void tamper(struct place *p, const char *sql) {
	char path[128];
	sqlite3 *h;
	(void)snprintf(path, sizeof path, "%s/x.db", p->path);
	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static int64_t get(struct db *db, const char *sql) {
	int64_t v = -1;
	struct err e = { 0 };
	if (db_get_int(db, &v, &e, sql, "") != 1) fail_msg("%s: %s", sql, e.text);
	return v;
}

static void it_is_made_private_durable_and_hard(void **state) {
	struct place *p = *state;
	struct db *db = must_open(p, one, true);
	struct stat st;
	assert_int_equal(fstatat(p->dir, "x.db", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fstatat(p->dir, "x.db-wal", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(get(db, "PRAGMA application_id"), DB_APPLICATION_ID);
	assert_int_equal(get(db, "PRAGMA user_version"), 1);
	assert_int_equal(get(db, "PRAGMA synchronous"), 2);
	assert_int_equal(get(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(get(db, "PRAGMA trusted_schema"), 0);
	assert_int_equal(get(db, "PRAGMA secure_delete"), 1);
	assert_int_equal(get(db, "PRAGMA cell_size_check"), 1);
	assert_int_equal(get(db, "PRAGMA temp_store"), 2);
	assert_int_equal(get(db, "PRAGMA mmap_size"), 0);
	struct err e = { 0 };
	int64_t v;
	assert_int_equal(db_run(db, &e, "PRAGMA writable_schema = ON", ""), 0);
	assert_int_equal(db_run(db, &e, "UPDATE sqlite_schema SET sql = 'x'", ""), -1);
	assert_int_equal(db_get_int(db, &v, &e, "SELECT load_extension('x')", ""), -1);
	assert_int_equal(db_run(db, &e, "ATTACH DATABASE ':memory:' AS x", ""), -1);
	db_close(db);
	db = must_open(p, one, false);
	db_close(db);
}

static void what_is_absent_is_not_made_by_chance(void **state) {
	struct place *p = *state;
	assert_refused(p, one, false, ERR_OUTSIDE, "No such file");
	struct stat st;
	assert_int_not_equal(fstatat(p->dir, "x.db", &st, 0), 0);
}

static void a_newer_database_is_refused(void **state) {
	struct place *p = *state;
	db_close(must_open(p, both, true));
	assert_refused(p, one, false, ERR_OUTSIDE, "newer Occlude");
	assert_refused(p, one, true, ERR_OUTSIDE, "newer Occlude");
}

static void an_older_database_is_brought_up_with_its_rows(void **state) {
	struct place *p = *state;
	struct db *db = must_open(p, one, true);
	struct err e = { 0 };
	assert_int_equal(db_run(db, &e, "INSERT INTO a (id, t) VALUES (5, 'kept')", ""), 0);
	db_close(db);
	db = must_open(p, both, false);
	assert_int_equal(get(db, "PRAGMA user_version"), 2);
	assert_int_equal(get(db, "SELECT count(*) FROM a WHERE (id = 5 AND t = 'kept') OR id = 77"), 2);
	db_close(db);
}

static void a_migration_that_fails_leaves_nothing(void **state) {
	struct place *p = *state;
	assert_refused(p, broken, true, ERR_OUTSIDE, "0001_a.sql");
	db_close(must_open(p, one, true)); /* the file is as empty as before */
}

static void P1_a_changed_schema_is_not_opened(void **state) {
	struct place *p = *state;
	static const char *const changes[] = {
		"DROP TRIGGER C9_no",
		"CREATE TABLE extra (x)",
		"CREATE VIEW v AS SELECT 1",
		"CREATE INDEX i ON b (a)",
		"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'it says no', 'it says "
		"NO')",
	};
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		db_close(must_open(p, one, true));
		tamper(p, changes[i]);
		assert_refused(p, one, false, ERR_REFUSED, "P1: ");
		assert_refused(p, both, false, ERR_REFUSED, "P1: "); /* nor brought up */
		(void)unlinkat(p->dir, "x.db", 0);
	}
}

static void other_files_are_refused(void **state) {
	struct place *p = *state;
	int fd = openat(p->dir, "x.db", O_CREAT | O_WRONLY, 0600);
	char text[4096];
	memset(text, 'x', sizeof text);
	assert_int_equal(write(fd, text, sizeof text), sizeof text);
	(void)close(fd);
	assert_refused(p, one, false, ERR_OUTSIDE, "not a database");
	assert_refused(p, one, true, ERR_OUTSIDE, "not a database");
	(void)unlinkat(p->dir, "x.db", 0);
	tamper(p, "CREATE TABLE music (song)"); /* some other program's */
	assert_refused(p, one, true, ERR_OUTSIDE, "not an Occlude database");
	(void)unlinkat(p->dir, "x.db", 0);
	assert_int_equal(symlinkat("/etc/passwd", p->dir, "x.db"), 0);
	assert_refused(p, one, true, ERR_OUTSIDE, "cannot be opened");
	(void)unlinkat(p->dir, "x.db", 0);
	assert_int_equal(mkdirat(p->dir, "x.db", 0700), 0);
	assert_refused(p, one, false, ERR_OUTSIDE, "x.db");
	(void)unlinkat(p->dir, "x.db", AT_REMOVEDIR);
}

static void a_damaged_database_says_so(void **state) {
	struct place *p = *state;
	struct db *db = must_open(p, one, true);
	struct err e = { 0 };
	for (int64_t i = 0; i < 400; i++)
		assert_int_equal(db_run(db, &e, "INSERT INTO b (id) VALUES (?1)", "i", i), 0);
	db_close(db);
	int fd = openat(p->dir, "x.db", O_WRONLY);
	char junk[4096];
	memset(junk, 0xA5, sizeof junk);
	struct stat st;
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = 4096; at < st.st_size; at += 4096) assert_int_equal(pwrite(fd, junk, 4096, at), 4096);
	(void)close(fd);
	db = must_open(p, one, false);
	int64_t v;
	assert_int_equal(db_get_int(db, &v, &e, "SELECT sum(id) FROM b", ""), -1);
	assert_int_equal(e.kind, ERR_OUTSIDE);
	assert_non_null(strstr(e.text, "damaged"));
	db_close(db);
}

static void the_clock_of_c_is_the_clock_of_sql(void **state) {
	(void)state;
	struct db *db;
	struct err e = { 0 };
	assert_int_equal(db_open_memory(one, &db, &e), 0);
	clock_set(1000000000);
	assert_int_equal(get(db, "SELECT unixepoch('now')"), 1000000000);
	clock_set(4102444799);
	assert_int_equal(get(db, "SELECT unixepoch('now')"), 4102444799);
	assert_int_equal(get(db, "SELECT date('now') = '2099-12-31'"), 1);
	db_close(db);
}

static void refusals_bear_rule_and_sentence(void **state) {
	(void)state;
	struct db *db;
	struct err e = { 0 };
	assert_int_equal(db_open_memory(one, &db, &e), 0);
	assert_int_equal(db_run(db, &e, "INSERT INTO a (t) VALUES (?1)", "t", "no"), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_string_equal(e.rule, "C9");
	assert_string_equal(e.text, "C9: it says no");
	assert_int_equal(db_run(db, &e, "INSERT INTO a (t) VALUES (?1)", "t", "once"), 0);
	assert_int_equal(db_run(db, &e, "INSERT INTO a (t) VALUES (?1)", "t", "once"), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_non_null(strstr(e.text, "already"));
	assert_int_equal(db_run(db, &e, "INSERT INTO a (t) VALUES (?1)", "t", NULL), -1);
	assert_non_null(strstr(e.text, "missing"));
	assert_int_equal(db_run(db, &e, "INSERT INTO a (t) VALUES (?1)", "t", "123456789"), -1);
	assert_non_null(strstr(e.text, "not allowed"));
	assert_int_equal(db_run(db, &e, "INSERT INTO b (a) VALUES (?1)", "i", (int64_t)9), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	db_close(db);
}

static void transactions_nest_and_undo_whole(void **state) {
	(void)state;
	struct db *db;
	struct err e = { 0 };
	assert_int_equal(db_open_memory(one, &db, &e), 0);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_run(db, &e, "INSERT INTO a (t) VALUES ('in')", ""), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_int_equal(get(db, "SELECT count(*) FROM a"), 1);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_run(db, &e, "INSERT INTO a (t) VALUES ('out')", ""), 0);
	assert_int_equal(db_begin(db, &e), 0);
	db_rollback(db);
	assert_int_equal(db_commit(db, &e), -1); /* a part rolled back */
	assert_int_equal(get(db, "SELECT count(*) FROM a"), 1);
	assert_int_equal(db_begin(db, &e), 0); /* and the next one works */
	assert_int_equal(db_run(db, &e, "INSERT INTO a (t) VALUES ('next')", ""), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_int_equal(get(db, "SELECT count(*) FROM a"), 2);
	db_close(db);
}

static void values_come_back_as_they_went(void **state) {
	(void)state;
	struct db *db;
	struct err e = { 0 };
	struct stmt *q;
	assert_int_equal(db_open_memory(one, &db, &e), 0);
	assert_int_equal(db_query(db, &q, &e, "SELECT ?1, ?2, ?3, ?4, ?5, ?6", "irtbot", (int64_t)-7, 0.25, "Zoë",
				 (const void *)"a\0b", (size_t)3, DB_NULL, NULL),
		0);
	assert_int_equal(stmt_row(q, &e), 1);
	size_t n;
	assert_int_equal(stmt_int(q, 0), -7);
	assert_true(stmt_real(q, 1) == 0.25);
	assert_string_equal(stmt_text(q, 2), "Zoë");
	assert_memory_equal(stmt_blob(q, 3, &n), "a\0b", 3);
	assert_int_equal(n, 3);
	assert_true(stmt_is_null(q, 4) && stmt_is_null(q, 5));
	char *copy = stmt_dup(q, 5);
	assert_string_equal(copy, "");
	free(copy);
	assert_int_equal(stmt_row(q, &e), 0);
	stmt_end(q);
	db_close(db);
}

static void the_programs_own_schema_can_be_made(void **state) {
	struct place *p = *state;
	struct db *db = must_open(p, schema_assets, true);
	assert_true(get(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'case_permit'") == 1);
	db_close(db);
	db_close(must_open(p, schema_assets, false));
}

int main(void) {
#define AT(f) cmocka_unit_test_setup_teardown(f, place_make, place_remove)
	const struct CMUnitTest tests[] = {
		AT(it_is_made_private_durable_and_hard),
		AT(what_is_absent_is_not_made_by_chance),
		AT(a_newer_database_is_refused),
		AT(an_older_database_is_brought_up_with_its_rows),
		AT(a_migration_that_fails_leaves_nothing),
		AT(P1_a_changed_schema_is_not_opened),
		AT(other_files_are_refused),
		AT(a_damaged_database_says_so),
		AT(the_programs_own_schema_can_be_made),
		cmocka_unit_test(the_clock_of_c_is_the_clock_of_sql),
		cmocka_unit_test(refusals_bear_rule_and_sentence),
		cmocka_unit_test(transactions_nest_and_undo_whole),
		cmocka_unit_test(values_come_back_as_they_went),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

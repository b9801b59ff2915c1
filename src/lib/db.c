/* db.c: statements, transactions and sentences of lib/db.h. Opening is in db_open.c. */
#include "lib/db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "db_impl.h"

struct stmt {
	sqlite3_stmt *s;
	struct db *db;
};

/* ---- what went wrong ------------------------------------------------------------------------------------------- */

/* A trigger of the schema speaks as "C4: sentence": the rule's ID becomes the error's. */
static int refused_by_trigger(const char *said, struct err *e) {
	char rule[ERR_RULE_MAX] = "";
	const char *colon = strstr(said, ": ");
	if (colon && colon > said && (size_t)(colon - said) < sizeof rule && said[0] >= 'A' && said[0] <= 'Z') {
		memcpy(rule, said, (size_t)(colon - said));
		return err_rule(e, rule, "%s", colon + 2);
	}
	return err_set(e, ERR_REFUSED, "%s", said);
}

static int refused_by_constraint(int code, const char *said, struct err *e) {
	const char *what = strstr(said, "failed: ");
	what = what ? what + 8 : said;
	switch (code) {
	case SQLITE_CONSTRAINT_TRIGGER:
		return refused_by_trigger(said, e);
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		return err_set(e, ERR_REFUSED, "there is already a record with this value (%s)", what);
	case SQLITE_CONSTRAINT_NOTNULL:
		return err_set(e, ERR_REFUSED, "a value is missing (%s)", what);
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return err_set(e, ERR_REFUSED, "it belongs to a record that is not there");
	default:
		return err_set(e, ERR_REFUSED, "a value is not allowed (%s)", what);
	}
}

int db_failed(sqlite3 *h, struct err *e) {
	int code = h ? sqlite3_extended_errcode(h) : SQLITE_NOMEM;
	const char *said = h ? sqlite3_errmsg(h) : "";
	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return refused_by_constraint(code, said, e);
	case SQLITE_FULL:
		return err_set(
			e, ERR_OUTSIDE, "the disk is full: nothing was changed; free some space and try again");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(
			e, ERR_OUTSIDE, "another occlude command is at work here: try again when it has ended");
	case SQLITE_NOTADB:
		return err_set(e, ERR_OUTSIDE, "the file is not a database: restore it from a backup");
	case SQLITE_CORRUPT:
		return err_set(e, ERR_OUTSIDE,
			"the database is damaged: keep it as it is, and restore the latest backup beside it");
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(e, ERR_OUTSIDE, "the database cannot be written: check who owns its directory");
	case SQLITE_CANTOPEN:
		return err_set(e, ERR_OUTSIDE, "the database cannot be opened: check who owns its directory");
	case SQLITE_NOMEM:
		return err_nomem(e);
	case SQLITE_TOOBIG:
		return err_set(e, ERR_REFUSED, "a value is too long to be stored");
	case SQLITE_IOERR:
		/* the shared memory beside the database needs room too, and says so in its own way */
		if (sqlite3_system_errno(h) == ENOSPC)
			return err_set(e, ERR_OUTSIDE,
				"the disk is full: nothing was changed; free some space and try again");
		return err_set(e, ERR_OUTSIDE, "the disk failed while reading or writing the database (%s)", said);
	default:
		return err_set(e, ERR_OUTSIDE, "the database failed: %s", said);
	}
}

/* ---- statements ------------------------------------------------------------------------------------------------ */

static int bind_one(sqlite3_stmt *s, int i, char type, va_list *ap) {
	switch (type) {
	case 'i':
		return sqlite3_bind_int64(s, i, va_arg(*ap, int64_t));
	case 'o': {
		int64_t v = va_arg(*ap, int64_t);
		return v == DB_NULL ? sqlite3_bind_null(s, i) : sqlite3_bind_int64(s, i, v);
	}
	case 'r':
		return sqlite3_bind_double(s, i, va_arg(*ap, double));
	case 't': /* NULL binds NULL */
		return sqlite3_bind_text(s, i, va_arg(*ap, const char *), -1, SQLITE_TRANSIENT);
	case 'b': {
		const void *b = va_arg(*ap, const void *);
		size_t n = va_arg(*ap, size_t);
		return sqlite3_bind_blob64(s, i, b, n, SQLITE_TRANSIENT);
	}
	default:
		BUG("an unknown letter in the types of a statement");
	}
}

static int bind_all(struct db *db, sqlite3_stmt *s, const char *types, va_list *ap, struct err *e) {
	size_t n = types ? strlen(types) : 0;
	if ((size_t)sqlite3_bind_parameter_count(s) != n) BUG("a statement's parameters and types differ in number");
	for (size_t i = 0; i < n; i++)
		if (bind_one(s, (int)i + 1, types[i], ap) != SQLITE_OK) return db_failed(db->h, e);
	return 0;
}

/* The idle statement of that text, taken out; or NULL. */
static sqlite3_stmt *idle_take(struct db *db, const char *sql) {
	for (unsigned i = 0; i < DB_IDLE; i++) {
		sqlite3_stmt *s = db->idle[i];
		if (!s || strcmp(sqlite3_sql(s), sql) != 0) continue;
		db->idle[i] = NULL;
		return s;
	}
	return NULL;
}

/* Ends the use of a statement: it lets go of rows and bound values, and waits. */
static void idle_put(struct db *db, sqlite3_stmt *s) {
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	unsigned at = db->next_idle;
	for (unsigned i = 0; i < DB_IDLE; i++)
		if (!db->idle[i]) at = i;
	if (db->idle[at]) {
		(void)sqlite3_finalize(db->idle[at]);
		db->next_idle = (at + 1) % DB_IDLE;
	}
	db->idle[at] = s;
}

void db_idle_clear(struct db *db) {
	for (unsigned i = 0; i < DB_IDLE; i++) {
		(void)sqlite3_finalize(db->idle[i]);
		db->idle[i] = NULL;
	}
}

static int prepare(
	struct db *db, sqlite3_stmt **ret, struct err *e, const char *sql, const char *types, va_list *ap) {
	/* After some failures SQLite undoes the whole transaction by itself: what follows must not run outside one. */
	if (db->depth && sqlite3_get_autocommit(db->h)) {
		db->undone = true;
		return err_set(e, ERR_OUTSIDE, "nothing was changed, because an earlier step failed: try again");
	}
	sqlite3_stmt *s = idle_take(db, sql);
	if (!s && sqlite3_prepare_v2(db->h, sql, -1, &s, NULL) != SQLITE_OK) return db_failed(db->h, e);
	if (!s) BUG("an empty statement");
	if (bind_all(db, s, types, ap, e)) {
		idle_put(db, s);
		return -1;
	}
	*ret = s;
	return 0;
}

static int run(struct db *db, struct err *e, const char *sql, const char *types, va_list *ap) {
	sqlite3_stmt *s;
	if (prepare(db, &s, e, sql, types, ap)) return -1;
	int rc;
	do rc = sqlite3_step(s);
	while (rc == SQLITE_ROW);
	int bad = rc == SQLITE_DONE ? 0 : db_failed(db->h, e);
	idle_put(db, s);
	return bad;
}

int db_run(struct db *db, struct err *e, const char *sql, const char *types, ...) {
	va_list ap;
	va_start(ap, types);
	int bad = run(db, e, sql, types, &ap);
	va_end(ap);
	return bad;
}

int db_run_count(struct db *db, int64_t *ret, struct err *e, const char *sql, const char *types, ...) {
	va_list ap;
	va_start(ap, types);
	int bad = run(db, e, sql, types, &ap);
	va_end(ap);
	if (!bad) *ret = sqlite3_changes64(db->h);
	return bad;
}

int64_t db_last_id(const struct db *db) {
	return sqlite3_last_insert_rowid(db->h);
}

static int query(struct db *db, struct stmt **ret, struct err *e, const char *sql, const char *types, va_list *ap) {
	struct stmt *q = calloc(1, sizeof *q);
	if (!q) return err_nomem(e);
	q->db = db;
	if (prepare(db, &q->s, e, sql, types, ap)) {
		free(q);
		return -1;
	}
	*ret = q;
	return 0;
}

int db_query(struct db *db, struct stmt **ret, struct err *e, const char *sql, const char *types, ...) {
	va_list ap;
	va_start(ap, types);
	int bad = query(db, ret, e, sql, types, &ap);
	va_end(ap);
	return bad;
}

int stmt_row(struct stmt *q, struct err *e) {
	int rc = sqlite3_step(q->s);
	if (rc == SQLITE_ROW) return 1;
	return rc == SQLITE_DONE ? 0 : db_failed(q->db->h, e);
}

void stmt_end(struct stmt *q) {
	if (!q) return;
	idle_put(q->db, q->s);
	free(q);
}

int64_t stmt_int(const struct stmt *q, int col) {
	return sqlite3_column_int64(q->s, col);
}

double stmt_real(const struct stmt *q, int col) {
	return sqlite3_column_double(q->s, col);
}

const char *stmt_text(const struct stmt *q, int col) {
	return (const char *)sqlite3_column_text(q->s, col);
}

const void *stmt_blob(const struct stmt *q, int col, size_t *ret_len) {
	const void *b = sqlite3_column_blob(q->s, col);
	*ret_len = (size_t)sqlite3_column_bytes(q->s, col);
	return b;
}

bool stmt_is_null(const struct stmt *q, int col) {
	return sqlite3_column_type(q->s, col) == SQLITE_NULL;
}

char *stmt_dup(const struct stmt *q, int col) {
	const char *t = stmt_text(q, col);
	return strdup(t ? t : "");
}

int db_get_int(struct db *db, int64_t *ret, struct err *e, const char *sql, const char *types, ...) {
	auto_stmt struct stmt *q = NULL;
	va_list ap;
	va_start(ap, types);
	int bad = query(db, &q, e, sql, types, &ap);
	va_end(ap);
	if (bad) return -1;
	int row = stmt_row(q, e);
	if (row == 1) *ret = stmt_int(q, 0);
	return row;
}

int db_get_text(struct db *db, char **ret, struct err *e, const char *sql, const char *types, ...) {
	auto_stmt struct stmt *q = NULL;
	va_list ap;
	va_start(ap, types);
	int bad = query(db, &q, e, sql, types, &ap);
	va_end(ap);
	if (bad) return -1;
	int row = stmt_row(q, e);
	if (row != 1) return row;
	char *copy = stmt_dup(q, 0);
	if (!copy) return err_nomem(e);
	*ret = copy;
	return 1;
}

/* ---- transactions ---------------------------------------------------------------------------------------------- */

int db_begin(struct db *db, struct err *e) {
	if (db->depth == 0) {
		db->undone = false;
		if (db_run(db, e, "BEGIN IMMEDIATE", "")) return -1;
	}
	db->depth++;
	return 0;
}

static void undo(struct db *db) {
	if (!sqlite3_get_autocommit(db->h)) (void)sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	db->undone = false;
}

int db_commit(struct db *db, struct err *e) {
	if (db->depth <= 0) BUG("a commit without its beginning");
	if (db->undone || sqlite3_get_autocommit(db->h)) {
		db->undone = true;
		if (--db->depth == 0) undo(db);
		return err_set(e, ERR_OUTSIDE, "nothing was changed, because an earlier step failed: try again");
	}
	if (--db->depth) return 0;
	if (sqlite3_exec(db->h, "COMMIT", NULL, NULL, NULL) == SQLITE_OK) return 0;
	int bad = db_failed(db->h, e);
	undo(db);
	return bad;
}

void db_rollback(struct db *db) {
	if (db->depth <= 0) BUG("a rollback without its beginning");
	db->undone = true;
	if (--db->depth == 0) undo(db);
}

/* db_open.c: opens the database: its settings (FACTS), its migrations, and the refusal of anything that is not exactly
 * what they make (P1). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "db_impl.h"
#include "db_vfs.h"

enum { BUSY_MS = 10000, VALUE_MAX = 64 << 20, SCHEMA_TEXT_MAX = 1 << 20 };

static int exec(sqlite3 *h, const char *sql, struct err *e) {
	return sqlite3_exec(h, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_failed(h, e);
}

static int handle_open(const char *path, struct db **ret, struct err *e) {
	const char *vfs;
	if (db_vfs_register(&vfs, e)) return -1;
	struct db *db = calloc(1, sizeof *db);
	if (!db) return err_nomem(e);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(path, &db->h, flags, vfs) != SQLITE_OK) {
		(void)db_failed(db->h, e);
		db_close(db);
		return -1;
	}
	(void)sqlite3_busy_timeout(db->h, BUSY_MS);
	(void)sqlite3_limit(db->h, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	(void)sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
	*ret = db;
	return 0;
}

/* FACTS: SQLite's defaults are loose. None of these touches the file. */
static int harden(sqlite3 *h, struct err *e) {
	static const struct {
		int what, on;
	} switches[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
		int now = !switches[i].on;
		if (sqlite3_db_config(h, switches[i].what, switches[i].on, &now) != SQLITE_OK ||
			now != switches[i].on)
			return err_set(e, ERR_OUTSIDE, "the SQLite library of this machine is too old");
	}
	return exec(h,
		"PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
		"PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA recursive_triggers = ON",
		e);
}

/* These do touch the file: only after it is known to be ours. */
static int make_durable(struct db *db, struct err *e) {
	char *mode = NULL;
	if (db_get_text(db, &mode, e, "PRAGMA journal_mode = WAL", "") < 0) return -1;
	bool is_wal = mode && !strcmp(mode, "wal");
	free(mode);
	if (!is_wal) return err_set(e, ERR_OUTSIDE, "the database cannot keep a journal here: is this a local disk?");
	return exec(db->h, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON", e);
}

static int pragma_int(struct db *db, const char *sql, int64_t *ret, struct err *e) {
	*ret = 0;
	return db_get_int(db, ret, e, sql, "") < 0 ? -1 : 0;
}

/* ---- migrations ------------------------------------------------------------------------------------------------ */

static int64_t schema_version(const struct asset *schema) {
	int64_t n = 0;
	while (schema[n].name) n++;
	return n;
}

static int migrate(struct db *db, const struct asset *schema, int64_t from, int64_t to, struct err *e) {
	char sql[64];
	for (int64_t v = from; v < to; v++)
		if (exec(db->h, (const char *)schema[v].data, e)) return err_prefix(e, "%s", schema[v].name);
	(void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %lld", DB_APPLICATION_ID,
		(long long)to);
	return exec(db->h, sql, e);
}

/* Everything that defines tables, views, triggers and indexes, as text. */
static int schema_text(struct db *db, struct buf *out, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(db, &q, e, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name", ""))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		for (int i = 0; i < 4; i++) {
			(void)buf_str(out, stmt_text(q, i) ? stmt_text(q, i) : "");
			(void)buf_char(out, '\0');
		}
	}
	return row < 0 ? -1 : buf_check(out, "the database's schema", e);
}

static int memory_at(const struct asset *schema, int64_t version, struct db **ret, struct err *e) {
	struct db *db;
	if (handle_open(":memory:", &db, e)) return -1;
	if (harden(db->h, e) || migrate(db, schema, 0, version, e)) {
		db_close(db);
		return -1;
	}
	*ret = db;
	return 0;
}

/* P1: a changed schema is not opened. */
static int check_schema(struct db *db, const struct asset *schema, int64_t version, struct err *e) {
	struct db *fresh;
	if (memory_at(schema, version, &fresh, e)) return -1;
	auto_buf struct buf want, have;
	buf_init(&want, SCHEMA_TEXT_MAX);
	buf_init(&have, SCHEMA_TEXT_MAX);
	int bad = schema_text(fresh, &want, e) || schema_text(db, &have, e);
	db_close(fresh);
	if (bad) return -1;
	if (want.len != have.len || memcmp(buf_text(&want), buf_text(&have), want.len) != 0)
		return err_rule(e, "P1",
			"the database's rules were changed by something other than this program, so it is not "
			"opened: "
			"restore the latest backup");
	return 0;
}

static int check_version(struct db *db, const struct asset *schema, bool make, int64_t *ret, struct err *e) {
	int64_t app, version, tables;
	if (pragma_int(db, "PRAGMA application_id", &app, e) || pragma_int(db, "PRAGMA user_version", &version, e) ||
		pragma_int(db, "SELECT count(*) FROM sqlite_schema", &tables, e))
		return -1;
	bool empty = app == 0 && version == 0 && tables == 0;
	if (app != DB_APPLICATION_ID && !(make && empty))
		return err_set(e, ERR_OUTSIDE,
			"the file is not an Occlude database: check the directory, or restore a backup");
	if (version > schema_version(schema))
		return err_set(e, ERR_OUTSIDE,
			"the database was written by a newer Occlude (its version is %lld, this program knows %lld): "
			"install the newer program",
			(long long)version, (long long)schema_version(schema));
	if (version < 0 || (version == 0 && !empty))
		return err_set(e, ERR_OUTSIDE, "the database has no version: restore a backup");
	*ret = version;
	return 0;
}

/* Under the write lock, so that two programs starting at once do not both migrate. */
static int bring_up(struct db *db, const struct asset *schema, bool make, struct err *e) {
	int64_t version, newest = schema_version(schema);
	if (db_begin(db, e)) return -1;
	if (check_version(db, schema, make, &version, e) || check_schema(db, schema, version, e) ||
		migrate(db, schema, version, newest, e) || check_schema(db, schema, newest, e)) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, e);
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

static int make_file(int dirfd, const char *name, bool make, struct err *e) {
	struct stat st;
	auto_fd int fd =
		openat(dirfd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (make ? O_CREAT : 0), 0600);
	if (fd < 0) return err_sys(e, "it cannot be opened");
	if (fstat(fd, &st)) return err_sys(e, "it cannot be read");
	if (!S_ISREG(st.st_mode)) return err_set(e, ERR_OUTSIDE, "it is not a plain file");
	return 0;
}

static int prepare_db(struct db *db, const struct asset *schema, bool make, struct err *e) {
	int64_t version;
	if (harden(db->h, e) || check_version(db, schema, make, &version, e) || make_durable(db, e)) return -1;
	if (version < schema_version(schema)) return bring_up(db, schema, make, e);
	return check_schema(db, schema, version, e);
}

int db_open(int dirfd, const char *name, const struct asset *schema, bool make, struct db **ret, struct err *e) {
	char path[300];
	if (make_file(dirfd, name, make, e)) return err_prefix(e, "%s", name);
	if ((size_t)snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dirfd, name) >= sizeof path)
		return err_set(e, ERR_OUTSIDE, "the name %s is too long", name);
	struct db *db;
	if (handle_open(path, &db, e)) return err_prefix(e, "%s", name);
	if (prepare_db(db, schema, make, e)) {
		db_close(db);
		/* a refusal by rule keeps its ID in front */
		return e && e->rule[0] ? -1 : err_prefix(e, "%s", name);
	}
	*ret = db;
	return 0;
}

int db_open_memory(const struct asset *schema, struct db **ret, struct err *e) {
	return memory_at(schema, schema_version(schema), ret, e);
}

int db_version(struct db *db, int64_t *ret, struct err *e) {
	return pragma_int(db, "PRAGMA user_version", ret, e);
}

int db_check(struct db *db, struct err *e) {
	auto_free char *says = NULL;
	int row = db_get_text(db, &says, e, "PRAGMA integrity_check(1)", "");
	if (row < 0) return -1;
	if (row && strcmp(says, "ok") == 0) return 0;
	return err_set(e, ERR_OUTSIDE, "the database is damaged (%s): restore the latest backup", says ? says : "");
}

const char *db_library_version(void) {
	return sqlite3_libversion();
}

void db_close(struct db *db) {
	if (!db) return;
	db_idle_clear(db);
	(void)sqlite3_close_v2(db->h);
	free(db);
}

/* db.h: SQLite, one database file a practice. The only header through which the rest of the program sees it. SQL
 * stands only in src/record and schema; it is always a literal with bound parameters.
 *
 * Parameters are bound by a string of types, one letter each for ?1, ?2, ...:
 *   i int64_t   r double   t const char * (NULL binds NULL)   b const void *, size_t (NULL binds NULL)
 *   o int64_t, bound as NULL when it is DB_NULL
 * A constraint or trigger that refuses gives ERR_REFUSED with the trigger's own sentence and its rule ID; everything
 * else that fails is ERR_OUTSIDE ("the disk is full", "the database is damaged"). */
#ifndef OCCLUDE_LIB_DB_H
#define OCCLUDE_LIB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/asset.h"
#include "base/err.h"
#include "base/mem.h"

#define DB_NULL INT64_MIN

enum { DB_APPLICATION_ID = 0x4f43434c }; /* "OCCL" */

struct db;
struct stmt;

/* Opens or (with `make`) makes the file `name` below `dirfd`, mode 0600, and brings it to the newest migration of
 * `schema`, all in one transaction. Refuses a file that is no Occlude database, one newer than the program, and one
 * whose schema is not what its migrations make (P1). Sets WAL, FULL, foreign keys, DEFENSIVE and the rest of FACTS. */
int db_open(int dirfd, const char *name, const struct asset *schema, bool make, struct db **ret, struct err *e);
/* A database in memory with the whole schema: for tests. */
int db_open_memory(const struct asset *schema, struct db **ret, struct err *e);
void db_close(struct db *db);

/* The version of the schema, and whether every page and index is sound (-1 with a sentence: damaged); the version of the
 * SQLite library: for doctor. */
int db_version(struct db *db, int64_t *ret, struct err *e);
int db_check(struct db *db, struct err *e);
const char *db_library_version(void);

/* A transaction (BEGIN IMMEDIATE). db_begin nests: only the outermost commit commits, and a rollback at any depth
 * makes the outermost commit fail. */
int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);

/* Runs a statement that gives no rows. */
int db_run(struct db *db, struct err *e, const char *sql, const char *types, ...);
/* Runs it and says how many rows changed through `ret`. */
int db_run_count(struct db *db, int64_t *ret, struct err *e, const char *sql, const char *types, ...);
int64_t db_last_id(const struct db *db);

/* Starts a query; step with stmt_row, end with stmt_end (auto_stmt does it). */
int db_query(struct db *db, struct stmt **ret, struct err *e, const char *sql, const char *types, ...);
/* 1 = a row, 0 = no more, -1. */
int stmt_row(struct stmt *q, struct err *e);
void stmt_end(struct stmt *q);
/* Columns of the current row, from 0. Text and blobs live until the next step; a NULL text is NULL. */
int64_t stmt_int(const struct stmt *q, int col); /* NULL gives 0 */
double stmt_real(const struct stmt *q, int col);
const char *stmt_text(const struct stmt *q, int col);
const void *stmt_blob(const struct stmt *q, int col, size_t *ret_len);
bool stmt_is_null(const struct stmt *q, int col);
/* A copy of the text (never NULL; NULL column gives ""), or NULL without memory. The caller frees. */
char *stmt_dup(const struct stmt *q, int col);

/* The first column of the first row: 1 = there, 0 = no row (ret untouched), -1. */
int db_get_int(struct db *db, int64_t *ret, struct err *e, const char *sql, const char *types, ...);
/* The same for text; the caller frees *ret. */
int db_get_text(struct db *db, char **ret, struct err *e, const char *sql, const char *types, ...);

MEM_AUTO(struct stmt, stmt, stmt_end)
#define auto_stmt __attribute__((cleanup(stmt_cleanup)))

#endif

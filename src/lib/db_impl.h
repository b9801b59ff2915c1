/* db_impl.h: what db.c (statements, transactions) and db_open.c (opening, migrations) share. */
#ifndef OCCLUDE_LIB_DB_IMPL_H
#define OCCLUDE_LIB_DB_IMPL_H

#include <sqlite3.h>

#include "lib/db.h"

/* Statements that are not in use now, kept because the gate's take milliseconds to compile. */
enum { DB_IDLE = 48 };

struct db {
	sqlite3 *h;
	sqlite3_stmt *idle[DB_IDLE];
	unsigned next_idle; /* which is given up when there is no room */
	int depth;          /* of db_begin */
	bool undone;        /* a part rolled back: the outermost commit must fail */
};

/* The sentence for what SQLite last said on this handle. Returns -1. */
int db_failed(sqlite3 *h, struct err *e);

/* Gives up every idle statement: before closing. */
void db_idle_clear(struct db *db);

#endif

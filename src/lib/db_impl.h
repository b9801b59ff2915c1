/* db_impl.h: what db.c (statements, transactions) and db_open.c (opening, migrations) share. */
#ifndef OCCLUDE_LIB_DB_IMPL_H
#define OCCLUDE_LIB_DB_IMPL_H

#include <sqlite3.h>

#include "lib/db.h"

struct db {
	sqlite3 *h;
	int depth;   /* of db_begin */
	bool undone; /* a part rolled back: the outermost commit must fail */
};

/* The sentence for what SQLite last said on this handle. Returns -1. */
int db_failed(sqlite3 *h, struct err *e);

#endif

/* db_vfs.c: see db_vfs.h. SQLite's 'now' comes from xCurrentTimeInt64, so that views and triggers of the schema see the
 * same clock as C does, and tests move both at once. */
#include "db_vfs.h"

#include <sqlite3.h>
#include <string.h>

#include "lib/clock.h"

/* Milliseconds from noon in Greenwich on 24 November 4714 BC (SQLite's Julian day 0) to 1970. */
static const sqlite3_int64 julian_1970_ms = 210866760000000;

static int current_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *ret) {
	(void)vfs;
	*ret = julian_1970_ms + clock_now_ms();
	return SQLITE_OK;
}

static int current_time_days(sqlite3_vfs *vfs, double *ret) {
	sqlite3_int64 ms;
	(void)current_time_ms(vfs, &ms);
	*ret = (double)ms / 86400000.0;
	return SQLITE_OK;
}

static void *no_library(sqlite3_vfs *vfs, const char *name) {
	(void)vfs;
	(void)name;
	return NULL;
}

int db_vfs_register(const char **ret_name, struct err *e) {
	static sqlite3_vfs vfs;
	static const char name[] = "occlude";
	if (!sqlite3_vfs_find(name)) {
		const sqlite3_vfs *system = sqlite3_vfs_find(NULL);
		if (!system || system->iVersion < 2)
			return err_set(e, ERR_OUTSIDE, "the SQLite library of this machine cannot be used");
		/* The system's methods take what they need (pAppData, szOsFile) from the structure they are given, as
		 * SQLite's own variants of it (unix-excl, unix-dotfile) rely on. */
		memcpy(&vfs, system, sizeof vfs);
		vfs.pNext = NULL;
		vfs.zName = name;
		vfs.xCurrentTime = current_time_days;
		vfs.xCurrentTimeInt64 = current_time_ms;
		vfs.xDlOpen = no_library;
		if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
			return err_set(e, ERR_OUTSIDE, "the SQLite library of this machine cannot be used");
	}
	*ret_name = name;
	return 0;
}

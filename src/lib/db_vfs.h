/* db_vfs.h: the file layer under every database of the program. Private to lib/db.c. */
#ifndef OCCLUDE_LIB_DB_VFS_H
#define OCCLUDE_LIB_DB_VFS_H

#include "base/err.h"

/* The name of a VFS that is the system's in all but two things: its clock is lib/clock's, and it loads no library. */
int db_vfs_register(const char **ret_name, struct err *e);

#endif

/* file.h: reading and replacing files safely. Everything is relative to an open directory and never follows a
 * symbolic link in the last component. Names given here are the program's own, never a user's. */
#ifndef OCCLUDE_BASE_FILE_H
#define OCCLUDE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Opens a directory given by a user (symbolic links are followed). Returns a descriptor or -1. */
int file_open_dir(const char *path, struct err *e);
/* Opens `name` below `dirfd`, making it with `mode` first if `make`. Returns a descriptor or -1. */
int file_open_subdir(int dirfd, const char *name, bool make, mode_t mode, struct err *e);
/* Appends the whole file to `out` (whose maximum is the limit). -1 with a sentence naming `name`. */
int file_read(int dirfd, const char *name, struct buf *out, struct err *e);
/* The same from an open descriptor, from its current place to the end; `name` is for the sentence. */
int file_read_fd(int fd, const char *name, struct buf *out, struct err *e);
/* Whether `name` exists below `dirfd`: 1, 0, or -1. */
int file_exists(int dirfd, const char *name, struct err *e);
/* Writes all bytes, going on after short writes and EINTR. */
int file_write_all(int fd, const void *data, size_t len, struct err *e);
/* Atomic: writes a temporary file beside `name`, syncs it, renames it over `name`, syncs the directory. Either the
 * old or the new content is there after a power failure. */
int file_replace(int dirfd, const char *name, const void *data, size_t len, mode_t mode, struct err *e);
/* Like file_replace, but fails if `name` exists already and does not sync the directory: for many new files followed
 * by one file_sync_dir. Sets the modification time to 0 (I2) when `timeless`. */
int file_create(int dirfd, const char *name, const void *data, size_t len, mode_t mode, bool timeless, struct err *e);
/* Removes `name`; that it was not there is no error. */
int file_remove(int dirfd, const char *name, struct err *e);
int file_sync_dir(int dirfd, struct err *e);
/* Takes an exclusive lock on `name` (made if absent) below `dirfd`, waiting up to `seconds`. The lock is held while
 * the returned descriptor is open. -1 with "another occlude command is at work" when the time is over. */
int file_lock(int dirfd, const char *name, int seconds, struct err *e);

#endif

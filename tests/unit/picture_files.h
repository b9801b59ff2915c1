/* picture_files.h: helpers of the tests that work on picture files: reading fixtures, making small pictures, and running one
 * check in a child process with the worker's limits. */
#ifndef TEST_PICTURE_FILES_H
#define TEST_PICTURE_FILES_H

#include "base/buf.h"
#include "base/pixels.h"

/* "$OCCLUDE_FIXTURES/metadata" or "../shared/fixtures/metadata"; NULL if it is not there. */
const char *fixture_dir(void);
/* Appends the file to `out`; fails the test if it cannot be read. */
void fixture_read(const char *path, struct buf *out);

/* Field `n` (from 0) of a line of CSV with quoted fields, into `out`, NUL-terminated. */
void csv_field(const char *line, int n, char *out, size_t size);

/* A picture with edges, colours and slopes. */
void picture_make(int width, int height, struct pixels *ret);

/* Calls fn(arg, out) in a child with RLIMIT_CPU 20 s and, unless sanitized, RLIMIT_AS 1.5 GB; `out` (size bytes) is
 * what it left there. Returns the child's wait status; an alarm ends it after 30 s. */
int child_run(void (*fn)(const void *arg, void *out), const void *arg, void *out, size_t size);

#endif

/* site_look.h: reads a practice's site directory back, for tests: independently of flow/site.c, the way a stranger with the
 * public key would. */
#ifndef OCCLUDE_TESTS_SITE_LOOK_H
#define OCCLUDE_TESTS_SITE_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/manifest.h"

enum { LOOK_CASES_MAX = 64 };

struct look {
	bool there; /* there is a root */
	struct manifest root;
	struct manifest_files files[LOOK_CASES_MAX]; /* of each live case, in the root's order */
	size_t stored;                               /* files below f/ */
};

/* Reads site/ of the practice directory. Fails the test if the root is not signed by keys/site.pub or names a file that is not
 * there with that size and hash; parts of withdrawn cases need not be there. */
void look_open(const char *practice_dir, struct look *ret);
void look_close(struct look *l);
#define auto_look __attribute__((cleanup(look_close)))
/* The bytes of f/STORE. */
void look_read(const char *practice_dir, const char *store, struct buf *out);
/* The files of a case, or NULL. */
const struct manifest_files *look_case(const struct look *l, const char *id);
/* A line for every file below site/ (path, size, modification time, inode) and the manifest's text, sorted: equal texts mean
 * that nothing was touched. The caller frees. */
char *look_everything(const char *practice_dir);

#endif

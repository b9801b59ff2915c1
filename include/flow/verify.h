/* verify.h: looks at a published directory from the outside, without a database or a secret: the site directory (with its
 * signed manifest) or any tree of published files. Every picture is opened in a jailed worker and checked like a
 * rendition before it is published: no metadata (I1), no recognisable face (I6). */
#ifndef OCCLUDE_FLOW_VERIFY_H
#define OCCLUDE_FLOW_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { VERIFY_FILES_MAX = 200000, VERIFY_DEPTH_MAX = 16 };

struct verify_report {
	size_t files, pictures, findings;
	int64_t cases; /* of a site directory */
};

/* `finding` is called for every fault: the file (relative to the directory), the rule's ID and a sentence. `key_file`: the
 * public key of a site directory; NULL: keys/site.pub beside it, where it is. 0 when the whole was looked at, whatever was
 * found (see ret->findings). */
typedef void verify_finding_fn(void *arg, const char *file, const char *rule, const char *text);
int verify_dir(const char *dir, const char *key_file, verify_finding_fn *finding, void *arg,
	struct verify_report *ret, struct err *e);

#endif

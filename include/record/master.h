/* master.h: the covered pictures, one for each revision of a decision. */
#ifndef OCCLUDE_RECORD_MASTER_H
#define OCCLUDE_RECORD_MASTER_H

#include <stdint.h>

#include "base/err.h"
#include "lib/seal.h"
#include "record/practice.h"

struct master_new {
	int64_t photo_id, revision; /* of the decision it was made from */
	const char *sha256, *vault_name;
	int64_t width, height, exposure, faces_left;
	double face_presence;
};

/* Inserts a master inside the caller's transaction. Refused (ERR_REFUSED, I5) if the decision has moved on. */
int master_add(struct practice *p, const struct master_new *m, struct err *e);
/* Drops the masters of earlier revisions that nothing refers to (no approval, no consent, no publication), or whose pixels the
 * current one has too: their rows go inside the caller's transaction; `each` gets the name of each file, to be removed
 * after the commit. */
int master_drop_stale(struct practice *p, int64_t photo_id, void (*each)(void *arg, const char *vault_name),
	void *arg, struct err *e);

#endif

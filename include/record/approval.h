/* approval.h: a clinician's word on exactly these pixels (I5). Never changed or deleted; the latest counts. */
#ifndef OCCLUDE_RECORD_APPROVAL_H
#define OCCLUDE_RECORD_APPROVAL_H

#include <stdint.h>

#include "base/err.h"
#include "record/practice.h"

enum { APPROVAL_PREFIX_MIN = 16 /* digits of a master's SHA-256 that name it, as a sheet prints them */ };

/* Approves the photo's current master, which must have been made and whose SHA-256 must begin with `sha256` (16 to 64
 * hexadecimal digits, as seen). Refused: I5 when the picture has changed since, I6 when a face is left. CAN_APPROVE. In the caller's
 * transaction, if there is one. */
int approval_give(struct practice *p, const struct actor *a, int64_t photo_id, const char *sha256, struct err *e);
/* Rejects the current master, with a reason that staff can act on. CAN_APPROVE. */
int approval_refuse(struct practice *p, const struct actor *a, int64_t photo_id, const char *why, struct err *e);

#endif

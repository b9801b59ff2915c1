/* review.h: from photos to masters that a clinician approves. */
#ifndef OCCLUDE_FLOW_REVIEW_H
#define OCCLUDE_FLOW_REVIEW_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "flow/wire.h"
#include "record/photo.h"
#include "record/practice.h"

enum { REVIEW_MASTER_MAX = 64 * 1024 * 1024, REVIEW_CODE = 16, REVIEW_SHEET_MAX = 512 * 1024 * 1024 };

/* The decision of a photo as the worker applies it: every region that was not dismissed or taken back is covered, candidates
 * too. */
int review_decision(struct practice *p, const struct photo_row *f, struct wire_decision *ret, struct err *e);
/* Makes the master of the current decision if there is none yet: sealed under the patient's picture key, with the second
 * look's result (I6). `f` is read anew. -1: no form chosen yet (I5), or the worker refused. */
int review_master(struct practice *p, int64_t photo_id, struct photo_row *ret, struct err *e);
/* The same for all gallery photos of a case that have a form, on all cores. `each` (may be NULL) hears of every one
 * that had to be made; `why` is NULL if it was. Returns the number of those that could not be made, or -1. */
int review_masters(struct practice *p, int64_t case_id,
	void (*each)(void *arg, int64_t photo_id, const struct err *why), void *arg, struct err *e);
/* The master's PNG, checked against its SHA-256. */
int review_master_bytes(struct practice *p, const struct photo_row *f, struct buf *out, struct err *e);
/* A JPEG with the photo and its regions on the left, the covered picture on the right. Shows the uncovered face. */
int review_show(struct practice *p, int64_t photo_id, struct buf *out, struct err *e);

/* One page that shows every gallery photo of a case as its exact master, with stage, view, hash and what was covered; what is
 * missing is said. `ret_code` names exactly these pictures (the first 16 digits of a SHA-256 over photos, masters and the recipe): approving a
 * sheet names the code as seen (I5). */
int review_sheet(struct practice *p, int64_t case_id, struct buf *out, char ret_code[REVIEW_CODE + 1], struct err *e);
/* The code as it would be now; refused if a photo has no master. */
int review_sheet_code(struct practice *p, int64_t case_id, char ret_code[REVIEW_CODE + 1], struct err *e);
/* I5: approves every picture of the sheet in one act and answers whether the case is suitable. Refused when any picture has
 * changed since. CAN_APPROVE. */
int review_approve_sheet(struct practice *p, const struct actor *a, int64_t case_id, const char *code, bool suitable,
	size_t *ret_n, struct err *e);

#endif

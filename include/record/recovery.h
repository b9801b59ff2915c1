/* recovery.h: the recovery sheet (I9): the master key as a code that a person can type back, printed at set-up and kept
 * on paper. 13 groups of five letters and digits; the fifth checks its group, so that a slip is named by its group. */
#ifndef OCCLUDE_RECORD_RECOVERY_H
#define OCCLUDE_RECORD_RECOVERY_H

#include "lib/seal.h"

enum { RECOVERY_GROUPS = 13, RECOVERY_CODE = RECOVERY_GROUPS * 6 }; /* groups, separators and NUL */

/* Writes the code. Wipe it after use. */
void recovery_encode(const struct seal_key *master, char out[RECOVERY_CODE]);
/* Reads it back: case, spaces and dashes do not matter; O is read as 0, I and L as 1. -1 with the group that is wrong. */
int recovery_decode(const char *code, struct seal_key **ret, struct err *e);
/* Appends the printable sheet. */
int recovery_sheet(
	const char *practice_name, const struct seal_key *master, int64_t at, struct buf *out, struct err *e);

#endif

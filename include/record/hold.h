/* hold.h: what blocks everything of a patient at once: a pause (C6) or the objection of a guardian or the minor (C4). */
#ifndef OCCLUDE_RECORD_HOLD_H
#define OCCLUDE_RECORD_HOLD_H

#include "record/practice.h"

struct hold_new {
	int64_t patient_id;
	const char *kind;    /* pause, objection */
	const char *who;     /* patient, minor, guardian, representative, practice */
	int64_t guardian_id; /* which guardian or representative; 0: not said */
	const char *how;     /* "by phone, to the front desk" */
};
/* Any account may, whatever the policy says: pausing is never refused for lack of a signature (C6). `a` NULL: by the
 * patient's own code. In the caller's transaction, if there is one: the site goes dark first (flow). */
int hold_add(struct practice *p, const struct actor *a, const struct hold_new *h, int64_t *ret_id, struct err *e);
/* Ends one, once. CAN_RECORD. `how` says who agreed. */
int hold_end(struct practice *p, const struct actor *a, int64_t hold_id, const char *how, struct err *e);

struct hold_row {
	int64_t id, patient_id, guardian_id, since_at, ended_at; /* guardian_id, ended_at: 0 = none */
	const char *kind, *who, *how, *ended_how;                /* ended_how may be NULL */
};
/* Calls `each` for the holds of a patient (0: of all), open ones only if `open`; stops when it returns not 0. */
int hold_list(struct practice *p, int64_t patient_id, bool open, int (*each)(void *arg, const struct hold_row *h),
	void *arg, struct err *e);

#endif

/* consent_impl.h: what the files of record/consent share. */
#ifndef OCCLUDE_RECORD_CONSENT_IMPL_H
#define OCCLUDE_RECORD_CONSENT_IMPL_H

#include "record/consent.h"

/* Checks the right and begins a transaction. `a` NULL: the program finishes what an account with the right began
 * (flow/withdraw). */
int consent_begin(struct practice *p, const struct actor *a, enum can what, struct err *e);
/* Ends it: commits when `r` is 0, else rolls back. Returns 0 or -1. */
int consent_end(struct practice *p, int r, struct err *e);
/* The time zone of the patient's location and today's date there. */
int consent_today(struct practice *p, int64_t patient_id, char ret_zone[64], struct date *ret, struct err *e);
/* The patient of a consent; -1 with a sentence if there is no such consent. */
int consent_patient(struct practice *p, int64_t id, int64_t *ret, struct err *e);
/* Copies column `col` into out[size], "" for NULL. */
void consent_copy(char *out, size_t size, const struct stmt *q, int col);

#endif

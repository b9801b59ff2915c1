/* case.h: cases: one patient's published story, its public facts (P2), its dates, who treated (I8) and whether a clinician found
 * it suitable (I5). All SQL about the table `cases`. */
#ifndef OCCLUDE_RECORD_CASE_H
#define OCCLUDE_RECORD_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/date.h"
#include "base/err.h"
#include "record/practice.h"

enum { CASE_WORD = 24, CASE_PUBLIC_ID = 16, CASE_NAME = 201 };

/* What can be said about a case; NULL and 0: not said. Dates are YYYY-MM-DD. */
struct case_facts {
	const char *
		problem; /* crowding gaps overbite underbite crossbite open_bite protrusion canine other; '-' for '_' is fine */
	const char *treatment;    /* braces aligners expander functional surgery_braces retainer other */
	const char *started_on;   /* the treatment's */
	const char *ended_on;     /* "after" needs it (I8) */
	const char *orthodontist; /* login of who did it (I8) */
	int64_t months;           /* only while the treatment runs; else worked out from the dates */
};

struct case_row {
	int64_t id, patient_id, location_id;
	char reference[164]; /* the patient's chart number */
	char problem[CASE_WORD], treatment[CASE_WORD];
	int64_t months;   /* 0: not known yet */
	char age_band[8]; /* "13-17", or empty */
	int64_t orthodontist_id;
	char orthodontist[CASE_NAME]; /* their credential as printed, else their name; or empty */
	char started_on[DATE_TEXT], ended_on[DATE_TEXT];
	int64_t suitable;     /* 1, 0, or -1: not answered (I5) */
	int64_t withdrawn_at; /* 0: not */
	char public_id[CASE_PUBLIC_ID + 1];
	int64_t photos; /* in the gallery */
};

/* Opens a case of a patient at the patient's location. Needs problem and treatment. CAN_RECORD. */
int case_add(struct practice *p, const struct actor *a, int64_t patient_id, const struct case_facts *f,
	int64_t *ret_id, struct err *e);
/* Changes what is said in `f` and works out months and age band anew. CAN_RECORD. */
int case_set(struct practice *p, const struct actor *a, int64_t case_id, const struct case_facts *f, struct err *e);
/* -1 with a sentence if there is none. */
int case_get(struct practice *p, int64_t case_id, struct case_row *ret, struct err *e);
/* Calls `each` for every case (of one patient, or of all: 0) in order of number; stops when it returns not 0. */
int case_list(struct practice *p, int64_t patient_id, int (*each)(void *arg, const struct case_row *c), void *arg,
	struct err *e);
/* I5: the clinician's answer to "even with permission, is it right?". CAN_APPROVE. */
int case_suitable(struct practice *p, const struct actor *a, int64_t case_id, bool suitable, struct err *e);
/* Withdrawn by the practice: the gate refuses it until it is reopened, under a new public ID (I2). CAN_PUBLISH (`a` NULL: the
 * program finishes what an account began, flow/withdraw). In the caller's transaction, if there is one. */
int case_withdraw(struct practice *p, const struct actor *a, int64_t case_id, struct err *e);
int case_reopen(struct practice *p, const struct actor *a, int64_t case_id, struct err *e);
/* The random name a case has in public (I2), given now if it has none. */
int case_public_id(struct practice *p, int64_t case_id, char ret[CASE_PUBLIC_ID + 1], struct err *e);

/* Months of treatment: full months between two days, rounded to the nearest, 1 to 120. */
int case_months(struct date from, struct date to);
/* P2: "0-6", "7-12", "13-17", "18-39", "40+". */
const char *case_age_band(struct date born, struct date on);

#endif

/* patient.h: patients, who may sign for them, how to reach them. All SQL about `patient`, `guardian` and `contact`. */
#ifndef OCCLUDE_RECORD_PATIENT_H
#define OCCLUDE_RECORD_PATIENT_H

#include "base/date.h"
#include "record/practice.h"

/* C4: what a birth date means at a location: UTC seconds. Inside, a right begins or ends at 00:00 local time on the
 * birthday (29 February: the earlier day); for the public side on the last quarter day strictly before. */
struct patient_dates {
	int64_t majority_at, majority_public_at, assent_at, assent_public_at;
};
int patient_dates(struct date born, const char *zone, int64_t majority_age, int64_t assent_age,
	struct patient_dates *ret, struct err *e);

/* What can be said about a patient; NULL and 0: not said (patient_set leaves it as it is). */
struct patient_facts {
	const char *reference; /* the chart number */
	const char *given, *family, *born_on, *lang;
	int64_t location_id;     /* 0 in patient_add: the practice's first */
	const char *guardians;   /* a court order's word: "one", "all"; "" takes it back */
	const char *court_order; /* what it says and where it is filed; "" takes it back */
};
/* A new patient with two new keys (C7). Needs reference, given, family, born_on. CAN_RECORD. */
int patient_add(
	struct practice *p, const struct actor *a, const struct patient_facts *f, int64_t *ret_id, struct err *e);
/* Changes what is said in `f`; another birth date or location works the dates of C4 out anew. CAN_RECORD. */
int patient_set(struct practice *p, const struct actor *a, int64_t id, const struct patient_facts *f, struct err *e);
/* Records a death (C8): from then on only a personal representative's consent counts. CAN_RECORD (`a` NULL: the
 * program finishes what an account began, flow/withdraw). In the caller's
 * transaction, if there is one. */
int patient_died(struct practice *p, const struct actor *a, int64_t id, const char *died_on, struct err *e);
/* Works C4's dates out anew for every patient of a location whose ages or zone changed. Inside its transaction. */
int patient_recompute(struct practice *p, int64_t location_id, struct err *e);

struct patient_row {
	int64_t id, location_id, created_at, erased_at; /* erased_at: 0 = not */
	struct patient_dates dates;
	char reference[164], given[484], family[484], location[804], lang[3], guardians[4], died_on[DATE_TEXT];
	char zone[64];
	struct date born;
	bool is_minor; /* now */
};
int patient_get(struct practice *p, int64_t id, struct patient_row *ret, struct err *e);
/* The patient of a chart number. -1 with a sentence if there is none. */
int patient_find(struct practice *p, const char *reference, int64_t *ret, struct err *e);
/* Calls `each` for every patient by family name; stops when it returns not 0. */
int patient_list(struct practice *p, int (*each)(void *arg, const struct patient_row *r), void *arg, struct err *e);

/* A guardian of a minor or a representative of an adult, whose authority (a document) is needed. CAN_RECORD. */
struct guardian_row {
	int64_t id, ended_at;                               /* ended_at: 0 = still */
	const char *kind, *name, *relationship, *authority; /* authority may be NULL */
};
int guardian_add(struct practice *p, const struct actor *a, int64_t patient_id, const struct guardian_row *g,
	int64_t *ret_id, struct err *e);
int guardian_end(struct practice *p, const struct actor *a, int64_t guardian_id, struct err *e);
int guardian_list(struct practice *p, int64_t patient_id, int (*each)(void *arg, const struct guardian_row *g),
	void *arg, struct err *e);

/* Ways to reach a patient: kind is email, phone or letter. CAN_RECORD. */
struct contact_row {
	int64_t id;
	const char *kind, *value;
};
int contact_add(struct practice *p, const struct actor *a, int64_t patient_id, const char *kind, const char *value,
	int64_t *ret_id, struct err *e);
int contact_remove(struct practice *p, const struct actor *a, int64_t contact_id, struct err *e);
int contact_list(struct practice *p, int64_t patient_id, int (*each)(void *arg, const struct contact_row *c),
	void *arg, struct err *e);

#endif

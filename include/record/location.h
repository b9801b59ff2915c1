/* location.h: the practice's own settings, its locations and their wording of P7's statements. */
#ifndef OCCLUDE_RECORD_LOCATION_H
#define OCCLUDE_RECORD_LOCATION_H

#include "record/practice.h"

/* What can be said about the practice; NULL and 0: not said. */
struct practice_facts {
	const char *name, *profile;         /* US, EU, both */
	const char *guardians;              /* how many sign for a minor (C4): one, all */
	const char *successor, *controller; /* "" takes it back */
	int64_t keep_years;                 /* C7: 6 to 60; never less than before */
};
/* CAN_ADMIN. */
int practice_set(struct practice *p, const struct actor *a, const struct practice_facts *f, struct err *e);
struct practice_row {
	char name[804], profile[8], guardians[4], successor[2004], controller[2004];
	int64_t keep_years, created_at;
	bool is_sample;
};
int practice_get(struct practice *p, struct practice_row *ret, struct err *e);

/* What can be said about a location; NULL and 0: not said. */
struct location_facts {
	const char *name, *address, *town, *phone, *email, *emergency, *zone, *lang;
	int64_t majority_age, assent_age; /* C4 */
};
/* Needs name, address, town, phone, emergency, zone. CAN_ADMIN. */
int location_add(
	struct practice *p, const struct actor *a, const struct location_facts *f, int64_t *ret_id, struct err *e);
/* Another zone or age works C4's dates out anew for all patients of the location. CAN_ADMIN. */
int location_set(
	struct practice *p, const struct actor *a, int64_t id, const struct location_facts *f, struct err *e);
int location_find(struct practice *p, const char *name, int64_t *ret, struct err *e);
struct location_row {
	int64_t id, majority_age, assent_age, patients;
	const char *name, *address, *town, *phone, *email, *emergency, *zone, *lang; /* email may be NULL */
};
int location_list(struct practice *p, int (*each)(void *arg, const struct location_row *r), void *arg, struct err *e);

/* P7: a location's own wording of a statement (actual_patients, results_vary, not_advice, takedown, privacy, consent) in a
 * language; it cannot be emptied, only changed, or (text NULL) given back to the built-in wording. CAN_ADMIN. */
int statement_set(struct practice *p, const struct actor *a, int64_t location_id, const char *key, const char *lang,
	const char *text, struct err *e);
/* The location's own wording: 1 (the caller frees), 0 = the built-in one stands, -1. */
int statement_get(
	struct practice *p, int64_t location_id, const char *key, const char *lang, char **ret, struct err *e);

#endif

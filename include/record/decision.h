/* decision.h: what a reviewer settled for a photo: form, line-up, tone, crop, and the two answers that a person gives
 * (I4: every face is covered; I7: no text is left to see). */
#ifndef OCCLUDE_RECORD_DECISION_H
#define OCCLUDE_RECORD_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "record/practice.h"

enum { DECISION_CROP_TEXT = 64 };

struct decision_row {
	int64_t photo_id, revision;
	char form[16]; /* flow/form.h's names */
	double turn;
	bool flip;
	double gain[3];
	char crop[DECISION_CROP_TEXT]; /* "x,y x,y", or empty: the form's own */
	bool by_person;                /* changed since the default form by view */
};

int decision_get(struct practice *p, int64_t photo_id, struct decision_row *ret, struct err *e);
/* The default at ingest, inside the caller's transaction. */
int decision_default(struct practice *p, int64_t photo_id, const char *form, bool flip, struct err *e);
/* Replaces form, turn, flip, gains and crop; the schema counts the revision if anything changed. CAN_RECORD. */
int decision_set(struct practice *p, const struct actor *a, const struct decision_row *d, struct err *e);
/* I4: "I looked at this photo; every face on it is covered or cut away". Refused while a candidate is unanswered. CAN_RECORD. */
int decision_faces_checked(struct practice *p, const struct actor *a, int64_t photo_id, struct err *e);
/* I7: "no text, badge or tattoo is left to see". CAN_RECORD. */
int decision_no_text(struct practice *p, const struct actor *a, int64_t photo_id, struct err *e);

#endif

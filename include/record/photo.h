/* photo.h: the photos of a case: their sealed originals (I9), what the worker reported, and how each stands now (decision, master,
 * approval, through the schema's view photo_standing). */
#ifndef OCCLUDE_RECORD_PHOTO_H
#define OCCLUDE_RECORD_PHOTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"
#include "base/err.h"
#include "lib/seal.h"
#include "record/practice.h"

enum { PHOTO_WORD = 16, PHOTO_CASE_MAX = 500 /* photos of one case */ };

struct photo_row {
	int64_t id, case_id, patient_id;
	char stage[PHOTO_WORD], view[PHOTO_WORD]; /* "T2.1", "EO-FR" */
	int64_t stage_rank;                       /* flow/form.h's number: sorts in the order of time */
	char sha256[SHA256_HEX];                  /* of the original */
	char vault_name[VAULT_NAME + 1];
	int64_t bytes, width, height; /* upright */
	char format[PHOTO_WORD];      /* "jpeg" */
	int64_t removed;              /* enum wire_removed bits */
	char captured[20];            /* "YYYY:MM:DD HH:MM:SS", or empty */
	char taken_on[DATE_TEXT];     /* or empty */
	bool detect_ran, is_radiograph, misfiled, in_gallery;
	/* how it stands */
	int64_t revision;                  /* of its decision */
	char form[PHOTO_WORD];             /* "smile"; "none" */
	bool faces_checked, no_text;       /* I4, I7: answered by a person */
	int64_t master_id;                 /* 0: none for this revision yet */
	char master_sha256[SHA256_HEX];    /* or empty */
	char master_vault[VAULT_NAME + 1]; /* or empty */
	int64_t master_width, master_height;
	int64_t exposure, faces_left; /* of the master */
	double face_presence;         /* I6: the strongest face the second look saw */
	char verdict[PHOTO_WORD];     /* "approved", "rejected", or empty: nothing said about exactly this master */
	int64_t faces, candidates, texts,
		drawn; /* regions that stand: verified or confirmed faces, unanswered faces, text and codes, drawn */
};

/* -1 with "there is no photo 12". */
int photo_get(struct practice *p, int64_t photo_id, struct photo_row *ret, struct err *e);
/* The photos of a case (`hidden` too, if asked) in order of stage, view and number; the caller frees *ret. */
int photo_list(
	struct practice *p, int64_t case_id, bool hidden, struct photo_row **ret, size_t *ret_n, struct err *e);
/* The photo of that patient with those bytes: 1 = there, 0 = not, -1. */
int photo_find(struct practice *p, int64_t patient_id, const char *sha256, struct photo_row *ret, struct err *e);
/* Inserts a photo (everything above "how it stands" but id, stage_rank; patient_id must be the case's) inside the caller's
 * transaction. CAN_RECORD. */
int photo_add(struct practice *p, const struct actor *a, const struct photo_row *f, int64_t *ret_id, struct err *e);

/* Corrections of what a person typed; NULL and -1: as it is. `radiograph`: 1 or 0 (I7). CAN_RECORD. */
struct photo_change {
	const char *stage, *view, *taken_on;
	int in_gallery, radiograph;
};
int photo_set(
	struct practice *p, const struct actor *a, int64_t photo_id, const struct photo_change *c, struct err *e);

#endif

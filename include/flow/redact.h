/* redact.h: the stage that makes a photo fit to be seen: a reviewer's decision applied to a stripped picture gives a
 * master. Order (I8): turn, flip, tone, crop, cover. Bytes in, pixels out: no file, no clock, no library.
 *
 * I3, irreversible: everything a decision covers is overwritten with one constant tone in a copy of the upright
 * picture before anything else looks at it, so turning, scaling and the automatic crop see the tone, never what was
 * under it. After scaling the same shapes are filled again, so that the covered area is the exact tone whatever
 * was done to the rest; their soft edge lies outside them and blends pixels that were never covered. Shapes are
 * drawn conservatively: a pixel that a shape touches is covered. */
#ifndef OCCLUDE_FLOW_REDACT_H
#define OCCLUDE_FLOW_REDACT_H

#include "base/err.h"
#include "base/mem.h"
#include "base/pixels.h"
#include "flow/form.h"
#include "flow/strip.h"

/* #c8c7c3, for every veil, fill, and for what a turn brings in from outside the picture. */
enum { VEIL_R = 0xc8, VEIL_G = 0xc7, VEIL_B = 0xc3 };

/* A reviewer's settled decision; only decision_make makes one. */
struct decision;
/* A covered picture, long side at most MASTER_SIDE_MAX, with what it exposes; only redact_photo makes one. */
struct master;

/* Checks every number of `w`. ERR_REFUSED with a sentence that says what to change; ERR_USAGE for what no screen or
 * command of ours could have sent. */
int decision_make(const struct wire_decision *w, enum wire_view view, struct decision **ret, struct err *e);
void decision_free(struct decision *d);
MEM_AUTO(struct decision, decision, decision_free)
#define auto_decision __attribute__((cleanup(decision_cleanup)))

/* Applies a decision. Refused (the sentence says what to choose instead): FORM_NONE; FORM_SMILE without a face or on a
 * strong profile; a drawn mouth crop that still shows the eyes; FORM_VEIL_MOUTH without a lip contour; a veil with
 * nothing to cover; a crop outside the picture.
 * Without a drawn crop FORM_ARCH trims frontal and buccal views to the teeth with a wide margin and leaves occlusal
 * ones whole; FORM_SMILE cuts below the nose; the veils show the whole picture.
 * FORM_SMILE and FORM_LOWER_THIRD cut the patient's own face (the largest that is certain, else the largest
 * candidate) instead of covering it; every other region is covered in every form. FORM_VEIL_MOUTH leaves that face's
 * lip contour free, unless another region covers it. */
int redact_photo(const struct stripped *s, const struct decision *d, struct master **ret, struct err *e);
void master_free(struct master *m);
MEM_AUTO(struct master, master, master_free)
#define auto_master __attribute__((cleanup(master_cleanup)))
/* Owned by `m`. */
const struct pixels *master_pixels(const struct master *m);
enum exposure master_exposure(const struct master *m);

/* The reviewer's side-by-side picture, long side at most SHOW_SIDE_MAX: left the upright original with its regions
 * outlined and numbered from 1 in the decision's order (faces white and dashed, text and codes yellow, drawn ones
 * magenta; dismissed ones thin; the crop cyan), right the master; without one (NULL) the right half is the bare tone. */
enum { SHOW_SIDE_MAX = 2000 };
int redact_show(const struct stripped *s, const struct decision *d, const struct master *m, struct pixels *ret,
	struct err *e);

#endif

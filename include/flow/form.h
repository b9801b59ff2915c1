/* form.h: the words for views, forms, kinds, shapes, exposures and stages, and DESIGN's table of what is hidden by
 * view. Plain tables, no picture library: the commands, the console and the worker all use it. */
#ifndef OCCLUDE_FLOW_FORM_H
#define OCCLUDE_FLOW_FORM_H

#include <stdbool.h>

#include "base/err.h"
#include "flow/wire.h"

/* C3's ladder: a consent for one covers what is below it. */
enum exposure { EXPOSURE_NONE = 0, EXPOSURE_TEETH = 1, EXPOSURE_SMILE = 2, EXPOSURE_VEILED = 3 };

/* The default public form of a view (DESIGN's table). Profiles and three-quarter views: the veil, because the lower
 * third needs a template placed by hand. OT: FORM_NONE, nothing until a person has drawn the decision. */
enum wire_form form_default(enum wire_view view);
/* What a form shows of a photo of that view (C3). A drawn crop counts by view: teeth for an intraoral photo, veiled
 * for any other, because it may show the head. */
enum exposure form_exposure(enum wire_form form, enum wire_view view);
/* Whether the form has an automatic crop or needs a drawn one. */
bool form_needs_crop(enum wire_form form);

bool view_is_intraoral(enum wire_view view);

/* Names as people type and read them: "EO-FR"; "none", "arch", "smile", "lower-third", "veil", "veil-mouth", "crop";
 * "face", "text", "code", "drawn"; "polygon", "ellipse", "rect"; "none", "teeth", "smile", "veiled". An unknown
 * number has the name "?". Parsing ignores case; an unknown word is ERR_USAGE with the words that exist. */
const char *view_name(enum wire_view view);
const char *form_name(enum wire_form form);
const char *kind_name(enum wire_kind kind);
const char *shape_name(enum wire_shape shape);
const char *exposure_name(enum exposure exposure);
int view_parse(const char *s, enum wire_view *ret, struct err *e);
int form_parse(const char *s, enum wire_form *ret, struct err *e);
int kind_parse(const char *s, enum wire_kind *ret, struct err *e);
int shape_parse(const char *s, enum wire_shape *ret, struct err *e);
int exposure_parse(const char *s, enum exposure *ret, struct err *e);

/* A stage of treatment as a number that sorts in the order of time: T1 1000, T2.n 2000 + n (n from 1 to 99),
 * T3 3000, T4 4000. "T2" alone is T2.1. */
enum { STAGE_T1 = 1000, STAGE_T2 = 2000, STAGE_T3 = 3000, STAGE_T4 = 4000, STAGE_TEXT = 8 };
int stage_parse(const char *s, int *ret, struct err *e);
/* Writes "T2.3" and returns `out`; "?" for a number that is no stage. */
const char *stage_format(int stage, char out[STAGE_TEXT]);

#endif

/* redact_inner.h: what the files of the redact stage share; tests of the stage may look, nobody else. */
#ifndef OCCLUDE_FLOW_REDACT_INNER_H
#define OCCLUDE_FLOW_REDACT_INNER_H

#include <stdbool.h>

#include "flow/redact.h"

struct decision {
	enum wire_form form;
	enum wire_view view;
	double turn; /* degrees clockwise */
	bool flip, has_crop;
	float gain[3];
	struct wire_point crop[2];
	uint32_t regions;
	struct wire_region region[WIRE_REGIONS_MAX];
};

struct dot {
	double x, y;
};

/* ---- redact_shape.c: areas ---------------------------------------------------------------------------------------- */

enum { OUTLINE_MAX = 72 };
struct outline { /* a closed polygon; whichever way its corners run and cross, everything it winds around is inside */
	int n;
	struct dot p[OUTLINE_MAX];
};
/* Something to cover: an outline, less a free hole in it. */
struct cover {
	struct outline area, hole; /* hole.n == 0: none */
	bool soft;                 /* a soft edge outside (faces, drawn); else a hard one */
};
/* A region's outline in the upright picture; an ellipse as a polygon around it. */
void outline_of(const struct wire_region *g, struct outline *ret);
/* The same outline with every corner moved by x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4] y + m[5]. */
void outline_move(const struct outline *o, const double m[6], struct outline *ret);
void outline_box(const struct outline *o, struct dot ret[2]);

/* Fills every pixel that the area, grown by `margin` pixels, touches and the hole does not wholly contain. */
int cover_fill(struct pixels *p, const struct cover *c, int margin, struct err *e);
/* The same, and a soft edge around it that blends towards the tone. */
int cover_veil(struct pixels *p, const struct cover *c, struct err *e);

/* ---- redact_form.c: what is cut ------------------------------------------------------------------------------------- */

/* How the upright picture becomes the master's: turned by `turn` about its centre, flipped, cut to `crop` (in turned
 * and flipped coordinates), scaled by `scale` <= 1. */
struct frame {
	double turn; /* radians clockwise */
	bool flip;
	struct dot crop[2];
	double scale;
	int width, height; /* of the master */
	double to[6];      /* upright to master, as outline_move takes it */
	double back[6];
};
/* The patient's own face: the largest face that is to be covered; -1: there is none. */
int form_subject(const struct decision *d);
/* The frame of a decision for a picture of that size. `filled` is the picture with its covers filled, for the
 * automatic arch crop, or NULL to take the whole picture instead. */
int frame_make(const struct decision *d, int width, int height, const struct pixels *filled, struct frame *ret,
	struct err *e);
/* The part of an intraoral picture that holds the teeth, with a margin; the whole picture if they are not plain to see. */
void arch_find(const struct pixels *p, struct dot ret[2]);

/* ---- redact_turn.c: pixels --------------------------------------------------------------------------------------------- */

/* Scales (area average), turns (bicubic), flips, multiplies by `gain`, cuts. Outside the picture: the tone. */
int frame_apply(
	const struct frame *f, const struct pixels *p, const float gain[3], struct pixels *ret, struct err *e);
int pixels_make(struct pixels *p, int width, int height, struct err *e);
/* Area average of the box at (x, y) of w by h pixels down to ow by oh (ow <= w, oh <= h). */
int pixels_shrink(const struct pixels *p, const int box[4], int ow, int oh, struct pixels *ret, struct err *e);

/* ---- redact.c ---------------------------------------------------------------------------------------------------------- */

int redact_pixels(const struct pixels *p, const struct decision *d, struct master **ret, struct err *e);
/* The frame a master was made with. */
const struct frame *master_frame(const struct master *m);
int redact_show_pixels(
	const struct pixels *p, const struct decision *d, const struct master *m, struct pixels *ret, struct err *e);

#endif

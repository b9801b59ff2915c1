/* detect_scale.h: a picture at several sizes, and pieces cut out of it for a network. */
#ifndef OCCLUDE_FLOW_DETECT_SCALE_H
#define OCCLUDE_FLOW_DETECT_SCALE_H

#include "base/err.h"
#include "base/pixels.h"

/* Maps (x, y) to (a x + b y + c, d x + e y + f). Coordinates are continuous: pixel 0 spans 0 to 1. */
struct affine {
	float a, b, c, d, e, f;
};

static inline float affine_x(const struct affine *t, float x, float y) {
	return t->a * x + t->b * y + t->c;
}

static inline float affine_y(const struct affine *t, float x, float y) {
	return t->d * x + t->e * y + t->f;
}

/* First `inner`, then `outer`. */
struct affine affine_chain(const struct affine *outer, const struct affine *inner);

/* The picture halved again and again, each pixel the mean of those it covers; a size is made when it is first asked for. */
enum { PYRAMID_LEVELS = 8 };
struct pyramid {
	const struct pixels *full;
	struct pixels half[PYRAMID_LEVELS]; /* [k]: 2^k smaller; [0] is not used */
};

void pyramid_init(struct pyramid *y, const struct pixels *full);
void pyramid_free(struct pyramid *y);
#define auto_pyramid __attribute__((cleanup(pyramid_free)))

/* Fills `out`, width x height pixels of three floats, with the piece that `to_picture` maps it to: the 8-bit value times `gain`
 * plus `bias`, bilinear on the smallest size that still has the detail; black outside the picture. */
int pyramid_cut(struct pyramid *y, const struct affine *to_picture, float gain, float bias, float *out, int width,
	int height, struct err *e);

#endif

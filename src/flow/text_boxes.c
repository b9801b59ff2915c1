/* text_boxes.c: see text_boxes.h. Each component of the map is a line or a piece of one, grown because the network is trained on shrunk lines.
 * The numbers are FACTS'. */
#include "text_boxes.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "map_boxes.h"

#define THRESHOLD 0.2F
#define MEAN_MIN  0.4F
#define UNCLIP    1.8F /* grown by area / perimeter times this (https://arxiv.org/abs/1911.08947, 3.5) */
enum { COMPONENT_MIN = 12, SIDE_MIN = 3 };
/* From TALL of the longer side on a line must change by TALL_LEVELS for TALL_STROKES times a line height to be likely, smaller ones
 * in an intraoral view by LEVELS for STROKES times; what does not from ENORMOUS on is not text (a sixth of the picture high, and no letter in it). */
#define TALL         0.06F
#define TEETH        0.075F /* of the long side: labels in mouth pictures are lower, rows of teeth higher */
#define ENORMOUS     0.16F
#define TALL_STROKES 2.5F
#define STROKES      2.0F
enum { TALL_LEVELS = 48, LEVELS = 16 };

static void grow(struct text_box *b) {
	float by = UNCLIP * b->along * b->across / (b->along + b->across);
	b->along += by;
	b->across += by;
}

/* Grows a component's rectangle to a line of text, unless it is none; what is unlikely to be one stays as it is. False: drop it. */
static bool judge(const struct text_picture *p, struct text_box *b) {
	const struct text_box core = *b;
	float side = (float)(p->width > p->height ? p->width : p->height);
	grow(b);
	float height = 2 * b->across;
	bool tall = height > TALL * side;
	if (!tall && !p->intraoral) return true;
	bool strokes = text_strokes(p, &core, height, tall ? TALL_LEVELS : LEVELS) >= (tall ? TALL_STROKES : STROKES);
	/* I8: what is tall in a mouth is a row of teeth, whatever edges it has; labels there are small */
	if (strokes && !(p->intraoral && height > TEETH * side)) return true;
	*b = core;
	b->unlikely = true;
	return strokes || height <= ENORMOUS * side;
}

int text_boxes_find(const float *map, const struct text_picture *p, struct text_boxes *ret, struct err *e) {
	auto_map_boxes struct map_boxes found = { 0 };
	*ret = (struct text_boxes){ 0 };
	if (map_boxes_find(map, p->width, p->height, THRESHOLD, COMPONENT_MIN, &found, e)) return -1;
	ret->item = calloc(found.count ? found.count : 1, sizeof *ret->item);
	if (!ret->item) return err_nomem(e);
	for (size_t i = 0; i < found.count; i++) {
		const struct map_box *m = &found.item[i];
		struct text_box b = { m->x, m->y, m->ux, m->uy, m->along, m->across, m->score, false };
		if (m->score >= MEAN_MIN && 2 * b.across >= SIDE_MIN && judge(p, &b)) ret->item[ret->count++] = b;
	}
	return 0;
}

void text_boxes_free(struct text_boxes *b) {
	free(b->item);
	*b = (struct text_boxes){ 0 };
}

/* ---- lines -------------------------------------------------------------------------------------------------------------- */

#define LINK_GAP    4.0F  /* heights between two boxes of a line */
#define LINK_TURN   0.94F /* cosine: 20 degrees */
#define LINK_HEIGHT 2.0F  /* one at most so many times as high as the other */
#define LINK_OFFSET 0.6F  /* heights off the line */
#define LINK_GROWN  1.3F  /* times as high as the higher one, at most, is the box around both: else it is no line */
#define LINE_ASPECT 2.0F  /* from here on a box is a line, whose ends the network is least sure of */
#define BLOCK_TURN  0.98F /* cosine: 11 degrees */
#define BLOCK_APART 1.5F  /* half the heights of both between the middles of neighbouring lines */
#define LINE_ENDS   0.7F  /* heights more at both ends */

/* Whether `b` continues the line of `a`. */
static bool continues(const struct text_box *a, const struct text_box *b) {
	float dx = b->x - a->x, dy = b->y - a->y;
	float along = fabsf(dx * a->ux + dy * a->uy), off = fabsf(dy * a->ux - dx * a->uy);
	float low = fminf(a->across, b->across), high = fmaxf(a->across, b->across);
	bool square = b->along < LINE_ASPECT * b->across; /* has no direction of its own */
	float turn = fabsf(a->ux * b->ux + a->uy * b->uy);
	if (a->along < LINE_ASPECT * a->across || (!square && turn < LINK_TURN) || high > LINK_HEIGHT * low)
		return false;
	return off <= LINK_OFFSET * 2 * low && along - a->along - b->along <= LINK_GAP * 2 * low;
}

static void corners(const struct text_box *t, struct map_spot *s) {
	for (int i = 0; i < 4; i++) {
		float p = (i & 1 ? 1 : -1) * t->along, q = (i & 2 ? 1 : -1) * t->across;
		s[i] = (struct map_spot){ t->x + p * t->ux - q * t->uy, t->y + p * t->uy + q * t->ux };
	}
}

/* The box around spots along (ux, uy). */
static struct text_box along(const struct map_spot *s, size_t n, float ux, float uy, float score) {
	struct map_box r = map_box_along(s, n, ux, uy);
	return (struct text_box){ r.x, r.y, r.ux, r.uy, r.along, r.across, score, false };
}

/* The box around both. The line runs from one middle to the other if they are far apart, else as the longer box does. */
static struct text_box around(const struct text_box *a, const struct text_box *b) {
	struct map_spot s[8];
	corners(a, s);
	corners(b, s + 4);
	float dx = b->x - a->x, dy = b->y - a->y, d = hypotf(dx, dy), score = fmaxf(a->score, b->score);
	const struct text_box *longer = a->along >= b->along ? a : b;
	bool far = d > 4 * fmaxf(a->across, b->across);
	return far ? along(s, 8, dx / d, dy / d, score) : along(s, 8, longer->ux, longer->uy, score);
}

/* Joins every pair that can be joined as the boxes stand; returns how many. */
static unsigned link_once(struct text_boxes *b) {
	unsigned joined = 0;
	for (size_t i = 0; i < b->count; i++)
		for (size_t k = 0; k < b->count; k++) {
			const struct text_box *one = &b->item[i], *other = &b->item[k];
			if (k == i || one->unlikely || other->unlikely || !continues(one, other)) continue;
			struct text_box both = around(one, other);
			if (both.across > LINK_GROWN * fmaxf(one->across, other->across)) continue;
			size_t low = i < k ? i : k, high = i < k ? k : i;
			b->item[low] = both;
			b->item[high] = b->item[--b->count];
			joined++;
			i = low;
			k = SIZE_MAX; /* the longer line may reach more: from the first again */
		}
	return joined;
}

static bool is_line(const struct text_box *t) {
	return !t->unlikely && t->along > LINE_ASPECT * t->across;
}

/* Whether the shorter `b` is the line above or below `a`. */
static bool neighbours(const struct text_box *a, const struct text_box *b) {
	float dx = b->x - a->x, dy = b->y - a->y;
	float beside = fabsf(dx * a->ux + dy * a->uy), off = fabsf(dy * a->ux - dx * a->uy);
	float low = fminf(a->across, b->across), high = fmaxf(a->across, b->across);
	return b->along <= a->along && fabsf(a->ux * b->ux + a->uy * b->uy) >= BLOCK_TURN &&
	       high <= LINK_HEIGHT * low && off <= BLOCK_APART * (low + high) && beside <= a->along;
}

/* Lines of one block begin and end together: what breaks off in one of them (letters on a pattern) is seen in its neighbour. So the
 * shorter of two neighbours takes the direction of the longer, and reaches as far. */
static void align(const struct text_box *a, struct text_box *b) {
	struct map_spot s[4];
	corners(b, s);
	*b = along(s, 4, a->ux, a->uy, b->score);
	float middle = (b->x - a->x) * a->ux + (b->y - a->y) * a->uy; /* of b, seen from a's */
	float from = fminf(-a->along, middle - b->along), to = fmaxf(a->along, middle + b->along);
	float move = (from + to) / 2 - middle;
	b->x += move * a->ux;
	b->y += move * a->uy;
	b->along = (to - from) / 2;
}

void text_boxes_link(struct text_boxes *b) {
	while (link_once(b)) continue;
	for (size_t i = 0; i < b->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (k != i && is_line(&b->item[i]) && is_line(&b->item[k]) &&
				neighbours(&b->item[i], &b->item[k]))
				align(&b->item[i], &b->item[k]);
	for (size_t i = 0; i < b->count; i++) {
		struct text_box *t = &b->item[i];
		if (is_line(t)) t->along += LINE_ENDS * 2 * t->across;
	}
}

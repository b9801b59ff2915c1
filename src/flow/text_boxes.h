/* text_boxes.h: from the map a text detector makes (how likely each place belongs to a line of text) to boxes around whole lines. */
#ifndef OCCLUDE_FLOW_TEXT_BOXES_H
#define OCCLUDE_FLOW_TEXT_BOXES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A rectangle, turned: (x, y) is its middle, (ux, uy) the unit vector along the line. Pixels of the map, which span 0 to 1. */
struct text_box {
	float x, y, ux, uy;
	float along, across; /* half its length and half its height */
	float score;         /* mean of the map over the component, 0 to 1 */
	bool unlikely;       /* without strokes: a row of teeth more often than text */
};

struct text_boxes {
	struct text_box *item;
	size_t count;
};

/* What the network saw: pixels of three normalized floats, as many as the map has places. */
struct text_picture {
	const float *pixel;
	int width, height;
	bool intraoral; /* teeth and gums fill it: small lines too must have strokes to be likely */
};

/* Finds the boxes in a map of the picture's size. -1: out of memory, or more pieces than a photo has. Free with
 * text_boxes_free, also after a failure. */
int text_boxes_find(const float *map, const struct text_picture *p, struct text_boxes *ret, struct err *e);
/* How often light and dark change by so many of 255 levels along a line for every `height` of it; `core` is the component's own rectangle. */
float text_strokes(const struct text_picture *p, const struct text_box *core, float height, int levels);
/* Joins likely boxes that stand in one line, then lengthens those that are lines. */
void text_boxes_link(struct text_boxes *b);
void text_boxes_free(struct text_boxes *b);
#define auto_text_boxes __attribute__((cleanup(text_boxes_free)))

#endif

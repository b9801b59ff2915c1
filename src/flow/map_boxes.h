/* map_boxes.h: from a map (how likely each place of a picture belongs to something) to turned rectangles around what hangs together. */
#ifndef OCCLUDE_FLOW_MAP_BOXES_H
#define OCCLUDE_FLOW_MAP_BOXES_H

#include <stddef.h>

#include "base/err.h"

/* A rectangle, turned: (x, y) is its middle, (ux, uy) the unit vector along its longer side. Pixels of the map, which span 0 to 1. */
struct map_box {
	float x, y, ux, uy;
	float along, across; /* half its sides */
	float score;         /* mean of the map over the component */
	size_t count;        /* places of the component */
};

struct map_boxes {
	struct map_box *item;
	size_t count;
};

struct map_spot {
	float x, y;
};

enum { MAP_BOXES_MAX = 1024 };

/* The components of places above the threshold (neighbours across corners too) that have at least `least` places. -1: out of memory, or more
 * than MAP_BOXES_MAX. Free with map_boxes_free, also after a failure. */
int map_boxes_find(
	const float *map, int width, int height, float threshold, int least, struct map_boxes *ret, struct err *e);
void map_boxes_free(struct map_boxes *b);
#define auto_map_boxes __attribute__((cleanup(map_boxes_free)))

/* The rectangle around spots with a side along (ux, uy); `along` need not be the longer one. */
struct map_box map_box_along(const struct map_spot *spot, size_t n, float ux, float uy);

#endif

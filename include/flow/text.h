/* text.h: looks for text in a picture (I7): name cards, labels, stamps, badges, captions burnt in, a line at a time. Bytes in, regions
 * out: no file, no clock, no database; runs in the worker.
 *
 * PP-OCRv4's detection network over the whole picture at a long side of TEXT_SIDE, once. It finds lines, not letters, in any script
 * and at most angles; each becomes a turned rectangle. What it takes for a tall line but has no strokes (a row of teeth, a chin) is
 * unlikely, in an `intraoral` view what it takes for a small one too: a region that only a person can confirm (I8). */
#ifndef OCCLUDE_FLOW_TEXT_H
#define OCCLUDE_FLOW_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/asset.h"
#include "base/err.h"
#include "base/pixels.h"
#include "flow/wire.h"

enum { TEXT_SIDE = 1600 };

/* Searches upright sRGB pixels (3 bands), with the network from `models` (model_assets). Fills up to `max` regions, likely ones
 * first, then by score: kind REGION_TEXT, shape SHAPE_POLYGON of four corners, which may lie beyond the picture; verified 0 if
 * it is unlikely; cover 1. -1 means the search did not run and nothing is known: the picture is not fit for it, memory is out,
 * or there is more text than fits. */
int text_find(const struct asset *models, const struct pixels *p, bool intraoral, struct wire_region *out, size_t max,
	size_t *ret_n, struct err *e);

#endif

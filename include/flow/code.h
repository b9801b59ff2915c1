/* code.h: looks for barcodes, QR codes and the like in a picture (I7), by what they have in common: nowhere else are there so many strong
 * edges so close together between places that are clearly dark and clearly bright. Bytes in, regions out; runs in the worker. It finds
 * codes, it does not read them. */
#ifndef OCCLUDE_FLOW_CODE_H
#define OCCLUDE_FLOW_CODE_H

#include <stddef.h>

#include "base/err.h"
#include "base/pixels.h"
#include "flow/wire.h"

/* Searches upright sRGB pixels (3 bands) at a long side of at most CODE_SIDE and at half that. Fills up to `max` regions, strongest first: kind
 * REGION_CODE, shape SHAPE_POLYGON of four corners, which may lie beyond the picture, verified 1, cover 1. -1: the search did not run. */
enum { CODE_SIDE = 1600 };
int code_find(const struct pixels *p, struct wire_region *out, size_t max, size_t *ret_n, struct err *e);

#endif

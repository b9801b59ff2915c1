/* outline.h: outlines as text, as the database keeps them and people type them: "x,y x,y ..." in pixels of the upright
 * picture. */
#ifndef OCCLUDE_FLOW_OUTLINE_H
#define OCCLUDE_FLOW_OUTLINE_H

#include <stddef.h>

#include "base/err.h"
#include "flow/wire.h"

/* Writes "12.5,80 13,81" (at most one decimal) into out; -1 if it does not fit. */
int outline_format(const struct wire_point *pts, size_t n, char *out, size_t size);
/* Reads what outline_format writes; also "x,y,x,y". `max` is the most points that fit in `ret`. Every number must be finite and
 * within 4 * WIRE_SIDE_MAX of 0. */
int outline_parse(const char *s, size_t max, struct wire_point *ret, size_t *ret_n, struct err *e);
/* A face's box, six points and lips: "x,y x,y|x,y ...|x,y ..." and back. */
int outline_format_keys(const struct wire_region *r, char *out, size_t size);
int outline_parse_keys(const char *s, struct wire_region *ret, struct err *e);
/* Whether an outline typed by a person makes sense on a picture of that size: enough points, some area, not wholly
 * outside. ERR_USAGE with a sentence. */
int outline_check(
	enum wire_shape shape, const struct wire_point *pts, size_t n, int width, int height, struct err *e);

#endif

/* render.h: pictures in memory to JPEG, with SVG laid over them. The only file of this program that uses libvips. */
#ifndef OCCLUDE_SAMPLE_RENDER_H
#define OCCLUDE_SAMPLE_RENDER_H

#include <stdint.h>

#include "base/buf.h"

/* Once, before the others. */
int render_start(const char *program, struct err *e);
/* Draws an SVG document of the picture's size over `rgb` (width * height * 3 bytes, changed in place). */
int render_overlay(uint8_t *rgb, int width, int height, const struct buf *svg, struct err *e);
/* Writes a JPEG to `out`, turned clockwise by `turn` (0, 90 or 270 degrees), at most `longest` pixels a side (0: as it is). */
int render_jpeg(const uint8_t *rgb, int width, int height, int turn, int quality, int longest, struct buf *out,
	struct err *e);

#endif

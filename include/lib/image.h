/* image.h: bytes to bare pixels and back (libvips). Only in the worker: everything here parses or makes pictures in the
 * address space of its caller. */
#ifndef OCCLUDE_LIB_IMAGE_H
#define OCCLUDE_LIB_IMAGE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/picture.h"
#include "base/pixels.h"

/* Starts libvips: no cache, one thread, untrusted loaders blocked; decodes and encodes one tiny picture in every format used, so that all
 * modules and tables are loaded and no file is opened after the jail has closed. Once a process (libvips keeps threads, so not before a
 * fork without exec); repeated calls do nothing. */
int image_init(struct err *e);
/* Ends it, so that leak checkers are content. */
void image_shutdown(void);

/* The format by its first bytes (container_sniff), or WIRE_NONE with a sentence in `e` that says what it is instead. */
enum wire_format image_sniff(const void *bytes, size_t size, struct err *e);

/* How a picture is to be loaded. {0}: as it is, in full. */
struct image_wish {
	int orientation; /* EXIF's 1 to 8: turned upright; 0 is 1. HEIF and AVIF carry their own turn, applied once whatever stands
	                  * here. */
	int min_side; /* not 0: a JPEG may be decoded at 1/2, 1/4 or 1/8 as long as its long side stays at least this.
	               * Only for pictures to look at, never for masters. */
};

/* Decodes the first page of `bytes` into upright sRGB pixels without alpha (laid on white), 3 bands. The header is checked first
 * (<= 100 megapixels, <= 20,000 a side); an embedded colour profile is honoured if it is valid, else sRGB assumed; 16 bits become 8; CMYK
 * and grey become RGB. Any warning of a decoder is a refusal: half a picture is none. ERR_REFUSED with a sentence for a bad picture. */
int image_load(enum wire_format format, const void *bytes, size_t size, const struct image_wish *wish,
	struct pixels *ret, struct err *e);

/* Turns pixels upright by EXIF's orientation (2 to 8; others leave them), in place where the sides do not swap. */
int image_turn(struct pixels *p, int orientation, struct err *e);

/* Reduces to `side` on the long side (Lanczos, in libvips), keeping proportions, at least 1 pixel a side. Never enlarges: a
 * picture that is no larger is copied. */
int image_resize(const struct pixels *p, int side, struct pixels *ret, struct err *e);
/* The size image_resize gives. */
void image_resized(int width, int height, int side, int *ret_width, int *ret_height);

/* Encoders: bare files (I1), appended to `out`. JPEG: 4:2:0, no metadata; quality 1 to 100. */
int image_save_jpeg(const struct pixels *p, int quality, struct buf *out, struct err *e);
/* AVIF by the AV1 encoder at effort 0 (FACTS), 8 bits, 4:2:0. */
int image_save_avif(const struct pixels *p, int quality, struct buf *out, struct err *e);
/* PNG, for masters. */
int image_save_png(const struct pixels *p, struct buf *out, struct err *e);

#endif

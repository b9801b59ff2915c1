/* strip.h: the first stage in the worker: an untrusted original becomes bare upright sRGB pixels, and a report of what else
 * it carried (I1). `struct stripped` is made only here, so nothing later can work on a picture that was not stripped. */
#ifndef OCCLUDE_FLOW_STRIP_H
#define OCCLUDE_FLOW_STRIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/picture.h"
#include "base/pixels.h"

struct stripped;

/* image_init must have run. -1 and ERR_REFUSED with one sentence (no file name in it) if the bytes are no photo that Occlude takes. */
int strip_photo(const void *bytes, size_t size, struct stripped **ret, struct err *e);
/* The same, allowed to decode a JPEG smaller as long as its long side stays >= min_side: for pictures to look at. */
int strip_preview(const void *bytes, size_t size, int min_side, struct stripped **ret, struct err *e);
void strip_free(struct stripped *s);
MEM_AUTO(struct stripped, strip, strip_free)
#define auto_strip __attribute__((cleanup(strip_cleanup)))

/* Owned by `s`. */
const struct pixels *strip_pixels(const struct stripped *s);
enum wire_format strip_format(const struct stripped *s);
/* enum wire_removed bits of everything that was in the file beside the picture. */
uint32_t strip_removed(const struct stripped *s);
/* "YYYY:MM:DD HH:MM:SS" by the camera's clock, or "". */
const char *strip_capture(const struct stripped *s);
/* Whether the picture has no colour at all (a radiograph, perhaps): at most one pixel in 1,000 whose channels differ by more than 12. */
bool strip_greyscale(const struct stripped *s);

#endif

/* pixels.h: a picture in memory: 8 bits a channel, sRGB, no alpha, upright, rows without padding. Nothing but pixels
 * can be in it, so whatever is encoded from it is bare (I1). */
#ifndef OCCLUDE_BASE_PIXELS_H
#define OCCLUDE_BASE_PIXELS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct pixels {
	int width, height;
	int bands;     /* 3 (RGB); 1 only where said */
	uint8_t *data; /* width * height * bands bytes, by malloc */
};

static inline uint8_t *pixels_at(const struct pixels *p, int x, int y) {
	return p->data + ((size_t)y * (size_t)p->width + (size_t)x) * (size_t)p->bands;
}

static inline void pixels_free(struct pixels *p) {
	if (!p) return;
	free(p->data);
	*p = (struct pixels){ 0 };
}

#define auto_pixels __attribute__((cleanup(pixels_free)))

#endif

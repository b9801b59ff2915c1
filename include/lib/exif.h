/* exif.h: what Occlude needs to know from an EXIF block (libexif): which way up, when taken, and what private data it
 * holds. Only in the worker. */
#ifndef OCCLUDE_LIB_EXIF_H
#define OCCLUDE_LIB_EXIF_H

#include <stddef.h>
#include <stdint.h>

#include "base/picture.h"

enum { EXIF_CAPTURE = 20 }; /* "2026:11:22 17:06:02" and NUL */

struct exif_facts {
	int orientation; /* 1 to 8 as EXIF has them; 1 if absent or senseless */
	char capture
		[EXIF_CAPTURE]; /* the camera's clock when the photo was taken (or, lacking it, when it was digitized or
	                             * changed): a real calendar date, or empty */
	uint32_t kinds;         /* enum wire_removed bits; REMOVED_EXIF if there was a block at all */
};

/* Reads a block that starts at its TIFF header ("II*" or "MM*"), or a whole TIFF file. Anything unreadable in it is as
 * if absent: a photo is never refused for its EXIF. Time and memory are bounded (container_exif_copy first). */
void exif_read(const void *block, size_t size, struct exif_facts *ret);

#endif

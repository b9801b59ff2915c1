/* derive.h: the fixed recipe RECIPE_VERSION that makes renditions of an approved master (I5): 480, 960 and 1600 pixels on
 * the long side, each as JPEG q80 and AVIF q60 effort 0. Nothing is enlarged: the first size that is not below the
 * master's own is made at the master's own size, larger ones are left out. So there are 2, 4 or 6 renditions, JPEG and AVIF in turn,
 * smallest first. */
#ifndef OCCLUDE_FLOW_DERIVE_H
#define OCCLUDE_FLOW_DERIVE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/picture.h"
#include "base/pixels.h"

enum {
	RENDITIONS_MAX = 6,
	RENDITION_BYTES_MAX = 16 * 1024 * 1024,
	RENDITION_JPEG_QUALITY = 80,
	RENDITION_AVIF_QUALITY = 60
};

struct rendition {
	enum wire_format format; /* WIRE_JPEG or WIRE_AVIF */
	int width, height;
	struct buf bytes;
};

struct renditions {
	int count;
	struct rendition item[RENDITIONS_MAX];
};

/* `master` is a master's PNG; it must be bare itself (container_is_bare). Free with renditions_free. */
int derive_renditions(const void *master, size_t size, struct renditions *ret, struct err *e);
void renditions_free(struct renditions *r);
#define auto_renditions __attribute__((cleanup(renditions_free)))

#endif

/* camera.h: what a camera writes into its files beside the picture. */
#ifndef OCCLUDE_SAMPLE_CAMERA_H
#define OCCLUDE_SAMPLE_CAMERA_H

#include "base/buf.h"

struct camera_body {
	const char *make, *model, *lens, *serial, *owner, *software;
	double latitude, longitude; /* degrees, north and east positive */
	int altitude;               /* metres */
};

struct exposure {
	const char *taken; /* "2023:03:14 09:41:07" */
	int orientation;   /* as EXIF counts: 1, 6 or 8 */
	int width, height; /* as stored */
	unsigned focal;    /* millimetres */
	unsigned aperture; /* f-number times 10 */
};

/* Puts an EXIF block into `jpeg` (as render_jpeg made it) and appends the whole file to `out`. `preview` is a small JPEG. */
int camera_wrap(const struct camera_body *body, const struct exposure *x, const struct buf *jpeg,
	const struct buf *preview, struct buf *out, struct err *e);

#endif

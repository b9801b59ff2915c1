/* detect.h: looks for faces in a picture (I4). Bytes in, regions out: no file, no clock, no database; runs in the worker.
 *
 * The search: MediaPipe's full_range detector over the whole picture at 0, 90, 180 and 270 degrees, over a square of 1.5 x
 * the longer edge (faces cut by the frame), and over overlapping tiles (small faces). Each candidate is then looked at by
 * MediaPipe's face mesh: score and presence together make it verified, a candidate that only a person can confirm, or nothing
 * (detect_impl.h). No pass is ever skipped: each finds a class of faces that no other finds. */
#ifndef OCCLUDE_FLOW_DETECT_H
#define OCCLUDE_FLOW_DETECT_H

#include <stddef.h>

#include "base/asset.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pixels.h"
#include "flow/wire.h"

struct detector;
struct found;

/* Loads both models (from model_assets, or from another table with the same names). To be called before the jail closes: the
 * first model of a process asks what the processor can do. Afterwards a detector opens nothing. Free with detector_free. */
int detector_new(struct detector **ret, struct err *e);
int detector_new_from(const struct asset *models, struct detector **ret, struct err *e);
void detector_free(struct detector *d);
MEM_AUTO(struct detector, detector, detector_free)
#define auto_detector __attribute__((cleanup(detector_cleanup)))

/* Searches upright sRGB pixels (3 bands). 0 only if every pass ran to its end: a `struct found` is the proof of that, and no
 * other file can make one. -1 means the search did not run and nothing is known (I4: that counts as not found): the picture is not
 * fit for it, memory is out, or more than WIRE_REGIONS_MAX faces were found. Free with found_free. */
int detect_faces(struct detector *d, const struct pixels *p, struct found **ret, struct err *e);
void found_free(struct found *f);
MEM_AUTO(struct found, found, found_free)
#define auto_found __attribute__((cleanup(found_cleanup)))

/* How many regions were found, verified or not. 0 says "no face found", which is not "safe" (I4). */
size_t found_count(const struct found *f);
/* Fills up to `max` regions, verified ones first, then by score, and returns how many. Kind REGION_FACE, shape SHAPE_POLYGON;
 * the polygon is the box grown along the eyes-to-mouth axis (up .5, sides .35, down .25 of its size: FACTS) and may reach beyond the
 * picture; lip is the mesh's outer lip contour, for verified faces only. `cover` is 1. */
size_t found_regions(const struct found *f, struct wire_region *out, size_t max);

/* The second look at a finished picture, a veil or a crop (I6): the same search, because a cheaper one would miss turned or small
 * faces. A candidate's strength is the lesser of its score and its mesh presence. Measured on the labelled faces: all 92
 * uncovered ones are recognised at .5; of 38 pictures veiled whole none is (strongest .17, a passer-by left uncovered), of 38
 * veiled with the mouth free none (strongest .32), of 71 smile crops from below the nose to the chin none (strongest .43). Hence .5. */
#define DETECT_AGAIN_STRENGTH 0.5F
struct again {
	unsigned faces; /* recognised: of that strength or more */
	float strength; /* of the strongest, recognised or not; 0 if there is no candidate */
};
int detect_again(struct detector *d, const struct pixels *p, struct again *ret, struct err *e);

#endif

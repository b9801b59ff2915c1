/* faces_set.h: the labelled face pictures (manifest.csv) for tests and measurements: what is in each, and how well a search
 * did on it. Pictures are decoded by libvips directly, apart from the code under test. */
#ifndef OCCLUDE_TESTS_FACES_SET_H
#define OCCLUDE_TESTS_FACES_SET_H

#include <stddef.h>

#include "base/pixels.h"
#include "flow/wire.h"

enum { FACES_PER_PICTURE = 64 };

struct faces_box {
	float x0, y0, x1, y1;
};

struct faces_picture {
	char file[64], category[40];
	size_t faces, optional; /* optional: a blurred passer-by, a crowd behind: neither wanted nor wrong */
	struct faces_box face[FACES_PER_PICTURE]; /* brow to chin */
	struct faces_box option[8];
};

struct faces_score {
	unsigned faces;           /* in the picture */
	unsigned verified, found; /* of them, by verified regions only; by verified ones and candidates */
	unsigned false_verified, false_candidates;
};

/* The directory of the face fixtures ($OCCLUDE_FIXTURES/faces, else ../shared/fixtures/faces), or NULL if there is none. */
const char *faces_dir(void);
/* Reads manifest.csv of `dir`; free the array with free. Exits with a message if it is there but not as expected. */
size_t faces_manifest(const char *dir, struct faces_picture **ret);
/* Decodes a picture upright, RGB; exits with a message on failure. */
void faces_decode(const char *dir, const char *file, struct pixels *ret);
/* A face is found if one region's polygon covers at least 60 % of its box. A region is false if no face's (or
 * optional) box holds its middle and it holds the middle of none. */
void faces_judge(const struct faces_picture *p, const struct wire_region *r, size_t regions, struct faces_score *ret);

#endif

/* shade.h: light. Turns a canvas of depths, normals and colours into an sRGB picture as a camera with flash takes it:
 * shadows in clefts, light that wanders under skin and gum, wet highlights, fall-off, grain. */
#ifndef OCCLUDE_SAMPLE_SHADE_H
#define OCCLUDE_SAMPLE_SHADE_H

#include "sample/raster.h"

struct light {
	struct vec at;     /* millimetres from the lens: right, up, towards the subject negative */
	struct vec colour; /* power included */
	float far;         /* the distance at which it gives its power */
};

struct look {
	struct light light[4];
	int lights;
	float ambient;
	float exposure;
	float vignette;      /* 0 none to 1 black corners */
	float grain;         /* levels of 255 */
	float scatter;       /* millimetres light wanders under skin */
	float cleft[2];      /* millimetres: sizes of the clefts that darken */
	float cleft_dark[2]; /* how much */
	float far;           /* depth of what was not drawn */
	struct vec wall[2];  /* its colour, above and below */
	uint32_t seed;
};

/* The flash at the lens of a dental camera, `distance` millimetres away. */
void look_flash(struct look *l, float distance, uint32_t seed);
/* A soft light beside the camera and a weak one opposite, in front of a wall. */
void look_studio(struct look *l, float distance, struct vec wall, uint32_t seed);
/* `ret_rgb`: width * height * 3 bytes, free with free(). */
int canvas_shade(const struct canvas *c, const struct look *l, uint8_t **ret_rgb, struct err *e);

#endif

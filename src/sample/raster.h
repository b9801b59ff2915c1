/* raster.h: draws surfaces given as grids of points into a picture of depths, normals and colours. Light comes later,
 * in shade.c. Everything is drawn from the program's own numbers, so a failed allocation is the only error. */
#ifndef OCCLUDE_SAMPLE_RASTER_H
#define OCCLUDE_SAMPLE_RASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sample/vec.h"

enum material {
	MAT_NONE,
	MAT_ENAMEL,
	MAT_GUM,
	MAT_METAL,
	MAT_SKIN,
	MAT_LIP,
	MAT_EYE,
	MAT_HAIR,
	MAT_CLOTH,
	MAT_PAPER
};

struct pixel {
	float depth;      /* millimetres from the lens; 0 where nothing was drawn */
	float nx, ny, nz; /* towards the camera is +z; a hair's is its direction */
	float r, g, b;    /* what the surface reflects, linear */
	float wet;        /* 0 dull to 1 wet */
	uint8_t material;
};

struct camera {
	struct vec eye, right, up, forward;
	float focal; /* pixels */
	float cx, cy;
};

struct canvas {
	int width, height;
	struct camera cam;
	struct pixel *px;
};

struct vertex {
	struct vec p, n, colour;
	float wet;
	float keep; /* what is below 0 is cut away */
};

struct mesh {
	int nu, nv;
	bool wrap; /* the last column joins the first */
	enum material material;
	struct vertex *v; /* nv rows of nu */
};

/* 0 or -1; free with canvas_free. */
int canvas_init(struct canvas *c, int width, int height, struct err *e);
void canvas_free(struct canvas *c);
/* Looks from `eye` at `at`; `span` millimetres at that distance fill the width. */
void canvas_look(struct canvas *c, struct vec eye, struct vec at, struct vec up, float span);
/* Where a point comes to lie: pixels in x and y, distance in z. */
struct vec canvas_project(const struct canvas *c, struct vec p);

int mesh_init(struct mesh *m, int nu, int nv, bool wrap, enum material material, struct err *e);
void mesh_free(struct mesh *m);
static inline struct vertex *mesh_at(const struct mesh *m, int u, int v) {
	return &m->v[(size_t)v * (size_t)m->nu + (size_t)u];
}
/* Sets the normals from the points around each. */
void mesh_normals(struct mesh *m);
void mesh_draw(struct canvas *c, const struct mesh *m);
/* One hair from a to b, `width` pixels thick. */
void canvas_strand(struct canvas *c, struct vec a, struct vec b, struct vec colour, float width);

/* Smooth noise of about -1 to 1; the same for the same place. */
float noise3(struct vec p);
/* A row of numbers that look random: 0 to 1, moving `state` on. */
float noise_next(uint32_t *state);

#define auto_mesh __attribute__((cleanup(mesh_free)))

#endif

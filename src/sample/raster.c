/* raster.c: grids of points to pixels, by the nearest surface; hairs; noise. */
#include "sample/raster.h"

#include <stdlib.h>

int canvas_init(struct canvas *c, int width, int height, struct err *e) {
	*c = (struct canvas){ .width = width, .height = height };
	c->px = calloc((size_t)width * (size_t)height, sizeof(*c->px));
	return c->px ? 0 : err_nomem(e);
}

void canvas_free(struct canvas *c) {
	if (!c) return;
	free(c->px);
	c->px = NULL;
}

void canvas_look(struct canvas *c, struct vec eye, struct vec at, struct vec up, float span) {
	struct camera *m = &c->cam;
	m->eye = eye;
	m->forward = vec_unit(vec_sub(at, eye));
	m->right = vec_unit(vec_cross(m->forward, up));
	m->up = vec_cross(m->right, m->forward);
	m->focal = (float)c->width * vec_len(vec_sub(at, eye)) / span;
	m->cx = (float)c->width / 2;
	m->cy = (float)c->height / 2;
}

struct vec canvas_project(const struct canvas *c, struct vec p) {
	const struct camera *m = &c->cam;
	struct vec d = vec_sub(p, m->eye);
	float z = fmaxf(vec_dot(d, m->forward), 1);
	return vec_of(m->cx + m->focal * vec_dot(d, m->right) / z, m->cy - m->focal * vec_dot(d, m->up) / z, z);
}

int mesh_init(struct mesh *m, int nu, int nv, bool wrap, enum material material, struct err *e) {
	*m = (struct mesh){ .nu = nu, .nv = nv, .wrap = wrap, .material = material };
	m->v = calloc((size_t)nu * (size_t)nv, sizeof(*m->v));
	if (!m->v) return err_nomem(e);
	for (int i = 0; i < nu * nv; i++) m->v[i].keep = 1;
	return 0;
}

void mesh_free(struct mesh *m) {
	if (!m) return;
	free(m->v);
	m->v = NULL;
}

void mesh_normals(struct mesh *m) {
	for (int v = 0; v < m->nv; v++)
		for (int u = 0; u < m->nu; u++) {
			int u0 = u ? u - 1 : m->wrap ? m->nu - 1 : 0;
			int u1 = u + 1 < m->nu ? u + 1 : m->wrap ? 0 : u;
			struct vec du = vec_sub(mesh_at(m, u1, v)->p, mesh_at(m, u0, v)->p);
			struct vec dv =
				vec_sub(mesh_at(m, u, v + 1 < m->nv ? v + 1 : v)->p, mesh_at(m, u, v ? v - 1 : 0)->p);
			mesh_at(m, u, v)->n = vec_unit(vec_cross(du, dv));
		}
}

/* A corner as the triangle filler wants it. */
struct corner {
	float x, y, z, n[3], c[3], wet, keep;
};

static struct corner corner_of(const struct canvas *c, const struct vertex *v) {
	const struct camera *m = &c->cam;
	struct vec s = canvas_project(c, v->p);
	return (struct corner){ s.x, s.y, s.z,
		{ vec_dot(v->n, m->right), vec_dot(v->n, m->up), -vec_dot(v->n, m->forward) },
		{ v->colour.x, v->colour.y, v->colour.z }, v->wet, v->keep };
}

static void pixel_put(struct pixel *p, const struct corner *t, const float *w, float z, enum material material) {
	float n[3], c[3];
	for (int i = 0; i < 3; i++) {
		n[i] = w[0] * t[0].n[i] + w[1] * t[1].n[i] + w[2] * t[2].n[i];
		c[i] = w[0] * t[0].c[i] + w[1] * t[1].c[i] + w[2] * t[2].c[i];
	}
	float flip = n[2] < 0 ? -1 : 1;
	*p = (struct pixel){ .depth = z,
		.nx = n[0] * flip,
		.ny = n[1] * flip,
		.nz = n[2] * flip,
		.r = c[0],
		.g = c[1],
		.b = c[2],
		.wet = w[0] * t[0].wet + w[1] * t[1].wet + w[2] * t[2].wet,
		.material = (uint8_t)material };
}

static void triangle(struct canvas *c, const struct corner *t, enum material material) {
	float area = (t[1].x - t[0].x) * (t[2].y - t[0].y) - (t[2].x - t[0].x) * (t[1].y - t[0].y);
	if (fabsf(area) < 1e-6f || (t[0].keep < 0 && t[1].keep < 0 && t[2].keep < 0)) return;
	float left = fminf(t[0].x, fminf(t[1].x, t[2].x)), right = fmaxf(t[0].x, fmaxf(t[1].x, t[2].x));
	float top = fminf(t[0].y, fminf(t[1].y, t[2].y)), bottom = fmaxf(t[0].y, fmaxf(t[1].y, t[2].y));
	if (!(right >= 0 && bottom >= 0 && left < (float)c->width && top < (float)c->height)) return;
	int x0 = (int)ceilf(fmaxf(left, 0) - .5f), x1 = (int)floorf(fminf(right, (float)c->width - 1));
	int y0 = (int)ceilf(fmaxf(top, 0) - .5f), y1 = (int)floorf(fminf(bottom, (float)c->height - 1));
	for (int y = y0 < 0 ? 0 : y0; y <= y1; y++)
		for (int x = x0 < 0 ? 0 : x0; x <= x1; x++) {
			float px = (float)x + .5f, py = (float)y + .5f, w[3];
			w[0] = ((t[1].x - px) * (t[2].y - py) - (t[2].x - px) * (t[1].y - py)) / area;
			w[1] = ((t[2].x - px) * (t[0].y - py) - (t[0].x - px) * (t[2].y - py)) / area;
			w[2] = 1 - w[0] - w[1];
			if (w[0] < -1e-4f || w[1] < -1e-4f || w[2] < -1e-4f) continue;
			float z = w[0] * t[0].z + w[1] * t[1].z + w[2] * t[2].z;
			struct pixel *p = &c->px[(size_t)y * (size_t)c->width + (size_t)x];
			if ((p->depth > 0 && p->depth <= z) || z < 5) continue;
			if (w[0] * t[0].keep + w[1] * t[1].keep + w[2] * t[2].keep < 0) continue;
			pixel_put(p, t, w, z, material);
		}
}

void mesh_draw(struct canvas *c, const struct mesh *m) {
	for (int v = 0; v + 1 < m->nv; v++)
		for (int u = 0; u < m->nu - (m->wrap ? 0 : 1); u++) {
			int u1 = (u + 1) % m->nu;
			struct corner q[4] = { corner_of(c, mesh_at(m, u, v)), corner_of(c, mesh_at(m, u1, v)),
				corner_of(c, mesh_at(m, u1, v + 1)), corner_of(c, mesh_at(m, u, v + 1)) };
			struct corner b[3] = { q[0], q[2], q[3] };
			triangle(c, q, m->material);
			triangle(c, b, m->material);
		}
}

void canvas_strand(struct canvas *c, struct vec a, struct vec b, struct vec colour, float width) {
	struct vec p = canvas_project(c, a), q = canvas_project(c, b), d = vec_sub(b, a);
	struct vec dir =
		vec_unit(vec_of(vec_dot(d, c->cam.right), vec_dot(d, c->cam.up), -vec_dot(d, c->cam.forward)));
	int steps = (int)clampf(fmaxf(fabsf(q.x - p.x), fabsf(q.y - p.y)), 1, 4000);
	int reach = (int)(width / 2);
	for (int i = 0; i <= steps; i++) {
		struct vec s = vec_mix(p, q, (float)i / (float)steps);
		for (int k = -reach; k <= reach; k++) {
			bool steep = fabsf(q.y - p.y) > fabsf(q.x - p.x);
			int x = (int)s.x + (steep ? k : 0), y = (int)s.y + (steep ? 0 : k);
			if (x < 0 || y < 0 || x >= c->width || y >= c->height) continue;
			struct pixel *px = &c->px[(size_t)y * (size_t)c->width + (size_t)x];
			if (px->depth > 0 && px->depth <= s.z) continue;
			*px = (struct pixel){ .depth = s.z,
				.nx = dir.x,
				.ny = dir.y,
				.nz = dir.z,
				.r = colour.x,
				.g = colour.y,
				.b = colour.z,
				.wet = .5f,
				.material = MAT_HAIR };
		}
	}
}

static float lattice(int x, int y, int z) {
	uint32_t h = (uint32_t)x * 374761393u + (uint32_t)y * 668265263u + (uint32_t)z * 2147483647u;
	h = (h ^ h >> 13) * 1274126177u;
	h ^= h >> 16;
	return (float)(h & 0xffff) / 32767.5f - 1;
}

float noise3(struct vec p) {
	float fx = floorf(p.x), fy = floorf(p.y), fz = floorf(p.z);
	int x = (int)fx, y = (int)fy, z = (int)fz;
	float u = p.x - fx, v = p.y - fy, w = p.z - fz;
	u = u * u * (3 - 2 * u);
	v = v * v * (3 - 2 * v);
	w = w * w * (3 - 2 * w);
	float a = mixf(mixf(lattice(x, y, z), lattice(x + 1, y, z), u),
		mixf(lattice(x, y + 1, z), lattice(x + 1, y + 1, z), u), v);
	float b = mixf(mixf(lattice(x, y, z + 1), lattice(x + 1, y, z + 1), u),
		mixf(lattice(x, y + 1, z + 1), lattice(x + 1, y + 1, z + 1), u), v);
	return mixf(a, b, w);
}

float noise_next(uint32_t *state) {
	*state = *state * 1664525u + 1013904223u;
	return (float)(*state >> 8) / 16777216.f;
}

/* shade.c: light on a canvas. Clefts are found by comparing each depth with its blurred surroundings; light under the
 * skin by blurring what arrives, red widest. */
#include "sample/shade.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SHRINK = 4 };

/* A quarter-size plane of floats. */
struct plane {
	int width, height;
	float *v;
};

static int plane_init(struct plane *p, const struct canvas *c, struct err *e) {
	p->width = (c->width + SHRINK - 1) / SHRINK;
	p->height = (c->height + SHRINK - 1) / SHRINK;
	p->v = calloc((size_t)p->width * (size_t)p->height, sizeof(float));
	return p->v ? 0 : err_nomem(e);
}

static void plane_free(struct plane *p) {
	free(p->v);
	p->v = NULL;
}
#define auto_plane __attribute__((cleanup(plane_free)))

static float plane_get(const struct plane *p, int x, int y) {
	float fx = clampf(((float)x + .5f) / SHRINK - .5f, 0, (float)p->width - 1.001f);
	float fy = clampf(((float)y + .5f) / SHRINK - .5f, 0, (float)p->height - 1.001f);
	const float *q = p->v + (size_t)(int)fy * (size_t)p->width + (size_t)(int)fx;
	float u = fx - floorf(fx), v = fy - floorf(fy);
	return mixf(mixf(q[0], q[1], u), mixf(q[p->width], q[p->width + 1], u), v);
}

/* One running mean over `n` values `step` apart. */
static void line_blur(float *v, float *line, int n, size_t step, int r) {
	double sum = 0;
	for (int i = 0; i < n; i++) line[i] = v[(size_t)i * step];
	for (int i = -r; i <= r; i++) sum += line[i < 0 ? 0 : i >= n ? n - 1 : i];
	for (int i = 0; i < n; i++) {
		v[(size_t)i * step] = (float)(sum / (2 * r + 1));
		int in = i + r + 1, out = i - r;
		sum += line[in >= n ? n - 1 : in] - line[out < 0 ? 0 : out];
	}
}

/* Three means are nearly a Gaussian of this many pixels of the full picture. */
static int plane_blur(struct plane *p, float sigma, struct err *e) {
	int longest = p->width > p->height ? p->width : p->height, r = (int)(sigma / SHRINK + .5f);
	float *line auto_free = malloc((size_t)longest * sizeof(float));
	if (!line) return err_nomem(e);
	if (r < 1) r = 1;
	for (int k = 0; k < 3; k++) {
		for (int y = 0; y < p->height; y++)
			line_blur(p->v + (size_t)y * (size_t)p->width, line, p->width, 1, r);
		for (int x = 0; x < p->width; x++) line_blur(p->v + x, line, p->height, (size_t)p->width, r);
	}
	return 0;
}

void look_flash(struct look *l, float distance, uint32_t seed) {
	*l = (struct look){ .lights = 2,
		.ambient = .10f,
		.exposure = 1.0f,
		.vignette = .42f,
		.grain = 1.6f,
		.scatter = .55f,
		.cleft = { .9f, 4.5f },
		.cleft_dark = { .95f, .26f },
		.far = distance + 45,
		.seed = seed };
	l->light[0] = (struct light){ vec_of(-46, 30, 0), vec_of(.56f, .555f, .54f), distance };
	l->light[1] = (struct light){ vec_of(46, 24, 0), vec_of(.46f, .455f, .45f), distance };
	l->wall[0] = l->wall[1] = vec_of(.012f, .004f, .004f);
}

void look_studio(struct look *l, float distance, struct vec wall, uint32_t seed) {
	*l = (struct look){ .lights = 3,
		.ambient = .26f,
		.exposure = 1.0f,
		.vignette = .2f,
		.grain = 1.5f,
		.scatter = 2.2f,
		.cleft = { 3.5f, 16 },
		.cleft_dark = { .28f, .07f },
		.far = distance + 200,
		.seed = seed };
	l->light[0] = (struct light){ vec_of(-620, 560, -250), vec_of(.62f, .60f, .57f), distance };
	l->light[1] = (struct light){ vec_of(700, 260, -250), vec_of(.25f, .255f, .265f), distance };
	l->light[2] = (struct light){ vec_of(0, 120, 0), vec_of(.17f, .17f, .17f), distance };
	l->wall[0] = wall;
	l->wall[1] = vec_scale(wall, .7f);
}

/* How a material answers light. */
struct gloss {
	float sharp, bright, broad; /* exponent, strength of the highlight; of a wide dull one */
	float rough;                /* unevenness of a wet film */
	float under;                /* share of light that wanders */
	float wrap;
};
static const struct gloss gloss[] = { [MAT_ENAMEL] = { 260, 1.5f, .10f, .012f, .55f, .12f },
	[MAT_GUM] = { 150, .42f, .05f, .055f, .6f, .15f },
	[MAT_METAL] = { 120, 1.1f, .10f, .03f, 0, 0 },
	[MAT_SKIN] = { 14, .055f, .03f, .09f, .6f, .2f },
	[MAT_LIP] = { 34, .16f, .05f, .10f, .5f, .2f },
	[MAT_EYE] = { 900, 1.6f, .02f, 0, .2f, .2f },
	[MAT_HAIR] = { 40, .20f, .10f, 0, 0, 0 },
	[MAT_CLOTH] = { 4, .0f, .0f, .05f, 0, .1f },
	[MAT_PAPER] = { 8, .02f, 0, 0, 0, .1f } };

static struct vec pixel_place(const struct canvas *c, int x, int y, float depth) {
	return vec_of(
		((float)x - c->cam.cx) / c->cam.focal * depth, (c->cam.cy - (float)y) / c->cam.focal * depth, -depth);
}

static struct vec pixel_normal(const struct pixel *p, struct vec at) {
	struct vec n = vec_of(p->nx, p->ny, p->nz);
	float rough = gloss[p->material].rough;
	if (rough > 0 && p->material != MAT_CLOTH) {
		float f = p->material == MAT_SKIN ? 1.1f : p->material == MAT_LIP ? 1.6f : 1.7f;
		struct vec q = vec_scale(at, f);
		n.x += rough * noise3(q) * .8f;
		n.y += rough * noise3(vec_add(q, vec_of(31, 17, 9))) * .8f;
		if (p->material == MAT_GUM) { /* stippled like orange peel */
			struct vec fine = vec_scale(at, 4.3f);
			n.x += .05f * noise3(fine);
			n.y += .05f * noise3(vec_add(fine, vec_of(5, 41, 7)));
		}
	}
	return vec_unit(n);
}

struct lit {
	float *light; /* what arrives, three a pixel */
	float *shine; /* what is mirrored, one a pixel */
	struct plane depth[2];
	struct plane under[3], cover; /* light that has wandered, and where skin is */
};

static void lit_clear(struct lit *t) {
	free(t->light);
	free(t->shine);
	for (int i = 0; i < 2; i++) plane_free(&t->depth[i]);
	for (int i = 0; i < 3; i++) plane_free(&t->under[i]);
	plane_free(&t->cover);
}

static int find_clefts(const struct canvas *c, const struct look *l, struct lit *t, float mm, struct err *e) {
	for (int k = 0; k < 2; k++) {
		struct plane *p = &t->depth[k];
		if (plane_init(p, c, e)) return -1;
		for (int y = 0; y < c->height; y++)
			for (int x = 0; x < c->width; x++) {
				float d = c->px[(size_t)y * (size_t)c->width + (size_t)x].depth;
				p->v[(size_t)(y / SHRINK) * (size_t)p->width + (size_t)(x / SHRINK)] +=
					(d > 0 ? fminf(d, l->far) : l->far) / (SHRINK * SHRINK);
			}
		if (plane_blur(p, l->cleft[k] * mm * .6f, e)) return -1;
	}
	return 0;
}

static void light_pixel(
	const struct look *l, const struct pixel *p, struct vec at, float open, float *ret_light, float *ret_shine) {
	const struct gloss *g = &gloss[p->material];
	struct vec n = p->material == MAT_HAIR ? vec_of(p->nx, p->ny, p->nz) : pixel_normal(p, at),
		   view = vec_unit(vec_scale(at, -1));
	struct vec sum = vec_scale(vec_of(1, 1, 1), l->ambient * (.75f + .25f * n.y));
	float shine = 0;
	for (int i = 0; i < l->lights; i++) {
		struct vec to = vec_sub(l->light[i].at, at), dir = vec_unit(to), half = vec_unit(vec_add(dir, view));
		float fall = l->light[i].far * l->light[i].far / vec_dot(to, to), power = l->light[i].colour.y;
		fall = l->light[i].far > 600 ? 1
					     : powf(fall, 1.6f); /* a mouth swallows more than the distance alone */
		if (p->material == MAT_HAIR) {
			float tl = vec_dot(n, dir), th = vec_dot(n, half);
			sum = vec_along(sum, l->light[i].colour, fall * sqrtf(fmaxf(0, 1 - tl * tl)) * .8f);
			shine += power * g->bright * powf(sqrtf(fmaxf(0, 1 - th * th)), g->sharp * 2);
			continue;
		}
		float d = (vec_dot(n, dir) + g->wrap) / (1 + g->wrap), h = fmaxf(0, vec_dot(n, half));
		sum = vec_along(sum, l->light[i].colour, fall * fmaxf(0, d));
		float fresnel = .75f + 2.f * powf(1 - clampf(vec_dot(n, view), 0, 1), 4);
		shine += fall * power * p->wet * (g->bright * powf(h, g->sharp) + g->broad * fresnel * powf(h, 12));
	}
	if (p->material == MAT_METAL) {
		float ry = 2 * n.z * n.y, rx = 2 * n.z * n.x;
		shine += .20f * smoothf(-.1f, .8f, ry) + .12f * smoothf(.2f, .9f, fabsf(rx));
	}
	ret_light[0] = sum.x * open;
	ret_light[1] = sum.y * open;
	ret_light[2] = sum.z * open;
	*ret_shine = shine * (.35f + .65f * open);
}

static int light_all(const struct canvas *c, const struct look *l, struct lit *t, float mm, struct err *e) {
	size_t n = (size_t)c->width * (size_t)c->height;
	t->light = calloc(n, 3 * sizeof(float));
	t->shine = calloc(n, sizeof(float));
	if (!t->light || !t->shine) return err_nomem(e);
	for (int i = 0; i < 3; i++)
		if (plane_init(&t->under[i], c, e)) return -1;
	if (plane_init(&t->cover, c, e)) return -1;
	for (int y = 0; y < c->height; y++)
		for (int x = 0; x < c->width; x++) {
			size_t i = (size_t)y * (size_t)c->width + (size_t)x;
			const struct pixel *p = &c->px[i];
			if (p->depth <= 0) continue;
			float open = 1;
			for (int k = 0; k < 2; k++) {
				float in = fmaxf(0, p->depth - plane_get(&t->depth[k], x, y)) / l->cleft[k];
				open *= expf(-in * l->cleft_dark[k] * 2);
			}
			light_pixel(l, p, pixel_place(c, x, y, p->depth), open, &t->light[3 * i], &t->shine[i]);
			if (gloss[p->material].under <= 0) continue;
			size_t q = (size_t)(y / SHRINK) * (size_t)t->cover.width + (size_t)(x / SHRINK);
			t->cover.v[q] += 1.f / (SHRINK * SHRINK);
			for (int k = 0; k < 3; k++)
				t->under[k].v[q] += t->light[3 * i + (size_t)k] / (SHRINK * SHRINK);
		}
	static const float wander[3] = { 1.5f, .7f, .45f };
	struct plane cover auto_plane = { 0 };
	if (plane_init(&cover, c, e)) return -1;
	for (int k = 0; k < 3; k++) {
		memcpy(cover.v, t->cover.v, (size_t)cover.width * (size_t)cover.height * sizeof(float));
		if (plane_blur(&t->under[k], l->scatter * mm * wander[k], e) ||
			plane_blur(&cover, l->scatter * mm * wander[k], e))
			return -1;
		for (int i = 0; i < cover.width * cover.height; i++) t->under[k].v[i] /= fmaxf(cover.v[i], .02f);
	}
	return 0;
}

static uint8_t level(float v) {
	v = v < .62f ? v : .62f + .38f * (1 - expf(-(v - .62f) / .38f));
	return (uint8_t)(255 * powf(clampf(v, 0, 1), 1 / 2.2f) + .5f);
}

static void colour_all(const struct canvas *c, const struct look *l, const struct lit *t, uint8_t *rgb) {
	static uint8_t table[4096];
	for (int i = 0; i < 4096; i++) table[i] = level((float)i / 1024);
	float reach = .5f * hypotf((float)c->width, (float)c->height);
	for (int y = 0; y < c->height; y++)
		for (int x = 0; x < c->width; x++) {
			size_t i = (size_t)y * (size_t)c->width + (size_t)x;
			const struct pixel *p = &c->px[i];
			float r = hypotf((float)x - c->cam.cx, (float)y - c->cam.cy) / reach,
			      dim = l->exposure * (1 - l->vignette * powf(r, 2.6f));
			struct vec wall = vec_mix(l->wall[0], l->wall[1],
				smoothf(0, 1, .7f * (float)y / (float)c->height + .3f * (float)x / (float)c->width));
			float body[3] = { p->r, p->g, p->b }, back[3] = { wall.x, wall.y, wall.z };
			for (int k = 0; k < 3; k++) {
				float v = back[k];
				if (p->depth > 0) {
					float under = gloss[p->material].under, in = t->light[3 * i + (size_t)k];
					if (under > 0) { /* but not across a gap to what lies deep behind */
						float near = plane_get(&t->under[k], x, y);
						in = mixf(in, near,
							under * mixf(.22f, 1,
									smoothf(.03f, .36f, in / (near + 1e-4f))));
					}
					float tint = p->material == MAT_HAIR ? .12f + 2.2f * body[k]
									     : 1; /* a hair mirrors its own colour */
					v = body[k] * in * 1.25f + t->shine[i] * tint;
				}
				rgb[3 * i + (size_t)k] = table[(int)clampf(v * dim * 1024, 0, 4095)];
			}
		}
}

/* Softens the steps where one surface ends before another. */
static void smooth_edges(const struct canvas *c, const uint8_t *from, uint8_t *to, float step) {
	static const int weight[9] = { 1, 2, 1, 2, 4, 2, 1, 2, 1 };
	size_t w = (size_t)c->width;
	memcpy(to, from, w * (size_t)c->height * 3);
	for (int y = 1; y + 1 < c->height; y++)
		for (int x = 1; x + 1 < c->width; x++) {
			size_t i = (size_t)y * w + (size_t)x;
			const struct pixel *p = &c->px[i];
			bool edge = p->material == MAT_HAIR;
			size_t beside[4] = { i - 1, i + 1, i - w, i + w };
			for (int k = 0; k < 4; k++)
				edge = edge || fabsf(c->px[beside[k]].depth - p->depth) > step ||
				       c->px[beside[k]].material != p->material;
			if (!edge) continue;
			for (size_t k = 0; k < 3; k++) {
				int sum = 0;
				for (int j = 0; j < 9; j++)
					sum += weight[j] *
					       from[3 * (i + (size_t)(j / 3) * w - w + (size_t)(j % 3) - 1) + k];
				to[3 * i + k] = (uint8_t)((sum + 8) / 16);
			}
		}
}

static void add_grain(const struct canvas *c, const struct look *l, uint8_t *rgb) {
	uint32_t s = l->seed * 2654435761u + 1;
	for (size_t i = 0; i < (size_t)c->width * (size_t)c->height; i++) {
		float g = (noise_next(&s) + noise_next(&s) + noise_next(&s) - 1.5f) * 1.6f * l->grain;
		for (size_t k = 0; k < 3; k++) {
			float own = (noise_next(&s) - .5f) * l->grain;
			rgb[3 * i + k] = (uint8_t)clampf((float)rgb[3 * i + k] + g + own + .5f, 0, 255);
		}
	}
}

int canvas_shade(const struct canvas *c, const struct look *l, uint8_t **ret_rgb, struct err *e) {
	struct lit t __attribute__((cleanup(lit_clear))) = { 0 };
	float mm = c->cam.focal / (l->far > 600 ? l->far - 200 : l->far - 45);
	if (find_clefts(c, l, &t, mm, e) || light_all(c, l, &t, mm, e)) return -1;
	size_t size = (size_t)c->width * (size_t)c->height * 3;
	uint8_t *raw auto_free = malloc(size), *rgb auto_free = malloc(size);
	if (!raw || !rgb) return err_nomem(e);
	colour_all(c, l, &t, raw);
	smooth_edges(c, raw, rgb, 1.2f / mm + .05f);
	add_grain(c, l, rgb);
	*ret_rgb = TAKE_PTR(rgb);
	return 0;
}

/* redact_shape.c: which pixels a shape covers (I3: every one it touches), filling them, and the soft edge outside. */
#include <math.h>
#include <string.h>

#include "flow/redact_inner.h"

enum { ELLIPSE_CORNERS = 64, RAMP_UNIT = 5 };

/* A window of the picture with one byte a pixel. */
struct mask {
	int x, y, w, h;
	uint8_t *at;
};

/* ---- outlines -------------------------------------------------------------------------------------------------- */

static void ellipse_outline(const struct wire_point p[2], struct outline *ret) {
	const double cx = (p[0].x + p[1].x) / 2, cy = (p[0].y + p[1].y) / 2;
	/* around the ellipse, not in it: the sides touch it, the corners stand out */
	const double out = 1 / cos(M_PI / ELLIPSE_CORNERS);
	const double rx = fabs(p[1].x - p[0].x) / 2 * out, ry = fabs(p[1].y - p[0].y) / 2 * out;
	ret->n = ELLIPSE_CORNERS;
	for (int i = 0; i < ELLIPSE_CORNERS; i++) {
		double a = 2 * M_PI * i / ELLIPSE_CORNERS;
		ret->p[i] = (struct dot){ cx + rx * cos(a), cy + ry * sin(a) };
	}
}

void outline_of(const struct wire_region *g, struct outline *ret) {
	const struct wire_point *p = g->polygon;
	if (g->shape == SHAPE_ELLIPSE) {
		ellipse_outline(p, ret);
	} else if (g->shape == SHAPE_RECT) {
		*ret = (struct outline){ 4,
			{ { p[0].x, p[0].y }, { p[1].x, p[0].y }, { p[1].x, p[1].y }, { p[0].x, p[1].y } } };
	} else {
		ret->n = (int)g->points;
		for (int i = 0; i < ret->n; i++) ret->p[i] = (struct dot){ p[i].x, p[i].y };
	}
}

void outline_move(const struct outline *o, const double m[6], struct outline *ret) {
	ret->n = o->n;
	for (int i = 0; i < o->n; i++) {
		const struct dot p = o->p[i];
		ret->p[i] = (struct dot){ m[0] * p.x + m[1] * p.y + m[2], m[3] * p.x + m[4] * p.y + m[5] };
	}
}

void outline_box(const struct outline *o, struct dot ret[2]) {
	ret[0] = ret[1] = o->p[0];
	for (int i = 1; i < o->n; i++) {
		ret[0].x = fmin(ret[0].x, o->p[i].x);
		ret[0].y = fmin(ret[0].y, o->p[i].y);
		ret[1].x = fmax(ret[1].x, o->p[i].x);
		ret[1].y = fmax(ret[1].y, o->p[i].y);
	}
}

/* ---- drawing into a mask ------------------------------------------------------------------------------------------ */

/* The window around an outline, grown by `margin`, inside the picture; false if nothing of it lies there. */
static bool mask_window(const struct outline *o, int margin, const struct pixels *p, struct mask *m) {
	struct dot box[2];
	outline_box(o, box);
	double x0 = fmax(floor(box[0].x) - margin, 0), y0 = fmax(floor(box[0].y) - margin, 0);
	double x1 = fmin(floor(box[1].x) + 1 + margin, p->width), y1 = fmin(floor(box[1].y) + 1 + margin, p->height);
	if (!(x0 < x1 && y0 < y1)) return false;
	*m = (struct mask){ (int)x0, (int)y0, (int)(x1 - x0), (int)(y1 - y0), NULL };
	return true;
}

static int mask_alloc(struct mask *m, struct err *e) {
	m->at = calloc((size_t)m->w * (size_t)m->h, 1);
	return m->at ? 0 : err_nomem(e);
}

/* Sets the pixels of row y (of the mask) from x0 to x1, both in picture coordinates and both included. */
static void mask_span(struct mask *m, int y, double x0, double x1, uint8_t value) {
	double from = fmax(floor(x0) - m->x, 0), to = fmin(floor(x1) - m->x, m->w - 1);
	if (from <= to) memset(m->at + (size_t)y * (size_t)m->w + (size_t)from, value, (size_t)(to - from) + 1);
}

/* Every pixel that the edge from a to b touches. */
static void mask_edge(struct mask *m, struct dot a, struct dot b, uint8_t value) {
	if (a.y > b.y) {
		struct dot t = a;
		a = b;
		b = t;
	}
	double first = fmax(floor(a.y) - m->y, 0), last = fmin(floor(b.y) - m->y, m->h - 1);
	for (int row = (int)first; row <= (int)last; row++) {
		double top = fmax(a.y, m->y + row), bottom = fmin(b.y, m->y + row + 1);
		double slope = b.y > a.y ? (b.x - a.x) / (b.y - a.y) : 0;
		double xa = b.y > a.y ? a.x + slope * (top - a.y) : a.x;
		double xb = b.y > a.y ? a.x + slope * (bottom - a.y) : b.x;
		mask_span(m, row, fmin(xa, xb) - 1e-6, fmax(xa, xb) + 1e-6, value);
	}
}

struct crossing {
	double x;
	int wind;
};

/* Every pixel whose centre the outline winds around (non-zero rule). */
static void mask_inside(struct mask *m, const struct outline *o, uint8_t value) {
	for (int row = 0; row < m->h; row++) {
		struct crossing c[OUTLINE_MAX];
		int n = 0, wind = 0;
		const double y = m->y + row + .5;
		for (int i = 0; i < o->n; i++) {
			const struct dot a = o->p[i], b = o->p[(i + 1) % o->n];
			if ((a.y <= y) == (b.y <= y)) continue;
			struct crossing k = { a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x), b.y > a.y ? 1 : -1 };
			int at = n++;
			for (; at > 0 && c[at - 1].x > k.x; at--) c[at] = c[at - 1];
			c[at] = k;
		}
		for (int i = 0; i + 1 < n; i++) {
			wind += c[i].wind;
			double from = ceil(c[i].x - .5), to = ceil(c[i + 1].x - .5) - 1; /* centres between the two */
			if (wind != 0 && from <= to) mask_span(m, row, from, to, value);
		}
	}
}

static void mask_edges(struct mask *m, const struct outline *o, uint8_t value) {
	for (int i = 0; i < o->n; i++) mask_edge(m, o->p[i], o->p[(i + 1) % o->n], value);
}

/* Grows what is set by r pixels in each direction (a square). */
static int mask_grow(struct mask *m, int r, struct err *e) {
	if (r <= 0) return 0;
	const size_t w = (size_t)m->w, size = w * (size_t)m->h;
	auto_free uint8_t *wide = calloc(size, 1);
	if (!wide) return err_nomem(e);
	for (int y = 0; y < m->h; y++)
		for (int x = 0; x < m->w; x++)
			if (m->at[(size_t)y * w + (size_t)x])
				mask_span(&(struct mask){ 0, 0, m->w, m->h, wide }, y, x - r, x + r, 1);
	for (int y = 0; y < m->h; y++)
		for (int dy = -r; dy <= r; dy++) {
			if (y + dy < 0 || y + dy >= m->h) continue;
			for (size_t x = 0; x < w; x++) m->at[(size_t)y * w + x] |= wide[(size_t)(y + dy) * w + x];
		}
	return 0;
}

/* The covered pixels of a window: 1; others 0. `hole_seen` (may be NULL) gets the pixels wholly in the hole. */
static int cover_mask(const struct cover *c, int margin, struct mask *m, struct mask *hole, struct err *e) {
	if (mask_alloc(m, e) < 0) return -1;
	mask_inside(m, &c->area, 1);
	mask_edges(m, &c->area, 1);
	if (mask_grow(m, margin, e) < 0) return -1;
	if (c->hole.n < 3) return 0;
	*hole = (struct mask){ m->x, m->y, m->w, m->h, NULL };
	if (mask_alloc(hole, e) < 0) return -1;
	mask_inside(hole, &c->hole, 1);
	mask_edges(hole, &c->hole, 0); /* a pixel the contour touches is not free */
	for (size_t i = 0; i < (size_t)m->w * (size_t)m->h; i++)
		if (hole->at[i]) m->at[i] = 0;
	return 0;
}

/* ---- the tone ------------------------------------------------------------------------------------------------------- */

static void tone_blend(uint8_t *px, unsigned alpha) {
	static const unsigned tone[3] = { VEIL_R, VEIL_G, VEIL_B };
	for (int b = 0; b < 3; b++) px[b] = (uint8_t)((px[b] * (255 - alpha) + tone[b] * alpha + 127) / 255);
}

int cover_fill(struct pixels *p, const struct cover *c, int margin, struct err *e) {
	struct mask m, hole = { 0 };
	if (!mask_window(&c->area, margin, p, &m)) return 0;
	int r = cover_mask(c, margin, &m, &hole, e);
	for (int y = 0; r == 0 && y < m.h; y++)
		for (int x = 0; x < m.w; x++)
			if (m.at[(size_t)y * (size_t)m.w + (size_t)x])
				tone_blend(pixels_at(p, m.x + x, m.y + y), 255);
	free(m.at);
	free(hole.at);
	return r;
}

/* ---- the soft edge ---------------------------------------------------------------------------------------------------- */

static void nearer(uint16_t *d, const uint16_t *from, unsigned step) {
	if (*from + step < *d) *d = (uint16_t)(*from + step);
}

/* Distance of every pixel to the nearest covered one, in fifths of a pixel (chamfer 5-7-11; at most 2 % off). */
static void distances(const struct mask *m, uint16_t *d) {
	const ptrdiff_t w = m->w, n = w * m->h;
	static const struct {
		int x, y, step;
	} mate[] = { { -1, 0, 5 }, { -1, -1, 7 }, { 0, -1, 5 }, { 1, -1, 7 }, { -2, -1, 11 }, { -1, -2, 11 },
		{ 1, -2, 11 }, { 2, -1, 11 } };
	for (ptrdiff_t i = 0; i < n; i++) d[i] = m->at[i] ? 0 : 60000;
	for (int way = 1; way >= -1; way -= 2)
		for (ptrdiff_t k = 0; k < n; k++) {
			ptrdiff_t i = way > 0 ? k : n - 1 - k;
			if (d[i] == 0) continue;
			int x = (int)(i % w), y = (int)(i / w);
			for (size_t j = 0; j < ARRAY_LEN(mate); j++) {
				int nx = x + way * mate[j].x, ny = y + way * mate[j].y;
				if (nx >= 0 && nx < m->w && ny >= 0 && ny < m->h)
					nearer(&d[i], &d[ny * w + nx], (unsigned)mate[j].step);
			}
		}
}

/* A Gaussian ramp: 255 at distance 0, under 1 % at three sigma. Returns how many entries are used. */
static int ramp(double sigma, uint8_t *out, int max) {
	int n = 0;
	for (; n < max; n++) {
		double d = (double)n / RAMP_UNIT / sigma;
		if (d > 3) break;
		out[n] = (uint8_t)lrint(255 * exp(-d * d / 2));
	}
	return n;
}

/* The width of a soft edge, from the size of what it surrounds. */
static double edge_sigma(const struct outline *o, double share, double least, double most) {
	struct dot box[2];
	outline_box(o, box);
	double size = sqrt(fmax(box[1].x - box[0].x, 1) * fmax(box[1].y - box[0].y, 1));
	return fmin(fmax(size * share, least), most);
}

enum { RAMP_MAX = 1024 };

static void blend_edges(
	struct pixels *p, const struct mask *m, const struct mask *hole, const uint16_t *d, const struct cover *c) {
	uint8_t outer[RAMP_MAX], inner[RAMP_MAX];
	int outers = ramp(edge_sigma(&c->area, .04, 1.5, 40), outer, RAMP_MAX), inners = 0;
	/* a free mouth's edge is narrow: lips are thin, and what is behind them must stay whole (I8) */
	if (hole->at) inners = ramp(edge_sigma(&c->hole, .02, .7, 8), inner, RAMP_MAX);
	for (int y = 0; y < m->h; y++)
		for (int x = 0; x < m->w; x++) {
			size_t i = (size_t)y * (size_t)m->w + (size_t)x;
			bool free_mouth = hole->at && hole->at[i];
			int n = free_mouth ? inners : outers;
			if (d[i] < n)
				tone_blend(pixels_at(p, m->x + x, m->y + y), (free_mouth ? inner : outer)[d[i]]);
		}
}

int cover_veil(struct pixels *p, const struct cover *c, struct err *e) {
	struct mask m, hole = { 0 };
	int margin = (int)ceil(3 * edge_sigma(&c->area, .04, 1.5, 40)) + 1;
	if (!mask_window(&c->area, margin, p, &m)) return 0;
	int r = cover_mask(c, 0, &m, &hole, e);
	auto_free uint16_t *d = r == 0 ? malloc((size_t)m.w * (size_t)m.h * sizeof(*d)) : NULL;
	if (d) {
		distances(&m, d);
		blend_edges(p, &m, &hole, d, c);
	} else if (r == 0) {
		r = err_nomem(e);
	}
	free(m.at);
	free(hole.at);
	return r;
}

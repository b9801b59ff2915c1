/* code.c: see flow/code.h. The numbers are FACTS', tried on codes of 60 pixels and more. */
#include "flow/code.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "map_boxes.h"

enum {
	EDGE = 45, /* of the Sobel magnitude over 4 */
	DARK = 100,
	BRIGHT = 150,
	REACH = 10, /* the window is 2 REACH + 1 a side */
	WINDOW = (2 * REACH + 1) * (2 * REACH + 1),
	EDGES = WINDOW / 2, /* at least so many in the window */
	TONES = WINDOW / 5, /* dark ones, and bright ones */
	PLACES = 150,       /* windows of one code */
	SMALL = 2 * REACH + 3
};

/* Three counts in one number, so that one addition moves all three: edges, dark and bright places of a window. */
enum { COUNT_BITS = 10, COUNT_MASK = (1 << COUNT_BITS) - 1 };
_Static_assert((int)WINDOW <= (int)COUNT_MASK, "a window's count fits");

struct grey {
	int width, height;
	uint8_t *data;
};

static void grey_free(struct grey *g) {
	free(g->data);
}
#define auto_grey __attribute__((cleanup(grey_free)))

/* Sums of the luma of the source rows that make one row. */
static void sum_rows(const struct pixels *p, int y0, int y1, uint32_t *sum) {
	memset(sum, 0, (size_t)p->width * sizeof *sum);
	for (int y = y0; y < y1; y++) {
		const uint8_t *at = pixels_at(p, 0, y);
		for (int x = 0; x < p->width; x++, at += 3) sum[x] += 77U * at[0] + 150U * at[1] + 29U * at[2];
	}
}

/* The picture in grey with a long side of at most `side`: means of the pixels each one covers. */
static int make_grey(const struct pixels *p, int side, struct grey *ret, struct err *e) {
	int longer = p->width > p->height ? p->width : p->height;
	double scale = longer > side ? (double)longer / side : 1;
	struct grey g = { (int)(p->width / scale), (int)(p->height / scale), NULL };
	if (g.width < 1) g.width = 1;
	if (g.height < 1) g.height = 1;
	auto_free uint32_t *sum = calloc((size_t)p->width, sizeof *sum);
	g.data = malloc((size_t)g.width * (size_t)g.height);
	if (!sum || !g.data) {
		grey_free(&g);
		return err_nomem(e);
	}
	for (int y = 0; y < g.height; y++) {
		int y0 = (int)((int64_t)y * p->height / g.height),
		    y1 = (int)((int64_t)(y + 1) * p->height / g.height);
		sum_rows(p, y0, y1, sum);
		for (int x = 0; x < g.width; x++) {
			int x0 = (int)((int64_t)x * p->width / g.width),
			    x1 = (int)((int64_t)(x + 1) * p->width / g.width);
			uint64_t all = 0;
			for (int i = x0; i < x1; i++) all += sum[i];
			g.data[(size_t)y * (size_t)g.width + (size_t)x] =
				(uint8_t)(all / (256U * (uint64_t)(x1 - x0) * (uint64_t)(y1 - y0)));
		}
	}
	*ret = g;
	return 0;
}

/* The counts of single places in row y: none in the outermost rows and columns. */
static void mark_row(const struct grey *g, int y, uint32_t *mark) {
	const uint8_t *up = g->data + (size_t)(y - 1) * (size_t)g->width, *at = up + g->width, *down = at + g->width;
	for (int x = 1; x < g->width - 1; x++) {
		int gx = up[x + 1] + 2 * at[x + 1] + down[x + 1] - up[x - 1] - 2 * at[x - 1] - down[x - 1];
		int gy = down[x - 1] + 2 * down[x] + down[x + 1] - up[x - 1] - 2 * up[x] - up[x + 1];
		uint32_t edge = gx * gx + gy * gy > 16 * EDGE * EDGE, dark = at[x]<DARK, bright = at[x]> BRIGHT;
		mark[x] = edge | dark << COUNT_BITS | bright << 2 * COUNT_BITS;
	}
}

/* The share of edges where a window is a code's, else 0. */
static float judge(uint32_t counts) {
	uint32_t edges = counts & COUNT_MASK, dark = counts >> COUNT_BITS & COUNT_MASK,
		 bright = counts >> 2 * COUNT_BITS;
	return edges > EDGES && dark > TONES && bright > TONES ? (float)edges / WINDOW : 0;
}

/* Slides the window over the picture; `map` has a place for every pixel. */
static int slide(const struct grey *g, float *map, struct err *e) {
	size_t width = (size_t)g->width;
	auto_free uint32_t *mark =
		calloc(width * (2 * REACH + 1), sizeof *mark); /* the rows of the window, in turn */
	auto_free uint32_t *column = calloc(width, sizeof *column);
	if (!mark || !column) return err_nomem(e);
	for (int y = 1; y < g->height - 1; y++) {
		uint32_t *row = mark + (size_t)(y % (2 * REACH + 1)) * width;
		for (size_t x = 0; x < width; x++) column[x] -= row[x];
		mark_row(g, y, row);
		for (size_t x = 0; x < width; x++) column[x] += row[x];
		if (y - REACH < 0) continue;
		float *to = map + (size_t)(y - REACH) * width;
		uint32_t sum = 0;
		for (int x = 0; x < g->width; x++) {
			sum += column[x];
			if (x > 2 * REACH) sum -= column[x - 2 * REACH - 1];
			if (x >= REACH) to[x - REACH] = judge(sum);
		}
	}
	return 0;
}

static struct wire_region region_of(const struct map_box *b, float scale_x, float scale_y) {
	static const int side[4][2] = { { -1, -1 }, { 1, -1 }, { 1, 1 }, { -1, 1 } };
	struct wire_region r = {
		.kind = REGION_CODE, .shape = SHAPE_POLYGON, .verified = 1, .cover = 1, .score = b->score, .points = 4
	};
	for (int i = 0; i < 4; i++) { /* the windows' middles found it: half a window more each way */
		float along = (float)side[i][0] * (b->along + REACH),
		      across = (float)side[i][1] * (b->across + REACH);
		r.polygon[i].x = (b->x + along * b->ux - across * b->uy) * scale_x;
		r.polygon[i].y = (b->y + along * b->uy + across * b->ux) * scale_y;
	}
	return r;
}

/* Nothing is found where the window does not fit. */
static int find_at(const struct pixels *p, int side, struct wire_region *out, size_t max, size_t *n, struct err *e) {
	auto_grey struct grey g = { 0 };
	auto_map_boxes struct map_boxes boxes = { 0 };
	if (side < SMALL) return 0;
	if (make_grey(p, side, &g, e)) return -1;
	if (g.width < SMALL || g.height < SMALL) return 0;
	auto_free float *map = calloc((size_t)g.width * (size_t)g.height, sizeof *map);
	if (!map) return err_nomem(e);
	if (slide(&g, map, e) || map_boxes_find(map, g.width, g.height, 0, PLACES, &boxes, e)) return -1;
	if (boxes.count > max - *n)
		return err_set(e, ERR_REFUSED, "This picture has more codes than can be covered.");
	for (size_t i = 0; i < boxes.count; i++)
		out[(*n)++] = region_of(
			&boxes.item[i], (float)p->width / (float)g.width, (float)p->height / (float)g.height);
	return 0;
}

/* Whether a corner lies in a turned rectangle; on its edge counts. */
static bool holds(const struct wire_region *r, struct wire_point c) {
	for (int i = 0; i < 4; i++) {
		const struct wire_point *a = &r->polygon[i], *b = &r->polygon[(i + 1) % 4];
		if ((b->x - a->x) * (c.y - a->y) - (b->y - a->y) * (c.x - a->x) < 0) return false;
	}
	return true;
}

/* Leaves out what lies wholly inside another one: both scales see the same code. */
static size_t drop_inner(struct wire_region *r, size_t n) {
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		bool inner = false;
		for (size_t k = 0; k < n && !inner; k++) {
			inner = k != i && (k >= i || k < kept);
			for (int c = 0; c < 4 && inner; c++) inner = holds(&r[k], r[i].polygon[c]);
		}
		if (!inner) r[kept++] = r[i];
	}
	return kept;
}

static int stronger(const void *a, const void *b) {
	const struct wire_region *p = a, *q = b;
	return p->score > q->score ? -1 : p->score < q->score;
}

int code_find(const struct pixels *p, struct wire_region *out, size_t max, size_t *ret_n, struct err *e) {
	size_t n = 0;
	if (p->bands != 3 || p->width < 1 || p->height < 1)
		return err_set(e, ERR_REFUSED, "This picture cannot be searched for codes.");
	int longer = p->width > p->height ? p->width : p->height, side = longer < CODE_SIDE ? longer : CODE_SIDE;
	for (int half = 1; half <= 2; half++)
		if (find_at(p, side / half, out, max, &n, e)) return -1;
	n = drop_inner(out, n);
	if (n) qsort(out, n, sizeof *out, stronger);
	*ret_n = n;
	return 0;
}

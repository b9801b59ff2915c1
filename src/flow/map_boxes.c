/* map_boxes.c: see map_boxes.h. Runs of each row are joined into components (union-find); the smallest rectangle is found by rotating
 * calipers over the convex hull. */
#include "map_boxes.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

/* ---- components ------------------------------------------------------------------------------------------------------ */

/* Places from x0 to before x1 of row y that are above the threshold. */
struct run {
	int32_t x0, x1, y;
	uint32_t parent; /* run of the same component that stands before it, or itself */
	float sum;
};

struct runs {
	struct run *item;
	size_t count, room;
	float threshold;
};

static uint32_t root_of(struct run *r, uint32_t i) {
	while (r[i].parent != i) i = r[i].parent = r[r[i].parent].parent;
	return i;
}

static void join(struct run *r, uint32_t a, uint32_t b) {
	a = root_of(r, a);
	b = root_of(r, b);
	if (a < b)
		r[b].parent = a;
	else
		r[a].parent = b;
}

static int add_run(struct runs *r, struct run run, struct err *e) {
	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 1024;
		struct run *more = realloc(r->item, room * sizeof *more);
		if (!more) return err_nomem(e);
		r->item = more;
		r->room = room;
	}
	run.parent = (uint32_t)r->count;
	r->item[r->count++] = run;
	return 0;
}

/* The runs of one row, joined to those of the row before (`before` .. `count`) that touch them, corners included. */
static int scan_row(const float *row, int width, int32_t y, size_t before, struct runs *r, struct err *e) {
	size_t end = r->count, above = before;
	for (int x = 0; x < width; x++) {
		if (row[x] <= r->threshold) continue;
		struct run run = { .x0 = x, .y = y };
		for (; x < width && row[x] > r->threshold; x++) run.sum += row[x];
		run.x1 = x;
		if (add_run(r, run, e)) return -1;
		while (above < end && r->item[above].x1 < run.x0) above++;
		for (size_t i = above; i < end && r->item[i].x0 <= run.x1; i++)
			join(r->item, (uint32_t)i, (uint32_t)(r->count - 1));
	}
	return 0;
}

static int scan(const float *map, int width, int height, struct runs *r, struct err *e) {
	size_t before = 0;
	for (int y = 0; y < height; y++) {
		size_t now = r->count;
		if (scan_row(map + (size_t)y * (size_t)width, width, y, before, r, e)) return -1;
		before = now;
	}
	return 0;
}

/* ---- the smallest rectangle ------------------------------------------------------------------------------------------- */

static float cross(struct map_spot a, struct map_spot b, struct map_spot c) {
	return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static int by_place(const void *a, const void *b) {
	const struct map_spot *p = a, *q = b;
	if (p->y != q->y) return p->y < q->y ? -1 : 1;
	return p->x < q->x ? -1 : p->x > q->x;
}

/* Andrew's monotone chain over sorted points; `hull` has room for n + 1. Returns how many. */
static size_t convex_hull(const struct map_spot *p, size_t n, struct map_spot *hull) {
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		while (k >= 2 && cross(hull[k - 2], hull[k - 1], p[i]) <= 0) k--;
		hull[k++] = p[i];
	}
	for (size_t i = n - 1, least = k + 1; i-- > 0;) {
		while (k >= least && cross(hull[k - 2], hull[k - 1], p[i]) <= 0) k--;
		hull[k++] = p[i];
	}
	return k - 1;
}

/* The rectangle around the hull with its side along (ux, uy). */
struct map_box map_box_along(const struct map_spot *hull, size_t n, float ux, float uy) {
	float a0 = INFINITY, a1 = -INFINITY, c0 = INFINITY, c1 = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		float a = hull[i].x * ux + hull[i].y * uy, c = hull[i].y * ux - hull[i].x * uy;
		a0 = fminf(a0, a);
		a1 = fmaxf(a1, a);
		c0 = fminf(c0, c);
		c1 = fmaxf(c1, c);
	}
	float a = (a0 + a1) / 2, c = (c0 + c1) / 2;
	return (struct map_box){ .x = a * ux - c * uy,
		.y = a * uy + c * ux,
		.ux = ux,
		.uy = uy,
		.along = (a1 - a0) / 2,
		.across = (c1 - c0) / 2 };
}

static struct map_box smallest_box(const struct map_spot *hull, size_t n) {
	struct map_box best = { .along = INFINITY, .across = 1 };
	for (size_t i = 0; i < n; i++) {
		float dx = hull[(i + 1) % n].x - hull[i].x, dy = hull[(i + 1) % n].y - hull[i].y, d = hypotf(dx, dy);
		if (!(d > 0)) continue;
		struct map_box b = map_box_along(hull, n, dx / d, dy / d);
		if (b.along * b.across < best.along * best.across) best = b;
	}
	if (best.along < best.across)
		best = (struct map_box){ best.x, best.y, -best.uy, best.ux, best.across, best.along, 0, 0 };
	return best;
}

/* ---- from runs to boxes ------------------------------------------------------------------------------------------------ */

struct component {
	size_t runs, first; /* in `order` */
	double sum;
	int64_t count;
};

/* One number for every component, in order of its first run; how many runs, how much of the map. */
static int number_components(struct runs *r, uint32_t *of, struct component **ret, size_t *ret_count, struct err *e) {
	size_t n = 0;
	for (size_t i = 0; i < r->count; i++) n += r->item[i].parent == i;
	struct component *c = calloc(n ? n : 1, sizeof *c);
	if (!c) return err_nomem(e);
	n = 0;
	for (size_t i = 0; i < r->count; i++) {
		const struct run *run = &r->item[i];
		uint32_t root = root_of(r->item, (uint32_t)i);
		of[i] = root == i ? (uint32_t)n++ : of[root];
		c[of[i]].runs++;
		c[of[i]].sum += (double)run->sum;
		c[of[i]].count += run->x1 - run->x0;
	}
	for (size_t i = 1; i < n; i++) c[i].first = c[i - 1].first + c[i - 1].runs;
	*ret = c;
	*ret_count = n;
	return 0;
}

/* The box of the component whose runs are order[0..n). `spot` and `hull` have room for 4 n + 1. */
static struct map_box box_of(
	const struct runs *r, const uint32_t *order, size_t n, struct map_spot *spot, struct map_spot *hull) {
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		const struct run *run = &r->item[order[i]];
		for (int corner = 0; corner < 4; corner++)
			spot[k++] = (struct map_spot){ (float)(corner & 1 ? run->x1 : run->x0),
				(float)(run->y + (corner >> 1)) };
	}
	qsort(spot, k, sizeof *spot, by_place);
	return smallest_box(hull, convex_hull(spot, k, hull));
}

/* The boxes of components of at least `least` places. */
static int keep_boxes(const struct runs *r, const uint32_t *order, const struct component *c, size_t n, int least,
	struct map_boxes *ret, struct err *e) {
	size_t most = 0, kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (c[i].count < least) continue;
		most = c[i].runs > most ? c[i].runs : most;
		kept++;
	}
	if (kept > MAP_BOXES_MAX) return err_set(e, ERR_REFUSED, "This picture has more text than a photo can have.");
	auto_free struct map_spot *spot = calloc(4 * most + 1, sizeof *spot);
	auto_free struct map_spot *hull = calloc(4 * most + 1, sizeof *hull);
	ret->item = calloc(kept ? kept : 1, sizeof *ret->item);
	if (!spot || !hull || !ret->item) return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		if (c[i].count < least) continue;
		struct map_box *b = &ret->item[ret->count++];
		*b = box_of(r, order + c[i].first, c[i].runs, spot, hull);
		b->score = (float)(c[i].sum / (double)c[i].count);
		b->count = (size_t)c[i].count;
	}
	return 0;
}

int map_boxes_find(
	const float *map, int width, int height, float threshold, int least, struct map_boxes *ret, struct err *e) {
	struct runs r = { .threshold = threshold };
	auto_free struct component *c = NULL;
	auto_free uint32_t *of = NULL, *order = NULL;
	size_t n = 0;
	*ret = (struct map_boxes){ 0 };
	int status = scan(map, width, height, &r, e);
	if (!status) {
		of = calloc(r.count + 1, sizeof *of);
		order = calloc(r.count + 1, sizeof *order);
		status = of && order ? number_components(&r, of, &c, &n, e) : err_nomem(e);
	}
	if (!status) {
		for (size_t i = 0; i < r.count; i++) order[c[of[i]].first++] = (uint32_t)i;
		for (size_t i = 0; i < n; i++) c[i].first -= c[i].runs;
		status = keep_boxes(&r, order, c, n, least, ret, e);
	}
	free(r.item);
	return status;
}

void map_boxes_free(struct map_boxes *b) {
	free(b->item);
	*b = (struct map_boxes){ 0 };
}

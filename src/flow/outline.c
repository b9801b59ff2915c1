/* outline.c: outlines as text; see flow/outline.h. */
#include "flow/outline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NUMBER_MAX = 24 };

int outline_format(const struct wire_point *pts, size_t n, char *out, size_t size) {
	size_t at = 0;
	if (!size) BUG("no room for an outline");
	out[0] = 0;
	for (size_t i = 0; i < n; i++) {
		int w = snprintf(
			out + at, size - at, "%s%.1f,%.1f", i ? " " : "", (double)pts[i].x, (double)pts[i].y);
		if (w < 0 || (size_t)w >= size - at) return -1;
		at += (size_t)w;
	}
	return 0;
}

/* Reads one number that ends at ',', white space, '|' or the end; moves *s behind it. */
static int take_number(const char **s, float *ret) {
	char word[NUMBER_MAX];
	size_t n = strcspn(*s, ", \t|");
	double v;
	if (n == 0 || n >= sizeof word) return -1;
	memcpy(word, *s, n);
	word[n] = 0;
	if (text_number(word, &v) || fabs(v) > 4.0 * WIRE_SIDE_MAX) return -1;
	*ret = (float)v;
	*s += n;
	return 0;
}

/* Reads points up to '|' or the end; moves *s there. Numbers are taken in pairs, whatever of ' ' and ',' is between. */
static int take_points(const char **s, size_t max, struct wire_point *ret, size_t *ret_n, struct err *e) {
	size_t n = 0;
	*s += strspn(*s, " \t");
	while (**s && **s != '|') {
		struct wire_point p;
		if (take_number(s, &p.x)) goto bad;
		if (**s != ',') goto bad;
		(*s)++;
		if (take_number(s, &p.y)) goto bad;
		if (n == max) return err_set(e, ERR_USAGE, "an outline has at most %zu points", max);
		ret[n++] = p;
		*s += strspn(*s, ", \t");
	}
	*ret_n = n;
	return 0;
bad:
	return err_set(e, ERR_USAGE,
		"points are written as x,y x,y in pixels of the upright photo, for instance 120,80 640,410");
}

int outline_parse(const char *s, size_t max, struct wire_point *ret, size_t *ret_n, struct err *e) {
	if (take_points(&s, max, ret, ret_n, e)) return -1;
	return *s ? err_set(e, ERR_USAGE, "points are written as x,y x,y") : 0;
}

int outline_format_keys(const struct wire_region *r, char *out, size_t size) {
	if (outline_format(r->box, 2, out, size)) return -1;
	for (int part = 0; part < 2; part++) {
		size_t at = strlen(out);
		if (at + 2 > size) return -1;
		out[at++] = '|';
		if (outline_format(part ? r->lip : r->point, part ? r->lips : 6, out + at, size - at)) return -1;
	}
	return 0;
}

int outline_parse_keys(const char *s, struct wire_region *ret, struct err *e) {
	size_t box = 0, six = 0, lips = 0;
	if (take_points(&s, 2, ret->box, &box, e) || *s++ != '|' || take_points(&s, 6, ret->point, &six, e) ||
		*s++ != '|' || take_points(&s, WIRE_POINTS_MAX, ret->lip, &lips, e) || *s || box != 2 || six != 6)
		return err_set(e, ERR_OUTSIDE, "the database holds a face whose points cannot be read");
	ret->lips = (uint32_t)lips;
	return 0;
}

/* Twice the area of a polygon (shoelace). */
static double twice_area(const struct wire_point *pts, size_t n) {
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		const struct wire_point *a = &pts[i], *b = &pts[(i + 1) % n];
		sum += (double)a->x * b->y - (double)b->x * a->y;
	}
	return fabs(sum);
}

int outline_check(
	enum wire_shape shape, const struct wire_point *pts, size_t n, int width, int height, struct err *e) {
	if (shape == SHAPE_POLYGON ? n < 3 : n != 2)
		return err_set(e, ERR_USAGE,
			shape == SHAPE_POLYGON
				? "a polygon has at least three corners: x,y x,y x,y"
				: "a rectangle or an ellipse is given by two opposite corners: x,y x,y");
	double area = shape == SHAPE_POLYGON ? twice_area(pts, n) / 2
					     : fabs(((double)pts[1].x - pts[0].x) * ((double)pts[1].y - pts[0].y));
	if (area < 1) return err_set(e, ERR_USAGE, "this outline covers nothing");
	float x0 = pts[0].x, x1 = x0, y0 = pts[0].y, y1 = y0;
	for (size_t i = 1; i < n; i++) {
		x0 = fminf(x0, pts[i].x), x1 = fmaxf(x1, pts[i].x);
		y0 = fminf(y0, pts[i].y), y1 = fmaxf(y1, pts[i].y);
	}
	if (x1 <= 0 || y1 <= 0 || x0 >= (float)width || y0 >= (float)height)
		return err_set(
			e, ERR_USAGE, "this outline lies outside the photo, which is %d x %d pixels", width, height);
	return 0;
}

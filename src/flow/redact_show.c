/* redact_show.c: the picture a reviewer looks at: the original with numbered outlines on the left, the master on the
 * right. It shows what is to be hidden: it is for the reviewer's eyes and is never published. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "flow/redact_inner.h"

enum { GAP = 16, PANEL_MAX = (SHOW_SIDE_MAX - GAP) / 2, GLYPH_W = 5, GLYPH_H = 7 };

struct ink {
	uint8_t rgb[3];
	int width; /* of the light stroke, in pixels */
	bool dashed;
};

static const uint8_t dark[3] = { 0x14, 0x14, 0x14 };

/* Digits, 5 by 7, a row a byte, the leftmost pixel in bit 4. */
static const uint8_t glyphs[10][GLYPH_H] = {
	{ 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e },
	{ 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e },
	{ 0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f },
	{ 0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e },
	{ 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 },
	{ 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e },
	{ 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e },
	{ 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 },
	{ 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e },
	{ 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c },
};

/* ---- drawing ------------------------------------------------------------------------------------------------------- */

/* A filled square of side `size` around (x, y), inside the panel's width. */
static void dab(struct pixels *p, int panel, double x, double y, int size, const uint8_t rgb[3]) {
	const int x0 = (int)floor(x) - size / 2, y0 = (int)floor(y) - size / 2;
	for (int j = y0; j < y0 + size; j++)
		for (int i = x0; i < x0 + size; i++)
			if (i >= 0 && j >= 0 && i < panel && j < p->height) memcpy(pixels_at(p, i, j), rgb, 3);
}

/* Cuts the line a-b to the rectangle 0..w, 0..h grown by a little (Liang and Barsky); false if nothing is left. */
static bool line_cut(struct dot *a, struct dot *b, double w, double h) {
	const double dx = b->x - a->x, dy = b->y - a->y;
	const double step[4] = { -dx, dx, -dy, dy }, room[4] = { a->x + 8, w + 8 - a->x, a->y + 8, h + 8 - a->y };
	double from = 0, to = 1;
	for (int i = 0; i < 4; i++) {
		if (step[i] == 0) {
			if (room[i] < 0) return false;
			continue;
		}
		const double t = room[i] / step[i];
		if (step[i] < 0)
			from = fmax(from, t);
		else
			to = fmin(to, t);
	}
	if (from > to) return false;
	const struct dot start = *a;
	*a = (struct dot){ start.x + from * dx, start.y + from * dy };
	*b = (struct dot){ start.x + to * dx, start.y + to * dy };
	return true;
}

static void draw_line(
	struct pixels *p, int panel, struct dot a, struct dot b, int size, const uint8_t rgb[3], bool dashed) {
	if (!line_cut(&a, &b, panel, p->height)) return;
	const double length = hypot(b.x - a.x, b.y - a.y);
	const int steps = (int)fmin(ceil(length), 4 * SHOW_SIDE_MAX);
	for (int i = 0; i <= steps; i++) {
		if (dashed && i % 14 >= 9) continue;
		const double t = steps ? (double)i / steps : 0;
		dab(p, panel, a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), size, rgb);
	}
}

/* A light stroke over a wider dark one, so that it shows on any picture. */
static void draw_outline(struct pixels *p, int panel, const struct outline *o, const struct ink *ink) {
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < o->n; i++)
			draw_line(p, panel, o->p[i], o->p[(i + 1) % o->n], pass == 0 ? ink->width + 3 : ink->width,
				pass == 0 ? dark : ink->rgb, pass == 1 && ink->dashed);
}

/* A number on a dark plate with its left top corner at (x, y), kept inside the panel. */
static void draw_number(struct pixels *p, int panel, double x, double y, unsigned number, const uint8_t rgb[3]) {
	enum { DOT = 3, PAD = 5 };
	char digits[12];
	const int n = snprintf(digits, sizeof(digits), "%u", number);
	const int w = (n * (GLYPH_W + 1) - 1) * DOT + 2 * PAD, h = GLYPH_H * DOT + 2 * PAD;
	const int x0 = (int)fmax(fmin(x, panel - w), 0), y0 = (int)fmax(fmin(y, p->height - h), 0);
	for (int j = y0; j < y0 + h && j < p->height; j++)
		for (int i = x0; i < x0 + w && i < panel; i++) memcpy(pixels_at(p, i, j), dark, 3);
	for (int k = 0; k < n; k++)
		for (int row = 0; row < GLYPH_H; row++)
			for (int col = 0; col < GLYPH_W; col++)
				if (glyphs[digits[k] - '0'][row] >> (GLYPH_W - 1 - col) & 1)
					dab(p, panel, x0 + PAD + (k * (GLYPH_W + 1) + col) * DOT + 1,
						y0 + PAD + row * DOT + 1, DOT, rgb);
}

/* ---- the two halves ------------------------------------------------------------------------------------------------------ */

static struct ink region_ink(const struct wire_region *g) {
	static const uint8_t white[3] = { 255, 255, 255 }, yellow[3] = { 255, 221, 51 },
			     magenta[3] = { 255, 102, 221 };
	const uint8_t *rgb = g->kind == REGION_FACE ? white : g->kind == REGION_DRAWN ? magenta : yellow;
	struct ink ink = { .width = g->cover ? 3 : 1, .dashed = g->kind == REGION_FACE };
	memcpy(ink.rgb, rgb, 3);
	return ink;
}

/* The regions and the crop over the left half, which shows the upright picture at `sx`, `sy`. */
static void draw_left(
	struct pixels *p, const struct decision *d, const struct frame *f, double sx, double sy, int panel) {
	static const struct ink cyan = { { 51, 221, 255 }, 3, false };
	const double m[6] = { sx, 0, 0, 0, sy, 0 };
	struct outline o, there;
	if (f) {
		const struct outline crop = { 4,
			{ { 0, 0 }, { f->width, 0 }, { f->width, f->height }, { 0, f->height } } };
		outline_move(&crop, f->back, &o);
		outline_move(&o, m, &there);
		draw_outline(p, panel, &there, &cyan);
	}
	for (uint32_t i = 0; i < d->regions; i++) {
		const struct ink ink = region_ink(&d->region[i]);
		struct dot box[2];
		outline_of(&d->region[i], &o);
		outline_move(&o, m, &there);
		draw_outline(p, panel, &there, &ink);
		outline_box(&there, box);
		draw_number(p, panel, box[0].x, box[0].y, i + 1, ink.rgb);
	}
}

/* The size a picture has in a panel. */
static void panel_size(const struct pixels *p, int *ret_w, int *ret_h) {
	const double scale = fmin(1, fmin((double)PANEL_MAX / p->width, (double)SHOW_SIDE_MAX / p->height));
	*ret_w = (int)fmax(floor(p->width * scale), 1);
	*ret_h = (int)fmax(floor(p->height * scale), 1);
}

static int put_scaled(struct pixels *out, const struct pixels *p, int x, int y, int w, int h, struct err *e) {
	auto_pixels struct pixels small = { 0 };
	const int box[4] = { 0, 0, p->width, p->height };
	if (pixels_shrink(p, box, w, h, &small, e) < 0) return -1;
	for (int row = 0; row < h; row++)
		memcpy(pixels_at(out, x, y + row), pixels_at(&small, 0, row), (size_t)w * 3);
	return 0;
}

int redact_show_pixels(
	const struct pixels *p, const struct decision *d, const struct master *m, struct pixels *ret, struct err *e) {
	int lw, lh, rw, rh;
	struct frame f;
	struct pixels out = { 0 };
	const struct pixels *right = m ? master_pixels(m) : NULL;
	/* without a master, a drawn crop or the smile's can still be shown */
	const bool framed = m || (d->form != FORM_NONE && frame_make(d, p->width, p->height, NULL, &f, NULL) == 0);
	if (m) f = *master_frame(m);
	panel_size(p, &lw, &lh);
	if (right)
		panel_size(right, &rw, &rh);
	else
		rw = lw, rh = lh;
	if (pixels_make(&out, lw + GAP + rw, lh > rh ? lh : rh, e) < 0) return -1;
	for (size_t i = 0; i < (size_t)out.width * (size_t)out.height; i++)
		memcpy(out.data + i * 3, (uint8_t[]){ VEIL_R, VEIL_G, VEIL_B }, 3);
	if (put_scaled(&out, p, 0, 0, lw, lh, e) < 0 ||
		(right && put_scaled(&out, right, lw + GAP, 0, rw, rh, e) < 0)) {
		pixels_free(&out);
		return -1;
	}
	draw_left(&out, d, framed ? &f : NULL, (double)lw / p->width, (double)lh / p->height, lw);
	*ret = out;
	return 0;
}

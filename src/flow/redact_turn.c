/* redact_turn.c: moves whole pictures (I8: turns, scales, crops, nothing else): first an area average down to the
 * master's scale, then, where there is a turn, one bicubic pass at that scale. */
#include <math.h>
#include <string.h>

#include "flow/redact_inner.h"

int pixels_make(struct pixels *p, int width, int height, struct err *e) {
	uint8_t *data = malloc((size_t)width * (size_t)height * 3);
	if (!data) return err_nomem(e);
	p->width = width;
	p->height = height;
	p->bands = 3;
	p->data = data;
	return 0;
}

/* ---- scaling ------------------------------------------------------------------------------------------------------ */

/* Adds `share` of a row of the picture to a row of sums. */
static void sum_row(float *sum, const uint8_t *row, size_t n, float share) {
	for (size_t i = 0; i < n; i++) sum[i] += share * (float)row[i];
}

/* Averages a row of sums (already an average of rows) down to `ow` pixels. */
static void average_row(const float *sum, int w, uint8_t *out, int ow) {
	const double step = (double)w / ow;
	for (int x = 0; x < ow; x++) {
		const double from = x * step, to = fmin(from + step, w);
		float total[3] = { 0 };
		for (int i = (int)from; i < w && i < to; i++) {
			float share = (float)(fmin(i + 1, to) - fmax(i, from));
			for (int b = 0; b < 3; b++) total[b] += share * sum[i * 3 + b];
		}
		for (int b = 0; b < 3; b++) out[x * 3 + b] = (uint8_t)fminf(total[b] / (float)step + .5F, 255);
	}
}

int pixels_shrink(const struct pixels *p, const int box[4], int ow, int oh, struct pixels *ret, struct err *e) {
	const int w = box[2], h = box[3];
	struct pixels out = { 0 };
	if (pixels_make(&out, ow, oh, e) < 0) return -1;
	if (ow == w && oh == h) {
		for (int y = 0; y < h; y++)
			memcpy(pixels_at(&out, 0, y), pixels_at(p, box[0], box[1] + y), (size_t)w * 3);
		*ret = out;
		return 0;
	}
	auto_free float *sum = malloc((size_t)w * 3 * sizeof(*sum));
	if (!sum) {
		pixels_free(&out);
		return err_nomem(e);
	}
	const double step = (double)h / oh;
	for (int y = 0; y < oh; y++) {
		const double from = y * step, to = fmin(from + step, h);
		memset(sum, 0, (size_t)w * 3 * sizeof(*sum));
		for (int i = (int)from; i < h && i < to; i++) {
			float share = (float)((fmin(i + 1, to) - fmax(i, from)) / step);
			sum_row(sum, pixels_at(p, box[0], box[1] + i), (size_t)w * 3, share);
		}
		average_row(sum, w, pixels_at(&out, 0, y), ow);
	}
	*ret = out;
	return 0;
}

/* ---- turning ------------------------------------------------------------------------------------------------------- */

enum { PHASES = 64 };

/* Catmull-Rom weights of the four neighbours for each phase, times 4096. */
static void cubic_weights(int weight[PHASES][4]) {
	for (int i = 0; i < PHASES; i++) {
		const double t = (double)i / PHASES, t2 = t * t, t3 = t2 * t;
		weight[i][0] = (int)lrint(4096 * (-.5 * t + t2 - .5 * t3));
		weight[i][2] = (int)lrint(4096 * (.5 * t + 2 * t2 - 1.5 * t3));
		weight[i][3] = (int)lrint(4096 * (-.5 * t2 + .5 * t3));
		weight[i][1] = 4096 - weight[i][0] - weight[i][2] - weight[i][3];
	}
}

static int within(int v, int n) {
	return v < 0 ? 0 : v >= n ? n - 1 : v;
}

/* The picture's value at (x, y), pixel centres at .5. */
static void cubic_at(const struct pixels *p, int weight[PHASES][4], double x, double y, uint8_t out[3]) {
	const double fx = floor((x - .5) * PHASES + .5), fy = floor((y - .5) * PHASES + .5);
	const int ix = (int)floor(fx / PHASES), iy = (int)floor(fy / PHASES);
	const int *wx = weight[(int)fx - ix * PHASES], *wy = weight[(int)fy - iy * PHASES];
	int64_t total[3] = { 0 };
	const bool inner = ix >= 1 && ix + 2 < p->width && iy >= 1 && iy + 2 < p->height;
	for (int j = 0; j < 4; j++) {
		int row[3] = { 0 };
		for (int i = 0; i < 4; i++) {
			const uint8_t *px =
				inner ? pixels_at(p, ix - 1 + i, iy - 1 + j)
				      : pixels_at(p, within(ix - 1 + i, p->width), within(iy - 1 + j, p->height));
			for (int b = 0; b < 3; b++) row[b] += wx[i] * px[b];
		}
		for (int b = 0; b < 3; b++) total[b] += (int64_t)wy[j] * row[b];
	}
	for (int b = 0; b < 3; b++) {
		int64_t v = (total[b] + (1 << 23)) >> 24;
		out[b] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

/* The part of the picture that the master shows, as x, y, w, h, with room for the bicubic's reach. */
static bool frame_window(const struct frame *f, const struct pixels *p, int ret[4]) {
	struct outline corners = { 4, { { 0, 0 }, { f->width, 0 }, { f->width, f->height }, { 0, f->height } } },
		       there;
	struct dot box[2];
	outline_move(&corners, f->back, &there);
	outline_box(&there, box);
	const double reach = 3 / f->scale;
	double x0 = fmax(floor(box[0].x - reach), 0), y0 = fmax(floor(box[0].y - reach), 0);
	double x1 = fmin(ceil(box[1].x + reach), p->width), y1 = fmin(ceil(box[1].y + reach), p->height);
	if (!(x1 - x0 >= 1 && y1 - y0 >= 1)) return false;
	ret[0] = (int)x0, ret[1] = (int)y0, ret[2] = (int)(x1 - x0), ret[3] = (int)(y1 - y0);
	return true;
}

static void tone_tables(const float gain[3], uint8_t table[3][256]) {
	for (int b = 0; b < 3; b++)
		for (int v = 0; v < 256; v++) table[b][v] = (uint8_t)fminf((float)v * gain[b] + .5F, 255);
}

static int turn_into(
	const struct frame *f, const struct pixels *p, uint8_t table[3][256], struct pixels *out, struct err *e) {
	int box[4];
	auto_pixels struct pixels small = { 0 };
	if (!frame_window(f, p, box))
		return err_set(e, ERR_REFUSED, "the crop lies outside the picture; draw it again");
	const int sw = (int)fmax(lrint(box[2] * f->scale), 1), sh = (int)fmax(lrint(box[3] * f->scale), 1);
	if (pixels_shrink(p, box, sw, sh, &small, e) < 0) return -1;
	const double sx = (double)sw / box[2], sy = (double)sh / box[3], *m = f->back;
	int weight[PHASES][4];
	cubic_weights(weight);
	for (int y = 0; y < f->height; y++)
		for (int x = 0; x < f->width; x++) {
			const double px = m[0] * (x + .5) + m[1] * (y + .5) + m[2];
			const double py = m[3] * (x + .5) + m[4] * (y + .5) + m[5];
			uint8_t *o = pixels_at(out, x, y);
			if (px < 0 || py < 0 || px >= p->width || py >= p->height) {
				o[0] = VEIL_R, o[1] = VEIL_G, o[2] = VEIL_B;
				continue;
			}
			cubic_at(&small, weight, (px - box[0]) * sx, (py - box[1]) * sy, o);
			for (int b = 0; b < 3; b++) o[b] = table[b][o[b]];
		}
	return 0;
}

static void flip_rows(struct pixels *p) {
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width / 2; x++) {
			uint8_t *a = pixels_at(p, x, y), *b = pixels_at(p, p->width - 1 - x, y), t[3];
			memcpy(t, a, 3);
			memcpy(a, b, 3);
			memcpy(b, t, 3);
		}
}

/* Whether no pixel need be computed but by averaging: no turn, and a crop of whole pixels inside the picture. */
static bool frame_is_plain(const struct frame *f, const struct pixels *p, int ret[4]) {
	const struct dot *c = f->crop;
	const double x0 = f->flip ? p->width - c[1].x : c[0].x;
	if (f->turn != 0 || c[0].x < 0 || c[0].y < 0 || c[1].x > p->width || c[1].y > p->height) return false;
	ret[0] = (int)x0, ret[1] = (int)c[0].y, ret[2] = (int)(c[1].x - c[0].x), ret[3] = (int)(c[1].y - c[0].y);
	return ret[0] == x0 && ret[1] == c[0].y && ret[2] == c[1].x - c[0].x && ret[3] == c[1].y - c[0].y;
}

int frame_apply(
	const struct frame *f, const struct pixels *p, const float gain[3], struct pixels *ret, struct err *e) {
	struct pixels out = { 0 };
	uint8_t table[3][256]; /* one multiplication a channel, the same for the whole picture (I8) */
	int box[4], r;
	tone_tables(gain, table);
	if (frame_is_plain(f, p, box)) {
		r = pixels_shrink(p, box, f->width, f->height, &out, e);
		if (r == 0 && f->flip) flip_rows(&out);
		for (size_t i = 0; r == 0 && i < (size_t)f->width * (size_t)f->height * 3; i++)
			out.data[i] = table[i % 3][out.data[i]];
	} else {
		r = pixels_make(&out, f->width, f->height, e);
		if (r == 0) r = turn_into(f, p, table, &out, e);
	}
	if (r < 0) {
		pixels_free(&out);
		return -1;
	}
	*ret = out;
	return 0;
}

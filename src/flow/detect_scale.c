/* detect_scale.c: see detect_scale.h. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect_scale.h"

struct affine affine_chain(const struct affine *outer, const struct affine *inner) {
	return (struct affine){
		.a = outer->a * inner->a + outer->b * inner->d,
		.b = outer->a * inner->b + outer->b * inner->e,
		.c = outer->a * inner->c + outer->b * inner->f + outer->c,
		.d = outer->d * inner->a + outer->e * inner->d,
		.e = outer->d * inner->b + outer->e * inner->e,
		.f = outer->d * inner->c + outer->e * inner->f + outer->f,
	};
}

void pyramid_init(struct pyramid *y, const struct pixels *full) {
	*y = (struct pyramid){ .full = full };
}

void pyramid_free(struct pyramid *y) {
	for (int k = 1; k < PYRAMID_LEVELS; k++) pixels_free(&y->half[k]);
}

static const struct pixels *level_at(const struct pyramid *y, int k) {
	return k ? &y->half[k] : y->full;
}

/* Means of squares of 2^k pixels. Columns are summed over 2^k rows first, in 16 bits (at most 128 x 255), which compilers
 * turn into wide additions; an edge that fills no square is left out. */
static int shrink(const struct pixels *from, int k, struct pixels *to, struct err *e) {
	int side = 1 << k, width = from->width / side, height = from->height / side;
	size_t row = (size_t)from->width * 3;
	auto_free uint16_t *sum = malloc(row * sizeof *sum);
	uint8_t *data = malloc((size_t)width * (size_t)height * 3);
	if (!sum || !data) {
		free(data);
		return err_nomem(e);
	}
	uint32_t half = 1U << (2 * k - 1);
	uint8_t *out = data;
	for (int y = 0; y < height; y++) {
		const uint8_t *in = from->data + (size_t)y * (size_t)side * row;
		for (size_t i = 0; i < row; i++) sum[i] = in[i];
		for (int j = 1; j < side; j++) {
			in += row;
			for (size_t i = 0; i < row; i++) sum[i] = (uint16_t)(sum[i] + in[i]);
		}
		const uint16_t *s = sum;
		for (int x = 0; x < width; x++, out += 3) {
			uint32_t r = half, g = half, b = half;
			for (int j = 0; j < side; j++, s += 3) {
				r += s[0];
				g += s[1];
				b += s[2];
			}
			out[0] = (uint8_t)(r >> 2 * k);
			out[1] = (uint8_t)(g >> 2 * k);
			out[2] = (uint8_t)(b >> 2 * k);
		}
	}
	*to = (struct pixels){ .width = width, .height = height, .bands = 3, .data = data };
	return 0;
}

/* The size for `scale` full pixels a wanted one, made from the nearest larger one that is there. */
static int pick_level(struct pyramid *y, float scale, int *ret, struct err *e) {
	int k = 0;
	while (k + 1 < PYRAMID_LEVELS && scale >= (float)(2 << k) && y->full->width >> (k + 1) > 0 &&
		y->full->height >> (k + 1) > 0)
		k++;
	if (k && !y->half[k].data) {
		int from = k - 1;
		while (from && !y->half[from].data) from--;
		if (shrink(level_at(y, from), k - from, &y->half[k], e)) return -1;
	}
	*ret = k;
	return 0;
}

/* Four neighbours of (x, y), which is relative to pixel centres; pixels outside are black. */
static void mix(const struct pixels *p, float x, float y, float *rgb) {
	static const uint8_t black[3] = { 0, 0, 0 };
	int x0 = (int)floorf(x), y0 = (int)floorf(y);
	float fx = x - (float)x0, fy = y - (float)y0;
	const uint8_t *at[4];
	for (int i = 0; i < 4; i++) {
		int px = x0 + (i & 1), py = y0 + (i >> 1);
		at[i] = px >= 0 && px < p->width && py >= 0 && py < p->height ? pixels_at(p, px, py) : black;
	}
	for (int c = 0; c < 3; c++) {
		float top = (float)at[0][c] + fx * (float)(at[1][c] - at[0][c]);
		float low = (float)at[2][c] + fx * (float)(at[3][c] - at[2][c]);
		rgb[c] = top + fy * (low - top);
	}
}

int pyramid_cut(struct pyramid *y, const struct affine *to_picture, float gain, float bias, float *out, int width,
	int height, struct err *e) {
	int k;
	if (pick_level(y, hypotf(to_picture->a, to_picture->d), &k, e)) return -1;
	const struct pixels *p = level_at(y, k);
	float shrunk = 1.0F / (float)(1 << k);
	struct affine level = { shrunk, 0, -0.5F, 0, shrunk, -0.5F };
	struct affine t = affine_chain(&level, to_picture);
	float right = (float)p->width, bottom = (float)p->height;
	for (int row = 0; row < height; row++) {
		for (int col = 0; col < width; col++, out += 3) {
			float u = (float)col + 0.5F, v = (float)row + 0.5F;
			float px = affine_x(&t, u, v), py = affine_y(&t, u, v), rgb[3] = { 0, 0, 0 };
			if (px > -1 && py > -1 && px < right && py < bottom) mix(p, px, py, rgb);
			for (int c = 0; c < 3; c++) out[c] = rgb[c] * gain + bias;
		}
	}
	return 0;
}

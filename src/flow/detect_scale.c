/* detect_scale.c: see detect_scale.h. */
#include <math.h>
#include <stdbool.h>
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

/* Weights of neighbours are 1/1024: a mix of four 8-bit values is an integer of 28 bits. */
enum { PART = 1024 };

/* The pixel at (x, y), which is relative to pixel centres, from its four neighbours, at `at` and to the right and below. */
static void mix(const uint8_t *at[4], int fx, int fy, float gain, float bias, float *out) {
	int weight[4] = { (PART - fx) * (PART - fy), fx * (PART - fy), (PART - fx) * fy, fx * fy };
	for (int c = 0; c < 3; c++) {
		int sum = at[0][c] * weight[0] + at[1][c] * weight[1] + at[2][c] * weight[2] + at[3][c] * weight[3];
		out[c] = (float)sum * gain + bias;
	}
}

/* One row of a piece from (x, y) on, in steps of (dx, dy), all relative to pixel centres. */
static void cut_row(
	const struct pixels *p, float x, float y, float dx, float dy, float gain, float bias, float *out, int width) {
	static const uint8_t black[3] = { 0, 0, 0 };
	size_t row = (size_t)p->width * 3;
	for (int col = 0; col < width; col++, out += 3) {
		float px = x + dx * (float)col, py = y + dy * (float)col;
		if (!(px > -1 && py > -1 && px < (float)p->width && py < (float)p->height)) {
			out[0] = out[1] = out[2] = bias;
			continue;
		}
		int ix = (int)((px + 1) * PART), iy = (int)((py + 1) * PART);
		int x0 = ix / PART - 1, y0 = iy / PART - 1;
		const uint8_t *at[4];
		if (x0 >= 0 && y0 >= 0 && x0 + 1 < p->width && y0 + 1 < p->height) {
			at[0] = p->data + (size_t)y0 * row + (size_t)x0 * 3;
			at[1] = at[0] + 3;
			at[2] = at[0] + row;
			at[3] = at[2] + 3;
		} else {
			for (int i = 0; i < 4; i++) {
				int nx = x0 + (i & 1), ny = y0 + (i >> 1);
				bool in = nx >= 0 && nx < p->width && ny >= 0 && ny < p->height;
				at[i] = in ? pixels_at(p, nx, ny) : black;
			}
		}
		mix(at, ix % PART, iy % PART, gain, bias, out);
	}
}

int pyramid_cut(struct pyramid *y, const struct affine *to_picture, float gain, float bias, float *out, int width,
	int height, struct err *e) {
	int k;
	if (pick_level(y, hypotf(to_picture->a, to_picture->d), &k, e)) return -1;
	float shrunk = 1.0F / (float)(1 << k);
	struct affine level = { shrunk, 0, -0.5F, 0, shrunk, -0.5F };
	struct affine t = affine_chain(&level, to_picture);
	gain /= (float)PART * PART;
	for (int row = 0; row < height; row++) {
		float v = (float)row + 0.5F;
		cut_row(level_at(y, k), affine_x(&t, 0.5F, v), affine_y(&t, 0.5F, v), t.a, t.d, gain, bias,
			out + (size_t)row * (size_t)width * 3, width);
	}
	return 0;
}

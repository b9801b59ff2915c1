/* detect_read.c: from the detector network's numbers to candidates, and candidates of one face into one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect_impl.h"

enum { CELL = 4, NUMBERS = 4 + 2 * KEYPOINTS, FACES_MAX = 1 << 20 };

int faces_add(struct faces *f, const struct face *face, struct err *e) {
	if (f->count == f->room) {
		size_t room = f->room ? f->room * 2 : 64;
		if (room > FACES_MAX)
			return err_set(e, ERR_REFUSED, "The picture has too many faces to be searched.");
		struct face *more = realloc(f->item, room * sizeof *more);
		if (!more) return err_nomem(e);
		f->item = more;
		f->room = room;
	}
	f->item[f->count++] = *face;
	return 0;
}

void faces_free(struct faces *f) {
	free(f->item);
	*f = (struct faces){ 0 };
}

/* Half of the box's width and height as the picture's axes have them. */
static void half_sides(const struct face *f, float *ret_x, float *ret_y) {
	*ret_x = 0.5F * f->at[f->sideways ? FACE_HEIGHT : FACE_WIDTH];
	*ret_y = 0.5F * f->at[f->sideways ? FACE_WIDTH : FACE_HEIGHT];
}

float face_overlap(const struct face *a, const struct face *b) {
	float ax, ay, bx, by;
	half_sides(a, &ax, &ay);
	half_sides(b, &bx, &by);
	float w = fminf(a->at[FACE_X] + ax, b->at[FACE_X] + bx) - fmaxf(a->at[FACE_X] - ax, b->at[FACE_X] - bx);
	float h = fminf(a->at[FACE_Y] + ay, b->at[FACE_Y] + by) - fmaxf(a->at[FACE_Y] - ay, b->at[FACE_Y] - by);
	if (w <= 0 || h <= 0) return 0;
	return w * h / (4 * ax * ay + 4 * bx * by - w * h);
}

float face_turn(const struct face *a, const struct face *b) {
	const float *p = &a->at[FACE_KEY], *q = &b->at[FACE_KEY];
	float px = p[2 * EYE_LEFT] - p[2 * EYE_RIGHT], py = p[2 * EYE_LEFT + 1] - p[2 * EYE_RIGHT + 1];
	float qx = q[2 * EYE_LEFT] - q[2 * EYE_RIGHT], qy = q[2 * EYE_LEFT + 1] - q[2 * EYE_RIGHT + 1];
	float lengths = hypotf(px, py) * hypotf(qx, qy);
	return lengths > 0 ? (px * qx + py * qy) / lengths : 0;
}

static int stronger(const void *a, const void *b) {
	float x = ((const struct face *)a)->score, y = ((const struct face *)b)->score;
	return (x < y) - (x > y);
}

void faces_merge(struct faces *f) {
	if (f->count) qsort(f->item, f->count, sizeof *f->item, stronger);
	size_t kept = 0;
	for (size_t i = 0; i < f->count; i++) {
		struct face strongest = f->item[i];
		if (strongest.score <= 0) continue; /* taken by a stronger one */
		float sum[NUMBERS] = { 0 }, weight = 0;
		for (size_t j = i; j < f->count; j++) {
			struct face *other = &f->item[j];
			if (other->score <= 0 || (j != i && face_overlap(&strongest, other) <= SAME_FACE)) continue;
			for (int k = 0; k < NUMBERS; k++) sum[k] += other->score * other->at[k];
			weight += other->score;
			other->score = 0;
		}
		for (int k = 0; k < NUMBERS; k++) strongest.at[k] = sum[k] / weight;
		f->item[kept++] = strongest;
	}
	f->count = kept;
}

/* The network's numbers of a cell are offsets in input pixels from the cell's centre: box centre, box size, keypoints. */
static int read_cell(const float *r, float score, float x, float y, const struct affine *t, bool sideways,
	struct faces *out, struct err *e) {
	struct face f = { .score = score, .sideways = sideways };
	float scale = hypotf(t->a, t->d);
	for (int i = 0; i < NUMBERS; i++)
		if (!isfinite(r[i])) return err_set(e, ERR_OUTSIDE, "The face search failed; try again.");
	if (r[2] <= 0 || r[3] <= 0) return 0;
	f.at[FACE_X] = affine_x(t, x + r[0], y + r[1]);
	f.at[FACE_Y] = affine_y(t, x + r[0], y + r[1]);
	f.at[FACE_WIDTH] = r[2] * scale;
	f.at[FACE_HEIGHT] = r[3] * scale;
	for (int k = 0; k < KEYPOINTS; k++) {
		float kx = x + r[4 + 2 * k], ky = y + r[5 + 2 * k];
		f.at[FACE_KEY + 2 * k] = affine_x(t, kx, ky);
		f.at[FACE_KEY + 2 * k + 1] = affine_y(t, kx, ky);
	}
	return faces_add(out, &f, e);
}

int detect_read(
	const struct model *m, const struct affine *to_picture, bool sideways, struct faces *out, struct err *e) {
	struct model_size size = model_input_size(m);
	size_t across = (size_t)size.width / CELL, down = (size_t)size.height / CELL, boxes, scores;
	const float *box = model_output(m, "reshaped_regressor_face_4", &boxes);
	const float *score = model_output(m, "reshaped_classifier_face_4", &scores);
	if (!box || !score || scores != across * down || boxes != scores * NUMBERS)
		return err_set(e, ERR_OUTSIDE, "The face model is not the one Occlude knows; install Occlude again.");
	float least = logf(SCORE_FAINT / (1 - SCORE_FAINT));
	for (size_t i = 0; i < scores; i++) {
		if (isnan(score[i])) return err_set(e, ERR_OUTSIDE, "The face search failed; try again.");
		if (score[i] < least) continue;
		float x = ((float)(i % across) + 0.5F) * CELL, y = ((float)(i / across) + 0.5F) * CELL;
		float sure = 1 / (1 + expf(-fminf(score[i], 100)));
		if (read_cell(box + i * NUMBERS, sure, x, y, to_picture, sideways, out, e)) return -1;
	}
	return 0;
}

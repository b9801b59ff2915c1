/* text.c: see flow/text.h. */
#include "flow/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "detect_scale.h"
#include "lib/model.h"
#include "text_boxes.h"

#define MODEL_NAME "ch_PP-OCRv4_det_infer.onnx"
#define OUTPUT     "sigmoid_0.tmp_0"
#define UNLIKELY   0.2F /* of the score stays */
enum { STEP = 32, SMALL = 8 };

/* The side the network sees: a multiple of its stride. */
static int network_side(double side) {
	int n = (int)lround(side / STEP) * STEP;
	return n < STEP ? STEP : n;
}

static struct model_size network_size(const struct pixels *p) {
	int longer = p->width > p->height ? p->width : p->height;
	double scale = (double)TEXT_SIDE / longer;
	return (struct model_size){ network_side(p->height * scale), network_side(p->width * scale) };
}

/* Red, green and blue from 0 to 255 become blue, green and red as the network was trained with. */
static void normalize(float *pixel, size_t n) {
	static const float mean[3] = { 0.485F, 0.456F, 0.406F }, deviation[3] = { 0.229F, 0.224F, 0.225F };
	float gain[3], bias[3];
	for (int i = 0; i < 3; i++) {
		gain[i] = 1 / (255 * deviation[i]);
		bias[i] = -mean[i] / deviation[i];
	}
	for (float *end = pixel + 3 * n; pixel < end; pixel += 3) {
		float red = pixel[0];
		pixel[0] = pixel[2] * gain[0] + bias[0];
		pixel[1] = pixel[1] * gain[1] + bias[1];
		pixel[2] = red * gain[2] + bias[2];
	}
}

static int run(struct model *m, const struct pixels *p, struct err *e) {
	auto_pyramid struct pyramid y;
	struct model_size s = model_input_size(m);
	struct affine to_picture = { (float)p->width / (float)s.width, 0, 0, 0, (float)p->height / (float)s.height,
		0 };
	pyramid_init(&y, p);
	if (pyramid_cut(&y, &to_picture, 1, 0, model_input(m), s.width, s.height, e)) return -1;
	normalize(model_input(m), (size_t)s.width * (size_t)s.height);
	return model_run(m, e);
}

/* ---- regions ----------------------------------------------------------------------------------------------------------- */

static int stronger(const void *a, const void *b) {
	const struct text_box *p = a, *q = b;
	if (p->unlikely != q->unlikely) return p->unlikely ? 1 : -1;
	return p->score > q->score ? -1 : p->score < q->score;
}

/* A box of the map as a region of the picture: `x`, `y` pixels of the picture for one of the map. */
static struct wire_region region_of(const struct text_box *b, float x, float y) {
	static const int side[4][2] = { { -1, -1 }, { 1, -1 }, { 1, 1 }, { -1, 1 } };
	struct wire_region r = { .kind = REGION_TEXT,
		.shape = SHAPE_POLYGON,
		.verified = !b->unlikely,
		.cover = 1,
		.score = fminf(b->unlikely ? b->score * UNLIKELY : b->score, 1),
		.points = 4 };
	for (int i = 0; i < 4; i++) {
		float along = (float)side[i][0] * b->along, across = (float)side[i][1] * b->across;
		r.polygon[i].x = (b->x + along * b->ux - across * b->uy) * x;
		r.polygon[i].y = (b->y + along * b->uy + across * b->ux) * y;
	}
	return r;
}

int text_find(const struct asset *models, const struct pixels *p, bool intraoral, struct wire_region *out, size_t max,
	size_t *ret_n, struct err *e) {
	auto_model struct model *m = NULL;
	auto_text_boxes struct text_boxes boxes = { 0 };
	const struct asset *file = asset_find(models, MODEL_NAME);
	size_t n = 0;
	if (!file) return err_set(e, ERR_OUTSIDE, "The model " MODEL_NAME " is not there; install Occlude again.");
	if (p->bands != 3 || p->width < SMALL || p->height < SMALL)
		return err_set(e, ERR_REFUSED, "This picture is too small to look for text in.");
	const struct model_size s = network_size(p);
	if (model_load(file->data, file->size, &s, &m, e) || run(m, p, e)) return -1;
	const float *map = model_output(m, OUTPUT, &n);
	if (!map || n != (size_t)s.width * (size_t)s.height)
		return err_set(
			e, ERR_OUTSIDE, "The model " MODEL_NAME " is not the one expected; install Occlude again.");
	const struct text_picture seen = { model_input(m), s.width, s.height, intraoral };
	if (text_boxes_find(map, &seen, &boxes, e)) return -1;
	text_boxes_link(&boxes);
	if (boxes.count > max)
		return err_set(e, ERR_REFUSED, "This picture has more text than can be covered line by line.");
	qsort(boxes.item, boxes.count, sizeof *boxes.item, stronger);
	for (size_t i = 0; i < boxes.count; i++)
		out[i] = region_of(
			&boxes.item[i], (float)p->width / (float)s.width, (float)p->height / (float)s.height);
	*ret_n = boxes.count;
	return 0;
}

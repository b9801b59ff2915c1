/* test_redact.c: what is covered carries nothing (I3), and what is not covered is only moved (I8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "flow/redact_inner.h"
#include "lib/image.h"

/* ---- randomness, the same every time ---------------------------------------------------------------------------- */

static uint64_t seed;

static uint32_t any(uint32_t n) {
	seed = seed * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(seed >> 33) % n;
}

static double between(double lo, double hi) {
	return lo + (hi - lo) * any(1000001) / 1000000;
}

static struct pixels picture(int w, int h) {
	struct pixels p = { w, h, 3, malloc((size_t)w * (size_t)h * 3) };
	assert_non_null(p.data);
	for (size_t i = 0; i < (size_t)w * (size_t)h * 3; i++) p.data[i] = (uint8_t)any(256);
	return p;
}

static struct pixels copy_of(const struct pixels *p) {
	struct pixels c = { p->width, p->height, 3, malloc((size_t)p->width * (size_t)p->height * 3) };
	assert_non_null(c.data);
	memcpy(c.data, p->data, (size_t)p->width * (size_t)p->height * 3);
	return c;
}

/* ---- a second opinion on what a shape covers, by winding numbers of sample points --------------------------------- */

static bool winds(const struct wire_point *p, uint32_t n, double x, double y) {
	int wind = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct wire_point a = p[i], b = p[(i + 1) % n];
		const double side = ((double)b.x - a.x) * (y - a.y) - (x - a.x) * ((double)b.y - a.y);
		if (a.y <= y && b.y > y && side > 0) wind++;
		if (a.y > y && b.y <= y && side < 0) wind--;
	}
	return wind != 0;
}

static bool shape_holds(const struct wire_region *g, double x, double y) {
	const struct wire_point *p = g->polygon;
	const double x0 = fmin(p[0].x, p[1].x), x1 = fmax(p[0].x, p[1].x), y0 = fmin(p[0].y, p[1].y),
		     y1 = fmax(p[0].y, p[1].y);
	if (g->shape == SHAPE_RECT) return x > x0 && x < x1 && y > y0 && y < y1;
	if (g->shape == SHAPE_ELLIPSE) {
		const double dx = (x - (x0 + x1) / 2) / ((x1 - x0) / 2), dy = (y - (y0 + y1) / 2) / ((y1 - y0) / 2);
		return dx * dx + dy * dy < 1;
	}
	return winds(p, g->points, x, y);
}

enum { SAMPLES = 5 };

/* Whether any sample of the pixel lies in the region and not in its free mouth. */
static bool pixel_covered(const struct wire_region *g, bool free_mouth, int px, int py) {
	float x0 = 1e9F, x1 = -1e9F, y0 = 1e9F, y1 = -1e9F;
	for (uint32_t i = 0; i < g->points; i++) {
		x0 = fminf(x0, g->polygon[i].x), x1 = fmaxf(x1, g->polygon[i].x);
		y0 = fminf(y0, g->polygon[i].y), y1 = fmaxf(y1, g->polygon[i].y);
	}
	if ((float)px > x1 || (float)py > y1 || (float)px + 1 < x0 || (float)py + 1 < y0) return false;
	for (int j = 0; j < SAMPLES; j++)
		for (int i = 0; i < SAMPLES; i++) {
			const double x = px + (i + .01) / (SAMPLES - .98), y = py + (j + .01) / (SAMPLES - .98);
			if (shape_holds(g, x, y) && !(free_mouth && winds(g->lip, g->lips, x, y))) return true;
		}
	return false;
}

/* ---- random decisions ------------------------------------------------------------------------------------------------ */

static struct wire_region *add_region(struct wire_decision *w, uint32_t kind) {
	struct wire_region *g = &w->region[w->regions++];
	*g = (struct wire_region){ .kind = kind, .shape = SHAPE_POLYGON, .cover = 1, .score = .9F };
	return g;
}

/* Any polygon, star or knot, around a point. */
static void any_polygon(struct wire_region *g, double cx, double cy, double size) {
	g->shape = SHAPE_POLYGON;
	g->points = 3 + any(9);
	for (uint32_t i = 0; i < g->points; i++)
		g->polygon[i] =
			(struct wire_point){ (float)(cx + between(-size, size)), (float)(cy + between(-size, size)) };
}

static void any_shape(struct wire_region *g, int w, int h) {
	const double cx = between(-.1 * w, 1.1 * w), cy = between(-.1 * h, 1.1 * h),
		     size = between(1, .3 * (w + h) / 2);
	any_polygon(g, cx, cy, size);
	if (any(3) == 0) return;
	g->shape = any(2) ? SHAPE_ELLIPSE : SHAPE_RECT;
	g->points = 2;
}

/* A frontal face of `eyes` pixels between the eyes, turned by `tilt`, with a lip contour. */
static void face(struct wire_region *g, double cx, double cy, double eyes, double tilt) {
	static const double at[6][2] = { { -.5, -.5 }, { .5, -.5 }, { 0, .05 }, { 0, .6 }, { -1, -.4 }, { 1, -.4 } };
	static const double box[5][2] = { { -1.3, -1.8 }, { 1.3, -1.8 }, { 1.5, 1.5 }, { 0, 1.8 }, { -1.5, 1.5 } };
	const double c = cos(tilt) * eyes, s = sin(tilt) * eyes;
#define PUT(p, u, v) (p) = (struct wire_point){ (float)(cx + c * (u)-s * (v)), (float)(cy + s * (u) + c * (v)) }
	g->verified = 1;
	for (int i = 0; i < 6; i++) PUT(g->point[i], at[i][0], at[i][1]);
	g->points = 5;
	for (int i = 0; i < 5; i++) PUT(g->polygon[i], box[i][0], box[i][1]);
	g->lips = 20;
	for (int i = 0; i < 20; i++) PUT(g->lip[i], .45 * cos(i * M_PI / 10), .6 + .25 * sin(i * M_PI / 10));
#undef PUT
}

static void any_decision(struct wire_decision *w, enum wire_form form, int width, int height) {
	memset(w, 0, sizeof(*w));
	w->form = (uint32_t)form;
	w->flip = any(2);
	w->turn = any(2) ? (float)between(-180, 180) : 0;
	for (int i = 0; i < 3; i++) w->tone_gain[i] = any(2) ? 1 : (float)between(.5, 2);
	const double eyes = between(.16, .2) * (width < height ? width : height);
	if (form == FORM_SMILE || form == FORM_VEIL_MOUTH)
		face(add_region(w, REGION_FACE), width / 2.0, height / 2.0, eyes, between(-.5, .5));
	if (form == FORM_SMILE) w->turn = any(2) ? (float)between(-8, 8) : 0;
	for (uint32_t n = 1 + any(4); n > 0; n--) {
		struct wire_region *g = add_region(w, form == FORM_VEIL ? REGION_FACE : REGION_TEXT + any(3));
		any_shape(g, width, height);
		if (n > 1 && any(4) == 0) g->cover = 0;
	}
	w->has_crop = form_needs_crop(form) || (form != FORM_SMILE && any(3) == 0);
	w->crop[0] = (struct wire_point){ (float)between(0, .3 * width), (float)between(0, .3 * height) };
	w->crop[1] = (struct wire_point){ (float)between(.6 * width, width), (float)between(.6 * height, height) };
}

static struct master *redacted(const struct pixels *p, const struct wire_decision *w, enum wire_view view) {
	struct err e = { 0 };
	auto_decision struct decision *d = NULL;
	struct master *m = NULL;
	if (decision_make(w, view, &d, &e) < 0 || redact_pixels(p, d, &m, &e) < 0) fail_msg("refused: %s", e.text);
	return m;
}

static bool same(const struct master *a, const struct master *b) {
	const struct pixels *p = master_pixels(a), *q = master_pixels(b);
	return p->width == q->width && p->height == q->height &&
	       memcmp(p->data, q->data, (size_t)p->width * (size_t)p->height * 3) == 0;
}

static bool is_tone(const uint8_t *px) {
	return px[0] == VEIL_R && px[1] == VEIL_G && px[2] == VEIL_B;
}

/* ---- I3 ---------------------------------------------------------------------------------------------------------------- */

/* Changes every pixel that the decision covers, and returns how many that is. */
static int change_covered(struct pixels *p, const struct wire_decision *w) {
	int changed = 0;
	const bool cut = w->form == FORM_SMILE || w->form == FORM_LOWER_THIRD;
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width; x++) {
			bool covered = false;
			for (uint32_t i = 0; i < w->regions && !covered; i++) {
				const struct wire_region *g = &w->region[i];
				if (!g->cover || (cut && g->kind == REGION_FACE)) continue;
				covered = pixel_covered(g, w->form == FORM_VEIL_MOUTH && i == 0, x, y);
			}
			if (!covered) continue;
			changed++;
			/* any colour, the colour of teeth among them */
			static const uint8_t tooth[3] = { 240, 225, 170 };
			uint8_t *px = pixels_at(p, x, y);
			bool enamel = any(2);
			for (int b = 0; b < 3; b++) px[b] = enamel ? tooth[b] : (uint8_t)any(256);
		}
	return changed;
}

/* For SMILE: everything that the crop leaves out, further off than the bicubic reaches. */
static int change_cut(struct pixels *p, const struct wire_decision *w) {
	auto_decision struct decision *d = NULL;
	struct frame f;
	int changed = 0;
	assert_int_equal(decision_make(w, VIEW_EO_FR, &d, NULL), 0);
	assert_int_equal(frame_make(d, p->width, p->height, NULL, &f, NULL), 0);
	const double reach = 5 * f.scale + 4;
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width; x++) {
			const double u = f.to[0] * (x + .5) + f.to[1] * (y + .5) + f.to[2];
			const double v = f.to[3] * (x + .5) + f.to[4] * (y + .5) + f.to[5];
			if (u > -reach && v > -reach && u < f.width + reach && v < f.height + reach) continue;
			changed++;
			pixels_at(p, x, y)[any(3)] ^= (uint8_t)(1 + any(255));
		}
	return changed;
}

/* A patch of teeth in dark red noise, so that the automatic crop has something to find. */
static void paint_arch(struct pixels *p, struct pixels *q) {
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width; x++) {
			const bool tooth = y > p->height / 3 && y < p->height * 2 / 3 && x > p->width / 4 &&
					   x < p->width * 3 / 4;
			uint8_t *px = pixels_at(p, x, y);
			px[0] = tooth ? 240 : (uint8_t)(60 + any(120));
			px[1] = tooth ? 225 : (uint8_t)any(40);
			px[2] = tooth ? 170 : (uint8_t)any(40);
		}
	memcpy(q->data, p->data, (size_t)p->width * (size_t)p->height * 3);
}

static void one_trial(enum wire_form form, int width, int height, int *trials_with_cover) {
	static struct wire_decision w;
	any_decision(&w, form, width, height);
	auto_pixels struct pixels p = picture(width, height);
	auto_pixels struct pixels q = copy_of(&p);
	enum wire_view view = form == FORM_ARCH ? VIEW_IO_FR : VIEW_EO_FR;
	if (form == FORM_ARCH) paint_arch(&p, &q);
	auto_master struct master *a = redacted(&p, &w, view);
	int covered = change_covered(&q, &w);
	if (form == FORM_SMILE) assert_true(change_cut(&q, &w) > 0);
	auto_master struct master *b = redacted(&q, &w, view);
	if (!same(a, b))
		fail_msg("form %s, %dx%d, turn %f: covered pixels shine through", form_name(form), width, height,
			(double)w.turn);
	*trials_with_cover += covered > 0;
}

static void I3_covered_pixels_do_not_depend_on_what_is_under_them(void **state) {
	(void)state;
	for (int form = FORM_ARCH; form <= FORM_CROP; form++) {
		int covered = 0;
		for (int i = 0; i < 25; i++) {
			seed = (uint64_t)(form * 1000 + i);
			one_trial((enum wire_form)form, 130 + (int)any(70), 130 + (int)any(70), &covered);
		}
		assert_true(covered >= 20);
	}
	/* larger than a master: scaled down */
	int covered = 0;
	seed = 7;
	one_trial(FORM_VEIL, 2500, 700, &covered);
	one_trial(FORM_VEIL_MOUTH, 800, 2300, &covered);
	one_trial(FORM_CROP, 3700, 500, &covered);
	assert_int_equal(covered, 3);
}

/* The test above would also pass on an empty page: what is not covered must show. */
static void what_is_not_covered_shows(void **state) {
	(void)state;
	static struct wire_decision w;
	for (int i = 0; i < 10; i++) {
		seed = (uint64_t)i;
		memset(&w, 0, sizeof(w));
		w.form = FORM_VEIL;
		w.tone_gain[0] = w.tone_gain[1] = w.tone_gain[2] = 1;
		face(add_region(&w, REGION_FACE), 60, 60, 14, .2);
		auto_pixels struct pixels p = picture(200, 120), q = copy_of(&p);
		pixels_at(&q, 150 + (int)any(50), (int)any(120))[1] ^= 0x80;
		auto_master struct master *a = redacted(&p, &w, VIEW_EO_FR), *b = redacted(&q, &w, VIEW_EO_FR);
		assert_false(same(a, b));
	}
}

static void I3_the_tone_is_the_same_for_everyone(void **state) {
	(void)state;
	static struct wire_decision w;
	for (int i = 0; i < 20; i++) {
		seed = (uint64_t)(900 + i);
		any_decision(&w, FORM_VEIL, 160, 120);
		w.has_crop = 0;
		auto_pixels struct pixels p = picture(160, 120);
		auto_master struct master *m = redacted(&p, &w, VIEW_EO_FR);
		auto_decision struct decision *d = NULL;
		struct frame f;
		assert_int_equal(decision_make(&w, VIEW_EO_FR, &d, NULL), 0);
		assert_int_equal(frame_make(d, 160, 120, NULL, &f, NULL), 0);
		const struct pixels *out = master_pixels(m);
		for (uint32_t k = 0; k < w.regions; k++) {
			if (!w.region[k].cover) continue;
			for (int n = 0; n < 300; n++) { /* points inside the shape, seen in the master */
				const double x = between(0, 160), y = between(0, 120);
				if (!shape_holds(&w.region[k], x, y)) continue;
				const double u = floor(f.to[0] * x + f.to[1] * y + f.to[2]);
				const double v = floor(f.to[3] * x + f.to[4] * y + f.to[5]);
				if (u < 0 || v < 0 || u >= out->width || v >= out->height) continue;
				assert_true(is_tone(pixels_at(out, (int)u, (int)v)));
			}
		}
	}
}

static void I3_feather_lies_outside(void **state) {
	(void)state;
	static struct wire_decision w;
	memset(&w, 0, sizeof(w));
	w.form = FORM_VEIL;
	w.tone_gain[0] = w.tone_gain[1] = w.tone_gain[2] = 1;
	struct wire_region *g = add_region(&w, REGION_FACE);
	g->shape = SHAPE_RECT;
	g->points = 2;
	g->polygon[0] = (struct wire_point){ 100, 100 };
	g->polygon[1] = (struct wire_point){ 300, 300 };
	auto_pixels struct pixels p = { 400, 400, 3, calloc(400 * 400, 3) };
	auto_master struct master *m = redacted(&p, &w, VIEW_EO_FR);
	const struct pixels *out = master_pixels(m);
	int soft = 0;
	for (int x = 1; x < 400; x++) {
		const uint8_t *px = pixels_at(out, x, 200), *before = pixels_at(out, x - 1, 200);
		if (x >= 100 && x < 300) assert_true(is_tone(px));
		if (x < 100) assert_true(px[0] >= before[0]); /* black rises to the tone and falls again */
		if (x > 301) assert_true(px[0] <= before[0]);
		soft += px[0] > 0 && px[0] < VEIL_R;
	}
	/* 200 pixels large: sigma 8, 24 pixels of edge a side, none of them inside */
	assert_in_range(soft, 40, 52);
	assert_int_equal(pixels_at(out, 60, 200)[0], 0);
	assert_int_equal(pixels_at(out, 340, 200)[0], 0);
}

static void I3_text_is_filled_with_a_hard_edge(void **state) {
	(void)state;
	static struct wire_decision w;
	memset(&w, 0, sizeof(w));
	w.form = FORM_CROP;
	w.has_crop = 1;
	w.crop[1] = (struct wire_point){ 80, 60 };
	w.tone_gain[0] = w.tone_gain[1] = w.tone_gain[2] = 1;
	struct wire_region *g = add_region(&w, REGION_TEXT);
	g->shape = SHAPE_RECT;
	g->points = 2;
	g->polygon[0] = (struct wire_point){ 20.5F, 20 };
	g->polygon[1] = (struct wire_point){ 50, 30 };
	auto_pixels struct pixels p = { 80, 60, 3, calloc(80 * 60, 3) };
	auto_master struct master *m = redacted(&p, &w, VIEW_IO_FR);
	for (int x = 0; x < 80; x++) {
		const uint8_t *px = pixels_at(master_pixels(m), x, 25);
		if (x >= 18 && x < 52) assert_true(is_tone(px));
		if (x < 18 || x > 53) assert_int_equal(px[0], 0);
	}
}

/* ---- I8 ---------------------------------------------------------------------------------------------------------------- */

static void plain(struct wire_decision *w, float x0, float y0, float x1, float y1) {
	memset(w, 0, sizeof(*w));
	w->form = FORM_CROP;
	w->has_crop = 1;
	w->crop[0] = (struct wire_point){ x0, y0 };
	w->crop[1] = (struct wire_point){ x1, y1 };
	w->tone_gain[0] = w->tone_gain[1] = w->tone_gain[2] = 1;
}

static void I8_crop_and_flip_move_pixels_only(void **state) {
	(void)state;
	static struct wire_decision w;
	seed = 5;
	auto_pixels struct pixels p = picture(120, 90);
	for (uint32_t flip = 0; flip <= 1; flip++) {
		plain(&w, 10, 20, 100, 80);
		w.flip = flip;
		auto_master struct master *m = redacted(&p, &w, VIEW_IO_FR);
		const struct pixels *out = master_pixels(m);
		assert_int_equal(out->width, 90);
		assert_int_equal(out->height, 60);
		for (int y = 0; y < 60; y++)
			for (int x = 0; x < 90; x++) {
				int from = flip ? 119 - (x + 10) : x + 10;
				assert_memory_equal(pixels_at(out, x, y), pixels_at(&p, from, y + 20), 3);
			}
	}
}

static void I8_turning_by_a_right_angle_loses_nothing(void **state) {
	(void)state;
	static struct wire_decision w;
	seed = 6;
	auto_pixels struct pixels p = picture(64, 64);
	for (int quarter = -2; quarter <= 2; quarter++) {
		plain(&w, 0, 0, 64, 64);
		w.turn = (float)quarter * 90;
		auto_master struct master *m = redacted(&p, &w, VIEW_IO_FR);
		const struct pixels *out = master_pixels(m);
		assert_int_equal(out->width, 64);
		for (int y = 0; y < 64; y++)
			for (int x = 0; x < 64; x++) {
				const int fx[5] = { 63 - x, 63 - y, x, y, 63 - x },
					  fy[5] = { 63 - y, x, y, 63 - x, 63 - y };
				assert_memory_equal(
					pixels_at(out, x, y), pixels_at(&p, fx[quarter + 2], fy[quarter + 2]), 3);
			}
	}
}

static void I8_tone_is_one_operation_on_the_whole_picture(void **state) {
	(void)state;
	static struct wire_decision w;
	seed = 8;
	auto_pixels struct pixels p = picture(90, 70);
	plain(&w, 0, 0, 90, 70);
	w.tone_gain[0] = 1.25F;
	w.tone_gain[2] = .5F;
	auto_master struct master *m = redacted(&p, &w, VIEW_IO_FR);
	const struct pixels *out = master_pixels(m);
	for (size_t i = 0; i < 90 * 70; i++) {
		assert_int_equal(out->data[i * 3], (int)fmin(floor(p.data[i * 3] * 1.25 + .5), 255));
		assert_int_equal(out->data[i * 3 + 1], p.data[i * 3 + 1]);
		assert_int_equal(out->data[i * 3 + 2], (int)floor(p.data[i * 3 + 2] * .5 + .5));
	}
}

static void I8_the_master_is_scaled_to_2048(void **state) {
	(void)state;
	static struct wire_decision w;
	auto_pixels struct pixels p = { 4000, 3000, 3, malloc(4000 * 3000 * 3) };
	for (int y = 0; y < 3000; y++)
		for (int x = 0; x < 4000; x++)
			memcpy(pixels_at(&p, x, y), (uint8_t[]){ (uint8_t)(x / 16), (uint8_t)(y / 12), 77 }, 3);
	for (int turned = 0; turned <= 1; turned++) {
		plain(&w, 0, 0, 4000, 3000);
		w.turn = turned ? 180 : 0;
		auto_master struct master *m = redacted(&p, &w, VIEW_IO_FR);
		const struct pixels *out = master_pixels(m);
		assert_int_equal(out->width, 2048);
		assert_int_equal(out->height, 1536);
		for (int y = 0; y < 1536; y += 5)
			for (int x = 0; x < 2048; x += 3) {
				const uint8_t *px = pixels_at(out, turned ? 2047 - x : x, turned ? 1535 - y : y);
				assert_true(abs(px[0] - (int)((x + .5) / 2048 * 250)) <= 1);
				assert_true(abs(px[1] - (int)((y + .5) / 1536 * 250)) <= 1);
				assert_int_equal(px[2], 77);
			}
	}
}

/* The smile: level, the whole mouth inside, untouched, in the middle; eyes and nose tip cut (C3). */
static void I8_the_smile_keeps_the_teeth_and_cuts_the_eyes(void **state) {
	(void)state;
	static struct wire_decision w;
	for (int i = 0; i < 40; i++) {
		seed = (uint64_t)(400 + i);
		memset(&w, 0, sizeof(w));
		w.form = FORM_SMILE;
		w.flip = any(2);
		w.tone_gain[0] = w.tone_gain[1] = w.tone_gain[2] = 1;
		struct wire_region *g = add_region(&w, REGION_FACE);
		face(g, between(180, 220), between(180, 220), between(30, 60), between(-.6, .6));
		auto_pixels struct pixels p = { 400, 400, 3, calloc(400 * 400, 3) };
		auto_decision struct decision *d = NULL;
		struct frame f;
		assert_int_equal(decision_make(&w, VIEW_EO_FS, &d, NULL), 0);
		assert_int_equal(frame_make(d, 400, 400, &p, &f, NULL), 0);
		struct dot at[6];
		for (int k = 0; k < 6; k++)
			at[k] = (struct dot){ f.to[0] * g->point[k].x + f.to[1] * g->point[k].y + f.to[2],
				f.to[3] * g->point[k].x + f.to[4] * g->point[k].y + f.to[5] };
		assert_true(fabs(at[0].y - at[1].y) < .5);                  /* level */
		assert_true(at[0].y < -10 && at[1].y < -10 && at[2].y < 0); /* cut */
		assert_true(fabs(at[3].x - f.width / 2.0) < 1.5);           /* in the middle */
		assert_true(fabs((double)f.width / f.height - 2) < .1);
		for (uint32_t k = 0; k < g->lips; k++) {
			double u = f.to[0] * g->lip[k].x + f.to[1] * g->lip[k].y + f.to[2];
			double v = f.to[3] * g->lip[k].x + f.to[4] * g->lip[k].y + f.to[5];
			assert_true(u > 1 && v > 1 && u < f.width - 1 && v < f.height - 1);
		}
		auto_master struct master *m = redacted(&p, &w, VIEW_EO_FS);
		const struct pixels *out = master_pixels(m);
		for (int n = 0; n < out->width * out->height; n++)
			assert_int_equal(out->data[n * 3], 0); /* nothing is covered */
		assert_int_equal(master_exposure(m), EXPOSURE_SMILE);
	}
}

static void I8_a_free_mouth_stays_free(void **state) {
	(void)state;
	static struct wire_decision w;
	memset(&w, 0, sizeof(w));
	w.form = FORM_VEIL_MOUTH;
	w.tone_gain[0] = w.tone_gain[1] = w.tone_gain[2] = 1;
	struct wire_region *g = add_region(&w, REGION_FACE);
	face(g, 200, 200, 100, .1);
	auto_pixels struct pixels p = { 400, 420, 3, calloc(400 * 420, 3) };
	auto_master struct master *m = redacted(&p, &w, VIEW_EO_FS);
	const struct pixels *out = master_pixels(m);
	/* the inner 85 % of the lips' area are as they were, the eyes are not */
	int free_pixels = 0, inside = 0;
	for (int y = 0; y < 420; y++)
		for (int x = 0; x < 400; x++) {
			struct wire_point lip[20];
			for (int k = 0; k < 20; k++)
				lip[k] = (struct wire_point){ g->point[3].x + .85F * (g->lip[k].x - g->point[3].x),
					g->point[3].y + .85F * (g->lip[k].y - g->point[3].y) };
			if (!winds(lip, 20, x + .5, y + .5)) continue;
			inside++;
			free_pixels += pixels_at(out, x, y)[0] < 40;
		}
	assert_true(inside > 1000 && free_pixels == inside);
	assert_true(is_tone(pixels_at(out, (int)g->point[0].x, (int)g->point[0].y)));
	/* a drawn region over the mouth covers it after all */
	struct wire_region *over = add_region(&w, REGION_DRAWN);
	over->shape = SHAPE_RECT;
	over->points = 2;
	over->polygon[0] = (struct wire_point){ 150, 230 };
	over->polygon[1] = (struct wire_point){ 250, 290 };
	auto_master struct master *covered = redacted(&p, &w, VIEW_EO_FS);
	assert_true(is_tone(pixels_at(master_pixels(covered), (int)g->point[3].x, (int)g->point[3].y)));
}

static void C3_another_persons_face_in_the_smile_is_covered(void **state) {
	(void)state;
	static struct wire_decision w;
	memset(&w, 0, sizeof(w));
	w.form = FORM_SMILE;
	w.tone_gain[0] = w.tone_gain[1] = w.tone_gain[2] = 1;
	face(add_region(&w, REGION_FACE), 200, 200, 50, 0);
	struct wire_region *other = add_region(&w, REGION_FACE);
	face(other, 240, 240, 10, 0);
	auto_pixels struct pixels p = { 400, 400, 3, calloc(400 * 400, 3) };
	auto_master struct master *m = redacted(&p, &w, VIEW_EO_FS);
	int toned = 0;
	for (int i = 0; i < master_pixels(m)->width * master_pixels(m)->height; i++)
		toned += is_tone(master_pixels(m)->data + (size_t)i * 3);
	assert_true(toned > 300);
}

/* What the automatic crop of real frontal and buccal pictures must hold: their teeth, measured by hand. */
static void I8_the_arch_crop_never_cuts_teeth(void **state) {
	(void)state;
	static const struct {
		const char *name;
		enum wire_view view;
		double x0, y0, x1, y1;
	} row[] = {
		{ "none_intraoral_0.jpg", VIEW_IO_UO, 0, 0, 1280, 960 }, /* occlusal: whole */
		{ "none_intraoral_1.jpg", VIEW_IO_LO, 0, 0, 1280, 960 },
		{ "none_intraoral_2.jpg", VIEW_IO_LB, 0, 189, 1111, 620 },
		{ "none_intraoral_3.jpg", VIEW_IO_RB, 110, 442, 1280, 858 },
		{ "none_intraoral_4.jpg", VIEW_IO_FR, 175, 349, 1135, 660 },
	};
	const char *root = getenv("OCCLUDE_FIXTURES");
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char path[4096];
		struct err e = { 0 };
		auto_buf struct buf file;
		auto_pixels struct pixels p = { 0 };
		buf_init(&file, 1 << 24);
		snprintf(path, sizeof(path), "%s/faces/%s", root ? root : "../shared/fixtures", row[i].name);
		if (file_read(AT_FDCWD, path, &file, &e) < 0) {
			print_message("# skipped: %s\n", e.text);
			skip();
		}
		if (image_init(&e) < 0 || image_load(WIRE_JPEG, file.data, file.len, NULL, &p, &e) < 0)
			fail_msg("%s", e.text);
		static struct wire_decision w;
		plain(&w, 0, 0, 0, 0);
		w.form = FORM_ARCH;
		w.has_crop = 0;
		auto_decision struct decision *d = NULL;
		struct frame f;
		assert_int_equal(decision_make(&w, row[i].view, &d, NULL), 0);
		assert_int_equal(frame_make(d, p.width, p.height, &p, &f, NULL), 0);
		assert_true(f.crop[0].x <= row[i].x0 && f.crop[0].y <= row[i].y0);
		assert_true(f.crop[1].x >= row[i].x1 && f.crop[1].y >= row[i].y1);
		if (!row[i].x0 && !row[i].y0) continue;
		/* and it does trim */
		assert_true(f.width * f.height < 1280 * 960 * 95 / 100);
	}
	image_shutdown();
}

/* ---- refusals ------------------------------------------------------------------------------------------------------------ */

static void expect_refusal(const struct wire_decision *w, const char *says) {
	struct err e = { 0 };
	auto_decision struct decision *d = NULL;
	struct master *m = NULL;
	auto_pixels struct pixels p = { 300, 300, 3, calloc(300 * 300, 3) };
	if (decision_make(w, VIEW_EO_FR, &d, &e) == 0 && redact_pixels(&p, d, &m, &e) == 0)
		fail_msg("not refused: %s", says);
	assert_null(m);
	if (!strstr(e.text, says)) fail_msg("'%s' does not say '%s'", e.text, says);
}

static void decisions_that_cannot_be(void **state) {
	(void)state;
	static struct wire_decision w;
	plain(&w, 0, 0, 300, 300);
	w.form = FORM_NONE;
	expect_refusal(&w, "choose a form");
	w.form = 99;
	expect_refusal(&w, "not one that Occlude writes");
	plain(&w, 0, 0, 300, 300);
	w.turn = NAN;
	expect_refusal(&w, "turned by");
	plain(&w, 0, 0, 300, 300);
	w.tone_gain[1] = 3;
	expect_refusal(&w, "I8");
	plain(&w, 200, 0, 100, 300);
	expect_refusal(&w, "crop is empty");
	plain(&w, NAN, 0, 100, 300);
	expect_refusal(&w, "not numbers");
	plain(&w, 500, 500, 600, 600);
	expect_refusal(&w, "fewer than 16");
	plain(&w, 0, 0, 300, 300);
	w.has_crop = 0;
	expect_refusal(&w, "drawn by hand");
	plain(&w, 0, 0, 300, 300);
	w.regions = WIRE_REGIONS_MAX + 1;
	expect_refusal(&w, "not one that Occlude writes");
	plain(&w, 0, 0, 300, 300);
	face(add_region(&w, REGION_FACE), 150, 150, 40, 0);
	w.region[0].polygon[2].x = INFINITY;
	expect_refusal(&w, "region 1");
}

static void I4_a_veil_needs_a_head(void **state) {
	(void)state;
	static struct wire_decision w;
	plain(&w, 0, 0, 300, 300);
	w.form = FORM_VEIL;
	expect_refusal(&w, "I4");
	struct wire_region *g = add_region(&w, REGION_TEXT); /* a name card is no head */
	face(g, 150, 150, 40, 0);
	expect_refusal(&w, "I4");
	g->kind = REGION_FACE;
	g->cover = 0; /* dismissed */
	expect_refusal(&w, "I4");
}

static void C3_the_smile_needs_a_frontal_face(void **state) {
	(void)state;
	static struct wire_decision w;
	plain(&w, 0, 0, 300, 300);
	w.form = FORM_SMILE;
	w.has_crop = 0;
	expect_refusal(&w, "no face is marked");
	struct wire_region *g = add_region(&w, REGION_FACE);
	face(g, 150, 150, 40, 0);
	g->point[0].x = g->point[1].x - 12; /* a profile: the eyes collapse */
	expect_refusal(&w, "turned too far");
	face(g, 150, 150, 40, 0);
	w.has_crop = 1; /* a drawn crop that shows the whole face */
	expect_refusal(&w, "C3");
	w.form = FORM_LOWER_THIRD;
	expect_refusal(&w, "C3");
	w.form = FORM_VEIL_MOUTH;
	g->lips = 0;
	expect_refusal(&w, "outline of the mouth");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(I3_covered_pixels_do_not_depend_on_what_is_under_them),
		cmocka_unit_test(what_is_not_covered_shows),
		cmocka_unit_test(I3_the_tone_is_the_same_for_everyone),
		cmocka_unit_test(I3_feather_lies_outside),
		cmocka_unit_test(I3_text_is_filled_with_a_hard_edge),
		cmocka_unit_test(I8_crop_and_flip_move_pixels_only),
		cmocka_unit_test(I8_turning_by_a_right_angle_loses_nothing),
		cmocka_unit_test(I8_tone_is_one_operation_on_the_whole_picture),
		cmocka_unit_test(I8_the_master_is_scaled_to_2048),
		cmocka_unit_test(I8_the_smile_keeps_the_teeth_and_cuts_the_eyes),
		cmocka_unit_test(I8_a_free_mouth_stays_free),
		cmocka_unit_test(C3_another_persons_face_in_the_smile_is_covered),
		cmocka_unit_test(I8_the_arch_crop_never_cuts_teeth),
		cmocka_unit_test(decisions_that_cannot_be),
		cmocka_unit_test(I4_a_veil_needs_a_head),
		cmocka_unit_test(C3_the_smile_needs_a_frontal_face),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

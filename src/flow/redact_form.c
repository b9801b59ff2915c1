/* redact_form.c: what each form cuts: the frame of the smile from the eyes and the mouth, of the arch from the
 * colour of teeth, of a drawn crop. Proportions of a face are in eye distances (about 63 mm on an adult). */
#include <math.h>
#include <string.h>

#include "flow/redact_inner.h"

enum { RIGHT_EYE, LEFT_EYE, NOSE, MOUTH };

static struct dot move(const double m[6], struct wire_point p) {
	return (struct dot){ m[0] * p.x + m[1] * p.y + m[2], m[3] * p.x + m[4] * p.y + m[5] };
}

/* Certain faces come before candidates, then the larger one. */
int form_subject(const struct decision *d) {
	int best = -1;
	double most = -1;
	for (uint32_t i = 0; i < d->regions; i++) {
		const struct wire_region *g = &d->region[i];
		if (g->kind != REGION_FACE || !g->cover) continue;
		const bool above = best >= 0 && d->region[best].verified;
		struct outline o;
		struct dot box[2];
		outline_of(g, &o);
		outline_box(&o, box);
		double size = (box[1].x - box[0].x) * (box[1].y - box[0].y);
		if (best >= 0 && (above ? !g->verified || size <= most : !g->verified && size <= most)) continue;
		most = size;
		best = (int)i;
	}
	return best;
}

/* ---- the frame's matrices -------------------------------------------------------------------------------------------- */

/* Upright picture to turned and flipped picture, and back: `to` and `back` with no crop and no scale. */
static void frame_turned(struct frame *f, int width, int height) {
	const double c = cos(f->turn), s = sin(f->turn), cx = width / 2.0, cy = height / 2.0;
	const double k = f->flip ? -1 : 1, at = f->flip ? width - cx : cx;
	/* x' = at + k (c (x - cx) - s (y - cy)), y' = cy + s (x - cx) + c (y - cy); clockwise, y downwards */
	const double to[6] = { k * c, -k * s, at - k * (c * cx - s * cy), s, c, cy - s * cx - c * cy };
	const double back[6] = { k * c, s, cx - k * c * at - s * cy, -k * s, c, cy + k * s * at - c * cy };
	memcpy(f->to, to, sizeof(to));
	memcpy(f->back, back, sizeof(back));
}

/* Fits the crop to whole pixels of the master, at most MASTER_SIDE_MAX, and takes crop and scale into the matrices. */
static int frame_finish(struct frame *f, struct err *e) {
	const double w = f->crop[1].x - f->crop[0].x, h = f->crop[1].y - f->crop[0].y;
	if (!(w >= 16 && h >= 16))
		return err_set(e, ERR_REFUSED, "the crop leaves fewer than 16 pixels; draw it larger");
	f->scale = fmin(1, MASTER_SIDE_MAX / fmax(w, h));
	f->width = (int)fmax(lrint(w * f->scale), 1);
	f->height = (int)fmax(lrint(h * f->scale), 1);
	const double sx = f->width / w, sy = f->height / h;
	double back[6];
	for (int row = 0; row < 2; row++) {
		const double *b = f->back + row * 3;
		back[row * 3 + 0] = b[0] / sx;
		back[row * 3 + 1] = b[1] / sy;
		back[row * 3 + 2] = b[2] + b[0] * f->crop[0].x + b[1] * f->crop[0].y;
	}
	memcpy(f->back, back, sizeof(back));
	for (int i = 0; i < 3; i++) {
		f->to[i] = (f->to[i] - (i == 2 ? f->crop[0].x : 0)) * sx;
		f->to[3 + i] = (f->to[3 + i] - (i == 2 ? f->crop[0].y : 0)) * sy;
	}
	return 0;
}

/* Keeps the crop inside the box around the turned picture, on whole pixels. */
static void crop_clip(struct frame *f, int width, int height) {
	struct outline all = { 4, { { 0, 0 }, { width, 0 }, { width, height }, { 0, height } } }, there;
	struct dot box[2];
	outline_move(&all, f->to, &there);
	outline_box(&there, box);
	f->crop[0].x = fmax(lrint(f->crop[0].x), ceil(box[0].x - 1e-6));
	f->crop[0].y = fmax(lrint(f->crop[0].y), ceil(box[0].y - 1e-6));
	f->crop[1].x = fmin(lrint(f->crop[1].x), floor(box[1].x + 1e-6));
	f->crop[1].y = fmin(lrint(f->crop[1].y), floor(box[1].y + 1e-6));
}

/* ---- smile --------------------------------------------------------------------------------------------------------- */

struct face {
	struct dot right_eye, left_eye, nose, mouth;
	double eyes;        /* distance between the eyes */
	struct dot lips[2]; /* box around the mouth */
};

/* The face as it lies in the turned picture. */
static void face_in(const struct wire_region *g, const double m[6], struct face *ret) {
	ret->right_eye = move(m, g->point[RIGHT_EYE]);
	ret->left_eye = move(m, g->point[LEFT_EYE]);
	ret->nose = move(m, g->point[NOSE]);
	ret->mouth = move(m, g->point[MOUTH]);
	ret->eyes = hypot(ret->left_eye.x - ret->right_eye.x, ret->left_eye.y - ret->right_eye.y);
	/* FACTS: an ellipse of .75 x .50 eye distances holds the lips of 97 % */
	ret->lips[0] = (struct dot){ ret->mouth.x - .75 * ret->eyes, ret->mouth.y - .3 * ret->eyes };
	ret->lips[1] = (struct dot){ ret->mouth.x + .75 * ret->eyes, ret->mouth.y + .5 * ret->eyes };
	if (g->lips >= 3) {
		ret->lips[0] = ret->lips[1] = move(m, g->lip[0]);
		for (uint32_t i = 1; i < g->lips; i++) {
			struct dot p = move(m, g->lip[i]);
			ret->lips[0] = (struct dot){ fmin(ret->lips[0].x, p.x), fmin(ret->lips[0].y, p.y) };
			ret->lips[1] = (struct dot){ fmax(ret->lips[1].x, p.x), fmax(ret->lips[1].y, p.y) };
		}
	}
}

/* FACTS: on strong profiles the eye distance collapses. Frontal: the mouth lies 1 to 1.2 eye distances below the eyes. */
static bool face_is_frontal(const struct face *f) {
	const double mid_x = (f->right_eye.x + f->left_eye.x) / 2, mid_y = (f->right_eye.y + f->left_eye.y) / 2;
	const double down = f->mouth.y - mid_y;
	if (!(f->eyes > 4) || !(down > .5 * f->eyes) || !(f->nose.y > mid_y) || !(f->mouth.y > f->nose.y))
		return false;
	return f->eyes > .6 * down && fabs(f->nose.x - mid_x) < .5 * f->eyes;
}

/* From just below the nose to the chin, twice as wide as high, the mouth in its middle, no part of the lips cut. */
static void smile_crop(const struct face *f, struct dot crop[2]) {
	const double top = fmin(f->nose.y + .4 * (f->mouth.y - f->nose.y), f->lips[0].y - .04 * f->eyes);
	const double bottom = fmax(f->mouth.y + .75 * f->eyes, f->lips[1].y + .3 * f->eyes);
	const double mid = (f->lips[0].x + f->lips[1].x) / 2;
	const double half = fmax(bottom - top, .6 * (f->lips[1].x - f->lips[0].x));
	crop[0] = (struct dot){ mid - half, fmax(top, f->nose.y + .08 * f->eyes) };
	crop[1] = (struct dot){ mid + half, bottom };
}

static int frame_smile(const struct decision *d, int width, int height, struct frame *f, struct err *e) {
	int subject = form_subject(d);
	if (subject < 0)
		return err_set(e, ERR_REFUSED,
			"no face is marked in this picture, so it cannot be cropped to the smile; draw the crop by "
			"hand");
	const struct wire_region *g = &d->region[subject];
	const struct wire_point a = g->point[RIGHT_EYE], b = g->point[LEFT_EYE];
	f->turn += -atan2(b.y - a.y, b.x - a.x);
	frame_turned(f, width, height);
	struct face face;
	face_in(g, f->to, &face);
	if (!face_is_frontal(&face))
		return err_set(e, ERR_REFUSED,
			"the face is turned too far to find the smile by itself; choose the veil or draw a crop "
			"below "
			"the nose");
	smile_crop(&face, f->crop);
	return 0;
}

/* C3: a crop drawn to the mouth may show neither eye of the patient, nor, from the front, the tip of the nose. */
static int check_eyes_cut(const struct decision *d, const struct frame *f, struct err *e) {
	int subject = form_subject(d);
	if (subject < 0) return 0;
	const struct wire_region *g = &d->region[subject];
	int last = d->form == FORM_SMILE ? NOSE : LEFT_EYE;
	for (int i = RIGHT_EYE; i <= last; i++) {
		struct dot p = move(f->to, g->point[i]);
		if (p.x > f->crop[0].x && p.x < f->crop[1].x && p.y > f->crop[0].y && p.y < f->crop[1].y)
			return err_rule(e, "C3",
				"this crop still shows the %s; move its upper edge below the nose, or choose the "
				"veil",
				i == NOSE ? "nose" : "eyes");
	}
	return 0;
}

/* ---- arch ------------------------------------------------------------------------------------------------------------ */

enum { CELLS = 96 };

/* Enamel in light is bright and much yellower than it is red; gums and lips are red (red - green 40 to 90), gloves and
 * retractors pale and pink. Molars in shadow look like gloves: the margin is for them. */
static bool like_tooth(const uint8_t *px) {
	const int r = px[0], g = px[1], b = px[2];
	return r + g + b > 270 && g - b > 12 && g - b > 2 * (r - g) - 8;
}

/* Grows [lo, hi] from cells of `count` above `least`, from the first to the last; false if there are none. */
static bool extent(const int *count, int n, int least, int *ret_lo, int *ret_hi) {
	int lo = 0, hi = n - 1;
	while (lo < n && count[lo] < least) lo++;
	while (hi > lo && count[hi] < least) hi--;
	*ret_lo = lo;
	*ret_hi = hi + 1;
	return lo < n;
}

/* Gives a crop that is wider than 3:2 or narrower than 1:1 more room on its short side, as far as the picture has it. */
static void arch_relax(struct dot box[2], double width, double height) {
	const double w = box[1].x - box[0].x, h = box[1].y - box[0].y;
	const double more_h = fmax(ceil(w / 1.5) - h, 0), more_w = fmax(h - w, 0);
	box[0].y = fmax(fmin(floor(box[0].y - more_h / 2), height - h - more_h), 0);
	box[1].y = fmin(box[0].y + h + more_h, height);
	box[0].x = fmax(fmin(floor(box[0].x - more_w / 2), width - w - more_w), 0);
	box[1].x = fmin(box[0].x + w + more_w, width);
}

void arch_find(const struct pixels *p, struct dot ret[2]) {
	int column[CELLS] = { 0 }, row[CELLS] = { 0 }, teeth = 0, x0, x1, y0, y1;
	ret[0] = (struct dot){ 0, 0 };
	ret[1] = (struct dot){ p->width, p->height };
	if (p->width < CELLS || p->height < CELLS) return;
	for (int j = 0; j < CELLS * 4; j++)
		for (int i = 0; i < CELLS * 4; i++) {
			const int x = (int)(((int64_t)i * 2 + 1) * p->width / (CELLS * 8));
			const int y = (int)(((int64_t)j * 2 + 1) * p->height / (CELLS * 8));
			if (!like_tooth(pixels_at(p, x, y))) continue;
			column[i / 4]++;
			row[j / 4]++;
			teeth++;
		}
	if (teeth < CELLS * CELLS * 16 / 33) return; /* under 3 %: not plain to see */
	/* a row or column of cells counts from 1.5 % of it, and a tenth of the whole is added on every side */
	const int least = CELLS * 16 * 3 / 200;
	if (!extent(column, CELLS, least, &x0, &x1) || !extent(row, CELLS, least, &y0, &y1)) return;
	const double m = CELLS * .1, w = p->width, h = p->height;
	ret[0] = (struct dot){ floor(fmax(x0 - m, 0) * w / CELLS), floor(fmax(y0 - m, 0) * h / CELLS) };
	ret[1] = (struct dot){ ceil(fmin(x1 + m, CELLS) * w / CELLS), ceil(fmin(y1 + m, CELLS) * h / CELLS) };
	arch_relax(ret, w, h);
}

/* The box around the arch in the turned picture. */
static void frame_arch(const struct pixels *filled, struct frame *f) {
	struct dot box[2], there[2];
	arch_find(filled, box);
	struct outline o = { 4, { box[0], { box[1].x, box[0].y }, box[1], { box[0].x, box[1].y } } }, moved;
	outline_move(&o, f->to, &moved);
	outline_box(&moved, there);
	f->crop[0] = there[0];
	f->crop[1] = there[1];
}

/* ---- all forms --------------------------------------------------------------------------------------------------------- */

int frame_make(const struct decision *d, int width, int height, const struct pixels *filled, struct frame *ret,
	struct err *e) {
	struct frame f = { .turn = d->turn * M_PI / 180, .flip = d->flip };
	frame_turned(&f, width, height);
	f.crop[0] = (struct dot){ 0, 0 };
	f.crop[1] = (struct dot){ width, height };
	const bool mouth = d->form == FORM_SMILE || d->form == FORM_LOWER_THIRD;
	if (d->has_crop) {
		f.crop[0] = (struct dot){ d->crop[0].x, d->crop[0].y };
		f.crop[1] = (struct dot){ d->crop[1].x, d->crop[1].y };
	} else if (d->form == FORM_SMILE) {
		if (frame_smile(d, width, height, &f, e) < 0) return -1;
	} else if (d->form == FORM_ARCH && filled && d->view >= VIEW_IO_FR && d->view <= VIEW_IO_LB) {
		/* not the occlusal views: there the last molars lie in shadow at the picture's edge */
		frame_arch(filled, &f);
	} else if (form_needs_crop(d->form)) {
		return err_set(e, ERR_REFUSED, "this form needs a crop drawn by hand; draw it and try again");
	}
	crop_clip(&f, width, height);
	if (mouth && check_eyes_cut(d, &f, e) < 0) return -1;
	if (frame_finish(&f, e) < 0) return -1;
	*ret = f;
	return 0;
}

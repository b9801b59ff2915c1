/* detect.c: the plan of the face search and its result; the only file that makes a `struct found` (detect.h). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect_impl.h"
#include "flow/detect.h"

enum {
	WHOLE = 192, /* side of the network's input */
	/* FACTS tiles at a finer 384 or more, but asks only for scores of .5; at 336 with faint candidates (detect_impl.h) more faces
	 * are found for half the tiles. Measured with the labelled pictures set into canvases 1.3 to 4 times as large. */
	FINE = 336, /* shorter edge of the picture, at least, where it is searched in tiles of WHOLE */
	SHARED = 40 /* what neighbouring tiles have in common, at least: more than a face that only a tile finds */
};

/* Tiles are not enlarged by more than this: it would add no detail. */
#define ENLARGED 2.0F

/* The padded pass: a square of so many times the longer edge. */
#define PADDED 1.5F

struct detector {
	struct model *finder, *mesh;
};

struct found {
	struct faces faces; /* verified first, then by score */
};

static int load(const struct asset *models, const char *name, struct model **ret, struct err *e) {
	const struct asset *file = asset_find(models, name);
	if (!file) return err_set(e, ERR_OUTSIDE, "The face model %s is missing; install Occlude again.", name);
	if (model_load(file->data, file->size, NULL, ret, e)) return err_prefix(e, "%s", name);
	struct model_size size = model_input_size(*ret);
	if (size.width != WHOLE || size.height != WHOLE || model_input_channels(*ret) != 3)
		return err_set(e, ERR_OUTSIDE,
			"The face model %s is not the one Occlude knows; install Occlude again.", name);
	return 0;
}

int detector_new_from(const struct asset *models, struct detector **ret, struct err *e) {
	auto_detector struct detector *d = calloc(1, sizeof *d);
	if (!d) return err_nomem(e);
	if (load(models, "face_detection_full_range.tflite", &d->finder, e)) return -1;
	if (load(models, "face_landmark.tflite", &d->mesh, e)) return -1;
	*ret = TAKE_PTR(d);
	return 0;
}

int detector_new(struct detector **ret, struct err *e) {
	return detector_new_from(model_assets, ret, e);
}

void detector_free(struct detector *d) {
	if (!d) return;
	model_free(d->finder);
	model_free(d->mesh);
	free(d);
}

void found_free(struct found *f) {
	if (!f) return;
	faces_free(&f->faces);
	free(f);
}

/* ---- passes ------------------------------------------------------------------------------------------------------ */

static const float input_gain = 2.0F / 255, input_bias = -1;

/* One run of `m` over what its input holds; what it finds is merged within the pass and added to `all`. */
static int run(struct model *m, const struct affine *to_picture, bool sideways, struct faces *all, struct err *e) {
	auto_faces struct faces mine = { 0 };
	if (model_run(m, e) || detect_read(m, to_picture, sideways, &mine, e)) return -1;
	faces_merge(&mine);
	for (size_t i = 0; i < mine.count; i++)
		if (faces_add(all, &mine.item[i], e)) return -1;
	return 0;
}

/* The picture centred in a square of `side` of its pixels, at WHOLE. */
static struct affine square_frame(const struct pixels *p, float side) {
	float scale = side / WHOLE;
	return (struct affine){ scale, 0, ((float)p->width - side) / 2, 0, scale, ((float)p->height - side) / 2 };
}

/* Turns a square of WHOLE pixels clockwise by 90 degrees into `to`. */
static void turn(const float *from, float *to) {
	for (int y = 0; y < WHOLE; y++)
		for (int x = 0; x < WHOLE; x++, to += 3)
			memcpy(to, from + 3 * ((WHOLE - 1 - x) * WHOLE + y), 3 * sizeof *to);
}

/* The whole picture at 0, 90, 180 and 270 degrees: the input is cut once and turned. */
static int pass_whole(struct detector *d, struct pyramid *y, struct faces *all, struct err *e) {
	size_t bytes = sizeof(float) * 3 * WHOLE * WHOLE;
	auto_free float *upright = malloc(bytes);
	if (!upright) return err_nomem(e);
	const struct pixels *p = y->full;
	struct affine frame = square_frame(p, (float)(p->width > p->height ? p->width : p->height));
	/* a clockwise quarter turn puts what was at (v, WHOLE - u) to (u, v) */
	static const struct affine quarter = { 0, 1, 0, -1, 0, WHOLE };
	if (pyramid_cut(y, &frame, input_gain, input_bias, model_input(d->finder), WHOLE, WHOLE, e)) return -1;
	for (int turned = 0; turned < 4; turned++) {
		memcpy(upright, model_input(d->finder), bytes);
		if (run(d->finder, &frame, turned & 1, all, e)) return -1;
		if (turned < 3) turn(upright, model_input(d->finder));
		frame = affine_chain(&frame, &quarter);
	}
	return 0;
}

static int pass_padded(struct detector *d, struct pyramid *y, struct faces *all, struct err *e) {
	const struct pixels *p = y->full;
	struct affine frame = square_frame(p, PADDED * (float)(p->width > p->height ? p->width : p->height));
	if (pyramid_cut(y, &frame, input_gain, input_bias, model_input(d->finder), WHOLE, WHOLE, e)) return -1;
	return run(d->finder, &frame, false, all, e);
}

/* How many tiles lie along `length`. */
static int tiles_along(float length) {
	return length <= WHOLE ? 1 : (int)ceilf((length - SHARED) / (WHOLE - SHARED));
}

/* By how much `length` may still grow until `tiles` of them are used up. */
static float slack(float length, int tiles) {
	return (float)(tiles * WHOLE - (tiles - 1) * SHARED) / length;
}

/* Where tile i of n begins along `length`: spread evenly, the first and the last at the edges; a single one is centred. */
static float tile_at(int i, int n, float length) {
	return n > 1 ? (float)i * (length - WHOLE) / (float)(n - 1) : (length - WHOLE) / 2;
}

/* The picture in overlapping tiles, at the largest scale that takes no more tiles than FINE does. */
static int pass_tiles(struct detector *d, struct pyramid *y, struct faces *all, struct err *e) {
	const struct pixels *p = y->full;
	float width = (float)p->width, height = (float)p->height,
	      least = fminf(FINE / fminf(width, height), ENLARGED);
	int across = tiles_along(width * least), down = tiles_along(height * least);
	float grown = fminf(slack(width * least, across), slack(height * least, down));
	float scale = 1 / (least * fmaxf(1, grown));
	for (int i = 0; i < across * down; i++) {
		struct affine frame = { scale, 0, tile_at(i % across, across, width / scale) * scale, 0, scale,
			tile_at(i / across, down, height / scale) * scale };
		if (pyramid_cut(y, &frame, input_gain, input_bias, model_input(d->finder), WHOLE, WHOLE, e))
			return -1;
		if (run(d->finder, &frame, false, all, e)) return -1;
	}
	return 0;
}

/* ---- candidates into faces ----------------------------------------------------------------------------------------- */

/* Whether the point lies in the convex outline. */
static bool inside(const struct wire_point corner[4], struct wire_point p) {
	int left = 0, right = 0;
	for (int i = 0; i < 4; i++) {
		struct wire_point a = corner[i], b = corner[(i + 1) % 4];
		float side = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
		left += side <= 0;
		right += side >= 0;
	}
	return left == 4 || right == 4;
}

/* Whether covering `outer` covers all that covering `inner` would. */
static bool covers(const struct face *outer, const struct face *inner) {
	struct wire_point out[4], in[4];
	face_outline(outer, true, out);
	face_outline(inner, true, in);
	for (int i = 0; i < 4; i++)
		if (!inside(out, in[i])) return false;
	return true;
}

/* Takes a candidate that the mesh has judged into the result. One that a verified face already answers for is dropped; an
 * unverified one gives way to a more present one of the same place. */
static int settle(struct faces *result, const struct face *f, struct err *e) {
	size_t kept = 0;
	bool drop = false;
	for (size_t i = 0; i < result->count; i++) {
		struct face *other = &result->item[i];
		bool same = face_overlap(other, f) > SAME_FACE;
		bool gives_way = !other->verified &&
				 ((same && f->presence > other->presence) || (f->verified && covers(f, other)));
		if (!gives_way && (same || (other->verified && !f->verified && covers(other, f)))) drop = true;
		if (!gives_way) result->item[kept++] = *other;
	}
	result->count = kept;
	return drop ? 0 : faces_add(result, f, e);
}

static int stronger(const void *a, const void *b) {
	const struct face *x = a, *y = b;
	if (x->verified != y->verified) return y->verified - x->verified;
	return (x->score < y->score) - (x->score > y->score);
}

/* Whether a verified face of the result answers for the candidate before the mesh is asked: it is the same, or it is a faint one
 * that would be covered anyway (a mouth within a face). */
static bool answered(const struct faces *result, const struct face *f) {
	for (size_t i = 0; i < result->count; i++) {
		const struct face *known = &result->item[i];
		if (!known->verified) continue;
		if (face_overlap(known, f) > SAME_FACE || (f->score < SCORE_SURE && covers(known, f))) return true;
	}
	return false;
}

/* Whether the mesh has denied a face on nearly the same piece, turned nearly the same way: for faint candidates that is answer
 * enough (teeth make many of them). */
static bool denied(const struct faces *asked, const struct face *f) {
	if (f->score >= SCORE_SURE) return false;
	for (size_t i = 0; i < asked->count; i++)
		if (face_overlap(&asked->item[i], f) > DENIED_OVERLAP && face_turn(&asked->item[i], f) > DENIED_TURN)
			return true;
	return false;
}

/* Every candidate is judged by the mesh, strongest first (detect_impl.h has the thresholds). */
static int judge(
	struct detector *d, struct pyramid *y, struct faces *candidates, struct faces *result, struct err *e) {
	auto_faces struct faces asked = { 0 };
	for (size_t i = 0; i < candidates->count; i++) {
		struct face *f = &candidates->item[i];
		if (answered(result, f) || denied(&asked, f)) continue;
		if (detect_mesh(d->mesh, y, f, e)) return -1;
		bool present = f->presence >= PRESENCE_FACE;
		f->verified =
			f->score >= SCORE_SURE ? present : f->score >= SCORE_WEAK && f->presence >= PRESENCE_SURE;
		if (!present && faces_add(&asked, f, e)) return -1;
		if (f->score < SCORE_SURE && !present) continue;
		if (settle(result, f, e)) return -1;
		if (result->count > WIRE_REGIONS_MAX)
			return err_set(e, ERR_REFUSED,
				"The picture shows more than %d faces; crop it before it is added.",
				WIRE_REGIONS_MAX);
	}
	if (result->count) qsort(result->item, result->count, sizeof *result->item, stronger);
	return 0;
}

int detect_faces(struct detector *d, const struct pixels *p, struct found **ret, struct err *e) {
	if (!p->data || p->bands != 3 || p->width < 1 || p->height < 1 || p->width > WIRE_SIDE_MAX ||
		p->height > WIRE_SIDE_MAX || (long long)p->width * p->height > WIRE_PIXELS_MAX)
		return err_set(e, ERR_REFUSED, "The picture is not fit for the face search.");
	auto_found struct found *found = calloc(1, sizeof *found);
	if (!found) return err_nomem(e);
	auto_faces struct faces candidates = { 0 };
	auto_pyramid struct pyramid y;
	pyramid_init(&y, p);
	if (pass_tiles(d, &y, &candidates, e) || pass_whole(d, &y, &candidates, e) ||
		pass_padded(d, &y, &candidates, e))
		return -1;
	if (candidates.count) qsort(candidates.item, candidates.count, sizeof *candidates.item, stronger);
	if (judge(d, &y, &candidates, &found->faces, e)) return -1;
	*ret = TAKE_PTR(found);
	return 0;
}

/* ---- the result ---------------------------------------------------------------------------------------------------- */

size_t found_count(const struct found *f) {
	return f->faces.count;
}

static void to_region(const struct face *f, struct wire_region *r) {
	*r = (struct wire_region){
		.kind = REGION_FACE,
		.shape = SHAPE_POLYGON,
		.verified = f->verified,
		.cover = 1,
		.score = f->score,
		.presence = f->presence,
		.points = 4,
		.lips = f->verified ? LIPS : 0,
	};
	struct wire_point box[4];
	face_outline(f, false, box);
	r->box[0] = box[0];
	r->box[1] = box[2];
	face_outline(f, true, r->polygon);
	for (int k = 0; k < KEYPOINTS; k++)
		r->point[k] = (struct wire_point){ f->at[FACE_KEY + 2 * k], f->at[FACE_KEY + 2 * k + 1] };
	if (r->lips) memcpy(r->lip, f->lip, sizeof f->lip);
}

size_t found_regions(const struct found *f, struct wire_region *out, size_t max) {
	size_t n = f->faces.count < max ? f->faces.count : max;
	for (size_t i = 0; i < n; i++) to_region(&f->faces.item[i], &out[i]);
	return n;
}

int detect_again(struct detector *d, const struct pixels *p, struct again *ret, struct err *e) {
	auto_found struct found *f = NULL;
	if (detect_faces(d, p, &f, e)) return -1;
	*ret = (struct again){ 0 };
	for (size_t i = 0; i < f->faces.count; i++) {
		float strength = fminf(f->faces.item[i].score, f->faces.item[i].presence);
		ret->faces += strength >= DETECT_AGAIN_STRENGTH;
		ret->strength = fmaxf(ret->strength, strength);
	}
	return 0;
}

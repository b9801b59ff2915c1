/* hair.c: hair, brows, lashes and beards, strand by strand; see sample/head.h. */
#include "sample/head.h"

enum { STEPS = 22 };

/* A place over the scalp or, below the ears, hanging from it. */
static struct vec over(const struct head *h, float angle, float y, float lift) {
	float hang = h->person->style == HAIR_LONG ? -2.f : -55.f;
	struct vec at = head_at(h, angle, fmaxf(y, hang));
	float l = sqrtf(at.x * at.x + at.z * at.z);
	struct vec out = vec_unit(vec_of(at.x / fmaxf(l, 36), 2.6f * smoothf(20, 117, y), at.z / fmaxf(l, 36)));
	if (y < hang) at.y = y;
	return vec_along(at, out, lift);
}

static struct vec shade_of(const struct person *p, uint32_t *s, float clump) {
	float k = .72f + .45f * noise_next(s) + .28f * clump;
	struct vec c = vec_scale(vec_colour(p->hair), k);
	return noise_next(s) < p->lines * .45f ? vec_mix(c, vec_of(.32f, .31f, .30f), .7f) : c;
}

/* A root on the scalp; false if this try fell on the face. */
static bool root_at(const struct head *h, uint32_t *s, float *angle, float *y) {
	*angle = (noise_next(s) * 2 - 1) * 3.14159f;
	*y = -70 + 187 * sqrtf(noise_next(s));
	return noise_next(s) < scalp_at(h, *angle, *y);
}

static void long_strand(struct canvas *c, const struct head *h, uint32_t *s, float angle, float y) {
	float side = angle < 0 ? -1 : 1, a = fabsf(angle), clump = noise3(vec_of(angle * 5, y * .06f, 3));
	float end = fmaxf(a, 1.28f + .25f * noise_next(s)) + .10f * clump,
	      low = -150 - 75 * noise_next(s) + 25 * clump, lift = 4 + 9 * noise_next(s);
	struct vec colour = shade_of(h->person, s, clump), last = over(h, angle, y, 1);
	float start = y, wave = noise_next(s) * .6f + clump;
	for (int i = 1; i <= STEPS; i++) {
		float t = (float)i / STEPS, to = side * mixf(a, end, smoothf(0, .38f, t));
		float down = mixf(start, low, powf(t, 1.25f)), puff = lift + 9 * smoothf(.1f, .45f, t);
		struct vec at = over(h, to, down,
			fmaxf(puff * smoothf(0, .12f, t), 9 * smoothf(70, 108, y) * smoothf(0, .07f, t)) + 1);
		at.x += 2.2f * sinf(t * 9 + wave * 4) * smoothf(.3f, .8f, t);
		at.z += (a > 1.9f ? 0 : 8 * smoothf(.5f, 1, t)) + 2 * cosf(t * 8 + wave * 3) * t;
		canvas_strand(c, last, at, vec_scale(colour, 1 - .25f * smoothf(.35f, 0, t) * (a < .2f)), 3);
		last = at;
	}
}

static void tied_strand(struct canvas *c, const struct head *h, uint32_t *s, float angle, float y) {
	float side = angle < 0 ? -1 : 1, a = fabsf(angle), clump = noise3(vec_of(angle * 7, y * .05f, 3)),
	      lift = 2 + 3.5f * noise_next(s);
	struct vec colour = shade_of(h->person, s, clump), last = over(h, angle, y, .5f);
	for (int i = 1; i <= STEPS; i++) {
		float t = (float)i / STEPS, to = side * mixf(a, 3.1f, smoothf(0, 1.1f, t)),
		      high = mixf(y, 45, t) + 26 * sinf(3.14159f * t) * smoothf(3, .3f, a);
		struct vec at = over(
			h, to, fminf(high, 115), (lift + 5 * smoothf(60, 112, high)) * smoothf(0, .15f, t) + .5f);
		canvas_strand(c, last, at, colour, 3);
		last = at;
	}
}

static void tail_draw(struct canvas *c, const struct head *h, uint32_t *s) {
	for (int k = 0; k < 1600; k++) {
		float u = noise_next(s) * 2 - 1, v = noise_next(s) * 2 - 1, low = -150 - 60 * noise_next(s);
		struct vec colour = shade_of(h->person, s, noise3(vec_of(u * 3, v * 3, 1))),
			   last = vec_of(u * 8, 46 + v * 8, -98);
		for (int i = 1; i <= STEPS; i++) {
			float t = (float)i / STEPS, fat = 8 + 16 * sinf(3.14159f * t * .85f);
			struct vec at = vec_of(u * fat + 2 * sinf(t * 7 + v * 2), mixf(46, low, t) + v * 6 * (1 - t),
				-98 - 42 * sinf(powf(t, .55f) * 3.14159f * .8f) + v * fat);
			canvas_strand(c, last, at, colour, 3);
			last = at;
		}
	}
}

static void short_strand(struct canvas *c, const struct head *h, uint32_t *s, float angle, float y) {
	float clump = noise3(vec_of(angle * 6, y * .08f, 9)), top = smoothf(40, 90, y);
	float length = 9 + 17 * top,
	      rise = 3 + 8 * top * (.5f + .5f * noise_next(s)) * smoothf(2.4f, 1.0f, fabsf(angle));
	float part = angle > -.35f ? 1 : -1,
	      turn = (.10f + .55f * top) * part * smoothf(1.6f, .2f, fabsf(angle)) + .25f * clump;
	struct vec colour = shade_of(h->person, s, clump), last = over(h, angle, y, .3f);
	for (int i = 1; i <= 8; i++) {
		float t = (float)i / 8;
		struct vec at = over(h, angle + turn * t * .8f,
			y - length * t * (1 - .75f * top) + length * .5f * top * t, rise * sinf(t * 1.7f) + .3f);
		canvas_strand(c, last, at, colour, 3);
		last = at;
	}
}

static void curly_strand(struct canvas *c, const struct head *h, uint32_t *s, float angle, float y) {
	float clump = noise3(vec_of(angle * 10, y * .16f, 9)),
	      height = (9 + 11 * smoothf(-20, 70, y)) * (.65f + .5f * noise_next(s)), phase = noise_next(s) * 6.28f;
	struct vec colour = vec_scale(shade_of(h->person, s, clump), .8f), last = over(h, angle, y, .3f);
	for (int i = 1; i <= 14; i++) {
		float t = (float)i / 14;
		struct vec at =
			over(h, angle + .028f * sinf(phase + t * 13), y + 2.3f * cosf(phase + t * 13), height * t);
		canvas_strand(c, last, at, colour, 3);
		last = at;
	}
}

/* The face's surface at x, y. */
static struct vec face_at(const struct head *h, float x, float y) {
	float angle = x / 75;
	for (int i = 0; i < 10; i++) angle += (x - head_at(h, angle, y).x) * .009f;
	struct vec at = head_at(h, angle, y);
	return vec_of(x, at.y, at.z + features_at(h, x, y));
}

static void brows_draw(struct canvas *c, const struct head *h, uint32_t *s) {
	struct vec colour = vec_scale(vec_colour(h->person->hair), .75f);
	for (int side = -1; side <= 1; side += 2)
		for (int k = 0; k < 330; k++) {
			float t = noise_next(s), thick = (3.0f - 2.0f * t) * h->person->brow,
			      v = (noise_next(s) - .5f) * 2 * thick * .8f;
			float x = 12.5f + 34 * t, y = 13.2f + 8.0f * t - 8.5f * t * t * t + v,
			      long_ = 4.5f + 2 * noise_next(s);
			float dx = mixf(.6f, .97f, smoothf(0, .3f, t)),
			      dy = mixf(.55f, -.25f, smoothf(0, .8f, t)) - v * .12f;
			struct vec a = face_at(h, (float)side * x, y),
				   b = face_at(h, (float)side * (x + dx * long_), y + dy * long_);
			a.z += .4f;
			b.z += .9f;
			canvas_strand(c, a, b, vec_scale(colour, .7f + .5f * noise_next(s)), 2);
		}
}

static void lashes_draw(struct canvas *c, const struct head *h, uint32_t *s) {
	for (int side = -1; side <= 1; side += 2)
		for (int k = 0; k < 120; k++) {
			float t = (float)(k % 60) / 59 * 2 - 1, x = 14.3f * t, up, low;
			bool upper = k < 60;
			lids_at(h, x, &up, &low);
			float y = upper ? up : low,
			      reach = (upper ? 3.6f : 1.5f) * (1 + .4f * t) * (.8f + .4f * noise_next(s));
			if (h->person->beard > 0) reach *= .7f;
			struct vec a = face_at(h, (float)side * (EYE_X + x), y);
			a.z += .3f;
			struct vec b = vec_add(a, vec_of((float)side * (t + .2f) * reach * .6f,
							  upper ? reach * .45f : -reach * .7f, reach * .8f));
			canvas_strand(c, a, b, vec_of(.02f, .014f, .012f), upper ? 3 : 1);
		}
}

static void beard_draw(struct canvas *c, const struct head *h, uint32_t *s) {
	int n = (int)(h->person->beard * 70000);
	for (int k = 0; k < n; k++) {
		float x = (noise_next(s) * 2 - 1) * 68, y = -48 - 73 * noise_next(s), thick = beard_at(h, x, y);
		if (noise_next(s) > thick || fabsf(x) > head_at(h, 1.3f, y).x || lips_at(h, x, y) > .05f ||
			opening_at(h, x, y) < 2)
			continue;
		struct vec tip = vec_of(x * .015f + 1.2f * (noise_next(s) - .5f), -1.0f - .9f * noise_next(s), .45f);
		struct vec a = face_at(h, x, y),
			   own = vec_scale(vec_colour(h->person->hair), .5f + .5f * noise_next(s));
		bool grey = noise_next(s) < .13f;
		canvas_strand(c, a, vec_add(a, tip), grey ? vec_of(.26f, .24f, .22f) : own, 1);
	}
}

int hair_draw(struct canvas *c, const struct head *h) {
	static const int count[] = {
		[HAIR_LONG] = 11500, [HAIR_TIED] = 10500, [HAIR_SHORT] = 20000, [HAIR_CURLY] = 20000
	};
	uint32_t s = h->person->seed * 977 + 5;
	for (int k = 0; k < count[h->person->style]; k++) {
		float angle, y;
		if (!root_at(h, &s, &angle, &y)) continue;
		switch (h->person->style) {
		case HAIR_LONG:
			long_strand(c, h, &s, angle, y);
			break;
		case HAIR_TIED:
			tied_strand(c, h, &s, angle, y);
			break;
		case HAIR_SHORT:
			short_strand(c, h, &s, angle, y);
			break;
		case HAIR_CURLY:
			curly_strand(c, h, &s, angle, y);
			break;
		}
	}
	if (h->person->style == HAIR_TIED) tail_draw(c, h, &s);
	brows_draw(c, h, &s);
	lashes_draw(c, h, &s);
	if (h->person->beard > .4f) beard_draw(c, h, &s);
	return 0;
}

/* head.c: the shape and colour of a head; see sample/head.h. */
#include "sample/head.h"

struct knot {
	float y, v;
};

static float along(const struct knot *k, int n, float y) {
	if (y >= k[0].y) return k[0].v;
	for (int i = 0; i + 1 < n; i++)
		if (y >= k[i + 1].y) {
			float d = k[i].y - k[i + 1].y, x = (k[i].y - y) / d;
			float m0 = i ? (k[i + 1].v - k[i - 1].v) / (k[i - 1].y - k[i + 1].y) * d : 0;
			float m1 = i + 2 < n ? (k[i + 2].v - k[i].v) / (k[i].y - k[i + 2].y) * d : 0;
			float a = x * x * (3 - 2 * x);
			return k[i].v * (1 - a) + k[i + 1].v * a + m0 * x * (1 - x) * (1 - x) - m1 * x * x * (1 - x);
		}
	return k[n - 1].v;
}
#define ALONG(table, y) along(table, (int)(sizeof(table) / sizeof((table)[0])), y)

/* Half widths, from the crown down; and how far the midline lies in front. */
static const struct knot half_width[] = { { 119, 2 }, { 116, 22 }, { 109, 41 }, { 96, 57 }, { 75, 68 }, { 45, 73 },
	{ 20, 73 }, { 0, 71 }, { -20, 69.5f }, { -40, 67 }, { -60, 64 }, { -80, 60 }, { -95, 53 }, { -107, 43 },
	{ -115, 31 }, { -120, 18 }, { -122, 8 } };
static const struct knot front[] = { { 119, 3 }, { 116, 30 }, { 109, 50 }, { 96, 70 }, { 75, 86 }, { 45, 96 },
	{ 22, 97.5f }, { 10, 94 }, { -5, 91 }, { -25, 92 }, { -45, 94 }, { -57, 95.5f }, { -68, 97 }, { -80, 95 },
	{ -91, 91 }, { -101, 93.5f }, { -108, 94 }, { -114, 91 }, { -119, 83 }, { -122, 70 } };
static const struct knot back[] = { { 119, 4 }, { 116, 34 }, { 109, 56 }, { 96, 76 }, { 75, 90 }, { 40, 97 },
	{ 10, 93 }, { -20, 80 }, { -50, 62 }, { -122, 42 } };

struct vec head_at(const struct head *h, float angle, float y) {
	const struct person *p = h->person;
	float low = y < -20 ? smoothf(-20, -110, y) : 0;
	float w = ALONG(half_width, y) * p->width * mixf(1, p->jaw, low), c = cosf(angle), s = sinf(angle);
	float f = ALONG(front, y) + (y < -85 ? p->chin * smoothf(-85, -105, y) : 0), b = ALONG(back, y);
	/* the jaw rises towards the ear */
	float side = smoothf(.55f, 1.45f, fabsf(angle)), lift = y < -40 ? 1 - side * .25f * smoothf(-40, -120, y) : 1;
	float n = c > 0 ? 2.35f : 2.0f, e = 2 / n;
	return vec_of(w * spowf(s, e), y * lift * (y < 0 ? .92f * p->length : 1), (c > 0 ? f : b) * spowf(c, e));
}

static float mouth_half(const struct head *h) {
	return mixf(25.0f, 33.0f, h->smile) * h->person->mouth_width;
}

/* The lips' four edges at x: outer and inner of the upper, inner and outer of the lower. */
static bool lip_edges(const struct head *h, float x, float edge[4]) {
	float t = x / mouth_half(h), q = 1 - t * t, full = h->person->lip_full, k = h->smile;
	if (q <= 0) return false;
	float line = -73.5f + mixf(2.4f * t * t, 6.4f * t * t, k) + mixf(.9f * bellf(t, .28f) * -.6f, 0, k),
	      bow = 1.2f * bellf(fabsf(t) - .2f, .13f) - 1.0f * bellf(t, .11f);
	edge[1] = line + k * 3.4f * powf(q, .8f);
	edge[2] = line - k * 7.4f * powf(q, .66f);
	edge[0] = edge[1] + (mixf(6.6f, 5.8f, k) * powf(q, .7f) + bow * (1 - .5f * k)) * full;
	edge[3] = edge[2] - mixf(8.6f, 8.4f, k) * powf(q, .62f) * full;
	return true;
}

float lips_at(const struct head *h, float x, float y) {
	float e[4];
	if (!lip_edges(h, x, e)) return 0;
	return smoothf(e[0] + .7f, e[0] - 1.3f, y) * smoothf(e[3] - 1.0f, e[3] + 1.8f, y);
}

void lids_at(const struct head *h, float x, float *ret_upper, float *ret_lower) {
	float t = clampf(x / 15.6f, -1, 1), q = 1 - t * t, squint = 1 - .22f * h->smile;
	*ret_upper = 1.0f * t + 4.9f * h->person->eye * squint * powf(q, .72f) * (1 - .13f * t);
	*ret_lower = 1.0f * t - 4.0f * h->person->eye * (1 - .3f * h->smile) * powf(q, .8f) * (1 + .12f * t);
}

float opening_at(const struct head *h, float x, float y) {
	float keep = 9, e[4];
	if (h->smile > 0 && lip_edges(h, x, e)) keep = fmaxf(y - e[1], e[2] - y);
	float ex = fabsf(x) - EYE_X, up, low;
	if (fabsf(ex) < 15.5f) {
		lids_at(h, ex, &up, &low);
		keep = fminf(keep, fmaxf(y - up, low - y));
	}
	return keep;
}

static const struct knot nose_high[] = { { 14, 0 }, { 4, 2.2f }, { -8, 6 }, { -22, 12 }, { -34, 17.5f },
	{ -42, 20.5f }, { -48, 19 }, { -53, 12 }, { -57, 3 }, { -60, 0 } };
static const struct knot nose_wide[] = { { 14, 9 }, { 0, 8 }, { -15, 8.2f }, { -30, 9 }, { -42, 11 }, { -60, 10 } };

static float bump(float x, float y, float cx, float cy, float sx, float sy) {
	float a = (x - cx) / sx, b = (y - cy) / sy;
	float q = a * a + b * b;
	return q > 12 ? 0 : expf(-q);
}

static float nose_at(const struct person *p, float x, float ax, float y) {
	float w = ALONG(nose_wide, y) * mixf(1, p->nose_width, smoothf(0, -35, y));
	float r = x / w, z = ALONG(nose_high, y) * p->nose * expf(-powf(fabsf(r), 2.3f));
	float ala = 14.2f * p->nose_width;
	z += 8.0f * bump(ax, y, ala * .93f, -48.5f, 5.2f, 5.6f) + 2 * bump(x, y, 0, -43, 7, 6);
	z -= 3.0f * bump(ax, y, 7.2f * p->nose_width, -55.2f, 3.4f, 2.0f); /* nostrils */
	return z - 1.4f * bump(ax, y, ala + 5.5f, -48, 2.6f, 8);
}

static float lips_high(const struct head *h, float x, float y) {
	float e[4];
	if (!lip_edges(h, x, e)) return 0;
	float t = x / mouth_half(h), q = powf(1 - t * t, .6f), z = 0;
	float up = clampf((y - e[1]) / (e[0] - e[1]), 0, 1), low = clampf((e[2] - y) / (e[2] - e[3]), 0, 1);
	if (y >= e[1] - .1f) z = (3.2f * sinf(3.1416f * powf(clampf(1 - up, 0, 1), .75f) * .8f)) * (y > e[0] ? 0 : 1);
	if (y <= e[2] + .1f) z = 4.0f * sinf(3.1416f * powf(low, .8f)) * (y < e[3] ? 0 : 1);
	return z * q * h->person->lip_full - 1.6f * bellf(y - (e[1] + e[2]) / 2, 1.0f) * (1 - h->smile);
}

float features_at(const struct head *h, float x, float y) {
	const struct person *p = h->person;
	float ax = fabsf(x), k = h->smile, z = nose_at(p, x, ax, y) + lips_high(h, x, y);
	z -= 9.5f * bump(ax, y, EYE_X - 1, 0, 19, 13) - 3.5f * bump(ax, y, 12, 2, 7, 12) * -1;
	z += 6.0f * bump(ax, y, EYE_X, .5f, 15, 9.5f);
	float ex = (ax - EYE_X) / 15.5f, crease = 8.6f - 3.2f * ex * ex + ex;
	if (fabsf(ex) < 1.25f) z -= 1.3f * bellf(y - crease, 1.2f) * smoothf(1.25f, .8f, fabsf(ex));
	if (fabsf(ex) < 1.2f)
		z -= (.5f + .8f * p->lines + .3f * k) * bellf(y + 8.5f + 2 * ex * ex * -1, 1.8f) *
		     smoothf(1.2f, .7f, fabsf(ex));
	z += (2.6f * p->brow) * bump(ax, y, 30, 19, 19, 7) + 3.5f * bump(ax, y, 46, -24, 17, 15);
	z += k * 4.5f * bump(ax, y, 40, -38, 14, 13) - k * 2.2f * bump(ax, y, 37 * p->mouth_width, -68, 6, 8);
	z -= 2.5f * bump(ax, y, 56, -58, 14, 20) * (1 - .5f * k);
	float fold = 19 + (y + 46) * -.42f; /* from the nose to the corner of the mouth */
	z -= (.45f + 1.5f * k + 1.0f * p->lines) * bellf(ax - fold - 2 - 3 * k, 2.2f) * smoothf(-42, -50, y) *
	     smoothf(-84, -68, y);
	z -= .9f * bump(x, y, 0, -62.5f, 2.6f, 4.5f) - .5f * bump(ax, y, 5, -62.5f, 2.2f, 4.5f);
	z += 2.2f * bump(x, y, 0, -106, 17, 9) - 2.2f * bump(x, y, 0, -92, 20, 5) * (1 - .3f * k);
	for (int i = 0; i < 3; i++)
		z -= p->lines * .5f *
		     bellf(y - (48.f + 12 * (float)i) + 2 * noise3(vec_of(x * .05f, (float)i, 1)), 1.3f) *
		     smoothf(46, 25, ax);
	return z;
}

float scalp_at(const struct head *h, float angle, float y) {
	float a = fabsf(angle);
	float line = 74 - 26 * smoothf(.55f, 1.05f, a) +
		     10 * bellf(a - .62f, .2f) * (h->person->style == HAIR_SHORT || h->person->style == HAIR_CURLY);
	bool cut = h->person->style == HAIR_SHORT || h->person->style == HAIR_CURLY;
	line = mixf(line, cut ? -10 : 16, smoothf(1.05f, 1.35f, a));
	line = mixf(line, -70, smoothf(1.75f, 2.2f, a));
	return smoothf(line - 6, line + 8, y + 5 * noise3(vec_of(angle * 9, y * .1f, 2)));
}

float beard_at(const struct head *h, float x, float y) {
	float ax = fabsf(x), ragged = 3 * noise3(vec_of(x * .25f, y * .25f, 8)), wide = 3 * h->smile;
	float cheek = smoothf(4, -7, y + 66 - (ax - 31 - wide) * .72f + ragged) *
		      smoothf(22 + wide, 31 + wide, ax + ragged);
	float lip = smoothf(33 + wide, 25 + wide, ax) * smoothf(-58.5f, -61, y) * smoothf(-76, -72, y);
	float chin = smoothf(-88, -95, y + ragged), below = bellf(x, 6) * smoothf(-84, -87, y);
	return clampf(fmaxf(fmaxf(cheek, lip * .85f), fmaxf(chin, below * .7f)), 0, 1);
}

struct vec skin_at(const struct head *h, struct vec at, float angle) {
	const struct person *p = h->person;
	struct vec skin = vec_colour(p->skin), flush = vec_colour(p->flush), lip = vec_colour(p->lips),
		   hair = vec_colour(p->hair);
	float ax = fabsf(at.x), y = at.y, patch = noise3(vec_scale(at, .05f)) + .5f * noise3(vec_scale(at, .16f));
	bool face = at.z > 20;
	float red = .12f + .10f * patch;
	if (face)
		red += .55f * bump(ax, y, 42, -32, 20, 15) + .4f * bump(at.x, y, 0, -45, 13, 9) +
		       .2f * bump(at.x, y, 0, -105, 18, 10);
	struct vec c = vec_mix(skin, flush, clampf(red, 0, .75f));
	c = vec_scale(c, 1 + .05f * noise3(vec_scale(at, .9f)) + .03f * noise3(vec_scale(at, 2.1f)));
	if (!face) return vec_mix(c, vec_scale(hair, .5f), scalp_at(h, angle, y) * .95f);
	float shadow = bump(ax, y, EYE_X - 4, -10, 14, 5) * .22f + bump(ax, y, EYE_X, 9, 17, 5) * .20f;
	c = vec_mix(c, vec_of(skin.x * .5f, skin.y * .33f, skin.z * .33f), shadow);
	float nostril = bump(ax, y, 7.4f * p->nose_width, -55.0f, 3.6f, 2.1f);
	c = vec_mix(c, vec_of(.05f, .015f, .01f), smoothf(.35f, .8f, nostril) * .85f);
	float spot = noise3(vec_scale(at, .42f)) + .6f * noise3(vec_scale(at, .9f));
	c = vec_mix(c, vec_of(skin.x * .52f, skin.y * .36f, skin.z * .26f),
		p->freckles * smoothf(.45f, .85f, spot) * .55f *
			(bump(ax, y, 32, -30, 26, 17) + bump(at.x, y, 0, -25, 12, 16)));
	float beard = beard_at(h, at.x, y) * (1 - lips_at(h, at.x, y));
	float grain = .75f + .5f * noise3(vec_scale(at, 1.6f));
	c = vec_mix(c, vec_mix(hair, vec_of(.10f, .08f, .07f), .3f), clampf(p->beard * beard * grain * .5f, 0, .8f));
	float lips = lips_at(h, at.x, y);
	if (lips > 0) {
		float line = noise3(vec_of(at.x * 1.4f, y * .25f, 3));
		c = vec_mix(c, vec_scale(lip, 1 + .10f * line), lips);
		float e[4];
		if (lip_edges(h, at.x, e))
			c = vec_mix(c, vec_of(lip.x * .35f, lip.y * .18f, lip.z * .18f),
				.75f * bellf(y - (e[1] + e[2]) / 2, .75f) * (1 - h->smile));
	}
	if (fabsf(ax - EYE_X) < 16.5f) { /* the rims of the lids */
		float up, low;
		lids_at(h, ax - EYE_X, &up, &low);
		c = vec_mix(c, vec_of(.10f, .05f, .04f), .8f * bellf(y - up - .3f, .75f));
		c = vec_mix(c, vec_of(flush.x * .8f, flush.y * .6f, flush.z * .6f), .6f * bellf(y - low + .2f, .7f));
	}
	return vec_mix(c, vec_scale(hair, .5f), scalp_at(h, angle, y) * .95f);
}

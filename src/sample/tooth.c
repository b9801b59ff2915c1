/* tooth.c: the shape of one tooth: cross-sections of changing width, stacked from the edge to below the gum, with cusps. */
#include "sample/teeth.h"

enum { AROUND = 72, ALONG = 84, CAP = 30 };

struct size {
	float width, height, depth;
	enum tooth_kind kind;
};

void tooth_size(int i, bool upper, float *ret_width, float *ret_height, float *ret_depth, enum tooth_kind *ret_kind) {
	static const struct size size[2][7] = { { { 5.4f, 8.8f, 6.0f, LATERAL }, { 5.9f, 8.9f, 6.3f, LATERAL },
							{ 6.9f, 9.9f, 7.6f, CANINE }, { 7.0f, 8.4f, 7.9f, PREMOLAR },
							{ 7.1f, 7.6f, 8.3f, PREMOLAR }, { 11.0f, 6.8f, 10.4f, MOLAR },
							{ 10.4f, 6.4f, 10.0f, MOLAR } },
		{ { 8.7f, 10.2f, 7.0f, INCISOR }, { 6.7f, 8.8f, 6.2f, LATERAL }, { 7.7f, 10.0f, 8.0f, CANINE },
			{ 7.0f, 8.3f, 9.0f, PREMOLAR }, { 6.8f, 7.4f, 9.0f, PREMOLAR }, { 10.2f, 6.8f, 11.2f, MOLAR },
			{ 9.6f, 6.4f, 11.0f, MOLAR } } };
	const struct size *s = &size[upper][i];
	*ret_width = s->width;
	*ret_height = s->height;
	*ret_depth = s->depth;
	*ret_kind = s->kind;
}

enum { KNOTS = 7 };
/* Heights of the knots, 0 the edge and 1 the gum. */
static const float knot_at[KNOTS] = { 0, .1f, .25f, .45f, .7f, 1, 1.5f };

struct outline {
	float width[KNOTS], outer[KNOTS], inner[KNOTS]; /* of half width; of half depth */
	float square;                                   /* exponent of the cross-section */
	float cap;                                      /* millimetres over which the edge rounds */
};

static const struct outline outline[] = {
	[INCISOR] = { { .95f, .99f, 1, .97f, .90f, .79f, .45f }, { .17f, .34f, .52f, .72f, .88f, .92f, .5f },
		{ .13f, .16f, .22f, .36f, .75f, .95f, .5f }, 2.9f, .75f },
	[LATERAL] = { { .9f, .98f, 1, .96f, .89f, .80f, .45f }, { .17f, .34f, .52f, .72f, .88f, .92f, .5f },
		{ .13f, .16f, .22f, .36f, .75f, .95f, .5f }, 2.6f, .85f },
	[CANINE] = { { .62f, .83f, .99f, 1, .95f, .87f, .48f }, { .2f, .42f, .66f, .86f, .98f, .95f, .5f },
		{ .16f, .2f, .32f, .5f, .82f, .95f, .5f }, 2.25f, 1.1f },
	[PREMOLAR] = { { .72f, .88f, .99f, 1, .93f, .84f, .5f }, { .72f, .86f, .96f, 1, .98f, .9f, .5f },
		{ .68f, .84f, .95f, 1, .97f, .88f, .5f }, 2.35f, 1.5f },
	[MOLAR] = { { .87f, .95f, 1, .99f, .93f, .85f, .74f }, { .78f, .88f, .96f, 1, .99f, .93f, .82f },
		{ .78f, .88f, .96f, 1, .98f, .92f, .82f }, 2.9f, 1.5f },
};

static float knots(const float *k, float t) {
	if (t <= 0) return k[0];
	for (int i = 0; i + 1 < KNOTS; i++)
		if (t < knot_at[i + 1]) {
			float d = knot_at[i + 1] - knot_at[i], x = (t - knot_at[i]) / d;
			float m0 = i ? (k[i + 1] - k[i - 1]) / (knot_at[i + 1] - knot_at[i - 1]) : (k[1] - k[0]) / d;
			float m1 = i + 2 < KNOTS ? (k[i + 2] - k[i]) / (knot_at[i + 2] - knot_at[i]) : m0;
			float a = x * x * (3 - 2 * x);
			return k[i] * (1 - a) + k[i + 1] * a +
			       d * (m0 * x * (1 - x) * (1 - x) - m1 * x * x * (1 - x));
		}
	return k[KNOTS - 1];
}

/* How far the chewing face stands out (millimetres, towards the opposing jaw) at x, z of -1 to 1. */
static float cusps(enum tooth_kind kind, bool upper, float x, float z, float *ret_groove) {
	*ret_groove = 0;
	switch (kind) {
	case INCISOR:
		return .1f * cosf(3 * 3.14159f * x) - .5f * powf(fabsf(x), 6);
	case LATERAL:
		return .06f * cosf(3 * 3.14159f * x) - .55f * powf(fabsf(x), 5);
	case CANINE:
		return .9f * bellf(x, .45f) - .35f;
	case PREMOLAR: {
		float deep = bellf(z + .02f, .13f) * smoothf(.85f, .55f, fabsf(x));
		float pits = bellf(z, .2f) * bellf(fabsf(x) - .6f, .18f);
		*ret_groove = deep + .5f * pits;
		return 1.9f * bellf(x, .6f) * bellf(z - .55f, .40f) +
		       (upper ? 1.5f : .8f) * bellf(x, .62f) * bellf(z + .55f, .4f) - .36f * deep - .28f * pits;
	}
	case MOLAR: {
		float bend = upper ? .16f * x : 0;
		float deep = bellf(z - bend, .09f) * smoothf(.8f, .6f, fabsf(x));
		float cross = bellf(x - .1f * z - (z > 0 ? .05f : -.12f), .08f) * smoothf(.95f, .7f, fabsf(z));
		*ret_groove = clampf(deep + .8f * cross, 0, 1);
		float h = 0;
		for (int i = 0; i < 4; i++) {
			float cx = (i & 1 ? .46f : -.46f) + (upper ? .08f * (i & 2 ? 1.f : -1.f) : 0),
			      cz = i & 2 ? .52f : -.52f;
			h += 1.75f * bellf(x - cx, .40f) * bellf(z - cz, .4f);
		}
		return h - .42f * deep - .34f * cross;
	}
	}
	return 0;
}

/* The colour at height t (0 edge, 1 gum). */
static struct vec enamel_at(enum tooth_kind kind, unsigned enamel, float t, float groove, float shade) {
	struct vec body = vec_colour(enamel);
	struct vec neck = vec_of(body.x * .93f, body.y * .80f, body.z * .64f);
	struct vec edge = vec_of(body.x * .74f, body.y * .78f, body.z * .88f);
	struct vec c = vec_mix(body, neck, smoothf(.5f, 1.1f, t) * .85f);
	bool thin = kind == INCISOR || kind == LATERAL || kind == CANINE;
	c = vec_mix(c, edge, smoothf(.24f, .02f, t) * (thin ? .75f : .2f));
	if (kind == CANINE) c = vec_of(c.x * .97f, c.y * .94f, c.z * .88f);
	c = vec_mix(c, vec_of(.24f, .13f, .06f), clampf(groove, 0, 1) * .14f);
	return vec_scale(c, 1 + .05f * shade);
}

int tooth_mesh(struct mesh *m, enum tooth_kind kind, bool upper, float width, float height, float depth,
	unsigned enamel, uint32_t seed, struct err *e) {
	if (mesh_init(m, AROUND, ALONG, true, MAT_ENAMEL, e)) return -1;
	const struct outline *o = &outline[kind];
	struct vec place = vec_of((float)(seed % 97) * 3.1f, (float)(seed % 89) * 1.7f, (float)(seed % 83));
	for (int v = 0; v < ALONG; v++)
		for (int u = 0; u < AROUND; u++) {
			float round = 1, y, angle = (float)u / AROUND * 6.2831853f;
			if (v < CAP) {
				float phi = (float)v / CAP * 1.5708f;
				bool grinds = kind == PREMOLAR || kind == MOLAR;
				round = grinds ? (float)v / CAP : sinf(phi);
				y = o->cap * (grinds ? 1 - sqrtf(fmaxf(0, 1 - powf(round, 3.5f))) : 1 - cosf(phi));
			} else {
				y = o->cap + (height * 1.35f - o->cap) * (float)(v - CAP + 1) / (ALONG - CAP);
			}
			float t = y / height, p = 2 / o->square;
			float cx = spowf(cosf(angle), p) * round, cz = spowf(sinf(angle), p) * round;
			float a = width / 2 * knots(o->width, t);
			float b = depth / 2 * knots(cz > 0 ? o->outer : o->inner, t);
			float x = cx * a * (cz < 0 && kind != MOLAR ? 1 + .22f * cz : 1), z = cz * b, groove;
			float cusp = cusps(kind, upper, cx, cz, &groove);
			float fade = v < CAP ? 1 : expf(-(t - o->cap / height) * 5);
			if (kind <= CANINE && cz > 0 && t > .05f) /* two faint furrows down the face */
				z -= .10f * (bellf(cx - .36f, .16f) + bellf(cx + .36f, .16f)) * smoothf(.85f, .3f, t);
			struct vec at = vec_of(x, y - cusp * fade, z);
			struct vertex *w = mesh_at(m, u, v);
			w->p = at;
			float bump = noise3(vec_add(vec_scale(at, .45f), place));
			w->p = vec_along(w->p, vec_of(x, 0, z), .012f * bump);
			w->colour = enamel_at(kind, enamel, t, v < CAP ? groove : 0,
				bump + .5f * noise3(vec_add(vec_of(at.x * 2, at.y * .6f, at.z), place)));
			w->wet = .9f;
		}
	mesh_normals(m);
	return 0;
}

/* gums.c: the gum around teeth that stand, the mucosa beyond it, palate, floor of the mouth, tongue, cheeks. */
#include "sample/teeth.h"

enum { ACROSS = 560, DEEP = 84 };

/* The gum's edge at arc length s. */
struct edge {
	float margin, lip; /* y; distance outward from the arch */
	float between;     /* 0 at a tooth's middle, 1 between two */
	float mean;        /* lip without the dips between the teeth */
};

static struct edge edge_at(const struct tooth_stand *t, bool upper, float s) {
	float sign = upper ? 1 : -1;
	int i = 0;
	while (i + 1 < TEETH && s > (t[i].s + t[i].half + t[i + 1].s - t[i + 1].half) / 2) i++;
	int j = s < t[i].s ? i - 1 : i + 1;
	if (j < 0 || j >= TEETH) { /* behind the last tooth the gum closes */
		float past = fmaxf(0, fabsf(s - t[i].s) - t[i].half + 2.5f),
		      lip = mixf(t[i].lip, -1.5f, smoothf(0, 6, past));
		return (struct edge){ t[i].margin - sign * 2 * smoothf(2, 8, past), lip, smoothf(0, 3, past), lip };
	}
	float mid = s < t[i].s ? (t[i].s - t[i].half + t[j].s + t[j].half) / 2
			       : (t[i].s + t[i].half + t[j].s - t[j].half) / 2;
	float gap = fabsf(t[i].s - t[j].s) - t[i].half - t[j].half;
	float q = clampf(fabsf(s - t[i].s) / fmaxf(fabsf(mid - t[i].s), .5f), 0, 1);
	float high =
		(t[i].margin + t[j].margin) / 2 - sign * fminf(t[i].height, t[j].height) * (gap > .7f ? .2f : .43f);
	float apart = fabsf(t[i].lip - t[j].lip), behind = smoothf(14, 34, fabsf(s));
	float low = (t[i].lip + t[j].lip) / 2 - mixf(1.2f, .35f, behind) * smoothf(3, .5f, apart);
	float mean = mixf(t[i].lip, t[j].lip, .5f * q * q);
	return (struct edge){ mixf(t[i].margin, high, powf(q, 2.8f)), mixf(t[i].lip, low, powf(q, 2.4f)), q, mean };
}

/* Distance outward and towards the root, from the edge on: what the camera sees of gum, mucosa and inner lip. */
static const float profile[][2] = { { -3.2f, -.3f }, { -.5f, -.25f }, { .25f, .15f }, { .62f, .9f }, { .75f, 2.4f },
	{ .85f, 5 }, { .7f, 8 }, { .6f, 10.5f }, { 2.0f, 13.5f }, { 6, 16 }, { 13, 18 }, { 24, 19.5f } };
enum { PROFILE = sizeof(profile) / sizeof(profile[0]) };

static float spline(int axis, float t) {
	int i = (int)clampf(t, 0, PROFILE - 1.001f);
	float x = t - (float)i, p[4];
	for (int k = 0; k < 4; k++) {
		int at = i + k - 1;
		p[k] = profile[at < 0 ? 0 : at >= PROFILE ? PROFILE - 1 : at][axis];
	}
	return p[1] +
	       .5f * x *
		       (p[2] - p[0] +
			       x * (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3] + x * (3 * (p[1] - p[2]) + p[3] - p[0])));
}

static struct vec gum_colour(const struct mouth *m, float depth, float between, struct vec at) {
	struct vec light = vec_colour(m->gum), deep = vec_colour(m->gum_deep), mucosa = vec_colour(m->mucosa);
	float patch = noise3(vec_scale(at, .22f)) + .5f * noise3(vec_scale(at, .6f));
	struct vec c = vec_mix(light, deep, clampf(.25f + .35f * between + .25f * patch, 0, 1));
	c = vec_mix(c, deep, bellf(depth - .2f, .7f) * .5f); /* the free margin is redder */
	c = vec_mix(c, mucosa, smoothf(5.2f, 8.2f, depth + .8f * patch));
	float thread = fabsf(noise3(vec_of(at.x * .35f, at.y * .16f + at.z * .1f, 7)) +
			     .35f * noise3(vec_of(at.x, at.y * .5f, 3)));
	float vessel = smoothf(.045f, .0f, thread) * smoothf(5.5f, 10, depth);
	c = vec_mix(c, vec_of(.38f, .035f, .05f), vessel * .42f);
	float brown = smoothf(.1f, .8f, noise3(vec_scale(at, .3f)) + .5f * noise3(vec_scale(at, .9f)) + .5f);
	return vec_mix(c, vec_of(.17f, .065f, .05f), m->pigment * brown * smoothf(7, 3, depth) * .75f);
}

static void place_gum(
	const struct mouth *m, bool upper, const struct tooth_stand *t, struct mesh *mesh, float from, float to) {
	float sign = upper ? 1 : -1;
	for (int u = 0; u < ACROSS; u++) {
		float s = from + (to - from) * (float)u / (ACROSS - 1);
		struct vec out, p = arch_at(upper, s, upper ? m->bite.narrow : 0, &out);
		struct edge g = edge_at(t, upper, s);
		if (!upper) p = vec_add(p, vec_of(m->bite.shift, 0, -(m->bite.overjet - 2.4f)));
		for (int v = 0; v < DEEP; v++) {
			float k = (float)v / (DEEP - 1) * (PROFILE - 1);
			float off = spline(0, k), down = spline(1, k);
			float root = smoothf(1, 4, down) * smoothf(12, 6, down);
			off += root * mixf(.42f, .12f, smoothf(14, 32, fabsf(s))) *
			       (1 - 1.5f * g.between * g.between);
			float settle = smoothf(3, 11, down), even = smoothf(.4f, 6, down);
			float lip = mixf(mixf(g.lip, g.mean, even * .85f), 2.9f, settle * .6f),
			      margin = mixf(g.margin, (upper ? 8.6f : -7.2f - m->jaw), settle * .7f);
			struct vertex *w = mesh_at(mesh, u, v);
			w->p = vec_along(p, out, lip + off);
			w->p.y = margin + sign * down;
			float bump = noise3(vec_scale(w->p, .35f)) * .15f * smoothf(2, 6, down) +
				     noise3(vec_scale(w->p, 1.3f)) * .045f;
			bump += noise3(vec_of(s * .55f, 3, down * .12f)) * .25f * smoothf(8, 13, down);
			w->p = vec_along(w->p, out, bump);
			w->colour = gum_colour(m, down, g.between, w->p);
			w->wet = .75f + .25f * noise3(vec_scale(w->p, .5f));
			if (m->lips && down > 6) w->keep = -1;
		}
	}
}

/* The gum on the inner side, and from it the palate up to the midline or the floor of the mouth. */
static void place_inside(
	const struct mouth *m, bool upper, const struct tooth_stand *t, struct mesh *mesh, float reach) {
	float sign = upper ? 1 : -1;
	for (int u = 0; u < mesh->nu; u++) {
		float s = -reach + 2 * reach * (float)u / (float)(mesh->nu - 1);
		struct vec out, p = arch_at(upper, s, upper ? m->bite.narrow : 0, &out);
		struct edge g = edge_at(t, upper, s);
		float in = (3.2f + smoothf(12, 34, fabsf(s)) * 1.6f - .25f * g.lip) *
			   smoothf(t[TEETH - 1].s + t[TEETH - 1].half + 6, t[TEETH - 1].s + t[TEETH - 1].half - 2,
				   fabsf(s));
		if (!upper) p = vec_add(p, vec_of(m->bite.shift, 0, -(m->bite.overjet - 2.4f)));
		struct vec start = vec_along(p, out, -in + 1.6f), end = vec_of(0, 0, p.z * .8f - 8);
		if (!upper) end.x = m->bite.shift;
		for (int v = 0; v < mesh->nv; v++) {
			float k = (float)v / (float)(mesh->nv - 1), way = k * k * .35f + k * .65f;
			struct vec at = vec_mix(start, end, way);
			float run = vec_len(vec_sub(at, start));
			float front = -at.z, deep = (upper ? 15.f : 13.f) * (1 - expf(-fmaxf(front - 3, 0) / 11));
			float y = mixf(g.margin - sign * .4f, (upper ? 6.8f : -7.f - m->jaw), smoothf(0, 5, run));
			y += sign * (1.4f * (1 - expf(-run / 1.2f)) + deep * smoothf(.04f, .92f, way));
			if (upper) { /* folds behind the front teeth, and the seam */
				float fold = sinf(front * 1.45f + 1.1f * noise3(vec_of(at.x * .22f, front * .2f, 1)) +
						  fabsf(at.x) * .12f);
				y -= .42f * fold * smoothf(5, 9, front) * smoothf(23, 17, front) *
				     smoothf(.5f, 2.5f, fabsf(at.x)) * smoothf(15, 9, fabsf(at.x));
				y += .5f * bellf(at.x, .7f) * smoothf(11, 15, front);
				y -= 1.1f * bellf(at.x, 1.3f) * bellf(front - 8.3f, 2.2f);
			}
			struct vertex *w = mesh_at(mesh, u, v);
			w->p = vec_of(at.x, y + .1f * noise3(vec_scale(at, .9f)), at.z);
			w->colour =
				gum_colour(m, upper ? 5 : smoothf(2, 7, run) * 8, g.between * bellf(run, 3), w->p);
			if (upper)
				w->colour = vec_mix(w->colour, vec_of(.88f, .43f, .38f), smoothf(2, 8, run) * .75f);
			w->wet = .8f;
		}
	}
}

static int cheeks_draw(struct canvas *c, const struct mouth *m, struct err *e) {
	for (int side = -1; side <= 1; side += 2) {
		bool near = c->cam.eye.x * (float)side > 60; /* held away from the lens */
		struct mesh mesh auto_mesh = { 0 };
		if (mesh_init(&mesh, 60, 60, false, MAT_GUM, e)) return -1;
		for (int v = 0; v < 60; v++)
			for (int u = 0; u < 60; u++) {
				float z = -62 + 52 * (float)u / 59, y = -30 + 60 * (float)v / 59;
				struct vertex *w = mesh_at(&mesh, u, v);
				float x = 33.5f + .004f * y * y + smoothf(-30, -8, z) * 9;
				if (near) x = 26 + (float)u * .62f - .004f * y * y, z = -55 + .22f * (float)u;
				w->p = vec_of((float)side * (x + .6f * noise3(vec_of(y * .2f, z * .2f, 2))), y, z);
				w->colour = vec_scale(vec_colour(m->mucosa), .75f);
				w->wet = .8f;
			}
		mesh_normals(&mesh);
		mesh_draw(c, &mesh);
	}
	return 0;
}

static int tongue_draw(struct canvas *c, const struct mouth *m, struct err *e) {
	struct mesh mesh auto_mesh = { 0 };
	if (mesh_init(&mesh, 150, 150, false, MAT_GUM, e)) return -1;
	for (int v = 0; v < 150; v++)
		for (int u = 0; u < 150; u++) {
			float a = ((float)u / 149 - .5f) * 2, k = (float)v / 149;
			float half = 15.5f * sqrtf(fmaxf(0, 1 - powf(1 - fminf(k * 1.7f, 1), 2.4f))) + k * 2;
			struct vertex *w = mesh_at(&mesh, u, v);
			float round = sqrtf(fmaxf(0, 1 - a * a));
			w->p = vec_of(half * a + m->bite.shift,
				-15 - m->jaw + 11 * powf(round, .8f) * (.45f + .55f * k), -14 - 46 * k);
			float rough = noise3(vec_scale(w->p, 1.9f));
			w->p.y += .16f * rough - .9f * bellf(a, .09f) * smoothf(.05f, .3f, k) +
				  .4f * noise3(vec_scale(w->p, .25f));
			w->colour = vec_mix(vec_colour(m->mucosa), vec_of(.62f, .30f, .29f), .35f + .2f * rough);
			w->wet = .7f;
		}
	mesh_normals(&mesh);
	mesh_draw(c, &mesh);
	return 0;
}

int gums_draw(struct canvas *c, const struct mouth *m, bool upper, const struct tooth_stand *t, struct err *e) {
	float reach = t[TEETH - 1].s + t[TEETH - 1].half + 14;
	struct mesh outside auto_mesh = { 0 }, inside auto_mesh = { 0 };
	if (mesh_init(&outside, ACROSS, DEEP, false, MAT_GUM, e) || mesh_init(&inside, 400, 110, false, MAT_GUM, e))
		return -1;
	place_gum(m, upper, t, &outside, -reach, reach);
	mesh_normals(&outside);
	mesh_draw(c, &outside);
	place_inside(m, upper, t, &inside, reach);
	mesh_normals(&inside);
	mesh_draw(c, &inside);
	if (!upper && tongue_draw(c, m, e)) return -1;
	return upper && !m->lips ? cheeks_draw(c, m, e) : 0;
}

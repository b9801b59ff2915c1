/* appliance.c: brackets with their elastics and the wire through them; aligner attachments; the retainer wire. */
#include "sample/teeth.h"

/* A box of half sizes h with rounded edges in the frame of a tooth. */
static int box_draw(struct canvas *c, const struct tooth_stand *t, struct vec at, struct vec h, float power,
	enum material material, struct vec colour, struct err *e) {
	struct mesh mesh auto_mesh = { 0 };
	if (mesh_init(&mesh, 40, 24, true, material, e)) return -1;
	for (int v = 0; v < 24; v++)
		for (int u = 0; u < 40; u++) {
			float a = (float)u / 40 * 6.2831853f, b = ((float)v / 23 - .5f) * 3.14159265f;
			float x = spowf(cosf(b), power) * spowf(cosf(a), power),
			      y = spowf(cosf(b), power) * spowf(sinf(a), power);
			struct vertex *w = mesh_at(&mesh, u, v);
			w->p = vec_along(vec_along(vec_along(at, t->right, x * h.x), t->down, y * h.y), t->out,
				spowf(sinf(b), power) * h.z);
			w->colour = colour;
			w->wet = 1;
		}
	mesh_normals(&mesh);
	mesh_draw(c, &mesh);
	return 0;
}

/* A tube of a radius through points; `closed` joins the ends. */
static int tube_draw(struct canvas *c, const struct vec *p, int n, bool closed, float radius, enum material material,
	struct vec colour, struct err *e) {
	struct mesh mesh auto_mesh = { 0 };
	if (mesh_init(&mesh, 14, closed ? n + 1 : n, true, material, e)) return -1;
	for (int v = 0; v < mesh.nv; v++) {
		struct vec a = p[closed ? (v + n - 1) % n
				   : v  ? v - 1
					: 0],
			   b = p[closed        ? (v + 1) % n
				   : v + 1 < n ? v + 1
					       : v];
		struct vec way = vec_unit(vec_sub(b, a)), side = vec_unit(vec_cross(way, vec_of(.13f, .9f, .3f)));
		struct vec other = vec_cross(way, side);
		for (int u = 0; u < 14; u++) {
			float k = (float)u / 14 * 6.2831853f;
			struct vertex *w = mesh_at(&mesh, u, v);
			w->n = vec_add(vec_scale(side, cosf(k)), vec_scale(other, sinf(k)));
			w->p = vec_along(p[v % n], w->n, radius);
			w->colour = colour;
			w->wet = 1;
		}
	}
	mesh_draw(c, &mesh);
	return 0;
}

static int bracket_draw(struct canvas *c, const struct tooth_stand *t, unsigned ligature, struct err *e) {
	struct vec steel = vec_of(.52f, .53f, .55f), dark = vec_of(.30f, .31f, .33f);
	float w = t->kind == MOLAR ? 2.3f : fminf(1.65f, t->half * .46f);
	struct vec base = vec_along(t->bracket, t->out, .15f), face = vec_along(t->bracket, t->out, .95f);
	if (box_draw(c, t, base, vec_of(w, 1.65f, .45f), .35f, MAT_METAL, dark, e)) return -1;
	if (t->kind == MOLAR) return box_draw(c, t, face, vec_of(w * .9f, 1.0f, .75f), .4f, MAT_METAL, steel, e);
	for (int i = 0; i < 4; i++) { /* four wings */
		struct vec at = vec_along(
			vec_along(face, t->right, (i & 1 ? .58f : -.58f) * w), t->down, i & 2 ? .92f : -.92f);
		if (box_draw(c, t, at, vec_of(w * .34f, .56f, .62f), .45f, MAT_METAL, steel, e)) return -1;
	}
	struct vec ring[28];
	for (int i = 0; i < 28; i++) {
		float a = (float)i / 28 * 6.2831853f;
		struct vec p = vec_along(vec_along(t->bracket, t->right, spowf(cosf(a), .7f) * w * .98f), t->down,
			spowf(sinf(a), .7f) * 1.38f);
		ring[i] = vec_along(p, t->out, .95f + .45f * cosf(a) * cosf(a));
	}
	return tube_draw(c, ring, 28, true, .27f, MAT_GUM, vec_colour(ligature), e);
}

static int wire_draw(struct canvas *c, const struct tooth_stand *t, int from, int to, float out, float back,
	float radius, struct err *e) {
	enum { STEPS = 12 };
	struct vec p[TEETH * STEPS];
	int n = 0;
	for (int i = from; i < to; i++)
		for (int k = 0; k < STEPS; k++) {
			const struct tooth_stand *q[4] = { &t[i > from ? i - 1 : i], &t[i], &t[i + 1],
				&t[i + 2 <= to ? i + 2 : i + 1] };
			struct vec a[4];
			for (int j = 0; j < 4; j++)
				a[j] = back > 0 ? vec_along(vec_along(q[j]->at, q[j]->down, -4.8f), q[j]->out, -back)
						: vec_along(q[j]->bracket, q[j]->out, out);
			float x = (float)k / STEPS, x2 = x * x, x3 = x2 * x;
			p[n] = vec_scale(a[0], -.5f * x + x2 - .5f * x3);
			p[n] = vec_along(p[n], a[1], 1 - 2.5f * x2 + 1.5f * x3);
			p[n] = vec_along(p[n], a[2], .5f * x + 2 * x2 - 1.5f * x3);
			p[n] = vec_along(p[n], a[3], -.5f * x2 + .5f * x3);
			n++;
		}
	return tube_draw(c, p, n, false, radius, MAT_METAL, vec_of(.6f, .61f, .63f), e);
}

int appliance_draw(struct canvas *c, const struct mouth *m, bool upper, const struct tooth_stand *t, struct err *e) {
	if (m->braces) {
		for (int i = 1; i < TEETH - 1; i++)
			if (bracket_draw(c, &t[i], m->ligature, e)) return -1;
		if (wire_draw(c, t, 1, TEETH - 2, 1.05f, 0, .24f, e)) return -1;
	}
	if (m->attachments)
		for (int i = 2; i < TEETH - 2; i += 3)
			if (box_draw(c, &t[i], t[i].bracket, vec_of(.9f, 1.5f, .55f), .6f, MAT_ENAMEL,
				    vec_colour(m->enamel), e))
				return -1;
	if (m->retainer && !upper) return wire_draw(c, t, 4, 9, 0, 1.9f, .3f, e);
	return 0;
}

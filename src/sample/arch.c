/* arch.c: stands teeth in two arches and draws them, with what is around them. */
#include "sample/teeth.h"

struct bite bite_mix(const struct bite *a, const struct bite *b, float k) {
	struct bite r = *a;
	float *d = (float *)(void *)&r;
	const float *f = (const float *)(const void *)b;
	_Static_assert(sizeof(struct bite) % sizeof(float) == 0, "a bite is all floats");
	for (size_t i = 0; i < sizeof(r) / sizeof(float); i++) d[i] = mixf(d[i], f[i], k);
	return r;
}

/* A catenary: z falls from 0 at the midline to -depth where x is half the width. */
struct vec arch_at(bool upper, float s, float narrow, struct vec *ret_out) {
	float half = (upper ? 25.2f : 23.2f) - narrow, depth = upper ? 34.f : 32.f, bend = 2.15f;
	float scale = depth / (coshf(bend) - 1), x = 0, left = fabsf(s), slope = 0;
	while (left > 0) { /* walks along the curve */
		float step = fminf(left, .25f);
		slope = scale * bend / half * sinhf(bend * (x + step * .4f) / half);
		x += step / sqrtf(1 + slope * slope);
		left -= step;
	}
	slope = scale * bend / half * sinhf(bend * x / half);
	float l = sqrtf(1 + slope * slope), side = s < 0 ? -1 : 1;
	if (ret_out) *ret_out = vec_of(side * slope / l, 0, 1 / l);
	return vec_of(side * x, 0, -scale * (coshf(bend * x / half) - 1));
}

/* Where the edges lie, from the middle incisor to the second molar, for a usual bite. */
static float edge_height(const struct bite *b, bool upper, int i) {
	static const float up[7] = { -1.3f, -.8f, -1.5f, -.5f, -.1f, .1f, .6f };
	static const float low[7] = { .9f, .9f, 1.3f, 1.5f, 1.4f, 1.5f, 2.0f };
	static const float weight[7] = { 1, 1, .85f, .5f, .2f, 0, 0 };
	float deep = b->overbite - 2.2f;
	if (upper)
		return up[i] + (b->overbite < 0 ? -b->overbite * .75f * weight[i] : -.25f * deep * weight[i]) * 1.f;
	return low[i] + (b->overbite < 0 ? (b->overbite * .25f - 2.2f) * weight[i] : .75f * deep * weight[i]);
}

static struct vec turn_about(struct vec v, struct vec axis, float degrees) {
	float a = degrees * 3.14159265f / 180, c = cosf(a), s = sinf(a);
	struct vec r = vec_add(vec_scale(v, c), vec_scale(vec_cross(axis, v), s));
	return vec_along(r, axis, vec_dot(axis, v) * (1 - c));
}

static void stand(const struct mouth *m, bool upper, int index, float s, struct tooth_stand *t) {
	const struct bite *b = &m->bite;
	const struct tooth_place *p = upper ? &b->upper[index] : &b->lower[index];
	int i = index >= 7 ? index - 7 : 6 - index;
	float width, height, depth;
	tooth_size(i, upper, &width, &height, &depth, &t->kind);
	struct vec out;
	t->s = s + p->along;
	t->at = arch_at(upper, t->s, upper ? b->narrow : 0, &out);
	float tilt = (i < 2 ? 9 : i == 2 ? 4 : -4) + p->torque, sign = upper ? 1 : -1;
	t->down = vec_of(0, -sign, 0);
	t->right = vec_of(out.z, 0, -out.x);
	t->down = turn_about(t->down, t->right, -tilt * sign);
	t->down = turn_about(t->down, out, -p->tip * sign);
	t->out = turn_about(out, t->right, -tilt * sign);
	t->out = turn_about(t->out, t->down, p->turn * sign);
	t->right = turn_about(t->right, t->down, p->turn * sign);
	t->at = vec_along(t->at, out, p->out);
	t->at.y = edge_height(b, upper, i) - sign * p->rise;
	if (!upper) {
		t->at.x += b->shift;
		t->at.z -= b->overjet - 2.4f;
		t->at.y -= m->jaw * (1 - .25f * (float)i / 7);
	}
	t->half = width / 2;
	t->height = height;
	t->margin = t->at.y + sign * height * .97f;
	struct vec neck = vec_along(vec_along(t->at, t->down, -height * .97f), t->out, depth / 2 * .93f), foot, away;
	foot = arch_at(upper, t->s, upper ? b->narrow : 0, &away);
	if (!upper) foot = vec_add(foot, vec_of(b->shift, 0, -(b->overjet - 2.4f)));
	t->lip = vec_dot(vec_sub(neck, foot), away) - .15f;
	float middle = i < 3 ? fminf(height * .48f, upper ? 4.4f : 4.0f) : height * .46f;
	t->bracket = vec_along(vec_along(t->at, t->down, -middle), t->out, depth / 2 * (i < 3 ? .74f : 1));
}

static int tooth_draw(
	struct canvas *c, const struct mouth *m, bool upper, int index, const struct tooth_stand *t, struct err *e) {
	float width, height, depth;
	enum tooth_kind kind;
	tooth_size(index >= 7 ? index - 7 : 6 - index, upper, &width, &height, &depth, &kind);
	struct mesh mesh auto_mesh = { 0 };
	if (tooth_mesh(&mesh, kind, upper, width, height, depth, m->enamel,
		    m->seed * 31 + (uint32_t)index + upper * 50u, e))
		return -1;
	for (int k = 0; k < mesh.nu * mesh.nv; k++) {
		struct vertex *v = &mesh.v[k];
		struct vec p = v->p, n = v->n;
		v->p = vec_along(vec_along(vec_along(t->at, t->right, p.x), t->down, -p.y), t->out, p.z);
		v->n = vec_add(vec_add(vec_scale(t->right, n.x), vec_scale(t->down, -n.y)), vec_scale(t->out, n.z));
	}
	mesh_draw(c, &mesh);
	return 0;
}

int jaw_draw(struct canvas *c, const struct mouth *m, bool upper, struct err *e) {
	struct tooth_stand t[TEETH] = { 0 };
	const struct tooth_place *place = upper ? m->bite.upper : m->bite.lower;
	for (int side = -1; side <= 1; side += 2) {
		float s = 0;
		for (int i = 0; i < 7; i++) {
			int index = side > 0 ? 7 + i : 6 - i;
			float width, height, depth;
			enum tooth_kind kind;
			tooth_size(i, upper, &width, &height, &depth, &kind);
			float pack = .965f * (i < 3 ? m->bite.pack : i < 5 ? mixf(1, m->bite.pack, .3f) : 1);
			s += place[index].space;
			stand(m, upper, index, (float)side * (s + width * pack / 2), &t[index]);
			s += width * pack;
		}
	}
	for (int i = 0; i < TEETH; i++)
		if (tooth_draw(c, m, upper, i, &t[i], e)) return -1;
	if (gums_draw(c, m, upper, t, e)) return -1;
	return appliance_draw(c, m, upper, t, e);
}

int mouth_draw(struct canvas *c, const struct mouth *m, struct err *e) {
	return jaw_draw(c, m, true, e) || jaw_draw(c, m, false, e) ? -1 : 0;
}

/* portrait.c: puts head, eyes, mouth, ears, neck, shirt and hair together before a camera; see sample/portrait.h. */
#include "sample/portrait.h"

#include "sample/head.h"

static int head_draw(struct canvas *c, const struct head *h, struct err *e) {
	enum { AROUND = 720, DOWN = 760 };
	struct mesh m auto_mesh = { 0 };
	if (mesh_init(&m, AROUND, DOWN, false, MAT_SKIN, e)) return -1;
	for (int v = 0; v < DOWN; v++)
		for (int u = 0; u < AROUND; u++) {
			float k = (float)u / (AROUND - 1) * 2 - 1,
			      angle = 3.14159265f * (.42f * k + .58f * k * k * k);
			float y = 119 - 241 * (float)v / (DOWN - 1);
			struct vertex *w = mesh_at(&m, u, v);
			struct vec at = head_at(h, angle, y);
			if (cosf(angle) > .15f) {
				float raw_y = y; /* features keep their height where the jaw rises */
				at.z += features_at(h, at.x, raw_y) * smoothf(.15f, .45f, cosf(angle));
				w->keep = opening_at(h, at.x, raw_y);
				w->colour = skin_at(h, vec_of(at.x, raw_y, at.z), angle);
				w->wet = .8f + 1.6f * lips_at(h, at.x, raw_y) +
					 .5f * expf(-at.x * at.x / 150) * (raw_y < 60 && raw_y > -50);
			} else {
				w->colour = skin_at(h, vec_of(at.x, y, fminf(at.z, 19)), angle);
				w->wet = .7f;
			}
			w->p = at;
		}
	mesh_normals(&m);
	mesh_draw(c, &m);
	return 0;
}

static int eye_draw(struct canvas *c, const struct head *h, float side, float gaze, struct err *e) {
	enum { N = 110 };
	struct mesh m auto_mesh = { 0 };
	if (mesh_init(&m, N, N, false, MAT_EYE, e)) return -1;
	float angle = .42f, r = 12.4f;
	struct vec skin = head_at(h, angle, 0);
	for (int i = 0; i < 12; i++) { /* the angle at which the face is EYE_X wide */
		skin = head_at(h, angle, 0);
		angle += (EYE_X - skin.x) * .008f;
	}
	struct vec mid = vec_of(side * EYE_X, .3f, skin.z + features_at(h, EYE_X, 0) - r - .6f),
		   iris = vec_colour(h->person->iris);
	for (int v = 0; v < N; v++)
		for (int u = 0; u < N; u++) {
			float a = ((float)u / (N - 1) - .5f) * 3.0f, b = ((float)v / (N - 1) - .5f) * 3.0f;
			struct vec n = vec_of(sinf(a) * cosf(b), sinf(b), cosf(a) * cosf(b));
			struct vertex *w = mesh_at(&m, u, v);
			bool inner = n.x * side < 0; /* drawn out to reach the corner at the nose */
			float wide = inner ? 17.4f : r;
			float d = hypotf(n.x * wide - gaze * r, (n.y - .02f) * r);
			w->p = vec_along(mid, n, r + .5f * smoothf(6.2f, 3, d));
			w->p.x = mid.x + n.x * wide;
			if (inner) w->p.z += 4.5f * n.x * n.x;
			struct vec white = vec_mix(
				vec_of(.74f, .70f, .67f), vec_of(.60f, .35f, .30f), smoothf(11, 16, d) * .45f);
			float ray =
				.75f + .35f * noise3(vec_of(atan2f(n.y * r, n.x * wide - gaze * r) * 7, d * .4f, 1));
			struct vec ring = vec_scale(iris, ray * mixf(1.25f, .45f, smoothf(3.6f, 5.9f, d)));
			w->colour = vec_mix(ring, white, smoothf(5.5f, 6.1f, d));
			w->colour = vec_mix(vec_of(.006f, .005f, .005f), w->colour, smoothf(2.0f, 2.5f, d));
			float up, low;
			lids_at(h, n.x * wide * side, &up, &low);
			w->colour = vec_scale(w->colour, 1 - .6f * bellf(n.y * r - up, 2.2f)); /* the lid's shadow */
			w->wet = 1;
		}
	mesh_normals(&m);
	mesh_draw(c, &m);
	return 0;
}

static int ear_draw(struct canvas *c, const struct head *h, float side, struct err *e) {
	enum { N = 80 };
	struct mesh m auto_mesh = { 0 };
	if (mesh_init(&m, N, N, true, MAT_SKIN, e)) return -1;
	struct vec root = head_at(h, 1.5f, -12);
	for (int v = 0; v < N; v++)
		for (int u = 0; u < N; u++) {
			float a = (float)u / N * 6.2831853f, r = (float)v / (N - 1);
			float up = cosf(a), fore = sinf(a), rim = bellf(r - .86f, .13f),
			      inner = bellf(r - .62f, .12f) * smoothf(.3f, -.5f, fore);
			struct vertex *w = mesh_at(&m, u, v);
			float width = 15 - 4 * smoothf(.2f, -1, up);
			float out = 7 + 9 * r * smoothf(.6f, -.7f, fore) + 3.2f * rim * smoothf(.95f, .4f, fore) +
				    2.0f * inner - 6 * bellf(r, .45f) - 6 * smoothf(.92f, 1, r);
			w->p = vec_of(side * (root.x + out - 4), -12 + 31 * r * up,
				-6 + width * r * fore - .12f * 31 * r * up);
			struct vec skin = vec_colour(h->person->skin), flush = vec_colour(h->person->flush);
			w->colour = vec_scale(vec_mix(skin, flush, .45f), .75f + .25f * smoothf(.1f, .7f, r));
			w->wet = .8f;
		}
	mesh_normals(&m);
	mesh_draw(c, &m);
	return 0;
}

static int neck_draw(struct canvas *c, const struct head *h, struct err *e) {
	enum { N = 200 };
	struct mesh m auto_mesh = { 0 };
	if (mesh_init(&m, N, N, true, MAT_SKIN, e)) return -1;
	for (int v = 0; v < N; v++)
		for (int u = 0; u < N; u++) {
			float a = (float)u / N * 6.2831853f, y = -45 - 165 * (float)v / (N - 1), s = sinf(a),
			      k = cosf(a);
			float flare = smoothf(-150, -190, y),
			      w = (47 * h->person->width + 7 * smoothf(-105, -150, y) + 26 * flare) *
				  mixf(.94f, 1.05f, h->person->jaw - .5f);
			struct vertex *x = mesh_at(&m, u, v);
			float front_z = 34 - 6 * smoothf(-100, -150, y) + 14 * flare,
			      strap = 3.5f * bellf(fabsf(a > 3.14159f ? a - 6.28318f : a) -
							     (.75f - .3f * smoothf(-110, -190, y)),
						     .16f);
			x->p = vec_of((w + strap) * s, y,
				-14 + (k > 0 ? front_z + 14 + strap : mixf(34, 54, smoothf(-60, -165, y))) * k);
			x->p.z += 3 * bellf(x->p.x, 9) * bellf(y + 140, 16) * (h->person->beard > 0);
			struct vec skin = vec_colour(h->person->skin), flush = vec_colour(h->person->flush);
			x->colour = vec_scale(vec_mix(skin, flush, .18f + .08f * noise3(vec_scale(x->p, .07f))),
				mixf(.58f, .95f, smoothf(-118, -175, y)) * (1 + .04f * noise3(vec_scale(x->p, .9f))));
			x->wet = .6f;
		}
	mesh_normals(&m);
	mesh_draw(c, &m);
	return 0;
}

static int shirt_draw(struct canvas *c, const struct head *h, struct err *e) {
	enum { ROUND = 420, DOWN = 260 };
	struct mesh m auto_mesh = { 0 };
	if (mesh_init(&m, ROUND, DOWN, true, MAT_CLOTH, e)) return -1;
	float broad = 1 + .12f * (h->person->jaw - .95f) * 5;
	for (int v = 0; v < DOWN; v++)
		for (int u = 0; u < ROUND; u++) {
			float a = (float)u / ROUND * 6.2831853f, t = (float)v / (DOWN - 1), s = sinf(a), k = cosf(a);
			float wide = 51.5f + 146 * broad * powf(smoothf(0, .5f, t), .9f) * (1 - .0f * t),
			      deep = 47 + 45 * smoothf(0, .6f, t);
			float y = -140 - 24 * fmaxf(0, k) * smoothf(.12f, 0, t) -
				  62 * powf(t, .75f) * (.45f + .55f * fabsf(s)) - 190 * t * t;
			struct vertex *w = mesh_at(&m, u, v);
			w->p = vec_of(wide * s, y, -16 + deep * spowf(k, .9f));
			float hem = smoothf(.07f, .055f, t) * smoothf(0, .01f, t);
			float fold =
				noise3(vec_of(w->p.x * .018f + w->p.y * .012f, w->p.y * .02f - w->p.x * .008f, 5)) *
					7 +
				noise3(vec_scale(w->p, .05f)) * 2;
			w->p = vec_add(
				w->p, vec_of(s * 1.6f * hem, 0, k * (1.6f * hem + fold * smoothf(.08f, .4f, t))));
			float weave = .035f * sinf(w->p.x * 5.2f) * sinf(w->p.y * 5.2f);
			w->colour = vec_scale(
				vec_colour(h->person->shirt), (1 + weave + .05f * noise3(vec_scale(w->p, .5f))) *
								      (1 - .18f * bellf(t - .07f, .012f)));
		}
	mesh_normals(&m);
	mesh_draw(c, &m);
	return 0;
}

static int teeth_draw(struct canvas *c, const struct head *h, const struct mouth *m, struct err *e) {
	struct mouth behind = *m;
	struct vec eye = c->cam.eye, shift = vec_of(0, -78.8f * .92f * h->person->length + .6f, 87.0f);
	behind.lips = true;
	behind.jaw = .5f;
	c->cam.eye = vec_sub(eye, shift);
	int failed = mouth_draw(c, &behind, e);
	c->cam.eye = eye;
	return failed;
}

static int all_draw(struct canvas *c, const struct head *h, const struct mouth *m, float gaze, struct err *e) {
	if (head_draw(c, h, e) || eye_draw(c, h, 1, gaze, e) || eye_draw(c, h, -1, gaze, e) || ear_draw(c, h, 1, e) ||
		ear_draw(c, h, -1, e) || neck_draw(c, h, e) || shirt_draw(c, h, e))
		return -1;
	if (h->smile > 0 && teeth_draw(c, h, m, e)) return -1;
	return hair_draw(c, h);
}

int portrait_draw(const struct person *p, const struct mouth *m, enum extraoral view, const struct pose *pose,
	struct vec wall, int width, int height, uint8_t **ret_rgb, struct err *e) {
	struct canvas c __attribute__((cleanup(canvas_free))) = { 0 };
	if (canvas_init(&c, width, height, e)) return -1;
	struct head h = { p, view == EO_SMILE ? 1.f : 0.f };
	float angle = pose->turn + (view == EO_PROFILE       ? -90
					   : view == EO_HALF ? -42
							     : 0),
	      a = angle * .01745329f, distance = 1500;
	struct vec at = vec_of(pose->aside, -52 + pose->above, view == EO_PROFILE ? 15 : view == EO_HALF ? 25 : 30);
	struct vec from = vec_add(at, vec_of(distance * sinf(a), 25, distance * cosf(a)));
	canvas_look(&c, from, at, vec_of(0, 1, 0), 330 / pose->close);
	if (all_draw(&c, &h, m, view == EO_SMILE || view == EO_REST ? sinf(a) * .9f : 0, e)) return -1;
	struct look l;
	look_studio(&l, distance, wall, p->seed * 13 + (uint32_t)view);
	return canvas_shade(&c, &l, ret_rgb, e);
}

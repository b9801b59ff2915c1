/* redact.c: decision + upright picture -> master. Keeps the order (I8) and the promise that covered pixels are never
 * looked at (I3). */
#include "flow/redact.h"

#include <math.h>
#include <string.h>

#include "flow/redact_inner.h"
#include "flow/worker_check.h"

enum { TEXT_MARGIN = 2 /* pixels around text and codes */ };

struct master {
	struct pixels pixels;
	enum exposure exposure;
	struct frame frame;
};

/* ---- the decision -------------------------------------------------------------------------------------------------- */

static bool finite_in(double v, double lo, double hi) {
	return isfinite(v) && v >= lo && v <= hi;
}

static int check_decision(const struct wire_decision *w, enum wire_view view, struct err *e) {
	const double far = 4.0 * WIRE_SIDE_MAX;
	if (w->form > FORM_CROP || view > VIEW_OT || w->flip > 1 || w->has_crop > 1 || w->regions > WIRE_REGIONS_MAX)
		return err_set(e, ERR_USAGE, "this decision is not one that Occlude writes");
	if (!finite_in(w->turn, -180, 180))
		return err_set(e, ERR_REFUSED, "a picture can be turned by -180 to 180 degrees");
	for (int i = 0; i < 3; i++)
		if (!finite_in(w->tone_gain[i], .5, 2))
			return err_rule(e, "I8", "a channel's tone can be changed by a factor of 0.5 to 2, no more");
	for (int i = 0; w->has_crop && i < 2; i++)
		if (!finite_in(w->crop[i].x, -far, far) || !finite_in(w->crop[i].y, -far, far))
			return err_set(e, ERR_USAGE, "the crop's corners are not numbers");
	if (w->has_crop && (w->crop[1].x <= w->crop[0].x || w->crop[1].y <= w->crop[0].y))
		return err_set(e, ERR_REFUSED,
			"the crop is empty; give its left top corner first, then its right bottom one");
	return 0;
}

int decision_make(const struct wire_decision *w, enum wire_view view, struct decision **ret, struct err *e) {
	if (check_decision(w, view, e) < 0) return -1;
	struct decision *d = calloc(1, sizeof(*d));
	if (!d) return err_nomem(e);
	d->form = (enum wire_form)w->form;
	d->view = view;
	d->turn = w->turn;
	d->flip = w->flip;
	d->has_crop = w->has_crop;
	memcpy(d->gain, w->tone_gain, sizeof(d->gain));
	memcpy(d->crop, w->crop, sizeof(d->crop));
	d->regions = w->regions;
	for (uint32_t i = 0; i < w->regions; i++) {
		d->region[i] = w->region[i];
		const char *bad = worker_check_region(&d->region[i]);
		if (bad) {
			free(d);
			return err_set(e, ERR_USAGE, "region %u of this decision is broken: %s", i + 1, bad);
		}
	}
	*ret = d;
	return 0;
}

void decision_free(struct decision *d) {
	free(d);
}

/* ---- what is covered -------------------------------------------------------------------------------------------------- */

/* The cover of a region under this form; false if there is none: dismissed, or the patient's own face where the crop
 * cuts it. `subject` is form_subject(d). */
static bool cover_of(const struct decision *d, uint32_t i, int subject, struct cover *ret) {
	const struct wire_region *g = &d->region[i];
	const bool own = (int)i == subject;
	if (!g->cover) return false;
	if (own && (d->form == FORM_SMILE || d->form == FORM_LOWER_THIRD)) return false;
	ret->hole.n = 0;
	ret->soft = g->kind == REGION_FACE || g->kind == REGION_DRAWN;
	outline_of(g, &ret->area);
	if (own && d->form == FORM_VEIL_MOUTH) {
		ret->hole.n = (int)g->lips;
		for (int k = 0; k < ret->hole.n; k++) ret->hole.p[k] = (struct dot){ g->lip[k].x, g->lip[k].y };
	}
	return true;
}

/* What a form needs before anything is drawn. */
static int check_form(const struct decision *d, int subject, struct err *e) {
	bool veil = false;
	for (uint32_t i = 0; i < d->regions; i++)
		veil |= d->region[i].cover && (d->region[i].kind == REGION_FACE || d->region[i].kind == REGION_DRAWN);
	switch (d->form) {
	case FORM_NONE:
		return err_set(
			e, ERR_REFUSED, "nobody has decided yet how this photo is shown; choose a form for it first");
	case FORM_VEIL:
		if (!veil)
			return err_rule(
				e, "I4", "there is no head to veil in this picture; draw it as a region first");
		return 0;
	case FORM_VEIL_MOUTH:
		if (subject < 0 || d->region[subject].lips < 3)
			return err_rule(e, "I3",
				"the outline of the mouth was not found, so it cannot stay free; veil the whole "
				"head");
		return 0;
	default:
		return 0;
	}
}

/* I3: the first cover, in a copy of the upright picture. */
static int fill_source(
	const struct pixels *p, const struct decision *d, int subject, struct pixels *ret, struct err *e) {
	struct pixels copy = { 0 };
	if (pixels_make(&copy, p->width, p->height, e) < 0) return -1;
	memcpy(copy.data, p->data, (size_t)p->width * (size_t)p->height * 3);
	for (uint32_t i = 0; i < d->regions; i++) {
		struct cover c;
		if (!cover_of(d, i, subject, &c)) continue;
		if (cover_fill(&copy, &c, c.soft ? 0 : TEXT_MARGIN, e) < 0) {
			pixels_free(&copy);
			return -1;
		}
	}
	*ret = copy;
	return 0;
}

/* The second cover, at the master's scale: soft edges first, so that no blend is left on a filled area. */
static int cover_master(
	struct pixels *p, const struct decision *d, int subject, const struct frame *f, struct err *e) {
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < d->regions; i++) {
			struct cover c, there;
			if (!cover_of(d, i, subject, &c) || c.soft != (pass == 0)) continue;
			there.soft = c.soft;
			outline_move(&c.area, f->to, &there.area);
			outline_move(&c.hole, f->to, &there.hole);
			if ((c.soft ? cover_veil(p, &there, e) : cover_fill(p, &there, TEXT_MARGIN, e)) < 0)
				return -1;
		}
	return 0;
}

/* ---- the master --------------------------------------------------------------------------------------------------------- */

int redact_pixels(const struct pixels *p, const struct decision *d, struct master **ret, struct err *e) {
	const int subject = form_subject(d);
	struct frame f;
	auto_pixels struct pixels filled = { 0 };
	if (p->bands != 3) BUG("redact takes RGB");
	if (check_form(d, subject, e) < 0) return -1;
	if (fill_source(p, d, subject, &filled, e) < 0) return -1;
	if (frame_make(d, p->width, p->height, &filled, &f, e) < 0) return -1;
	struct master *m = calloc(1, sizeof(*m));
	if (!m) return err_nomem(e);
	m->exposure = form_exposure(d->form, d->view);
	m->frame = f;
	if (frame_apply(&f, &filled, d->gain, &m->pixels, e) < 0 || cover_master(&m->pixels, d, subject, &f, e) < 0) {
		master_free(m);
		return -1;
	}
	*ret = m;
	return 0;
}

void master_free(struct master *m) {
	if (!m) return;
	pixels_free(&m->pixels);
	free(m);
}

const struct pixels *master_pixels(const struct master *m) {
	return &m->pixels;
}

enum exposure master_exposure(const struct master *m) {
	return m->exposure;
}

const struct frame *master_frame(const struct master *m) {
	return &m->frame;
}

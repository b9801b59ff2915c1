/* review_region.c: `occlude review region PHOTO ...`: what is covered on a photo. */
#include <stdio.h>
#include <string.h>

#include "cmd/people.h"
#include "cmd/photo_cmd.h"
#include "flow/form.h"
#include "flow/outline.h"
#include "record/region.h"

struct words {
	const char *kind, *rect, *ellipse, *polygon, *why;
};

/* The one outline that was given, checked against the photo. */
static int take_outline(const struct words *w, const struct photo_row *f, const char **shape, char *points,
	size_t size, struct err *e) {
	struct wire_point pts[WIRE_POINTS_MAX];
	size_t n = 0;
	if ((w->rect != NULL) + (w->ellipse != NULL) + (w->polygon != NULL) != 1)
		return err_set(e, ERR_USAGE,
			"give one outline: --rect x,y,x,y or --ellipse x,y,x,y or --polygon \"x,y x,y x,y\"");
	const char *text = w->rect ? w->rect : w->ellipse ? w->ellipse : w->polygon;
	enum wire_shape s = w->rect ? SHAPE_RECT : w->ellipse ? SHAPE_ELLIPSE : SHAPE_POLYGON;
	if (outline_parse(text, WIRE_POINTS_MAX, pts, &n, e) ||
		outline_check(s, pts, n, (int)f->width, (int)f->height, e))
		return -1;
	*shape = shape_name(s);
	return outline_format(pts, n, points, size) ? err_set(e, ERR_USAGE, "this outline is too long") : 0;
}

static int add_region(struct cmd *c, const struct words *w, const struct photo_row *f, struct err *e) {
	char points[REGION_POINTS_TEXT];
	const char *shape;
	enum wire_kind kind = REGION_DRAWN;
	int64_t id;
	if (w->kind && kind_parse(w->kind, &kind, e)) return -1;
	if (take_outline(w, f, &shape, points, sizeof points, e) ||
		region_draw(c->practice, &c->actor, f->id, kind_name(kind), shape, points, &id, e))
		return -1;
	cmd_say(c, "Region %lld is drawn on photo %lld.", (long long)id, (long long)f->id);
	return 0;
}

/* The region a person named, which must lie on that photo. */
static int find_region(struct cmd *c, const struct photo_row *f, const char *s, int64_t *id, struct err *e) {
	struct region_row r;
	if (!s) return err_set(e, ERR_USAGE, "name the region by its number, as `occlude review show` lists it");
	if (number_operand("a region", s, id, e) || region_get(c->practice, *id, &r, e)) return -1;
	return r.photo_id == f->id ? 0
				   : err_set(e, ERR_USAGE, "region %lld is on photo %lld, not on photo %lld",
					     (long long)*id, (long long)r.photo_id, (long long)f->id);
}

static int change_region(struct cmd *c, const char *what, const struct words *w, const struct photo_row *f,
	int64_t id, struct err *e) {
	char points[REGION_POINTS_TEXT];
	const char *shape;
	struct practice *p = c->practice;
	if (!strcmp(what, "remove")) return region_remove(p, &c->actor, id, e);
	if (!strcmp(what, "confirm")) return region_confirm(p, &c->actor, id, e);
	if (!strcmp(what, "dismiss")) return region_dismiss(p, &c->actor, id, w->why, e);
	if (!strcmp(what, "move"))
		return take_outline(w, f, &shape, points, sizeof points, e)
			       ? -1
			       : region_move(p, &c->actor, id, shape, points, e);
	BUG("an act that is_act does not know");
}

static bool is_act(const char *s) {
	return !strcmp(s, "remove") || !strcmp(s, "confirm") || !strcmp(s, "dismiss") || !strcmp(s, "move");
}

int cmd_review_region(struct cmd *c, int argc, char **argv, struct err *e) {
	struct words w = { 0 };
	const struct opt opts[] = {
		{ "rect", OPT_TEXT, &w.rect, "X,Y,X,Y", "two opposite corners, in pixels of the upright photo", false,
			0, 0 },
		{ "ellipse", OPT_TEXT, &w.ellipse, "X,Y,X,Y", "two opposite corners of the box around it", false, 0,
			0 },
		{ "polygon", OPT_TEXT, &w.polygon, "\"X,Y X,Y ...\"", "three corners or more", false, 0, 0 },
		{ "kind", OPT_TEXT, &w.kind, "KIND", "drawn (the default), face, text or code", false, 0, 0 },
		{ "why", OPT_TEXT, &w.why, "TEXT", "for dismiss: why it need not be covered", false, 0, 0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped;
	int64_t photo, id;
	struct photo_row f;
	if (opt_parse(c, opts, argc, argv, 2, 3, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (number_operand("a photo", argv[0], &photo, e) || photo_get(c->practice, photo, &f, e)) return -1;
	if (!strcmp(argv[1], "add"))
		return n == 2 ? add_region(c, &w, &f, e) : err_set(e, ERR_USAGE, "add takes no region");
	if (!is_act(argv[1]))
		return err_set(e, ERR_USAGE, "'%.20s' is none of add, move, remove, confirm, dismiss", argv[1]);
	if (find_region(c, &f, n == 3 ? argv[2] : NULL, &id, e) || change_region(c, argv[1], &w, &f, id, e))
		return -1;
	if (photo_get(c->practice, photo, &f, e)) return -1;
	return photo_print(c, &f, e);
}

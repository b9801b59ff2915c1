/* review.c: `occlude review ...`: looking at photos, and saying what may be seen of them. Regions have review_region.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/people.h"
#include "cmd/photo_cmd.h"
#include "flow/form.h"
#include "flow/outline.h"
#include "flow/review.h"
#include "record/approval.h"
#include "record/case.h"
#include "record/decision.h"
#include "record/region.h"

static const struct opt no_opts[] = { { .name = NULL } };

/* ---- looking ------------------------------------------------------------------------------------------------------- */

int cmd_review_list(struct cmd *c, int argc, char **argv, struct err *e) {
	auto_free struct photo_row *photos = NULL;
	size_t n, count = 0;
	bool helped;
	int64_t id;
	if (opt_parse(c, no_opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	struct case_row row;
	if (number_operand("a case", argv[0], &id, e) || case_get(c->practice, id, &row, e) ||
		photo_list(c->practice, id, true, &photos, &count, e))
		return -1;
	if (count)
		photo_print_head(c);
	else
		cmd_say(c, "Case %lld has no photos yet: occlude ingest %lld FILES", (long long)id, (long long)id);
	for (size_t i = 0; i < count; i++)
		if (photo_print(c, &photos[i], e)) return -1;
	return 0;
}

int cmd_review_render(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n, failed = 0;
	bool helped;
	int64_t id;
	if (opt_parse(c, no_opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (number_operand("a case", argv[0], &id, e) || photo_render(c, id, &failed, e)) return -1;
	if (failed)
		return err_set(e, ERR_REFUSED, "%zu finished picture%s could not be made; the lines above say why",
			failed, failed == 1 ? "" : "s");
	cmd_say(c, "Every photo of case %lld that has a form has its finished picture.", (long long)id);
	return 0;
}

static const char *region_says(const struct region_row *r) {
	if (r->dismissed) return "dismissed";
	if (!r->found) return "drawn";
	if (r->confirmed) return "confirmed";
	return r->verified ? "found" : "possible: confirm or dismiss it";
}

/* The regions as numbered in the picture. */
static int print_regions(const struct cmd *c, int64_t photo_id, struct err *e) {
	auto_free struct region_row *rows = NULL;
	size_t n = 0;
	int no = 0;
	if (region_list(c->practice, photo_id, &rows, &n, e)) return -1;
	for (size_t i = 0; i < n; i++)
		if (!rows[i].removed)
			cmd_say(c, "  number %d: region %lld, %s, %s", ++no, (long long)rows[i].id, rows[i].kind,
				region_says(&rows[i]));
	return 0;
}

int cmd_review_show(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *out = NULL;
	const struct opt opts[] = {
		{ "out", OPT_TEXT, &out, "FILE.jpg",
			"where to put it (it shows the uncovered face: delete it afterwards)", true, 0, 0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped;
	int64_t id;
	struct photo_row f;
	struct err why = { 0 };
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	auto_buf struct buf jpeg;
	buf_init(&jpeg, REVIEW_MASTER_MAX);
	if (number_operand("a photo", argv[0], &id, e) || review_show(c->practice, id, &jpeg, e) ||
		photo_write(out, &jpeg, 0600, e))
		return -1;
	int made = review_master(c->practice, id, &f, &why) == 0;
	if (!made && photo_get(c->practice, id, &f, e)) return -1;
	if (photo_print(c, &f, e) || print_regions(c, id, e)) return -1;
	if (made)
		cmd_say(c, "Its finished picture is %s", f.master_sha256);
	else
		cmd_say(c, "It has no finished picture: %s.", why.text);
	return 0;
}

/* ---- deciding ------------------------------------------------------------------------------------------------------ */

/* "x,y,x,y" as "x,y x,y". "auto": the form's own. */
static int take_crop(const char *s, struct decision_row *d, struct err *e) {
	struct wire_point pts[2];
	size_t n = 0;
	d->crop[0] = 0;
	if (strcmp(s, "auto") == 0) return 0;
	if (outline_parse(s, 2, pts, &n, e)) return err_prefix(e, "--crop");
	if (n != 2 || pts[1].x - pts[0].x < 1 || pts[1].y - pts[0].y < 1)
		return err_set(e, ERR_USAGE, "--crop is left,top,right,bottom in pixels of the turned photo");
	if (outline_format(pts, 2, d->crop, sizeof d->crop)) BUG("two points are too long");
	return 0;
}

static int take_turn(const char *s, struct decision_row *d, struct err *e) {
	struct wire_point p;
	size_t n = 0;
	char both[64];
	(void)snprintf(both, sizeof both, "%.40s,0", s);
	if (outline_parse(both, 1, &p, &n, e) || n != 1 || p.x < -180 || p.x > 180)
		return err_set(e, ERR_USAGE, "--turn takes degrees from -180 to 180 (clockwise), not '%.40s'", s);
	d->turn = (double)p.x;
	return 0;
}

int cmd_review_form(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *crop = NULL, *turn = NULL, *flip = NULL;
	const struct opt opts[] = {
		{ "crop", OPT_TEXT, &crop, "X,Y,X,Y", "left,top,right,bottom of what is shown; auto: the form's own",
			false, 0, 0 },
		{ "turn", OPT_TEXT, &turn, "DEGREES", "clockwise, before cropping", false, 0, 0 },
		{ "flip", OPT_TEXT, &flip, "yes|no", "mirror left to right, for photos taken through a mirror", false,
			0, 0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped;
	int64_t id;
	struct decision_row d;
	struct photo_row f;
	enum wire_form form;
	if (opt_parse(c, opts, argc, argv, 1, 2, &n, &helped, e)) return -1;
	if (helped) {
		(void)printf("\nForms: arch (intraoral), smile (mouth alone), lower-third (profile, needs --crop), "
			     "veil (head covered),\n"
			     "veil-mouth (head covered, mouth free), crop (exactly --crop and the drawn regions), "
			     "none.\n");
		return 0;
	}
	if (number_operand("a photo", argv[0], &id, e) || decision_get(c->practice, id, &d, e)) return -1;
	if (n == 2) {
		if (form_parse(argv[1], &form, e)) return -1;
		(void)snprintf(d.form, sizeof d.form, "%s", form_name(form));
	}
	if ((crop && take_crop(crop, &d, e)) || (turn && take_turn(turn, &d, e)) ||
		(flip && photo_yes_no("flip", flip, &d.flip, e)))
		return -1;
	if (form_parse(d.form, &form, e)) return -1;
	if (form_needs_crop(form) && !d.crop[0])
		return err_set(e, ERR_USAGE, "the form %s needs a drawn crop: --crop left,top,right,bottom", d.form);
	if (decision_set(c->practice, &c->actor, &d, e) || photo_get(c->practice, id, &f, e)) return -1;
	return photo_print(c, &f, e);
}

int cmd_review_checked(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	int64_t id;
	if (opt_parse(c, no_opts, argc, argv, 1, SIZE_MAX, &n, &helped, e)) return -1;
	if (helped) return 0;
	for (size_t i = 0; i < n; i++)
		if (number_operand("a photo", argv[i], &id, e) ||
			decision_faces_checked(c->practice, &c->actor, id, e))
			return -1;
	cmd_say(c, "Noted under your name: every face is covered or cut away.");
	return 0;
}

/* I7: asked of every photo, one by one or of all that a case shows. */
int cmd_review_no_text(struct cmd *c, int argc, char **argv, struct err *e) {
	int64_t case_id = 0, id;
	const struct opt opts[] = {
		{ "case", OPT_INT, &case_id, "CASE", "every photo the case shows, after you looked at each", false, 1,
			INT64_MAX },
		{ .name = NULL },
	};
	auto_free struct photo_row *photos = NULL;
	size_t n, count = 0;
	bool helped;
	if (opt_parse(c, opts, argc, argv, 0, SIZE_MAX, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (!n && !case_id) return err_set(e, ERR_USAGE, "name photos, or --case CASE for all of a case");
	for (size_t i = 0; i < n; i++)
		if (number_operand("a photo", argv[i], &id, e) || decision_no_text(c->practice, &c->actor, id, e))
			return -1;
	if (case_id && photo_list(c->practice, case_id, false, &photos, &count, e)) return -1;
	for (size_t i = 0; i < count; i++)
		if (!photos[i].no_text && decision_no_text(c->practice, &c->actor, photos[i].id, e)) return -1;
	cmd_say(c, "Noted under your name: no text, badge or tattoo is left to see.");
	return 0;
}

/* ---- approving (I5) ------------------------------------------------------------------------------------------------ */

int cmd_review_approve(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *sha256 = NULL;
	const struct opt opts[] = {
		{ "sha256", OPT_TEXT, &sha256, "HASH", "of the finished picture you saw, 16 to 64 digits", true, 0,
			0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped;
	int64_t id;
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (number_operand("a photo", argv[0], &id, e) || approval_give(c->practice, &c->actor, id, sha256, e))
		return -1;
	cmd_say(c, "Photo %lld is approved, exactly as %.16s...", (long long)id, sha256);
	return 0;
}

int cmd_review_reject(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *why = NULL;
	const struct opt opts[] = {
		{ "why", OPT_TEXT, &why, "TEXT", "what has to be changed", true, 0, 0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped;
	int64_t id;
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (number_operand("a photo", argv[0], &id, e) || approval_refuse(c->practice, &c->actor, id, why, e))
		return -1;
	cmd_say(c, "Photo %lld is rejected.", (long long)id);
	return 0;
}

static int print_code(const struct cmd *c, int64_t id, const char *out, const char *code, struct err *e) {
	if (!c->json) {
		if (code[0])
			cmd_say(c,
				"Look at every picture in %s. A clinician then approves them in one act:\n"
				"  occlude review approve-sheet %lld --sheet %s --suitable yes (or no)",
				out, (long long)id, code);
		else
			cmd_say(c, "%s is written; it cannot be approved yet, because a picture is missing.", out);
		return 0;
	}
	auto_buf struct buf b;
	struct json j;
	buf_init(&b, 4096);
	json_init(&j, &b);
	json_object(&j);
	json_key_int(&j, "case", id);
	json_key_text(&j, "file", out);
	json_key_text(&j, "sheet", code[0] ? code : NULL);
	json_object_end(&j);
	return cmd_json_line(&b, e);
}

int cmd_review_sheet(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *out = NULL;
	const struct opt opts[] = {
		{ "out", OPT_TEXT, &out, "FILE.html", "where to put it: one file for the browser or the printer",
			true, 0, 0 },
		{ .name = NULL },
	};
	size_t n, failed;
	bool helped;
	int64_t id;
	char code[REVIEW_CODE + 1];
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	auto_buf struct buf page;
	buf_init(&page, REVIEW_SHEET_MAX);
	if (number_operand("a case", argv[0], &id, e) || photo_render(c, id, &failed, e) ||
		review_sheet(c->practice, id, &page, code, e) || photo_write(out, &page, 0600, e))
		return -1;
	return print_code(c, id, out, code, e);
}

int cmd_review_approve_sheet(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *sheet = NULL, *suitable = NULL;
	const struct opt opts[] = {
		{ "sheet", OPT_TEXT, &sheet, "CODE", "the code on the sheet you looked at", true, 0, 0 },
		{ "suitable", OPT_TEXT, &suitable, "yes|no",
			"no: showing this case could shame or expose the patient, even with permission", true, 0, 0 },
		{ .name = NULL },
	};
	size_t n, count = 0;
	bool helped, yes;
	int64_t id;
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (number_operand("a case", argv[0], &id, e) || photo_yes_no("suitable", suitable, &yes, e) ||
		review_approve_sheet(c->practice, &c->actor, id, sheet, yes, &count, e))
		return -1;
	cmd_say(c, "%zu pictures are approved; the case is %s.", count,
		yes ? "suitable" : "not suitable and stays private");
	return 0;
}

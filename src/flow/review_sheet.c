/* review_sheet.c: one contact sheet of a whole case, and its approval in one act (I5); see flow/review.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/asset.h"
#include "base/html.h"
#include "base/mem.h"
#include "flow/form.h"
#include "flow/review.h"
#include "lib/db.h"
#include "record/approval.h"
#include "record/audit.h"
#include "record/case.h"

/* ---- the code ------------------------------------------------------------------------------------------------------ */

/* Names exactly these pictures in this recipe, each as the view and stage that the sheet says it is; -1 if one has no master. */
static int code_of(const struct photo_row *photos, size_t n, char ret[REVIEW_CODE + 1]) {
	auto_buf struct buf b;
	char sha256[SHA256_HEX];
	buf_init(&b, 128 + (size_t)PHOTO_CASE_MAX * 100);
	(void)buf_fmt(&b, "occlude sheet 1\nrecipe %d\n", RECIPE_VERSION);
	for (size_t i = 0; i < n; i++) {
		if (!photos[i].master_id) return -1;
		(void)buf_fmt(&b, "%lld %s %s %s\n", (long long)photos[i].id, photos[i].stage, photos[i].view,
			photos[i].master_sha256);
	}
	if (b.failed || !n) return -1;
	memcpy(ret, seal_sha256(b.data, b.len, sha256), REVIEW_CODE);
	ret[REVIEW_CODE] = 0;
	return 0;
}

static int code_now(struct practice *p, int64_t case_id, struct photo_row **photos, size_t *n,
	char code[REVIEW_CODE + 1], struct err *e) {
	if (photo_list(p, case_id, false, photos, n, e)) return -1;
	if (code_of(*photos, *n, code))
		return err_rule(e, "I5",
			"case %lld has photos without a finished picture, or none at all; `occlude review list %lld` "
			"shows what"
			" is missing",
			(long long)case_id, (long long)case_id);
	return 0;
}

int review_sheet_code(struct practice *p, int64_t case_id, char ret_code[REVIEW_CODE + 1], struct err *e) {
	auto_free struct photo_row *photos = NULL;
	size_t n = 0;
	return code_now(p, case_id, &photos, &n, ret_code, e);
}

/* ---- the page ------------------------------------------------------------------------------------------------------ */

static void put_count(struct html *h, int64_t n, const char *one, const char *many) {
	html_int(h, n);
	html_lit(h, " ");
	html_text(h, n == 1 ? one : many);
}

/* ", 2 faces covered" if there are any. */
static void put_some(struct html *h, int64_t n, const char *one, const char *many) {
	if (!n) return;
	html_lit(h, ", ");
	put_count(h, n, one, many);
}

/* What was done to a picture, in plain words. */
static void put_treatment(struct html *h, const struct photo_row *f) {
	html_text(h, f->form);
	html_lit(h, ", shows ");
	html_text(h, exposure_name((enum exposure)f->exposure));
	put_some(h, f->faces + f->candidates, "face covered or cut away", "faces covered or cut away");
	put_some(h, f->texts, "text or code filled", "texts and codes filled");
	put_some(h, f->drawn, "drawn region covered", "drawn regions covered");
}

static void put_open(struct html *h, const struct photo_row *f) {
	if (f->faces_left) html_lit(h, "<span class=\"open\">I6: a second look still finds a face here.</span>");
	if (f->candidates) html_lit(h, "<span class=\"open\">I4: a possible face nobody has answered.</span>");
	if (!f->no_text)
		html_lit(h, "<span class=\"open\">I7: nobody has said yet that no text, badge or tattoo is left to "
			    "see.</span>");
}

static int put_photo(struct practice *p, struct html *h, const struct photo_row *f, struct err *e) {
	auto_buf struct buf png;
	buf_init(&png, REVIEW_MASTER_MAX);
	html_lit(h, "<figure>");
	if (f->master_id) {
		if (review_master_bytes(p, f, &png, e)) return -1;
		html_lit(h, "<img alt=\"\"");
		html_png(h, png.data, png.len);
		html_lit(h, ">");
	} else {
		html_lit(h, "<div class=\"missing\">no finished picture yet: choose a form for it</div>");
	}
	html_lit(h, "<figcaption><strong>");
	html_text(h, f->view);
	html_lit(h, "</strong> photo ");
	html_int(h, f->id);
	if (f->master_id) {
		html_lit(h, ", <code>");
		char prefix[APPROVAL_PREFIX_MIN + 1];
		(void)snprintf(prefix, sizeof prefix, "%.*s", APPROVAL_PREFIX_MIN, f->master_sha256);
		html_text(h, prefix);
		html_lit(h, "</code>");
	}
	if (f->verdict[0]) {
		html_lit(h, ", ");
		html_text(h, f->verdict);
	}
	if (f->master_id) {
		html_lit(h, "<br>");
		put_treatment(h, f);
	}
	put_open(h, f);
	html_lit(h, "</figcaption></figure>");
	return buf_check(h->out, "the sheet", e);
}

static void put_head(struct html *h, const struct case_row *c, const char *code, size_t n) {
	html_lit(h,
		"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src"
		" 'unsafe-inline'\"><title>Contact sheet</title><style>");
	const struct asset *css = asset_find(web_assets, "review/sheet.css");
	if (!css) BUG("the sheet's style is not built in");
	html_asset(h, css);
	html_lit(h, "</style></head><body><h1>Contact sheet of case ");
	html_int(h, c->id);
	html_lit(h, "</h1><p>");
	put_count(h, (int64_t)n, "picture", "pictures");
	html_lit(h, ", exactly as they will be published (only made smaller). Internal: not for the patient's chart "
		    "or the web.</p>");
	if (code[0]) {
		html_lit(h, "<p>Sheet code <span class=\"code\">");
		html_text(h, code);
		html_lit(h, "</span></p><p>To approve all of them in one act: <code>occlude review approve-sheet ");
		html_int(h, c->id);
		html_lit(h, " --sheet ");
		html_text(h, code);
		html_lit(h, " --suitable yes</code></p><p>Before you do: is anybody recognisable, is any name, badge "
			    "or tattoo left"
			    " to see, and, even with permission, is it right to show this case? If showing it could "
			    "shame or"
			    " expose the patient, answer <code>--suitable no</code>.</p>");
	} else {
		html_lit(h, "<p class=\"note\">This sheet cannot be approved yet: a picture is missing.</p>");
	}
}

int review_sheet(
	struct practice *p, int64_t case_id, struct buf *out, char ret_code[REVIEW_CODE + 1], struct err *e) {
	auto_free struct photo_row *photos = NULL;
	struct case_row c;
	size_t n = 0;
	struct html h = { out };
	char code[REVIEW_CODE + 1] = "";
	if (case_get(p, case_id, &c, e) || photo_list(p, case_id, false, &photos, &n, e)) return -1;
	if (!n)
		return err_set(e, ERR_REFUSED,
			"case %lld has no photos to show; `occlude ingest %lld FILES` takes some in",
			(long long)case_id, (long long)case_id);
	if (code_of(photos, n, code)) code[0] = 0;
	put_head(&h, &c, code, n);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(photos[i].stage, photos[i - 1].stage) != 0) {
			if (i) html_lit(&h, "</div>");
			html_lit(&h, "<h2>");
			html_text(&h, photos[i].stage);
			html_lit(&h, "</h2><div class=\"grid\">");
		}
		if (put_photo(p, &h, &photos[i], e)) return -1;
	}
	html_lit(&h, "</div></body></html>\n");
	memcpy(ret_code, code, sizeof code);
	return buf_check(out, "the sheet", e);
}

/* ---- the act ------------------------------------------------------------------------------------------------------- */

static int approve_all(struct practice *p, const struct actor *a, int64_t case_id, const char *code, bool suitable,
	size_t *ret_n, struct err *e) {
	auto_free struct photo_row *photos = NULL;
	char now[REVIEW_CODE + 1];
	size_t n = 0;
	if (code_now(p, case_id, &photos, &n, now, e)) return -1;
	if (strcasecmp(now, code) != 0)
		return err_rule(e, "I5",
			"a picture of case %lld was changed since sheet %.16s was made, or it is of another case; "
			"make a new"
			" sheet and look at it: occlude review sheet %lld --out sheet.html",
			(long long)case_id, code, (long long)case_id);
	for (size_t i = 0; i < n; i++)
		if (approval_give(p, a, photos[i].id, photos[i].master_sha256, e)) return -1;
	if (case_suitable(p, a, case_id, suitable, e)) return -1;
	*ret_n = n;
	return audit_add(p, a, "case.approve_sheet", "case", case_id, e, "sheet %s, %zu pictures", now, n);
}

int review_approve_sheet(struct practice *p, const struct actor *a, int64_t case_id, const char *code, bool suitable,
	size_t *ret_n, struct err *e) {
	if (practice_may(p, a, CAN_APPROVE, e) || db_begin(p->db, e)) return -1;
	if (approve_all(p, a, case_id, code, suitable, ret_n, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

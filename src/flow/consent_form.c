/* consent_form.c: the consent form: what is asked, and what one should know before signing (C2, C3, C4, GDPR). The lines to sign on
 * are in consent_form_sign.c. */
#include "flow/consent_form.h"

#include <stdio.h>
#include <string.h>

#include "flow/consent_form_impl.h"
#include "lib/qr.h"

bool consent_form_has_language(const char *lang) {
	return form_text_file(lang) != NULL;
}

static int load(const char *lang, struct form_text *t, struct err *e) {
	t->file = lang ? form_text_file(lang) : NULL;
	if (!t->file)
		return err_set(
			e, ERR_USAGE, "There is no form in \"%.10s\"; there are en, de, es and fr", lang ? lang : "");
	return 0;
}

int consent_form_version(const char *lang, char ret[16], struct err *e) {
	struct form_text t = { 0 };
	struct buf auto_buf b;
	buf_init(&b, 15);
	if (load(lang, &t, e)) return -1;
	form_text_add(&t, "version", &b);
	if (b.failed) BUG("a form's version is too long");
	(void)snprintf(ret, 16, "%s", buf_text(&b));
	return 0;
}

const char *consent_code_text(const char *code, char out[CONSENT_CODE + 2]) {
	(void)snprintf(out, CONSENT_CODE + 2, "%.5s-%.5s", code, strlen(code) == CONSENT_CODE ? code + 5 : "");
	return out;
}

static int default_text(
	const struct form_text *t, const char *stem, const char *name, char *out, size_t size, struct err *e) {
	char key[40];
	struct buf auto_buf b = { 0 };
	if (out[0]) return 0;
	buf_init(&b, size - 1);
	(void)snprintf(key, sizeof key, "%s.%s", stem, name);
	form_text_add(t, key, &b);
	if (buf_check(&b, "a text of the form", e)) return -1;
	(void)snprintf(out, size, "%s", buf_text(&b));
	return 0;
}

int consent_form_defaults(
	const struct consent_people *who, const char *lang, struct consent_terms *t, struct err *e) {
	const struct form_var vars[] = { { "practice", who->practice }, { "location", who->location },
		{ "address", who->address }, { "successor", who->successor }, { NULL, NULL } };
	struct form_text text = { .vars = vars };
	if (load(lang, &text, e)) return -1;
	for (size_t i = 0; i < t->channels; i++) {
		struct consent_channel *c = &t->channel[i];
		if (default_text(&text, "recipients", c->name, c->recipients, sizeof c->recipients, e) ||
			default_text(&text, "purpose", c->name, c->purpose, sizeof c->purpose, e))
			return -1;
	}
	if (t->discloser[0]) return 0;
	struct buf auto_buf b;
	buf_init(&b, sizeof t->discloser - 1);
	form_text_add(&text, "discloser.text", &b);
	if (who->successor[0]) {
		(void)buf_str(&b, ", ");
		form_text_add(&text, "discloser.successor", &b);
	}
	if (buf_check(&b, "the text that says who shows the photos", e)) return -1;
	(void)snprintf(t->discloser, sizeof t->discloser, "%s", buf_text(&b));
	return 0;
}

/* ---- values --------------------------------------------------------------------------------------------------- */

void form_put(struct consent_form *f, const char *key) {
	form_text_put(&f->t, &f->h, key);
}

/* A date in words; "" for a date that is not there. */
static void date_words(const struct consent_form *f, const char *iso, char out[FORM_DATE]) {
	struct date d;
	char key[16], month_text[24], day[8], year[8];
	out[0] = 0;
	if (date_parse(iso, &d, NULL)) return;
	struct buf auto_buf month, all;
	buf_init(&month, sizeof month_text - 1);
	buf_init(&all, FORM_DATE - 1);
	(void)snprintf(key, sizeof key, "month.%d", d.month);
	(void)snprintf(day, sizeof day, "%d", d.day);
	(void)snprintf(year, sizeof year, "%d", d.year);
	struct form_text t = { .file = f->t.file };
	form_text_add(&t, key, &month);
	const struct form_var vars[] = { { "day", day }, { "month", buf_text(&month) }, { "year", year },
		{ NULL, NULL } };
	t.vars = vars;
	t.variant = d.day == 1 ? "first" : NULL;
	form_text_add(&t, "date", &all);
	(void)snprintf(out, FORM_DATE, "%s", buf_text(&all));
}

static void add_var(struct consent_form *f, size_t *n, const char *name, const char *value) {
	if (*n + 1 >= FORM_VARS) BUG("too many values for a form");
	f->vars[*n] = (struct form_var){ name, value };
	(*n)++;
}

static void set_values(struct consent_form *f) {
	const struct consent_people *w = f->who;
	const struct consent_terms *t = &f->c->terms;
	size_t n = 0;
	(void)snprintf(f->patient, sizeof f->patient, "%s %s", w->given, w->family);
	(void)snprintf(f->majority, sizeof f->majority, "%d", (int)w->majority_age);
	(void)snprintf(f->assent_age, sizeof f->assent_age, "%d", (int)w->assent_age);
	(void)snprintf(f->keep_years, sizeof f->keep_years, "%d", (int)w->keep_years);
	(void)snprintf(f->count, sizeof f->count, "%zu", t->pictures);
	date_words(f, t->from_on, f->from);
	date_words(f, t->to_on, f->to);
	date_words(f, t->expires_on, f->until);
	add_var(f, &n, "patient", f->patient);
	add_var(f, &n, "given", w->given);
	add_var(f, &n, "reference", w->reference);
	add_var(f, &n, "practice", w->practice);
	add_var(f, &n, "location", w->location);
	add_var(f, &n, "address", w->address);
	add_var(f, &n, "phone", w->phone);
	add_var(f, &n, "email", w->email);
	add_var(f, &n, "controller", w->controller);
	add_var(f, &n, "successor", w->successor);
	add_var(f, &n, "from", f->from);
	add_var(f, &n, "to", f->to);
	add_var(f, &n, "until", f->until);
	add_var(f, &n, "event", t->expiry_event);
	add_var(f, &n, "majority", f->majority);
	add_var(f, &n, "assent_age", f->assent_age);
	add_var(f, &n, "keep_years", f->keep_years);
	add_var(f, &n, "n", f->count);
	add_var(f, &n, "relationship", f->relationship);
	add_var(f, &n, "authority", f->authority);
	f->t.vars = f->vars;
	f->t.variant = w->is_dead ? "dead" : w->is_minor ? "minor" : "adult";
	buf_init(&f->or_email, 400);
	if (w->email[0]) form_text_add(&f->t, "know.how.email", &f->or_email);
	add_var(f, &n, "or_email", buf_text(&f->or_email));
}

/* ---- parts ---------------------------------------------------------------------------------------------------- */

/* The code that leads back to the draft: as text and as a square code. */
static int put_code(struct consent_form *f, struct err *e) {
	struct html *h = &f->h;
	char text[40], box[32];
	struct buf auto_buf path;
	int side = 0;
	buf_init(&path, 32768);
	(void)snprintf(text, sizeof text, "OCCLUDE:%s", f->code);
	if (qr_path(text, &path, &side, e)) return -1;
	(void)snprintf(box, sizeof box, "-2 -2 %d %d", side + 4, side + 4);
	html_lit(h, "<div class=\"code\"><svg role=\"img\"");
	html_attr(h, "viewBox", box);
	html_attr(h, "aria-label", f->code);
	html_lit(h, "><path fill=\"#000\"");
	html_attr(h, "d", buf_text(&path));
	html_lit(h, "/></svg><p><span>");
	form_put(f, "code");
	html_lit(h, "</span> <b>");
	html_text(h, f->code);
	html_lit(h, "</b></p></div>\n");
	return 0;
}

static int put_head(struct consent_form *f, const char *lang, struct err *e) {
	struct html *h = &f->h;
	const struct asset *css = asset_find(web_assets, "consent/form.css");
	if (!css) BUG("the form's style sheet is not built in");
	html_lit(h, "<!doctype html>\n<html");
	html_attr(h, "lang", lang);
	html_lit(h, ">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"color-scheme\" content=\"light\">\n<meta name=\"robots\" "
		    "content=\"noindex\">\n<title>");
	form_put(f, "title");
	html_lit(h, "</title>\n<style>\n");
	html_asset(h, css);
	/* a loose sheet still leads back: the code is letters, digits and a hyphen only */
	html_lit(h, "@page { @bottom-left { content: \"");
	html_text(h, f->code);
	html_lit(h, "\"; font: 8pt Inter, system-ui, sans-serif; color: #48534f; } "
		    "}\n</style>\n</head>\n<body>\n<main>\n<header><div class=\"from\"><p class=\"practice\">");
	html_text(h, f->who->practice);
	html_lit(h, "</p><p>");
	html_text(h, f->who->location);
	html_lit(h, " · ");
	html_text(h, f->who->address);
	html_lit(h, "</p><p>");
	form_put(f, "form");
	html_lit(h, " ");
	form_put(f, "version");
	html_lit(h, " · ");
	form_put(f, "language");
	html_lit(h, "</p></div>\n");
	if (put_code(f, e)) return -1;
	html_lit(h, "</header>\n");
	form_in(f, "h1", "", "title");
	html_lit(h, "<p class=\"lead\">");
	form_put(f, "intro");
	html_lit(h, " ");
	form_put(f, "not_combined");
	html_lit(h, "</p>\n");
	return 0;
}

static void put_photos(struct consent_form *f) {
	struct html *h = &f->h;
	const struct consent_terms *t = &f->c->terms;
	if (t->views == 0) {
		form_put(f, "photos.pictures");
		html_lit(h, "<ul class=\"prints\">");
		for (size_t i = 0; i < t->pictures; i++) {
			char print[17];
			(void)snprintf(print, sizeof print, "%.16s", t->picture[i]);
			html_lit(h, "<li>");
			html_text(h, print);
			html_lit(h, "</li>");
		}
		html_lit(h, "</ul>");
		return;
	}
	html_lit(h, "<ul class=\"views\">");
	for (size_t i = 0; i < t->views; i++) {
		char key[16];
		(void)snprintf(key, sizeof key, "view.%.6s", t->view[i]);
		html_lit(h, "<li><b>");
		html_text(h, t->view[i]);
		html_lit(h, "</b> ");
		form_put(f, key);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul><p>");
	form_put(f, "photos.range");
	html_lit(h, ". ");
	form_put(f, "photos.retakes");
	html_lit(h, "</p>");
}

static void put_terms(struct consent_form *f) {
	struct html *h = &f->h;
	html_lit(h, "<section>");
	form_in(f, "h2", "", "agree.heading");
	html_lit(h, "<dl><div>");
	form_in(f, "dt", "", "patient");
	html_lit(h, "<dd><b>");
	html_text(h, f->patient);
	html_lit(h, "</b>, ");
	form_put(f, "reference");
	html_lit(h, "</dd></div>\n<div>");
	form_in(f, "dt", "", "photos");
	html_lit(h, "<dd>");
	put_photos(f);
	html_lit(h, "</dd></div>\n<div>");
	form_in(f, "dt", "", "discloser");
	html_lit(h, "<dd>");
	html_text(h, f->c->terms.discloser);
	html_lit(h, "</dd></div>\n<div>");
	form_in(f, "dt", "", "until");
	html_lit(h, "<dd>");
	form_put(f, f->c->terms.expiry_event[0] ? "until.event" : "until.date");
	html_lit(h, "</dd></div></dl></section>\n");
}

static void put_cell(struct consent_form *f, const char *label, const char *value) {
	struct html *h = &f->h;
	html_lit(h, "<td><span class=\"label\">");
	form_put(f, label);
	html_lit(h, "</span> ");
	html_text(h, value);
	html_lit(h, "</td>");
}

/* C3: channel by channel, up to which exposure; C2: to whom and what for. */
static void put_channels(struct consent_form *f) {
	struct html *h = &f->h;
	char key[32];
	html_lit(h, "<section>");
	form_in(f, "h2", "", "where.heading");
	html_lit(h, "<table><thead><tr>");
	form_in(f, "th", " scope=\"col\"", "where.channel");
	form_in(f, "th", " scope=\"col\"", "where.exposure");
	form_in(f, "th", " scope=\"col\"", "where.recipients");
	form_in(f, "th", " scope=\"col\"", "where.purpose");
	html_lit(h, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < f->c->terms.channels; i++) {
		const struct consent_channel *c = &f->c->terms.channel[i];
		(void)snprintf(key, sizeof key, "channel.%s", c->name);
		html_lit(h, "<tr>");
		form_in(f, "th", " scope=\"row\"", key);
		html_lit(h, "<td><b>");
		(void)snprintf(key, sizeof key, "exposure.%d", (int)c->exposure);
		form_put(f, key);
		html_lit(h, "</b>: ");
		(void)snprintf(key, sizeof key, "exposure.%d.text", (int)c->exposure);
		form_put(f, key);
		html_lit(h, "</td>");
		put_cell(f, "where.recipients", c->recipients);
		put_cell(f, "where.purpose", c->purpose);
		html_lit(h, "</tr>\n");
	}
	html_lit(h, "</tbody></table></section>\n");
}

static void put_list(struct consent_form *f, const char *const *keys, size_t n) {
	html_lit(&f->h, "<ul>");
	for (size_t i = 0; i < n; i++) form_in(f, "li", "", keys[i]);
	html_lit(&f->h, "</ul>");
}

/* C3 in plain words. */
static void put_masked(struct consent_form *f) {
	struct html *h = &f->h;
	html_lit(h, "<section>");
	form_in(f, "h2", "", "masked.heading");
	html_lit(h, "<p>");
	form_put(f, "masked.text");
	html_lit(h, " <strong>");
	form_put(f, "masked.recognise");
	html_lit(h, "</strong></p></section>\n");
}

/* The statements of C2. */
static void put_statements(struct consent_form *f) {
	static const char *const know[] = { "know.revoke", "know.how", "know.exceptions", "know.treatment",
		"know.redisclosure", "know.recall", "know.copy", "know.replace", "know.keep" };
	html_lit(&f->h, "<section class=\"know\">");
	form_in(f, "h2", "", "know.heading");
	put_list(f, know, ARRAY_LEN(know));
	html_lit(&f->h, "</section>\n");
}

/* C4: who signs, whose objection blocks, and when it ends. */
static void put_ages(struct consent_form *f) {
	struct html *h = &f->h;
	const struct consent_people *w = f->who;
	if (!w->is_minor && !w->is_dead) return;
	html_lit(h, "<section>");
	form_in(f, "h2", "", w->is_dead ? "dead.heading" : "minor.heading");
	if (w->is_dead) {
		form_in(f, "p", "", "dead.text");
	} else {
		const char *const keys[] = { w->all_guardians ? "minor.all" : "minor.one",
			w->assents ? "minor.assent" : "minor.young", "minor.majority" };
		put_list(f, keys, ARRAY_LEN(keys));
	}
	html_lit(h, "</section>\n");
}

static void put_gdpr(struct consent_form *f) {
	static const char *const keys[] = { "gdpr.controller", "gdpr.purpose", "gdpr.recipients", "gdpr.period",
		"gdpr.rights", "gdpr.voluntary" };
	if (!strcmp(f->who->profile, "US")) return;
	html_lit(&f->h, "<section class=\"notice\">");
	form_in(f, "h2", "", "gdpr.heading");
	put_list(f, keys, ARRAY_LEN(keys));
	html_lit(&f->h, "</section>\n");
}

int consent_form_html(
	const struct consent_people *who, const struct consent *c, const char *lang, struct buf *out, struct err *e) {
	struct consent_form f = { .h = { out }, .who = who, .c = c };
	if (load(lang, &f.t, e)) return -1;
	consent_code_text(c->code, f.code);
	set_values(&f);
	int r = put_head(&f, lang, e);
	if (!r) {
		put_terms(&f);
		put_channels(&f);
		put_masked(&f);
		put_statements(&f);
		put_ages(&f);
		put_gdpr(&f);
		consent_form_sign(&f);
		html_lit(&f.h, "</main>\n</body>\n</html>\n");
		r = buf_check(out, "the form", e);
	}
	buf_free(&f.or_email);
	return r;
}

int consent_form_make(
	struct practice *p, const struct actor *a, int64_t id, const char *lang, struct buf *out, struct err *e) {
	struct consent auto_consent c = { 0 };
	struct consent_people who;
	char version[16], sha[SHA256_HEX];
	size_t before = out->len;
	if (consent_get(p, id, &c, e) || consent_people(p, c.patient_id, &who, e) ||
		consent_form_version(lang, version, e) || consent_form_html(&who, &c, lang, out, e))
		return -1;
	seal_sha256(out->data + before, out->len - before, sha);
	return consent_form_shown(p, a, id, version, lang, sha, strcmp(who.profile, "US") != 0, e);
}

/* consent_form_sign.c: the end of the consent form: what is filled in by hand, and who signs (C2, C4). */
#include <stdio.h>
#include <string.h>

#include "flow/consent_form_impl.h"

static void put_box(struct consent_form *f, const char *key, bool line) {
	html_lit(&f->h, "<li class=\"box\"><span class=\"tick\" aria-hidden=\"true\"></span><p>");
	form_put(f, key);
	if (line) html_lit(&f->h, " <span class=\"rule\"></span>");
	html_lit(&f->h, "</p></li>\n");
}

static void put_boxes(struct consent_form *f) {
	html_lit(&f->h, "<section>");
	form_in(f, "h2", "", "say.heading");
	html_lit(&f->h, "<ul class=\"boxes\">");
	put_box(f, "say.read", false);
	if (strcmp(f->who->profile, "US") != 0) put_box(f, "say.explicit", false);
	put_box(f, "say.copy", true);
	html_lit(&f->h, "<li class=\"box\"><p>");
	form_put(f, "say.benefit");
	html_lit(&f->h, " <span class=\"rule wide\"></span></p></li>\n</ul></section>\n");
}

/* A line with a caption below it; `filled`: what is printed on it already, or NULL. */
static void put_line(struct consent_form *f, const char *key, const char *filled) {
	struct html *h = &f->h;
	html_lit(h, "<div class=\"line\"><p class=\"on\">");
	html_text(h, filled);
	html_lit(h, "</p><p class=\"under\">");
	form_put(f, key);
	html_lit(h, "</p></div>");
}

/* One signer: who they are, the line to sign on, the date, the name. */
static void put_signer(struct consent_form *f, const char *role, const char *name, const char *relationship,
	const char *authority, bool asks_authority) {
	struct html *h = &f->h;
	(void)snprintf(f->relationship, sizeof f->relationship, "%s", relationship ? relationship : "");
	(void)snprintf(f->authority, sizeof f->authority, "%s", authority ? authority : "");
	html_lit(h, "<div class=\"signer\"><p class=\"role\"><b>");
	form_put(f, role);
	html_lit(h, "</b>");
	if (f->relationship[0]) {
		html_lit(h, " · ");
		form_put(f, "sign.relationship");
	}
	if (f->authority[0]) {
		html_lit(h, " · ");
		form_put(f, "sign.authority");
	}
	html_lit(h, "</p><div class=\"lines\">");
	put_line(f, "sign.signature", NULL);
	put_line(f, "sign.date", NULL);
	put_line(f, "sign.name", name);
	if (asks_authority && !f->authority[0]) put_line(f, "sign.authority_blank", NULL);
	html_lit(h, "</div></div>\n");
}

/* Every recorded guardian or representative has a line of their own; where none is recorded, one is left blank. */
static void put_others(struct consent_form *f, bool representatives) {
	const struct consent_people *w = f->who;
	size_t n = 0;
	for (size_t i = 0; i < w->guardians; i++) n += w->guardian[i].is_representative == representatives;
	if (!representatives && n > 1 && !w->all_guardians) form_in(f, "p", " class=\"hint\"", "sign.one_of");
	const char *role = representatives ? "sign.representative" : "sign.guardian";
	for (size_t i = 0; i < w->guardians; i++) {
		const struct consent_guardian *g = &w->guardian[i];
		if (g->is_representative == representatives)
			put_signer(f, role, g->name, g->relationship, g->authority, representatives);
	}
	if (n == 0) put_signer(f, role, NULL, NULL, NULL, representatives);
}

static bool has_representative(const struct consent_people *w) {
	for (size_t i = 0; i < w->guardians; i++)
		if (w->guardian[i].is_representative) return true;
	return false;
}

static void put_signers(struct consent_form *f) {
	const struct consent_people *w = f->who;
	if (w->is_dead) {
		put_others(f, true);
	} else if (w->is_minor) {
		put_others(f, false);
		if (w->assents) put_signer(f, "sign.minor", f->patient, NULL, NULL, false); /* C4 */
	} else if (has_representative(w)) {
		put_others(f, true);
	} else {
		put_signer(f, "sign.patient", f->patient, NULL, NULL, false);
	}
}

void consent_form_sign(struct consent_form *f) {
	struct html *h = &f->h;
	put_boxes(f);
	html_lit(h, "<section class=\"signatures\">");
	form_in(f, "h2", "", "sign.heading");
	put_signers(f);
	html_lit(h, "<div class=\"helpers\">");
	form_in(f, "p", " class=\"hint\"", "sign.optional");
	html_lit(h, "<div class=\"signer\"><div class=\"lines two\">");
	put_line(f, "sign.witness", NULL);
	put_line(f, "sign.interpreter", NULL);
	html_lit(h, "</div></div></div></section>\n<footer><p>");
	form_put(f, "foot.copy");
	html_lit(h, "</p><p>");
	form_put(f, "foot.advice");
	html_lit(h, "</p></footer>\n");
}

/* pages_frame.c: the frame of every public page: head, navigation, the statements of P7, and the pages that show nobody. */
#include <stdio.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"
#include "flow/pages_impl.h"

static void nav_link(struct html *h, const char *url, const char *text, bool current) {
	html_lit(h, "<a");
	html_url(h, "href", url);
	if (current) html_lit(h, " aria-current=\"page\"");
	html_lit(h, ">");
	html_text(h, text);
	html_lit(h, "</a>");
}

void page_open(struct html *h, const struct page_office *o, const char *title, const char *current) {
	html_lit(h, "<!doctype html>\n<html");
	html_attr(h, "lang", words_lang(o->words));
	/* P6, C6: no archive and no picture search may keep a copy that nobody can recall */
	html_lit(h, "><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
		    "<meta name=\"robots\" content=\"noarchive, noimageindex, max-image-preview:none\">"
		    "<meta name=\"referrer\" content=\"no-referrer\"><title>");
	html_text(h, title);
	html_lit(h, " | ");
	html_text(h, o->practice);
	html_lit(h, "</title><link rel=\"stylesheet\"");
	html_url(h, "href", o->css);
	html_lit(h, "><link rel=\"icon\" type=\"image/svg+xml\"");
	html_url(h, "href", o->icon);
	html_lit(h, "></head><body><a class=\"skip\" href=\"#main\">");
	SAY("nav.skip");
	html_lit(h, "</a>");
	if (o->sample) {
		html_lit(h, "<aside class=\"sample\">");
		SAY("sample");
		html_lit(h, "</aside>");
	}
	html_lit(h, "<header class=\"wrap top\"><a class=\"brand\" href=\"/\">");
	const struct asset *brand = asset_find(web_assets, "site/brand.svg");
	if (brand) html_asset(h, brand);
	html_lit(h, "<span>");
	html_text(h, o->practice);
	html_lit(h, "</span></a><nav");
	html_attr(h, "aria-label", words_get(o->words, "nav.main"));
	html_lit(h, ">");
	nav_link(h, "/", words_get(o->words, "nav.results"), !strcmp(current, "/"));
	nav_link(h, "/privacy/", words_get(o->words, "nav.privacy"), !strcmp(current, "/privacy/"));
	char tel[80];
	(void)snprintf(tel, sizeof tel, "tel:%s", o->phone);
	html_lit(h, "<a class=\"call\"");
	html_url(h, "href", tel);
	html_lit(h, ">");
	html_text(h, o->phone);
	html_lit(h, "</a></nav></header><main id=\"main\">");
}

/* P7: one statement; the location may word it itself, and cannot empty it (schema). */
static void statement(
	struct html *h, const struct page_office *o, const char *key, const char *head, const char *text) {
	const struct word_value v[] = { { "phone", o->phone }, { "emergency", o->emergency } };
	const char *own = o->statement ? o->statement(o->statement_arg, key) : NULL;
	html_lit(h, "<div><h3>");
	SAY(head);
	html_lit(h, "</h3><p>");
	words_say(h, own ? own : words_get(o->words, text), v, ARRAY_LEN(v));
	html_lit(h, "</p></div>");
}

void page_close(struct html *h, const struct page_office *o) {
	html_lit(h, "</main><footer class=\"foot\"><div class=\"wrap\"><h2>");
	SAY("foot.h");
	html_lit(h, "</h2><div class=\"said\">");
	statement(h, o, "actual_patients", "foot.actual.h", "foot.actual.p");
	statement(h, o, "results_vary", "foot.vary.h", "foot.vary.p");
	statement(h, o, "not_advice", "foot.advice.h", "foot.advice.p");
	statement(h, o, "takedown", "foot.takedown.h", "foot.takedown.p");
	statement(h, o, "privacy", "foot.privacy.h", "foot.privacy.p");
	statement(h, o, "consent", "foot.consent.h", "foot.consent.p");
	html_lit(h, "</div><div class=\"end\"><span>");
	html_text(h, o->practice);
	html_lit(h, ", ");
	html_text(h, o->address);
	html_lit(h, "</span><span>");
	SAY("foot.quiet");
	html_lit(h, "</span></div></div></footer></body></html>\n");
}

static void section(struct html *h, const struct page_office *o, const char *head, const char *text) {
	html_lit(h, "<h2>");
	SAY(head);
	html_lit(h, "</h2><p>");
	SAY(text);
	html_lit(h, "</p>");
}

void page_write_plain(struct html *h, const struct page_office *o, enum page_plain which) {
	static const char *const title[] = { "privacy.title", "gone.title", "missing.title" };
	page_open(h, o, words_get(o->words, title[which]), which == PAGE_PRIVACY ? "/privacy/" : "");
	html_lit(h, "<div class=\"wrap\"><div class=\"text\"><h1>");
	SAY(title[which]);
	html_lit(h, "</h1><p>");
	SAY(which == PAGE_PRIVACY ? "privacy.p1" : which == PAGE_GONE ? "gone.p" : "missing.p");
	html_lit(h, "</p>");
	if (which == PAGE_PRIVACY) {
		section(h, o, "privacy.h2", "privacy.p2");
		section(h, o, "privacy.h3", "privacy.p3");
		section(h, o, "privacy.h4", "privacy.p4");
		section(h, o, "privacy.h5", "privacy.p5");
	} else {
		html_lit(h, "<p><a href=\"/\">");
		SAY("back");
		html_lit(h, "</a></p>");
	}
	html_lit(h, "</div></div>");
	page_close(h, o);
}

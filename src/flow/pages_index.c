/* pages_index.c: the index pages, in segments; see flow/pages.h. */
#include <stdio.h>

#include "base/mem.h"
#include "flow/pages_impl.h"

static void fact_line(struct html *h, const struct page_office *o, const char *key) {
	html_lit(h, "<li>");
	SAY(key);
	html_lit(h, "</li>");
}

/* After this comes the lead (the newest case, on the newest page), which may be left out. */
void page_write_index_open(struct html *h, const struct page_office *o, int n, int of) {
	page_open(h, o, words_get(o->words, "index.title"), n == of ? "/" : "");
	html_lit(h, "<div class=\"wrap\">");
	if (n != of) {
		char num[16];
		(void)snprintf(num, sizeof num, "%d", n);
		const struct word_value v[] = { { "n", num } };
		html_lit(h, "<div class=\"older\"><h1>");
		words_say(h, words_get(o->words, "index.page"), v, ARRAY_LEN(v));
		html_lit(h, "</h1></div>");
		return;
	}
	html_lit(h, "<div class=\"hero\"><div><h1>");
	SAY("index.h1");
	html_lit(h, "</h1><p class=\"lede\">");
	SAY("index.lede");
	html_lit(h, "</p><ul class=\"facts\">");
	fact_line(h, o, "index.fact1");
	fact_line(h, o, "index.fact2");
	fact_line(h, o, "index.fact3");
	html_lit(h, "</ul></div>");
}

void page_write_index_list(struct html *h, const struct page_office *o, int n, int of) {
	if (n == of) html_lit(h, "</div>");
	html_lit(h, "<section class=\"list\"><h2>");
	SAY("index.list");
	html_lit(h, "</h2><ul class=\"grid\">");
}

/* Why no faces: said where the newest cases are. */
static void write_why(struct html *h, const struct page_office *o) {
	html_lit(h, "<li class=\"why\"><h3>");
	SAY("index.why.h");
	html_lit(h, "</h3><p>");
	SAY("index.why.p1");
	html_lit(h, "</p><p>");
	SAY("index.why.p2");
	html_lit(h, "</p><a href=\"/privacy/\">");
	SAY("nav.privacy");
	html_lit(h, "</a></li>");
}

static void page_link(struct html *h, const struct page_office *o, const char *key, int n, int of) {
	char url[24] = "/";
	if (n != of) (void)snprintf(url, sizeof url, "/p/%d/", n);
	html_lit(h, "<a");
	html_url(h, "href", url);
	html_lit(h, ">");
	SAY(key);
	html_lit(h, "</a>");
}

void page_write_index_close(struct html *h, const struct page_office *o, int n, int of) {
	if (n == of) write_why(h, o);
	html_lit(h, "</ul>");
	if (of > 1) {
		html_lit(h, "<div class=\"pager\">");
		if (n < of) page_link(h, o, "index.newer", n + 1, of);
		if (n > 1) page_link(h, o, "index.older", n - 1, of);
		html_lit(h, "</div>");
	}
	html_lit(h, "</section></div>");
	page_close(h, o);
}

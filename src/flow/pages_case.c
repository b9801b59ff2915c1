/* pages_case.c: a case's page, its card and its place at the top of the index; see flow/pages.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "flow/pages_impl.h"

static const char *number(int64_t n, char out[24]) {
	(void)snprintf(out, 24, "%lld", (long long)n);
	return out;
}

/* Full months from the treatment's start to a photo; -1 if a date is missing. */
static int64_t months_into(const struct page_case *c, const struct shown_photo *p) {
	struct date from, to;
	if (date_parse(c->facts->started_on, &from, NULL) || date_parse(p->taken_on, &to, NULL)) return -1;
	int64_t n = (to.year - from.year) * 12 + to.month - from.month - (to.day < from.day);
	return n > 0 ? n : -1;
}

void page_stage(
	struct buf *out, const struct page_office *o, const struct page_case *c, const struct shown_photo *p) {
	char n[24] = "";
	const struct word_value v[] = { { "n", n } };
	char key[24];
	(void)snprintf(key, sizeof key, "stage.%.2s", p->stage);
	if (!strncmp(p->stage, "T2", 2) && months_into(c, p) > 0) {
		(void)number(months_into(c, p), n);
		(void)snprintf(key, sizeof key, "stage.T2.month");
	} else if (!strcmp(p->stage, "T3") && c->facts->months > 1) {
		(void)number(c->facts->months, n);
		(void)snprintf(key, sizeof key, "stage.T3.months");
	}
	words_fill(out, words_get(o->words, key), v, ARRAY_LEN(v));
}

void page_case_title(struct buf *out, const struct page_office *o, const struct page_case *c) {
	char n[24];
	const struct word_value v[] = { { "problem", words_of(o->words, "problem", c->facts->problem) },
		{ "treatment", words_of(o->words, "treatment", c->facts->treatment) },
		{ "months", number(c->facts->months, n) } };
	words_fill(
		out, words_get(o->words, c->facts->months == 1 ? "case.title.one" : "case.title"), v, ARRAY_LEN(v));
}

const char *page_photo_path(const struct page_photo *p, int size, const char *suffix, char out[96]) {
	(void)snprintf(out, 96, "%s-%dx%d.%s", p->base, p->width[size], p->height[size], suffix);
	return out;
}

static void srcset(struct html *h, const struct page_photo *p, const char *suffix, const char *sizes) {
	struct buf auto_buf set;
	buf_init(&set, 1024);
	for (int i = 0; i < p->sizes; i++) {
		char path[96];
		(void)buf_fmt(&set, "%s%s %dw", i ? ", " : "", page_photo_path(p, i, suffix, path), p->width[i]);
	}
	html_attr(h, "srcset", buf_text(&set));
	html_attr(h, "sizes", sizes);
}

void page_picture(struct html *h, const struct page_office *o, const struct page_case *c, const struct page_photo *p,
	const char *sizes, bool lazy) {
	struct buf auto_buf alt, stage;
	char src[96], n[24];
	int mid = p->sizes > 1 ? 1 : 0;
	buf_init(&alt, 512);
	buf_init(&stage, 256);
	page_stage(&stage, o, c, p->photo);
	const struct word_value v[] = { { "view", words_of(o->words, "view", p->photo->view) },
		{ "stage", buf_text(&stage) } };
	words_fill(&alt, words_get(o->words, "alt"), v, ARRAY_LEN(v));
	html_lit(h, "<picture><source type=\"image/avif\"");
	srcset(h, p, "avif", sizes);
	html_lit(h, "><img");
	html_url(h, "src", page_photo_path(p, mid, "jpg", src));
	srcset(h, p, "jpg", sizes);
	html_attr(h, "width", number(p->width[mid], n));
	html_attr(h, "height", number(p->height[mid], n));
	if (lazy) html_lit(h, " loading=\"lazy\"");
	html_lit(h, " decoding=\"async\"");
	html_attr(h, "alt", buf_text(&alt));
	html_lit(h, "></picture>");
}

/* Which view stands for a case: teeth from the front, then a smile, then any that has two stages. */
static int rank_view(const char *view) {
	static const char *const order[] = { "IO-FR", "EO-FS", "IO-RB", "IO-LB", "IO-UO", "IO-LO", "EO-FR", "EO-PR",
		"EO-45" };
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (!strcmp(view, order[i])) return (int)i;
	return (int)ARRAY_LEN(order);
}

bool page_best_pair(
	const struct page_case *c, const struct page_photo **ret_first, const struct page_photo **ret_last) {
	int best = -1;
	for (size_t i = 0; i < c->photos;) {
		size_t end = i + 1;
		while (end < c->photos && !strcmp(c->photo[end].photo->view, c->photo[i].photo->view)) end++;
		int rank = rank_view(c->photo[i].photo->view);
		if (end - i > 1 && (best < 0 || rank < best)) {
			best = rank;
			*ret_first = &c->photo[i];
			*ret_last = &c->photo[end - 1];
		}
		i = end;
	}
	return best >= 0;
}

static void stage_tag(struct html *h, const struct page_office *o, const struct shown_photo *p) {
	char key[24];
	(void)snprintf(key, sizeof key, "stage.%.2s", p->stage);
	html_lit(h, "<span class=\"tag\">");
	SAY(key);
	html_lit(h, "</span>");
}

static void months_text(struct html *h, const struct page_office *o, int64_t months) {
	char n[24];
	const struct word_value v[] = { { "n", number(months, n) } };
	words_say(h, words_get(o->words, months == 1 ? "case.months.one" : "case.months"), v, ARRAY_LEN(v));
}

static void write_pair(
	struct html *h, const struct page_office *o, const struct page_case *c, const char *sizes, bool lazy) {
	const struct page_photo *first = NULL, *last = NULL;
	if (!page_best_pair(c, &first, &last)) return;
	html_lit(h, "<div class=\"pair\"><div class=\"shot\">");
	page_picture(h, o, c, first, sizes, lazy);
	stage_tag(h, o, first->photo);
	html_lit(h, "</div><div class=\"shot\">");
	page_picture(h, o, c, last, sizes, lazy);
	stage_tag(h, o, last->photo);
	html_lit(h, "</div><span class=\"seam\">");
	months_text(h, o, c->facts->months);
	html_lit(h, "</span></div>");
}

static void case_url(const struct page_case *c, char out[40]) {
	(void)snprintf(out, 40, "/c/%.16s/", c->public_id);
}

void page_write_card(struct html *h, const struct page_office *o, const struct page_case *c) {
	char url[40];
	size_t views = 0;
	case_url(c, url);
	for (size_t i = 0; i < c->photos; i++)
		views += i == 0 || strcmp(c->photo[i].photo->view, c->photo[i - 1].photo->view) != 0;
	html_lit(h, "<li class=\"card\"><a");
	html_url(h, "href", url);
	html_lit(h, ">");
	write_pair(h, o, c, "(min-width: 1100px) 415px, (min-width: 700px) 46vw, 100vw", true);
	html_lit(h, "<h3>");
	html_text(h, words_of(o->words, "problem", c->facts->problem));
	html_lit(h, "</h3><p class=\"meta\">");
	html_text(h, words_of(o->words, "treatment", c->facts->treatment));
	html_lit(h, " &#183; ");
	SAY("case.age");
	html_lit(h, " ");
	html_text(h, words_of(o->words, "age", c->facts->age_band));
	html_lit(h, " &#183; ");
	char n[24];
	const struct word_value v[] = { { "n", number((int64_t)views, n) } };
	words_say(h, words_get(o->words, views == 1 ? "views.one" : "views"), v, ARRAY_LEN(v));
	html_lit(h, "</p></a></li>");
}

void page_write_lead(struct html *h, const struct page_office *o, const struct page_case *c) {
	char url[40];
	case_url(c, url);
	html_lit(h, "<figure class=\"lead\">");
	write_pair(h, o, c, "(min-width: 1000px) 728px, 100vw", false);
	html_lit(h, "<figcaption><span>");
	html_text(h, words_of(o->words, "problem", c->facts->problem));
	html_lit(h, ", ");
	html_text(h, words_of(o->words, "treatment", c->facts->treatment));
	html_lit(h, "</span><a");
	html_url(h, "href", url);
	html_lit(h, ">");
	SAY("index.see");
	html_lit(h, "</a></figcaption></figure>");
}

static void fact(struct html *h, const struct page_office *o, const char *name, const char *value) {
	if (!value || !*value) return;
	html_lit(h, "<div><dt>");
	SAY(name);
	html_lit(h, "</dt><dd>");
	html_text(h, value);
	html_lit(h, "</dd></div>");
}

static void said_done(struct html *h, const struct page_office *o, const char *head, const char *text) {
	html_lit(h, "<div><dt>");
	SAY(head);
	html_lit(h, "</dt><dd>");
	SAY(text);
	html_lit(h, "</dd></div>");
}

/* The column beside the pictures: facts, what was done to the pictures (I8), consent (P7). */
static void write_side(struct html *h, const struct page_office *o, const struct page_case *c) {
	html_lit(h, "<div class=\"side\"><section><h2>");
	SAY("case.facts");
	html_lit(h, "</h2><dl>");
	fact(h, o, "case.problem", words_of(o->words, "problem", c->facts->problem));
	fact(h, o, "case.treatment", words_of(o->words, "treatment", c->facts->treatment));
	html_lit(h, "<div><dt>");
	SAY("case.time");
	html_lit(h, "</dt><dd>");
	months_text(h, o, c->facts->months);
	html_lit(h, "</dd></div>");
	fact(h, o, "case.age", words_of(o->words, "age", c->facts->age_band));
	fact(h, o, "case.by", c->facts->credential);
	html_lit(h, "</dl></section><section><h2>");
	SAY("case.hidden");
	html_lit(h, "</h2><dl class=\"hidden\">");
	said_done(h, o, "hidden.crop.h", "hidden.crop.p");
	said_done(h, o, "hidden.cover.h", "hidden.cover.p");
	said_done(h, o, "hidden.turn.h", "hidden.turn.p");
	said_done(h, o, "hidden.alone.h", "hidden.alone.p");
	html_lit(h, "</dl></section><section class=\"consent\"><h2>");
	SAY("case.consent.h");
	html_lit(h, "</h2><p>");
	SAY("case.consent.p1");
	html_lit(h, "</p><p>");
	SAY("case.consent.p2");
	html_lit(h, "</p></section></div>");
}

/* The shape of a row's frames: the nearest of a few to what its pictures have, so that all stand level; a picture of
 * another shape keeps a margin, nothing is cut away. */
static const char *row_shape(const struct page_case *c, size_t from, size_t to) {
	double sum = 0;
	for (size_t i = from; i < to; i++) {
		const struct page_photo *p = &c->photo[i];
		sum += p->sizes ? (double)p->width[p->sizes - 1] / p->height[p->sizes - 1] : 1.5;
	}
	double mean = sum / (double)(to - from);
	return mean > 1.75 ? "2-1" : mean > 1.4 ? "3-2" : mean > 1.15 ? "4-3" : mean > 0.87 ? "1-1" : "3-4";
}

/* One view: its stages side by side, the earlier first (I8). */
static void write_view(
	struct html *h, const struct page_office *o, const struct page_case *c, size_t from, size_t to) {
	char n[24], key[32];
	const struct page_photo *first = &c->photo[from];
	html_lit(h, "<section class=\"view\"><h2>");
	html_text(h, words_of(o->words, "view", first->photo->view));
	html_lit(h, "</h2><p class=\"meta\">");
	(void)snprintf(key, sizeof key, "hint.%s", first->photo->form);
	SAY(key);
	html_lit(h, "</p><div class=\"stages\"");
	html_attr(h, "data-n", number((int64_t)(to - from), n));
	html_attr(h, "data-shape", row_shape(c, from, to));
	html_lit(h, ">");
	for (size_t i = from; i < to; i++) {
		struct buf auto_buf stage;
		buf_init(&stage, 256);
		page_stage(&stage, o, c, c->photo[i].photo);
		html_lit(h, "<figure><div class=\"frame\">");
		page_picture(h, o, c, &c->photo[i],
			to - from == 3 ? "(min-width: 700px) 30vw, 100vw"
				       : "(min-width: 1000px) 430px, (min-width: 700px) 46vw, 100vw",
			from > 0 || i > 1);
		html_lit(h, "</div><figcaption>");
		html_text(h, buf_text(&stage));
		html_lit(h, "</figcaption></figure>");
	}
	html_lit(h, "</div></section>");
}

/* Views in the order a clinician reads them, the one that stands for the case first. */
static void write_views(struct html *h, const struct page_office *o, const struct page_case *c) {
	for (int rank = 0; rank <= 9; rank++) {
		for (size_t i = 0; i < c->photos;) {
			size_t end = i + 1;
			while (end < c->photos && !strcmp(c->photo[end].photo->view, c->photo[i].photo->view)) end++;
			if (rank_view(c->photo[i].photo->view) == rank) write_view(h, o, c, i, end);
			i = end;
		}
	}
}

void page_write_case(struct html *h, const struct page_office *o, const struct page_case *c) {
	struct buf auto_buf title;
	buf_init(&title, 1024);
	page_case_title(&title, o, c);
	page_open(h, o, buf_text(&title), "");
	html_lit(h, "<div class=\"wrap case\"><nav class=\"crumbs\"><ol><li><a href=\"/\">");
	SAY("case.crumb");
	html_lit(h, "</a></li><li>");
	html_text(h, words_of(o->words, "problem", c->facts->problem));
	html_lit(h, "</li></ol></nav><h1>");
	html_text(h, buf_text(&title));
	html_lit(h, "</h1><div class=\"case-body\"><div><p>");
	SAY("case.same");
	html_lit(h, "</p>");
	write_views(h, o, c);
	html_lit(h, "</div>");
	write_side(h, o, c);
	html_lit(h, "</div></div>");
	page_close(h, o);
}

/* test_pages.c: the words of the public pages and the pages themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "flow/pages.h"
#include "flow/words.h"

static const char *const langs[] = { "en", "de", "es", "fr" };

struct compare {
	const struct words *other;
	size_t n;
};

static void same_key(void *arg, const char *key, const char *text) {
	struct compare *c = arg;
	const char *there = words_get(c->other, key); /* aborts where it is missing */
	c->n++;
	/* the same {names} in both */
	for (const char *p = strchr(text, '{'); p; p = strchr(p + 1, '{')) {
		char name[32];
		assert_true((size_t)snprintf(name, sizeof name, "%.*s", (int)strcspn(p, "}") + 1, p) < sizeof name);
		assert_non_null(strstr(there, name));
	}
}

static void every_language_has_the_same_words(void **state) {
	(void)state;
	struct words *en = NULL;
	struct err e = { 0 };
	assert_int_equal(words_open(web_assets, "en", &en, &e), 0);
	for (size_t i = 1; i < ARRAY_LEN(langs); i++) {
		struct words *other = NULL;
		assert_int_equal(words_open(web_assets, langs[i], &other, &e), 0);
		struct compare there = { other, 0 }, back = { en, 0 };
		words_each(en, same_key, &there);
		words_each(other, same_key, &back);
		assert_true(there.n > 100);
		assert_int_equal(there.n, back.n);
		words_free(other);
	}
	words_free(en);
	struct words *none = NULL;
	assert_int_equal(words_open(web_assets, "xx", &none, &e), -1);
}

/* ---- a made-up case ---- */

static struct shown_photo photos[] = {
	{ .photo_id = 1, .stage = "T1", .view = "IO-FR", .form = "arch", .taken_on = "2024-01-10" },
	{ .photo_id = 2, .stage = "T2.1", .view = "IO-FR", .form = "arch", .taken_on = "2024-08-20" },
	{ .photo_id = 3, .stage = "T3", .view = "IO-FR", .form = "arch", .taken_on = "2025-07-10" },
	{ .photo_id = 4, .stage = "T1", .view = "EO-FS", .form = "smile", .taken_on = "2024-01-10" },
	{ .photo_id = 5, .stage = "T3", .view = "EO-FS", .form = "smile", .taken_on = "2025-07-10" }
};

static struct page_photo places[5];

static struct shown_case facts = { .case_id = 7,
	.patient_id = 3,
	.location_id = 1,
	.problem = "crowding",
	.treatment = "braces",
	.age_band = "13-17",
	.months = 18,
	.started_on = "2024-01-20",
	.ended_on = "2025-07-01",
	.credential = NULL,
	.photos = 5,
	.photo = photos };

static const char *own_statement(void *arg, const char *key) {
	const char *const *own = arg;
	return !strcmp(key, own[0]) ? own[1] : NULL;
}

static struct page_case make_case(void) {
	static char credential[] = "Dr. Ada Lind, orthodontist";
	facts.credential = credential;
	for (size_t i = 0; i < 5; i++) {
		places[i] = (struct page_photo){
			.photo = &photos[i], .sizes = 3, .width = { 480, 960, 1600 }, .height = { 240, 480, 800 }
		};
		(void)snprintf(places[i].base, sizeof places[i].base, "/c/abcdefghijklmnop/picture%zu", i);
	}
	return (struct page_case){ .facts = &facts, .public_id = "abcdefghijklmnop", .photo = places, .photos = 5 };
}

static struct page_office make_office(const struct words *w) {
	return (struct page_office){ .practice = "Lind & Sons <Orthodontics>",
		.address = "1 Elm Street",
		.phone = "+15555550142",
		.email = "a@example.org",
		.emergency = "911",
		.css = "/a/x.css",
		.icon = "/a/x.svg",
		.words = w };
}

/* Every page of a language into one text. */
static void write_all(const struct words *w, struct page_office *o, struct buf *out) {
	const struct page_case c = make_case();
	struct html h = { out };
	o->words = w;
	page_write_case(&h, o, &c);
	page_write_index_open(&h, o, 2, 2);
	page_write_lead(&h, o, &c);
	page_write_index_list(&h, o, 2, 2);
	page_write_card(&h, o, &c);
	page_write_index_close(&h, o, 2, 2);
	page_write_index_open(&h, o, 1, 2);
	page_write_index_list(&h, o, 1, 2);
	page_write_index_close(&h, o, 1, 2);
	page_write_plain(&h, o, PAGE_PRIVACY);
	page_write_plain(&h, o, PAGE_GONE);
	page_write_plain(&h, o, PAGE_MISSING);
	assert_false(out->failed);
}

/* Every page in English, with the words it was made of (words_free). */
static struct words *all_in_english(struct page_office *o, struct buf *out) {
	struct words *w = NULL;
	buf_init(out, 1 << 20);
	assert_int_equal(words_open(web_assets, "en", &w, NULL), 0);
	o->words = w;
	write_all(w, o, out);
	return w;
}

static size_t count(const char *text, const char *what) {
	size_t n = 0;
	for (const char *p = strstr(text, what); p; p = strstr(p + 1, what)) n++;
	return n;
}

/* The text in a page, as html_text wrote it. */
static size_t count_text(const char *page, const char *text) {
	struct buf auto_buf b;
	buf_init(&b, 8192);
	struct html h = { &b };
	html_text(&h, text);
	return count(page, buf_text(&b));
}

static void P7_every_page_bears_every_statement(void **state) {
	(void)state;
	static const char *const keys[] = { "foot.actual.p", "foot.vary.p", "foot.privacy.p", "foot.consent.p" };
	for (size_t i = 0; i < ARRAY_LEN(langs); i++) {
		struct words *w = NULL;
		struct buf auto_buf all;
		buf_init(&all, 1 << 20);
		assert_int_equal(words_open(web_assets, langs[i], &w, NULL), 0);
		struct page_office o = make_office(w);
		write_all(w, &o, &all);
		size_t pages = count(buf_text(&all), "<!doctype html>");
		assert_int_equal(pages, 6);
		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			assert_int_equal(count_text(buf_text(&all), words_get(w, keys[k])), pages);
		assert_int_equal(count(buf_text(&all), " 911."), pages);
		assert_true(count(buf_text(&all), "+15555550142") >= 2 * pages); /* the office, and for a takedown */
		words_free(w);
	}
}

static void P7_a_location_words_a_statement_itself(void **state) {
	(void)state;
	static const char *const own[] = { "not_advice",
		"Please ask us in person <first>; in an emergency call {emergency}." };
	struct buf auto_buf all;
	struct page_office o = make_office(NULL);
	o.statement = own_statement;
	o.statement_arg = (void *)(uintptr_t)own;
	struct words *w = all_in_english(&o, &all);
	assert_int_equal(
		count(buf_text(&all), "Please ask us in person &lt;first&gt;; in an emergency call 911."), 6);
	assert_int_equal(count_text(buf_text(&all), "Pictures cannot examine you."), 0);
	words_free(w);
}

static void P6_pages_ask_nobody_else_for_anything(void **state) {
	(void)state;
	static const char *const never[] = { "http:", "https:", "//", "<script", "style=\"", "onclick",
		"cookie=", "@import", "url(" };
	struct buf auto_buf all;
	struct page_office o = make_office(NULL);
	struct words *w = all_in_english(&o, &all);
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (strstr(buf_text(&all), never[i])) fail_msg("a page holds %s", never[i]);
	const struct asset *css = asset_find(web_assets, "site/site.css");
	assert_non_null(css);
	/* its only files are our own fonts */
	assert_int_equal(count((const char *)css->data, "url("), count((const char *)css->data, "url(\"/a/"));
	assert_null(strstr((const char *)css->data, "@import"));
	words_free(w);
}

static void I8_a_case_names_procedure_and_orthodontist_and_what_was_done(void **state) {
	(void)state;
	struct words *w = NULL;
	struct buf auto_buf page;
	buf_init(&page, 1 << 20);
	assert_int_equal(words_open(web_assets, "en", &w, NULL), 0);
	struct page_office o = make_office(w);
	const struct page_case c = make_case();
	struct html h = { &page };
	page_write_case(&h, &o, &c);
	const char *text = buf_text(&page);
	assert_non_null(strstr(text, "Dr. Ada Lind, orthodontist"));
	assert_non_null(strstr(text, "Crowded teeth, treated with braces in 18 months"));
	assert_non_null(strstr(text, "Cropped and masked for privacy only."));
	/* the earlier first */
	const char *before = strstr(text, "picture0-"), *month = strstr(text, "picture1-"),
		   *after = strstr(text, "picture2-");
	assert_true(before && month && after && before < month && month < after);
	assert_non_null(strstr(text, "Month 7"));
	assert_non_null(strstr(text, "After 18 months"));
	words_free(w);
}

static void P2_a_page_tells_no_date_and_no_number_of_a_patient(void **state) {
	(void)state;
	struct buf auto_buf all;
	struct page_office o = make_office(NULL);
	struct words *w = all_in_english(&o, &all);
	assert_null(strstr(buf_text(&all), "2024"));
	assert_null(strstr(buf_text(&all), "2025"));
	words_free(w);
}

static void C3_no_page_says_anonymous(void **state) {
	(void)state;
	static const char *const never[] = { "anonym", "Anonym", "anónim", "Anónim" };
	for (size_t i = 0; i < ARRAY_LEN(langs); i++) {
		struct words *w = NULL;
		struct buf auto_buf all;
		buf_init(&all, 1 << 20);
		assert_int_equal(words_open(web_assets, langs[i], &w, NULL), 0);
		struct page_office o = make_office(w);
		write_all(w, &o, &all);
		for (size_t k = 0; k < ARRAY_LEN(never); k++) assert_null(strstr(buf_text(&all), never[k]));
		words_free(w);
	}
}

static void values_are_escaped(void **state) {
	(void)state;
	struct words *w = NULL;
	struct buf auto_buf all;
	buf_init(&all, 1 << 20);
	assert_int_equal(words_open(web_assets, "fr", &w, NULL), 0);
	struct page_office o = make_office(w);
	write_all(w, &o, &all);
	assert_null(strstr(buf_text(&all), "<Orthodontics>"));
	assert_non_null(strstr(buf_text(&all), "Lind &amp; Sons &lt;Orthodontics&gt;"));
	words_free(w);
}

int main(void) {
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_language_has_the_same_words),
		cmocka_unit_test(P7_every_page_bears_every_statement),
		cmocka_unit_test(P7_a_location_words_a_statement_itself),
		cmocka_unit_test(P6_pages_ask_nobody_else_for_anything),
		cmocka_unit_test(I8_a_case_names_procedure_and_orthodontist_and_what_was_done),
		cmocka_unit_test(P2_a_page_tells_no_date_and_no_number_of_a_patient),
		cmocka_unit_test(C3_no_page_says_anonymous), cmocka_unit_test(values_are_escaped) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

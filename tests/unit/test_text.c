/* test_text.c: text, numbers, JSON and HTML (base): hostile values stay values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "base/html.h"
#include "base/json.h"
#include "base/text.h"

static bool clean(const char *s, bool lines) {
	return text_is_clean(s, strlen(s), lines);
}

static void clean_text_is_printable_utf8(void **state) {
	(void)state;
	assert_true(clean("", false) && clean("Zoë Ørsted 漢字 😀", false));
	static const char *const bad[] = { "a\nb", "a\tb", "\x1b[31m", "\x7f", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
		"\xf5\x80\x80\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80", "\xc2\x85", "\xe2\x80\xae evil",
		"\xe2\x81\xa6", "\xff" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (clean(bad[i], false)) fail_msg("number %zu passed", i);
	assert_true(clean("a\n\tb", true));
	assert_false(clean("a\r\nb\x01", true));
	assert_false(text_is_clean("a\0b", 3, true));
	assert_true(clean("\xef\xbf\xbd", false)); /* U+FFFD itself is a character */
}

static void characters_are_decoded_one_by_one(void **state) {
	(void)state;
	uint32_t c;
	assert_int_equal(text_decode("é", 2, &c), 2);
	assert_int_equal(c, 0xE9);
	assert_int_equal(text_decode("😀", 4, &c), 4);
	assert_int_equal(c, 0x1F600);
	assert_int_equal(text_decode("😀", 3, &c), 1); /* cut short */
	assert_int_equal(c, 0xFFFD);
	assert_int_equal(text_decode("\xc3z", 2, &c), 1);
	assert_int_equal(c, 0xFFFD);
}

static void numbers_are_read_whole_or_not(void **state) {
	(void)state;
	int64_t v = 5;
	double r = 5;
	static const char *const bad[] = { "", " 1", "1 ", "+1", "1x", "0x1", "9223372036854775808", "-", "--1",
		"1e3" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(text_int(bad[i], INT64_MIN, INT64_MAX, &v), -1);
	assert_int_equal(text_int(NULL, 0, 1, &v), -1);
	assert_int_equal(text_int("11", 0, 10, &v), -1);
	assert_int_equal(v, 5);
	assert_int_equal(text_int("-9223372036854775808", INT64_MIN, INT64_MAX, &v), 0);
	assert_true(v == INT64_MIN);
	static const char *const no[] = { "", ".", "-", "1,5", "nan", "inf", "1e5", "1.2.3", " 1" };
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) assert_int_equal(text_number(no[i], &r), -1);
	assert_true(r == 5);
	assert_int_equal(text_number("-12.25", &r), 0);
	assert_true(r == -12.25);
}

static void hexadecimal_goes_both_ways(void **state) {
	(void)state;
	unsigned char b[3];
	char hex[7];
	assert_int_equal(text_unhex("00fFa5", b, 3), 0);
	assert_string_equal(text_hex(b, 3, hex), "00ffa5");
	assert_int_equal(text_unhex("00ff", b, 3), -1);
	assert_int_equal(text_unhex("00ffa5a", b, 3), -1);
	assert_int_equal(text_unhex("00ffg5", b, 3), -1);
	assert_true(text_is_blank(NULL) && text_is_blank(" \t\r\n") && !text_is_blank(" x"));
}

static void json_is_escaped_and_nested(void **state) {
	(void)state;
	auto_buf struct buf b;
	struct json j;
	buf_init(&b, 1000);
	json_init(&j, &b);
	json_object(&j);
	json_key_text(&j, "a\"b", "\"\\\n\t\x01/é\xff");
	json_key_text(&j, "none", NULL);
	json_key_int(&j, "n", INT64_MIN);
	json_key_bool(&j, "t", true);
	json_key(&j, "list");
	json_array(&j);
	json_number(&j, 0.5, 3);
	json_number(&j, NAN, 3);
	json_object(&j);
	json_object_end(&j);
	json_array_end(&j);
	json_object_end(&j);
	assert_string_equal(buf_text(&b), "{\"a\\\"b\":\"\\\"\\\\\\n\\u0009\\u0001/é\xef\xbf\xbd\",\"none\":null,"
					  "\"n\":-9223372036854775808,\"t\":true,\"list\":[0.5,null,{}]}");
}

static void html_values_cannot_become_markup(void **state) {
	(void)state;
	auto_buf struct buf b;
	struct html h = { &b };
	buf_init(&b, 1000);
	html_lit(&h, "<p");
	html_attr(&h, "title", "\"><script>'&");
	html_lit(&h, ">");
	html_text(&h, "<b>\"'&\x01é\xff");
	html_lit(&h, "</p>");
	assert_null(strstr(buf_text(&b), "<script"));
	assert_null(strstr(buf_text(&b), "<b>"));
	assert_null(strstr(buf_text(&b), "\x01"));
	assert_non_null(strstr(buf_text(&b), "é\xef\xbf\xbd</p>"));
	assert_non_null(strstr(buf_text(&b), "<p title=\"&quot;&gt;&lt;script&gt;"));
}

static void html_urls_are_of_few_kinds(void **state) {
	(void)state;
	static const char *const good[] = { "/c/abc", "#top", "https://example.org/?a=1", "mailto:a@b.c",
		"tel:+1555" };
	static const char *const bad[] = { "javascript:alert(1)", "//evil.example", "http://x", "data:text/html,x",
		" /x", "", "JAVASCRIPT:x", "/\\evil.example" };
	for (size_t i = 0; i < sizeof good / sizeof good[0] + sizeof bad / sizeof bad[0]; i++) {
		size_t n = sizeof good / sizeof good[0];
		auto_buf struct buf b;
		struct html h = { &b };
		buf_init(&b, 1000);
		html_url(&h, "href", i < n ? good[i] : bad[i - n]);
		bool refused = strcmp(buf_text(&b), " href=\"#\"") == 0;
		if (refused != (i >= n)) fail_msg("%s", buf_text(&b));
	}
}

static void a_full_buffer_stays_as_it_was(void **state) {
	(void)state;
	auto_buf struct buf b;
	struct err e = { 0 };
	buf_init(&b, 5);
	assert_int_equal(buf_str(&b, "12345"), 0);
	assert_int_equal(buf_char(&b, '6'), -1);
	assert_int_equal(buf_str(&b, ""), -1); /* once failed, failed */
	assert_string_equal(buf_text(&b), "12345");
	assert_int_equal(buf_check(&b, "The text", &e), -1);
	buf_clear(&b);
	assert_int_equal(buf_fmt(&b, "%d", 12345), 0);
	assert_int_equal(buf_check(&b, "The text", &e), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_text_is_printable_utf8),
		cmocka_unit_test(characters_are_decoded_one_by_one),
		cmocka_unit_test(numbers_are_read_whole_or_not),
		cmocka_unit_test(hexadecimal_goes_both_ways),
		cmocka_unit_test(json_is_escaped_and_nested),
		cmocka_unit_test(html_values_cannot_become_markup),
		cmocka_unit_test(html_urls_are_of_few_kinds),
		cmocka_unit_test(a_full_buffer_stays_as_it_was),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

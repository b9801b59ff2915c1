/* test_date.c: calendar arithmetic, and the two rules of C4 that stand on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"

static struct date d(const char *s) {
	struct date r = { 0 };
	struct err e = { 0 };
	if (date_parse(s, &r, &e)) fail_msg("%s", e.text);
	return r;
}

static void assert_date(struct date have, const char *want) {
	char text[DATE_TEXT];
	assert_string_equal(date_format(have, text), want);
}

static void what_is_no_date_is_refused_with_help(void **state) {
	(void)state;
	static const char *const bad[] = { "", "2026", "2026-1-1", "26-01-01", "2026/01/01", "2026-13-01",
		"2026-00-10", "2026-01-00", "2026-01-32", "2026-02-29", "1900-02-29", "2026-11-31", "1799-12-31",
		"2026-01-01 ", " 2026-01-01", "-026-01-01", "+026-01-01", "2026-01-0x" };
	struct err e;
	struct date r = { 1, 2, 3 };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(date_parse(bad[i], &r, &e), -1);
		assert_int_equal(r.year, 1); /* untouched */
	}
	assert_int_equal(date_parse(NULL, &r, &e), -1);
	assert_int_equal(date_parse("2028-11-31", &r, &e), -1);
	assert_non_null(strstr(e.text, "2028-11-30"));
}

static void days_go_both_ways(void **state) {
	(void)state;
	assert_int_equal(date_to_days(d("1970-01-01")), 0);
	assert_int_equal(date_to_days(d("2000-03-01")), 11017);
	assert_int_equal(date_to_days(d("1800-01-01")), -62091);
	for (int64_t day = -62091; day < 200000; day++) {
		struct date x = date_from_days(day), y = date_from_days(day + 1);
		assert_int_equal(date_to_days(x), day);
		assert_true(date_cmp(x, y) < 0);
	}
	assert_date(date_add_days(d("2027-12-31"), 1), "2028-01-01");
	assert_date(date_add_days(d("2028-03-01"), -1), "2028-02-29");
}

static void C4_born_on_29_february_the_earlier_day(void **state) {
	(void)state;
	assert_date(date_birthday(d("2008-02-29"), 18), "2026-02-28");
	assert_date(date_birthday(d("2008-02-29"), 16), "2024-02-29");
	assert_date(date_birthday(d("1888-02-29"), 12), "1900-02-28");
	assert_date(date_birthday(d("2008-03-01"), 18), "2026-03-01");
}

static void C4_quarter_day_is_strictly_before(void **state) {
	(void)state;
	static const char *const row[][2] = {
		{ "2026-01-01", "2025-10-01" }, /* on a quarter day: the one before */
		{ "2026-01-02", "2026-01-01" },
		{ "2026-03-31", "2026-01-01" },
		{ "2026-04-01", "2026-01-01" },
		{ "2026-04-02", "2026-04-01" },
		{ "2026-07-01", "2026-04-01" },
		{ "2026-09-30", "2026-07-01" },
		{ "2026-10-01", "2026-07-01" },
		{ "2026-12-31", "2026-10-01" },
	};
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		assert_date(date_quarter_before(d(row[i][0])), row[i][1]);
}

static void ages_change_on_the_birthday(void **state) {
	(void)state;
	assert_int_equal(date_age(d("2008-05-03"), d("2026-05-02")), 17);
	assert_int_equal(date_age(d("2008-05-03"), d("2026-05-03")), 18);
	assert_int_equal(date_age(d("2008-02-29"), d("2026-02-27")), 17);
	assert_int_equal(date_age(d("2008-02-29"), d("2026-02-28")), 18);
	assert_int_equal(date_age(d("2026-05-03"), d("2026-05-03")), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_date_is_refused_with_help),
		cmocka_unit_test(days_go_both_ways),
		cmocka_unit_test(C4_born_on_29_february_the_earlier_day),
		cmocka_unit_test(C4_quarter_day_is_strictly_before),
		cmocka_unit_test(ages_change_on_the_birthday),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

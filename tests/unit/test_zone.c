/* test_zone.c: local midnight in IANA zones, before and after the last transition of their files, held against the C
 * library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fake_clock.h"
#include "lib/clock.h"

static int64_t at(const char *zone, int y, int m, int day, int hour) {
	int64_t t = 0;
	struct err e = { 0 };
	if (clock_local(zone, (struct date){ y, m, day }, hour, &t, &e)) fail_msg("%s", e.text);
	return t;
}

static void known_instants(void **state) {
	(void)state;
	assert_int_equal(at("UTC", 1970, 1, 1, 0), 0);
	assert_int_equal(at("Europe/Berlin", 2026, 1, 15, 0), 1768431600);   /* UTC+1 */
	assert_int_equal(at("Europe/Berlin", 2026, 7, 15, 0), 1784066400);   /* UTC+2 */
	assert_int_equal(at("America/New_York", 2044, 7, 1, 0), 2350958400); /* UTC-4, beyond the file's table */
	assert_int_equal(at("Asia/Kolkata", 2026, 1, 1, 0), 1767205800);     /* UTC+5:30 */
}

static void an_hour_that_is_skipped_gives_the_first_instant_after(void **state) {
	(void)state;
	/* Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC */
	assert_int_equal(at("Europe/Berlin", 2026, 3, 29, 2), 1774746000);
	/* Beirut, 2026-03-29: midnight itself is skipped; and as the rule has it, in 2050 */
	int64_t t = at("Asia/Beirut", 2026, 3, 29, 0);
	struct date d;
	assert_int_equal(clock_date("Asia/Beirut", t, &d, NULL), 0);
	assert_true(d.day == 29 && d.month == 3);
	assert_int_equal(clock_date("Asia/Beirut", t - 1, &d, NULL), 0);
	assert_true(d.day == 28 && d.month == 3);
	/* Apia left a whole day out: 2011-12-30 */
	t = at("Pacific/Apia", 2011, 12, 30, 0);
	assert_int_equal(t, at("Pacific/Apia", 2011, 12, 31, 0));
}

static void an_hour_that_comes_twice_gives_the_earlier(void **state) {
	(void)state;
	/* Berlin, 2026-10-25: 02:00 comes at 00:00 UTC and again at 01:00 UTC */
	assert_int_equal(at("Europe/Berlin", 2026, 10, 25, 2), 1792886400);
	/* Havana falls back from 01:00 to 00:00: midnight comes twice */
	int64_t t = at("America/Havana", 2026, 11, 1, 0);
	assert_int_equal(t + 2 * 3600, at("America/Havana", 2026, 11, 1, 1));
}

static void dates_go_both_ways_and_agree_with_the_c_library(void **state) {
	(void)state;
	static const char *const zones[] = { "UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York",
		"America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "Africa/Casablanca",
		"America/Santiago" };
	for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
		assert_int_equal(setenv("TZ", zones[z], 1), 0);
		tzset();
		for (int64_t day = 0; day < 36500; day += 13) {
			struct date d = date_from_days(day), back;
			int64_t t = at(zones[z], d.year, d.month, d.day, 12);
			struct tm want = { .tm_year = d.year - 1900,
				.tm_mon = d.month - 1,
				.tm_mday = d.day,
				.tm_hour = 12,
				.tm_isdst = -1 };
			assert_int_equal(t, mktime(&want));
			assert_int_equal(clock_date(zones[z], t, &back, NULL), 0);
			assert_int_equal(date_cmp(back, d), 0);
		}
	}
	assert_int_equal(unsetenv("TZ"), 0);
}

static void what_is_no_zone_is_refused(void **state) {
	(void)state;
	static const char *const bad[] = { "", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "Europe",
		"tzdata.zi", "Europe/Berlin\n", "right/UTC", "UTC+3 hours", "zone.tab", "Europe/../UTC",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t t = 7;
		struct err e = { 0 };
		assert_false(clock_zone_is_known(bad[i]));
		assert_int_equal(clock_local(bad[i], (struct date){ 2026, 1, 1 }, 0, &t, &e), -1);
		assert_int_equal(t, 7);
		assert_non_null(strstr(e.text, "Europe/Berlin"));
	}
	assert_false(clock_zone_is_known(NULL));
	assert_true(clock_zone_is_known("America/Argentina/Buenos_Aires"));
}

static void instants_are_printed(void **state) {
	(void)state;
	char text[24];
	assert_string_equal(clock_format(0, text), "1970-01-01 00:00 UTC");
	assert_string_equal(clock_format(-1, text), "1969-12-31 23:59 UTC");
	assert_string_equal(clock_format(1795348800 + 16 * 60 + 59, text), "2026-11-22 12:16 UTC");
	assert_string_equal(clock_format_local("America/New_York", 1795348800, text), "2026-11-22 07:00");
	assert_string_equal(clock_format_local("Europe/Berlin", 1795348800, text), "2026-11-22 13:00");
	assert_string_equal(clock_format_local("Pacific/Auckland", 1795348800, text), "2026-11-23 01:00");
	assert_string_equal(clock_format_local("Europe/Atlantis", 1795348800, text), "2026-11-22 12:00 UTC");
}

static void P4_a_clock_set_back_revives_no_lease(void **state) {
	(void)state;
	int64_t then = clock_now();
	assert_true(clock_forward() >= then);
	clock_set(then - 86400);
	assert_true(clock_now() < then);
	assert_true(clock_forward() >= then);
	clock_set(then + 86400);
	assert_true(clock_forward() >= then + 86400);
	clock_set(then);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(P4_a_clock_set_back_revives_no_lease),
		cmocka_unit_test(known_instants),
		cmocka_unit_test(an_hour_that_is_skipped_gives_the_first_instant_after),
		cmocka_unit_test(an_hour_that_comes_twice_gives_the_earlier),
		cmocka_unit_test(dates_go_both_ways_and_agree_with_the_c_library),
		cmocka_unit_test(what_is_no_zone_is_refused),
		cmocka_unit_test(instants_are_printed),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

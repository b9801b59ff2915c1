/* date.h: calendar dates without a time zone (a birth date, a date on a form) and the arithmetic C4 needs.
 * Instants are int64_t UTC seconds everywhere else; lib/clock.h turns a date into an instant. */
#ifndef OCCLUDE_BASE_DATE_H
#define OCCLUDE_BASE_DATE_H

#include <stdint.h>

#include "base/err.h"

struct date {
	int year;  /* 1800 to 9999 */
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

enum { DATE_TEXT = 11 }; /* "2026-11-22" and NUL */

/* Reads "YYYY-MM-DD". -1 with a sentence that helps ("November has 30 days. Did you mean 2028-11-30?"). */
int date_parse(const char *s, struct date *ret, struct err *e);
/* Writes "YYYY-MM-DD" and returns `out`. */
const char *date_format(struct date d, char out[DATE_TEXT]);
/* <0, 0, >0. */
int date_cmp(struct date a, struct date b);
/* Days since 1970-01-01 (Howard Hinnant's civil-days algorithm), and back. */
int64_t date_to_days(struct date d);
struct date date_from_days(int64_t days);
struct date date_add_days(struct date d, int64_t days);
/* The day somebody born on `birth` reaches `age`; born on 29 February: 28 February in common years, the earlier
 * day (C4). */
struct date date_birthday(struct date birth, int age);
/* The last 1 January, 1 April, 1 July or 1 October strictly before `d` (C4's quarter day). */
struct date date_quarter_before(struct date d);
/* Full years of age on `on`, birthdays as date_birthday has them. */
int date_age(struct date birth, struct date on);

#endif

/* date.c: see base/date.h. */
#include "base/date.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_leap(int y) {
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int month_days(int year, int month) {
	static const int days[13] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && is_leap(year) ? 29 : days[month];
}

static bool read_digits(const char *s, int n, int *ret) {
	*ret = 0;
	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9') return false;
		*ret = *ret * 10 + (s[i] - '0');
	}
	return true;
}

int date_parse(const char *s, struct date *ret, struct err *e) {
	static const char *const names[13] = { "", "January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December" };
	struct date d;
	if (!s || strlen(s) != 10 || s[4] != '-' || s[7] != '-' || !read_digits(s, 4, &d.year) ||
		!read_digits(s + 5, 2, &d.month) || !read_digits(s + 8, 2, &d.day))
		return err_set(e, ERR_USAGE, "\"%.40s\" is not a date: write it as year-month-day, like 2028-11-30",
			s ? s : "");
	if (d.year < 1800 || d.month < 1 || d.month > 12 || d.day < 1)
		return err_set(e, ERR_USAGE, "There is no date %s: write it as year-month-day, like 2028-11-30", s);
	int last = month_days(d.year, d.month);
	if (d.day > last) {
		return err_set(e, ERR_USAGE, "%s %d has %d days. Did you mean %04d-%02d-%02d?", names[d.month],
			d.year, last, d.year, d.month, last);
	}
	*ret = d;
	return 0;
}

const char *date_format(struct date d, char out[DATE_TEXT]) {
	int64_t packed = (int64_t)(d.year % 10000) * 10000 + d.month % 100 * 100 + d.day % 100;
	for (int i = 9; i >= 0; i--) {
		if (i == 4 || i == 7) {
			out[i] = '-';
			continue;
		}
		out[i] = (char)('0' + packed % 10);
		packed /= 10;
	}
	out[10] = 0;
	return out;
}

int date_cmp(struct date a, struct date b) {
	if (a.year != b.year) return a.year < b.year ? -1 : 1;
	if (a.month != b.month) return a.month < b.month ? -1 : 1;
	return (a.day > b.day) - (a.day < b.day);
}

/* Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil and civil_from_days. */
int64_t date_to_days(struct date d) {
	int64_t y = d.year - (d.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

struct date date_from_days(int64_t z) {
	z += 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	return (struct date){ (int)(yoe + era * 400 + (month <= 2)), month, (int)(doy - (153 * mp + 2) / 5 + 1) };
}

struct date date_add_days(struct date d, int64_t days) {
	return date_from_days(date_to_days(d) + days);
}

struct date date_birthday(struct date birth, int age) {
	struct date d = { birth.year + age, birth.month, birth.day };
	if (d.day > month_days(d.year, d.month)) d.day = month_days(d.year, d.month); /* C4: the earlier day */
	return d;
}

struct date date_quarter_before(struct date d) {
	struct date q = { d.year, (d.month - 1) / 3 * 3 + 1, 1 };
	if (date_cmp(q, d) < 0) return q;
	return q.month == 1 ? (struct date){ q.year - 1, 10, 1 } : (struct date){ q.year, q.month - 3, 1 };
}

int date_age(struct date birth, struct date on) {
	int age = on.year - birth.year;
	return date_cmp(on, date_birthday(birth, age)) < 0 ? age - 1 : age;
}

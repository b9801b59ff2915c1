/* zone_rule.c: see lib/zone_rule.h. */
#include "zone_rule.h"

#include <stddef.h>
#include <string.h>

#include "base/date.h"

enum { DAY_SECONDS = 86400 };

static bool read_number(const char **p, int max, int *ret) {
	if (**p < '0' || **p > '9') return false;
	for (*ret = 0; **p >= '0' && **p <= '9'; ++*p) {
		*ret = *ret * 10 + (**p - '0');
		if (*ret > max) return false;
	}
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(const char **p, int32_t *ret) {
	int sign = 1, h, m = 0, s = 0;
	if (**p == '+' || **p == '-') sign = *(*p)++ == '-' ? -1 : 1;
	if (!read_number(p, 167, &h)) return false;
	if (**p == ':') {
		++*p;
		if (!read_number(p, 59, &m)) return false;
		if (**p == ':') {
			++*p;
			if (!read_number(p, 59, &s)) return false;
		}
	}
	*ret = sign * (h * 3600 + m * 60 + s);
	return true;
}

static bool skip_name(const char **p) {
	const char *start = *p;
	if (**p == '<') {
		const char *end = strchr(*p, '>');
		if (!end) return false;
		*p = end + 1;
		return true;
	}
	while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z')) ++*p;
	return *p - start >= 3;
}

static bool read_day(const char **p, struct zone_day *d) {
	*d = (struct zone_day){ .form = 'N', .time = 2 * 3600 };
	if (**p == 'M') {
		d->form = *(*p)++;
		if (!read_number(p, 12, &d->month) || d->month < 1 || *(*p)++ != '.') return false;
		if (!read_number(p, 5, &d->week) || d->week < 1 || *(*p)++ != '.') return false;
		if (!read_number(p, 6, &d->day)) return false;
	} else {
		if (**p == 'J') d->form = *(*p)++;
		if (!read_number(p, 365, &d->day) || (d->form == 'J' && d->day < 1)) return false;
	}
	if (**p != '/') return true;
	++*p;
	return read_time(p, &d->time);
}

int zone_rule_parse(const char *p, struct zone_rule *ret) {
	struct zone_rule r = { 0 };
	if (*p == '\n' || !*p) {
		*ret = r;
		return 0;
	}
	r.there = true;
	if (!skip_name(&p) || !read_time(&p, &r.winter)) return -1;
	r.winter = -r.winter; /* POSIX counts west */
	if (*p != '\n' && *p) {
		r.has_summer = true;
		r.summer = r.winter + 3600;
		if (!skip_name(&p)) return -1;
		if (*p != ',') {
			if (!read_time(&p, &r.summer)) return -1;
			r.summer = -r.summer;
		}
		if (*p++ != ',' || !read_day(&p, &r.start) || *p++ != ',' || !read_day(&p, &r.end)) return -1;
	}
	if (*p != '\n' && *p) return -1;
	*ret = r;
	return 0;
}

/* Local seconds since 1970 at which the day's rule strikes in `year`. */
static int64_t day_in_year(const struct zone_day *d, int year) {
	int64_t first = date_to_days((struct date){ year, 1, 1 }), day;
	if (d->form == 'M') {
		int64_t month = date_to_days((struct date){ year, d->month, 1 });
		int64_t next = d->month == 12 ? date_to_days((struct date){ year + 1, 1, 1 })
					      : date_to_days((struct date){ year, d->month + 1, 1 });
		int weekday = (int)(((month + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
		day = month + (d->day - weekday + 7) % 7 + 7 * (d->week - 1);
		while (day >= next) day -= 7; /* week 5: the last */
	} else {
		bool leap = date_to_days((struct date){ year + 1, 1, 1 }) - first == 366;
		day = first + d->day - (d->form == 'J') + (d->form == 'J' && leap && d->day >= 60);
	}
	return day * DAY_SECONDS + d->time;
}

int32_t zone_rule_offset(const struct zone_rule *r, int64_t at) {
	if (!r->has_summer) return r->winter;
	int64_t local = at + r->winter;
	int year = date_from_days(local >= 0 ? local / DAY_SECONDS : -((DAY_SECONDS - 1 - local) / DAY_SECONDS)).year;
	int64_t start = day_in_year(&r->start, year) - r->winter, end = day_in_year(&r->end, year) - r->summer;
	bool in = start < end ? at >= start && at < end : at >= start || at < end; /* south of the equator */
	return in ? r->summer : r->winter;
}

/* zone_rule.h: the rule at the end of a TZif file ("CET-1CEST,M3.5.0,M10.5.0/3", POSIX TZ with the extensions of RFC
 * 8536), which holds for every instant after the file's last transition. Private to lib/zone.c. */
#ifndef OCCLUDE_LIB_ZONE_RULE_H
#define OCCLUDE_LIB_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct zone_day {
	char form; /* 'M' month.week.day, 'J' day 1..365 without 29 February, 'N' day 0..365 */
	int month, week, day;
	int32_t time; /* seconds after midnight, may be negative or beyond a day */
};

struct zone_rule {
	bool there; /* false: the rule was empty */
	bool has_summer;
	int32_t winter, summer;     /* seconds east of UTC */
	struct zone_day start, end; /* of summer time */
};

/* `text` ends with a newline or NUL. 0 or -1. */
int zone_rule_parse(const char *text, struct zone_rule *ret);
int32_t zone_rule_offset(const struct zone_rule *r, int64_t at);

#endif

/* clock.h: the only source of wall time, for C and (through db's VFS) for SQLite's 'now'. Tests link
 * tests/unit/fake_clock.c in its place, which adds clock_set(); there is no other way to move it. */
#ifndef OCCLUDE_LIB_CLOCK_H
#define OCCLUDE_LIB_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/date.h"
#include "base/err.h"

/* UTC seconds since 1970. */
int64_t clock_now(void);
/* The same in milliseconds. */
int64_t clock_now_ms(void);

/* The later of clock_now and what it was at the first call here plus the time that has really passed since: a clock that
 * is set back while the program runs revives no lease (P4). A clock that ran ahead at the first call keeps being
 * ahead until the program is started anew: leases end early then, never late. */
int64_t clock_forward(void);

/* Whether `zone` names an IANA time zone this machine knows ("Europe/Berlin"). */
bool clock_zone_is_known(const char *zone);
/* The instant of hour:00 local time on `d` in `zone` (where the clock jumps over it: the first instant after). */
int clock_local(const char *zone, struct date d, int hour, int64_t *ret, struct err *e);
/* The local date at an instant. */
int clock_date(const char *zone, int64_t at, struct date *ret, struct err *e);
/* "2026-11-22 16:44 UTC" into out[24]; returns out. */
const char *clock_format(int64_t at, char out[24]);
/* For people: "2026-11-22 11:44", the wall clock in `zone`; as clock_format where the zone is not known. */
const char *clock_format_local(const char *zone, int64_t at, char out[24]);

#endif

/* clock.c: wall time; see lib/clock.h. tests/unit/fake_clock.c replaces exactly this file, so dates and zones live in
 * zone.c. */
#include "lib/clock.h"

#include <time.h>

int64_t clock_now_ms(void) {
	struct timespec t;
	if (clock_gettime(CLOCK_REALTIME, &t)) BUG("the system has no clock");
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now(void) {
	return clock_now_ms() / 1000;
}

/* fake_clock.c: takes the place of src/lib/clock.c in every unit test: it defines the same functions, so the archive's
 * clock.o is not pulled in. */
#include "fake_clock.h"

#include "lib/clock.h"

static int64_t now = 1795348800; /* 2026-11-22 12:00:00 UTC */

void clock_set(int64_t at) {
	now = at;
}

int64_t clock_now(void) {
	return now;
}

int64_t clock_now_ms(void) {
	return now * 1000;
}

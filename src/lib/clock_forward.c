/* clock_forward.c: a wall clock that never goes back while the program runs; see lib/clock.h. */
#include <pthread.h>
#include <time.h>

#include "lib/clock.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int64_t first_wall, first_boot;

/* Seconds since the machine started, also those it slept. */
static int64_t boot_seconds(void) {
	struct timespec t;
	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

static void start(void) {
	first_boot = boot_seconds();
	first_wall = clock_now();
}

int64_t clock_forward(void) {
	(void)pthread_once(&once, start);
	int64_t wall = clock_now(), floor = first_wall + (boot_seconds() - first_boot);
	return wall > floor ? wall : floor;
}

/* fake_clock.h: the clock of unit tests stands still until it is set. It starts at 2026-11-22 12:00:00 UTC. */
#ifndef OCCLUDE_TESTS_FAKE_CLOCK_H
#define OCCLUDE_TESTS_FAKE_CLOCK_H

#include <stdint.h>

/* UTC seconds. Moves C's clock and, through the VFS of lib/db, SQLite's 'now'. */
void clock_set(int64_t at);

#endif

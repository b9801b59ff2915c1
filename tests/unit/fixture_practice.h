/* fixture_practice.h: a practice in a temporary directory, for unit tests: key in a file beside it, an admin `ada`, and
 * what a test adds. */
#ifndef OCCLUDE_TESTS_FIXTURE_PRACTICE_H
#define OCCLUDE_TESTS_FIXTURE_PRACTICE_H

#include "record/practice.h"

#define FIXTURE_PASSWORD "orchard-lantern-7-plume"

struct fixture {
	char root[64];      /* /tmp/occlude-test-XXXXXX */
	char dir[80];       /* root/practice */
	char key_file[80];  /* root/key */
	struct practice *p; /* open and unlocked */
	struct buf sheet;
	struct actor ada; /* the admin */
};

/* For cmocka_unit_test_setup_teardown: *state becomes a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* What practice_init is given; a test may change it. */
struct practice_new fixture_new(const struct fixture *f);
/* Closes and opens it anew, unlocked. */
void fixture_reopen(struct fixture *f);
/* A policy in force, acknowledged by ada. */
void fixture_policy(struct fixture *f);
/* An account that has acknowledged the policy in force, if there is one. */
struct actor fixture_staff(struct fixture *f, const char *login, enum role role, bool publisher);
/* The integer a literal query gives. */
int64_t fixture_int(struct fixture *f, const char *sql);

#endif

/* fixture_practice.c: see fixture_practice.h. */
#include "fixture_practice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ftw.h>

#include <cmocka.h>

#include "fake_clock.h"
#include "record/policy.h"
#include "record/staff.h"

enum { SHEET_MAX = 8192 };
static const int64_t start = 1795348800; /* 2026-11-22 12:00:00 UTC */

struct practice_new fixture_new(const struct fixture *f) {
	return (struct practice_new){
		.name = "Lind Orthodontics",
		.profile = "US",
		.key_file = f->key_file,
		.location = "Main Street",
		.address = "1 Main Street",
		.town = "Springfield",
		.phone = "+1 555 0100",
		.email = "office@example.org",
		.emergency = "911",
		.zone = "America/New_York",
		.lang = "en",
		.login = "ada",
		.staff_name = "Ada Lind",
		.password = FIXTURE_PASSWORD,
	};
}

int fixture_setup(void **state) {
	struct err e = { 0 };
	struct fixture *f = calloc(1, sizeof *f);
	if (!f) return -1;
	clock_set(start);
	strcpy(f->root, "/tmp/occlude-test-XXXXXX");
	if (!mkdtemp(f->root)) return -1;
	(void)snprintf(f->dir, sizeof f->dir, "%s/practice", f->root);
	(void)snprintf(f->key_file, sizeof f->key_file, "%s/key", f->root);
	buf_init(&f->sheet, SHEET_MAX);
	struct practice_new n = fixture_new(f);
	if (practice_init(f->dir, &n, &f->sheet, &f->p, &e) || staff_actor(f->p, "ada", &f->ada, &e)) {
		print_error("%s\n", e.text);
		return -1;
	}
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int fixture_teardown(void **state) {
	struct fixture *f = *state;
	practice_close(f->p);
	buf_free(&f->sheet);
	int bad = nftw(f->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return bad;
}

void fixture_reopen(struct fixture *f) {
	struct err e = { 0 };
	practice_close(f->p);
	f->p = NULL;
	if (practice_open(f->dir, &f->p, &e) || practice_unlock_with(f->p, NULL, NULL, NULL, &e))
		fail_msg("%s", e.text);
}

void fixture_policy(struct fixture *f) {
	struct err e = { 0 };
	int64_t version;
	if (policy_set(f->p, &f->ada, policy_template(), false, &version, &e) ||
		policy_acknowledge(f->p, &f->ada, version, &e))
		fail_msg("%s", e.text);
}

struct actor fixture_staff(struct fixture *f, const char *login, enum role role, bool publisher) {
	struct err e = { 0 };
	struct actor a;
	int64_t id, version;
	const struct staff_new n = {
		.login = login, .name = login, .password = FIXTURE_PASSWORD, .role = role, .is_publisher = publisher
	};
	if (staff_add(f->p, &f->ada, &n, &id, &e) || staff_actor(f->p, login, &a, &e)) fail_msg("%s", e.text);
	int there = policy_in_force(f->p, &version, &e);
	if (there < 0 || (there && policy_acknowledge(f->p, &a, version, &e))) fail_msg("%s", e.text);
	return a;
}

int64_t fixture_int(struct fixture *f, const char *sql) {
	struct err e = { 0 };
	int64_t v = 0;
	if (db_get_int(f->p->db, &v, &e, sql, "") != 1) fail_msg("%s: %s", sql, e.text);
	return v;
}

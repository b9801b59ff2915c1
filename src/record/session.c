/* session.c: passwords that are tried, and sign-ins that follow (S2); see record/staff.h. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "staff_impl.h"

enum { WAIT_FIRST = 15, WAIT_MOST = 15 * 60 }; /* seconds */

struct account {
	int64_t id, failures, failed_at;
	char *hash; /* NULL: no such account, or a deactivated one */
};

/* Argon2id of a password that nobody has: an unknown account takes as long as a known one. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$"
			     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static int load(struct practice *p, const char *login, struct account *ret, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT id, failures, coalesce(failed_at, 0), password FROM staff"
		    " WHERE login = ?1 AND deactivated_at IS NULL",
		    "t", login))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	*ret = (struct account){ 0 };
	if (!row) return 0;
	*ret = (struct account){ stmt_int(q, 0), stmt_int(q, 1), stmt_int(q, 2), stmt_dup(q, 3) };
	return ret->hash ? 0 : err_nomem(e);
}

/* How long after the last wrong password the next try has to wait. */
static int64_t wait_after(int64_t failures) {
	int64_t wait = WAIT_FIRST;
	if (failures < STAFF_FREE_TRIES) return 0;
	for (int64_t i = STAFF_FREE_TRIES; i < failures && wait < WAIT_MOST; i++) wait *= 2;
	return wait < WAIT_MOST ? wait : WAIT_MOST;
}

static int may_try(const struct account *t, struct err *e) {
	int64_t wait = wait_after(t->failures), since = clock_now() - t->failed_at;
	if (!wait || since >= wait || since < 0) return 0;
	return err_rule(e, "S2", "too many wrong passwords: try again in %lld seconds, or ask an admin for a new one",
		(long long)(wait - since));
}

/* Counted before the answer, in a transaction of its own: a killed program does not give a try back. */
static int count_failure(struct practice *p, const struct account *t, struct err *e) {
	if (db_begin(p->db, e)) return -1;
	if (db_run(p->db, e, "UPDATE staff SET failures = failures + 1, failed_at = ?2 WHERE id = ?1", "ii", t->id,
		    clock_now()) ||
		audit_add(p, NULL, "staff.wrong_password", "staff", t->id, e, "failures=%lld",
			(long long)t->failures + 1)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

static int check(struct practice *p, const char *login, const char *password, const struct account *t,
	struct actor *ret, struct err *e) {
	if (t->hash && may_try(t, e)) return -1;
	int right = password_matches(t->hash ? t->hash : nobody, password, e);
	if (right < 0) return -1;
	if (!t->hash || !right) {
		if (t->hash && count_failure(p, t, e)) return -1;
		return err_rule(e, "S2", "the account or the password is wrong");
	}
	if (t->failures &&
		db_run(p->db, e, "UPDATE staff SET failures = 0, failed_at = NULL WHERE id = ?1", "i", t->id))
		return -1;
	return staff_actor_from(p, login, 0, ret, e);
}

int staff_check_password(
	struct practice *p, const char *login, const char *password, struct actor *ret, struct err *e) {
	struct account t;
	if (load(p, login, &t, e)) return -1;
	int bad = check(p, login, password, &t, ret, e);
	free(t.hash);
	return bad;
}

/* ---- sessions -------------------------------------------------------------------------------------------------- */

static void token_hash(const char *token, unsigned char out[SHA256_LEN]) {
	sha256(token, strlen(token), out);
}

static int open_session(struct practice *p, const struct actor *a, const char *token, struct err *e) {
	unsigned char hash[SHA256_LEN];
	int64_t now = clock_now();
	token_hash(token, hash);
	if (db_run(p->db, e, "DELETE FROM session WHERE ends_at <= ?1", "i", now) ||
		db_run(p->db, e,
			"INSERT INTO session (token_hash, staff_id, made_at, ends_at) VALUES (?1, ?2, ?3, ?4)",
			"biii", (const void *)hash, sizeof hash, a->staff_id, now, now + STAFF_SESSION))
		return -1;
	return audit_add(p, a, "staff.login", "staff", a->staff_id, e, "hours=%d", STAFF_SESSION / 3600);
}

int staff_login(struct practice *p, const char *login, const char *password, char token[STAFF_TOKEN],
	struct actor *ret, struct err *e) {
	struct actor a;
	if (staff_check_password(p, login, password, &a, e) || db_begin(p->db, e)) return -1;
	seal_random_name(token, STAFF_TOKEN - 1);
	if (open_session(p, &a, token, e)) {
		db_rollback(p->db);
		return -1;
	}
	if (db_commit(p->db, e)) return -1;
	*ret = a;
	return 0;
}

int staff_by_token(struct practice *p, const char *token, struct actor *ret, struct err *e) {
	unsigned char hash[SHA256_LEN];
	int64_t id, now = clock_now();
	token_hash(token, hash);
	int row = db_get_int(p->db, &id, e,
		"SELECT staff_id FROM session WHERE token_hash = ?1 AND ends_at > ?2 AND made_at <= ?2", "bi",
		(const void *)hash, sizeof hash, now);
	if (row < 0) return -1;
	if (!row) return err_rule(e, "S2", "your sign-in has run out: run `occlude login`");
	return staff_actor_from(p, NULL, id, ret, e);
}

int staff_end_session(struct practice *p, const char *token, struct err *e) {
	unsigned char hash[SHA256_LEN];
	token_hash(token, hash);
	return db_run(p->db, e, "DELETE FROM session WHERE token_hash = ?1", "b", (const void *)hash, sizeof hash);
}

int staff_actor(struct practice *p, const char *as, struct actor *ret, struct err *e) {
	char token[STAFF_TOKEN];
	if (as) return staff_actor_from(p, as, 0, ret, e);
	int there = staff_token_read(p, token, e);
	if (there < 0) return -1;
	if (!there)
		return err_rule(
			e, "S2", "nobody is signed in: run `occlude login NAME`, or name the account with --as");
	int bad = staff_by_token(p, token, ret, e);
	explicit_bzero(token, sizeof token);
	return bad;
}

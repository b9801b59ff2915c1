/* staff.c: accounts and their changes; see record/staff.h. Passwords and sessions are in session.c. */
#include "record/staff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "staff_impl.h"

static const char *const role_words[] = { NULL, "staff", "clinician", "admin" };

const char *role_word(enum role r) {
	return role_words[r];
}

enum role role_from_word(const char *word) {
	for (int r = ROLE_STAFF; r <= ROLE_ADMIN; r++)
		if (word && strcmp(word, role_words[r]) == 0) return (enum role)r;
	return (enum role)0;
}

/* ---- checks ---------------------------------------------------------------------------------------------------- */

static int check_login(const char *login, struct err *e) {
	size_t n = strlen(login);
	if (n >= 2 && n <= 32 && login[0] >= 'a' && login[0] <= 'z' &&
		!login[strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._-")])
		return 0;
	return err_set(e, ERR_USAGE,
		"\"%.40s\" is no name for an account: take 2 to 32 of a to z, 0 to 9, dot, dash, beginning with a "
		"letter",
		login);
}

static int check_line(const char *what, const char *s, size_t max, struct err *e) {
	if (text_is_blank(s)) return err_set(e, ERR_USAGE, "%s is missing", what);
	if (strlen(s) > max || !text_is_clean(s, strlen(s), false))
		return err_set(e, ERR_USAGE, "%s is too long or holds characters that cannot be printed", what);
	return 0;
}

int staff_check_new_password(const char *login, const char *password, struct err *e) {
	size_t n = 0;
	for (const char *s = password; *s; s++) n += (*s & 0xC0) != 0x80; /* characters, not bytes */
	if (n < STAFF_PASSWORD_MIN || strlen(password) > 512)
		return err_rule(e, "S2", "a password has at least %d characters; four unrelated words are good",
			STAFF_PASSWORD_MIN);
	if (strstr(password, login)) return err_rule(e, "S2", "a password must not contain the account's name");
	return 0;
}

int staff_find(struct practice *p, const char *login, int64_t *ret, struct err *e) {
	int row = db_get_int(p->db, ret, e, "SELECT id FROM staff WHERE login = ?1", "t", login);
	if (row == 0)
		return err_set(e, ERR_USAGE, "there is no account \"%.40s\": `occlude staff list` shows them", login);
	return row < 0 ? -1 : 0;
}

/* The last active admin stays one, or nobody could manage accounts again. */
static int check_admin_left(struct practice *p, int64_t id, struct err *e) {
	int64_t others = 0;
	if (db_get_int(p->db, &others, e,
		    "SELECT (SELECT count(*) FROM staff WHERE role = 'admin' AND deactivated_at IS NULL AND id <> ?1)"
		    " + (SELECT count(*) FROM staff WHERE id = ?1 AND (role <> 'admin' OR deactivated_at IS NOT "
		    "NULL))",
		    "i", id) < 0)
		return -1;
	return others ? 0 : err_rule(e, "S2", "this is the last admin: make somebody else an admin first");
}

/* ---- adding ---------------------------------------------------------------------------------------------------- */

static int insert(struct practice *p, const struct actor *a, const struct staff_new *n, const char *hash,
	int64_t *ret_id, struct err *e) {
	int64_t taken = 0;
	if (db_get_int(p->db, &taken, e, "SELECT count(*) FROM staff WHERE login = ?1", "t", n->login) < 0) return -1;
	if (taken) return err_rule(e, "S2", "there is an account \"%s\" already: nobody shares one", n->login);
	if (db_run(p->db, e,
		    "INSERT INTO staff (login, name, role, is_publisher, credential, password, created_at)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		    "tttitti", n->login, n->name, role_word(n->role), (int64_t)n->is_publisher, n->credential, hash,
		    clock_now()))
		return -1;
	*ret_id = db_last_id(p->db);
	return audit_add(p, a, "staff.add", "staff", *ret_id, e, "role=%s publisher=%d", role_word(n->role),
		(int)n->is_publisher);
}

int staff_add(struct practice *p, const struct actor *a, const struct staff_new *n, int64_t *ret_id, struct err *e) {
	auto_free char *hash = NULL;
	if (a && practice_may(p, a, CAN_ADMIN, e)) return -1;
	if (check_login(n->login, e) || check_line("The person's name", n->name, 200, e) ||
		(n->credential && check_line("The credential", n->credential, 200, e)) ||
		staff_check_new_password(n->login, n->password, e))
		return -1;
	if (!n->role) return err_set(e, ERR_USAGE, "the role is one of staff, clinician, admin");
	if (password_hash(n->password, &hash, e) || db_begin(p->db, e)) return -1;
	if (insert(p, a, n, hash, ret_id, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

/* ---- changing -------------------------------------------------------------------------------------------------- */

struct change {
	const char *act;
	int (*apply)(struct practice *p, int64_t id, const void *value, struct err *e);
	const void *value;
	const char *detail;
};

static int change_within(
	struct practice *p, const struct actor *a, const char *login, const struct change *c, struct err *e) {
	int64_t id;
	if (staff_find(p, login, &id, e) || c->apply(p, id, c->value, e)) return -1;
	return audit_add(p, a, c->act, "staff", id, e, "%s", c->detail);
}

static int change(
	struct practice *p, const struct actor *a, const char *login, const struct change *c, struct err *e) {
	if (db_begin(p->db, e)) return -1;
	if (change_within(p, a, login, c, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

static int apply_role(struct practice *p, int64_t id, const void *value, struct err *e) {
	enum role r = *(const enum role *)value;
	if (r != ROLE_ADMIN && check_admin_left(p, id, e)) return -1;
	return db_run(p->db, e, "UPDATE staff SET role = ?2 WHERE id = ?1", "it", id, role_word(r));
}

int staff_set_role(struct practice *p, const struct actor *a, const char *login, enum role role, struct err *e) {
	char detail[32];
	if (!role) return err_set(e, ERR_USAGE, "the role is one of staff, clinician, admin");
	(void)snprintf(detail, sizeof detail, "role=%s", role_word(role));
	const struct change c = { "staff.role", apply_role, &role, detail };
	return practice_may(p, a, CAN_ADMIN, e) || change(p, a, login, &c, e) ? -1 : 0;
}

static int apply_publisher(struct practice *p, int64_t id, const void *value, struct err *e) {
	return db_run(p->db, e, "UPDATE staff SET is_publisher = ?2 WHERE id = ?1", "ii", id,
		(int64_t) * (const bool *)value);
}

int staff_set_publisher(struct practice *p, const struct actor *a, const char *login, bool on, struct err *e) {
	const struct change c = { "staff.publisher", apply_publisher, &on, on ? "on" : "off" };
	return practice_may(p, a, CAN_ADMIN, e) || change(p, a, login, &c, e) ? -1 : 0;
}

static int apply_credential(struct practice *p, int64_t id, const void *value, struct err *e) {
	return db_run(p->db, e, "UPDATE staff SET credential = ?2 WHERE id = ?1", "it", id, (const char *)value);
}

int staff_set_credential(
	struct practice *p, const struct actor *a, const char *login, const char *credential, struct err *e) {
	const struct change c = { "staff.credential", apply_credential, credential, "" };
	if (check_line("The credential", credential, 200, e)) return -1;
	return practice_may(p, a, CAN_ADMIN, e) || change(p, a, login, &c, e) ? -1 : 0;
}

/* S2: who leaves is deactivated: no sign-in outlives it. */
static int apply_active(struct practice *p, int64_t id, const void *value, struct err *e) {
	bool on = *(const bool *)value;
	if (!on && check_admin_left(p, id, e)) return -1;
	if (db_run(p->db, e, "UPDATE staff SET deactivated_at = ?2 WHERE id = ?1 AND (deactivated_at IS NULL) <> ?3",
		    "ioi", id, on ? DB_NULL : clock_now(), (int64_t)on))
		return -1;
	return db_run(p->db, e, "DELETE FROM session WHERE staff_id = ?1", "i", id);
}

int staff_deactivate(struct practice *p, const struct actor *a, const char *login, bool on, struct err *e) {
	bool active = !on;
	const struct change c = { on ? "staff.deactivate" : "staff.reactivate", apply_active, &active, "" };
	return practice_may(p, a, CAN_ADMIN, e) || change(p, a, login, &c, e) ? -1 : 0;
}

static int apply_password(struct practice *p, int64_t id, const void *value, struct err *e) {
	if (db_run(p->db, e, "UPDATE staff SET password = ?2, failures = 0, failed_at = NULL WHERE id = ?1", "it", id,
		    (const char *)value))
		return -1;
	return db_run(p->db, e, "DELETE FROM session WHERE staff_id = ?1", "i", id);
}

int staff_set_password(
	struct practice *p, const struct actor *a, const char *login, const char *password, struct err *e) {
	auto_free char *hash = NULL;
	bool own = strcmp(a->login, login) == 0;
	if (practice_may(p, a, own ? CAN_LOOK : CAN_ADMIN, e)) return -1;
	if (staff_check_new_password(login, password, e) || password_hash(password, &hash, e)) return -1;
	const struct change c = { "staff.password", apply_password, hash, own ? "own" : "by an admin" };
	return change(p, a, login, &c, e);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

int staff_list(struct practice *p, int (*each)(void *arg, const struct staff_row *r), void *arg, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT s.id, s.created_at, coalesce(s.deactivated_at, 0), s.login, s.name, s.role, s.credential,"
		    " s.is_publisher, v.may_act, CASE WHEN v.may_act AND NOT EXISTS (SELECT 1 FROM policy_ack k"
		    "   WHERE k.staff_id = s.id AND k.version = v.version) THEN v.grace_ends_at ELSE 0 END"
		    " FROM staff s JOIN staff_policy v ON v.staff_id = s.id ORDER BY s.login",
		    ""))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		const struct staff_row r = { stmt_int(q, 0), stmt_int(q, 1), stmt_int(q, 2), stmt_text(q, 3),
			stmt_text(q, 4), stmt_text(q, 5), stmt_text(q, 6), stmt_int(q, 7) != 0, stmt_int(q, 8) != 0,
			stmt_int(q, 9) };
		if (each(arg, &r)) return 0;
	}
	return row;
}

int staff_actor_from(struct practice *p, const char *where_login, int64_t id, struct actor *ret, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	struct actor a = { 0 };
	if (db_query(p->db, &q, e,
		    "SELECT id, role, is_publisher, login, name, deactivated_at FROM staff WHERE login = ?1 OR id = "
		    "?2",
		    "to", where_login, where_login ? DB_NULL : id))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row)
		return err_set(e, ERR_USAGE, "there is no account \"%.40s\": `occlude staff list` shows them",
			where_login ? where_login : "");
	if (!stmt_is_null(q, 5)) return err_rule(e, "S2", "the account %s is deactivated", stmt_text(q, 3));
	a.staff_id = stmt_int(q, 0);
	a.role = role_from_word(stmt_text(q, 1));
	a.is_publisher = stmt_int(q, 2) != 0;
	(void)snprintf(a.login, sizeof a.login, "%s", stmt_text(q, 3));
	(void)snprintf(a.name, sizeof a.name, "%s", stmt_text(q, 4));
	*ret = a;
	return 0;
}

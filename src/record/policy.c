/* policy.c: see record/policy.h. Whether an account may act as far as the policy goes is the view staff_policy's to say. */
#include "record/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lib/clock.h"
#include "record/audit.h"

const char *policy_template(void) {
	const struct asset *a = asset_find(web_assets, "policy/template.en.txt");
	if (!a) BUG("the policy's template is not built in");
	return (const char *)a->data;
}

static int insert(struct practice *p, const struct actor *a, const char *text, bool urgent, int64_t *ret_version,
	struct err *e) {
	char hash[SHA256_HEX];
	int64_t last = 0;
	if (db_get_int(p->db, &last, e, "SELECT coalesce(max(version), 0) FROM policy", "") < 0) return -1;
	(void)seal_sha256(text, strlen(text), hash);
	if (db_run(p->db, e,
		    "INSERT INTO policy (version, text, sha256, is_urgent, in_force_at, staff_id)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		    "ittiii", last + 1, text, hash, (int64_t)urgent, clock_now(), a->staff_id) ||
		audit_add(p, a, "policy.set", "policy", last + 1, e, "sha256=%s urgent=%d", hash, (int)urgent))
		return -1;
	*ret_version = last + 1;
	return 0;
}

int policy_set(struct practice *p, const struct actor *a, const char *text, bool urgent, int64_t *ret_version,
	struct err *e) {
	size_t len = strlen(text);
	if (practice_may(p, a, CAN_ADMIN, e)) return -1;
	if (len > POLICY_MAX) return err_set(e, ERR_REFUSED, "the policy is longer than %d characters", POLICY_MAX);
	if (!text_is_clean(text, len, true))
		return err_set(e, ERR_REFUSED, "the policy is no plain text (UTF-8): save it as a text file first");
	if (len < 200)
		return err_rule(e, "S1",
			"this is too short for a policy; `occlude policy template` prints one to start from");
	if (db_begin(p->db, e)) return -1;
	if (insert(p, a, text, urgent, ret_version, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

int policy_in_force(struct practice *p, int64_t *ret_version, struct err *e) {
	return db_get_int(p->db, ret_version, e,
		"SELECT version FROM policy WHERE in_force_at <= unixepoch('now') ORDER BY version DESC LIMIT 1", "");
}

int policy_text(struct practice *p, int64_t version, char **ret, struct err *e) {
	int row = db_get_text(p->db, ret, e, "SELECT text FROM policy WHERE version = ?1", "i", version);
	if (row == 0) return err_set(e, ERR_REFUSED, "there is no version %lld of the policy", (long long)version);
	return row < 0 ? -1 : 0;
}

static int acknowledge(struct practice *p, const struct actor *a, int64_t version, struct err *e) {
	int64_t current = 0, changed = 0;
	int there = policy_in_force(p, &current, e);
	if (there < 0) return -1;
	if (!there)
		return err_rule(
			e, "S1", "the practice has no policy yet: an admin sets one with `occlude policy set`");
	if (version != current)
		return err_rule(e, "S1",
			"version %lld of the policy is not the one in force, which is %lld: read that one",
			(long long)version, (long long)current);
	if (db_run_count(p->db, &changed, e,
		    "INSERT INTO policy_ack (version, staff_id, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
		    "iii", version, a->staff_id, clock_now()))
		return -1;
	return changed ? audit_add(p, a, "policy.acknowledge", "policy", version, e, "%s", "") : 0;
}

int policy_acknowledge(struct practice *p, const struct actor *a, int64_t version, struct err *e) {
	if (practice_may(p, a, CAN_LOOK, e) || db_begin(p->db, e)) return -1;
	if (acknowledge(p, a, version, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

int policy_list(struct practice *p, int (*each)(void *arg, const struct policy_row *r), void *arg, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT p.version, p.in_force_at,"
		    " (SELECT count(*) FROM policy_ack k JOIN staff s ON s.id = k.staff_id"
		    "   WHERE k.version = p.version AND s.deactivated_at IS NULL),"
		    " (SELECT count(*) FROM staff WHERE deactivated_at IS NULL), p.sha256, w.login, p.is_urgent"
		    " FROM policy p JOIN staff w ON w.id = p.staff_id ORDER BY p.version DESC",
		    ""))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		const struct policy_row r = { stmt_int(q, 0), stmt_int(q, 1), stmt_int(q, 2), stmt_int(q, 3),
			stmt_text(q, 4), stmt_text(q, 5), stmt_int(q, 6) != 0 };
		if (each(arg, &r)) return 0;
	}
	return row;
}

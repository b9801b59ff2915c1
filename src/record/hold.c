/* hold.c: see record/hold.h. The schema refuses deleting or reopening one. */
#include "record/hold.h"

#include <string.h>

#include "field.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "record/patient.h"

static const char *const kinds[] = { "pause", "objection", NULL };
static const char *const people[] = { "patient", "minor", "guardian", "representative", "practice", NULL };

static int check(struct practice *p, const struct hold_new *h, struct err *e) {
	struct patient_row r;
	if (patient_get(p, h->patient_id, &r, e) || field_word("The kind", h->kind, kinds, e) ||
		field_word("Who asks for it", h->who, people, e) ||
		field_line("How it was said (\"by phone, to the front desk\")", h->how, 400, e))
		return -1;
	if (strcmp(h->kind, "objection") == 0 && strcmp(h->who, "practice") == 0)
		return err_rule(e, "C4", "the practice does not object, it pauses: use the kind \"pause\"");
	if (!h->guardian_id) return 0;
	int64_t theirs = 0;
	if (db_get_int(p->db, &theirs, e, "SELECT count(*) FROM guardian WHERE id = ?1 AND patient_id = ?2", "ii",
		    h->guardian_id, h->patient_id) < 0)
		return -1;
	return theirs ? 0
		      : err_rule(e, "C4", "guardian %lld is not this patient's guardian", (long long)h->guardian_id);
}

static int insert(
	struct practice *p, const struct actor *a, const struct hold_new *h, int64_t *ret_id, struct err *e) {
	if (check(p, h, e) ||
		db_run(p->db, e,
			"INSERT INTO hold (patient_id, kind, who, guardian_id, how, since_at, staff_id)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			"ittotio", h->patient_id, h->kind, h->who, h->guardian_id ? h->guardian_id : DB_NULL, h->how,
			clock_now(), a ? a->staff_id : DB_NULL))
		return -1;
	*ret_id = db_last_id(p->db);
	return audit_add(p, a, strcmp(h->kind, "pause") == 0 ? "hold.pause" : "hold.object", "hold", *ret_id, e,
		"patient=%lld who=%s", (long long)h->patient_id, h->who);
}

int hold_add(struct practice *p, const struct actor *a, const struct hold_new *h, int64_t *ret_id, struct err *e) {
	/* C6: pausing is as easy as can be: an active account is enough, or the patient's own code. */
	if ((a && practice_may(p, a, CAN_LOOK, e)) || db_begin(p->db, e)) return -1;
	if (insert(p, a, h, ret_id, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

static int stop(struct practice *p, const struct actor *a, int64_t hold_id, const char *how, struct err *e) {
	int64_t changed;
	if (field_line("How it was agreed", how, 400, e) ||
		db_run_count(p->db, &changed, e,
			"UPDATE hold SET ended_at = ?2, ended_how = ?3, ended_staff_id = ?4 WHERE id = ?1 AND "
			"ended_at IS NULL",
			"iiti", hold_id, clock_now(), how, a->staff_id))
		return -1;
	if (!changed) return err_set(e, ERR_REFUSED, "there is no open pause or objection %lld", (long long)hold_id);
	return audit_add(p, a, "hold.end", "hold", hold_id, e, "%s", "");
}

int hold_end(struct practice *p, const struct actor *a, int64_t hold_id, const char *how, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	if (stop(p, a, hold_id, how, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

int hold_list(struct practice *p, int64_t patient_id, bool open, int (*each)(void *arg, const struct hold_row *h),
	void *arg, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT id, patient_id, coalesce(guardian_id, 0), since_at, coalesce(ended_at, 0), kind, who, "
		    "how, ended_how"
		    " FROM hold WHERE (?1 = 0 OR patient_id = ?1) AND (?2 = 0 OR ended_at IS NULL) ORDER BY id",
		    "ii", patient_id, (int64_t)open))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		const struct hold_row h = { stmt_int(q, 0), stmt_int(q, 1), stmt_int(q, 2), stmt_int(q, 3),
			stmt_int(q, 4), stmt_text(q, 5), stmt_text(q, 6), stmt_text(q, 7), stmt_text(q, 8) };
		if (each(arg, &h)) return 0;
	}
	return row;
}

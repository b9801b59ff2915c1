/* guardian.c: who may sign for a patient, and how to reach them; see record/patient.h. */
#include <string.h>

#include "field.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "record/patient.h"

static const char *const kinds[] = { "guardian", "representative", NULL };
static const char *const ways[] = { "email", "phone", "letter", NULL };

static int end_with(struct practice *p, int bad, struct err *e) {
	if (!bad) return db_commit(p->db, e);
	db_rollback(p->db);
	return -1;
}

static int check_patient(struct practice *p, int64_t patient_id, struct err *e) {
	struct patient_row r;
	return patient_get(p, patient_id, &r, e);
}

static int guardian_insert(struct practice *p, const struct actor *a, int64_t patient_id,
	const struct guardian_row *g, int64_t *ret_id, struct err *e) {
	if (check_patient(p, patient_id, e) || field_word("The kind", g->kind, kinds, e) ||
		field_line("The guardian's name", g->name, 200, e) ||
		field_line("The relationship (\"mother\")", g->relationship, 100, e))
		return -1;
	if (strcmp(g->kind, "representative") == 0 || g->authority) { /* C4: whose authority is documented */
		if (field_line("The authority (which document gives it)", g->authority, 400, e)) return -1;
	}
	if (db_run(p->db, e,
		    "INSERT INTO guardian (patient_id, kind, name, relationship, authority) VALUES (?1, ?2, ?3, ?4, "
		    "?5)",
		    "itttt", patient_id, g->kind, g->name, g->relationship, g->authority))
		return -1;
	*ret_id = db_last_id(p->db);
	return audit_add(
		p, a, "guardian.add", "guardian", *ret_id, e, "patient=%lld kind=%s", (long long)patient_id, g->kind);
}

int guardian_add(struct practice *p, const struct actor *a, int64_t patient_id, const struct guardian_row *g,
	int64_t *ret_id, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	return end_with(p, guardian_insert(p, a, patient_id, g, ret_id, e), e);
}

static int guardian_stop(struct practice *p, const struct actor *a, int64_t guardian_id, struct err *e) {
	int64_t changed;
	if (db_run_count(p->db, &changed, e, "UPDATE guardian SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL",
		    "ii", guardian_id, clock_now()))
		return -1;
	if (!changed)
		return err_set(e, ERR_REFUSED, "there is no guardian %lld, or no longer", (long long)guardian_id);
	return audit_add(p, a, "guardian.end", "guardian", guardian_id, e, "%s", "");
}

int guardian_end(struct practice *p, const struct actor *a, int64_t guardian_id, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	return end_with(p, guardian_stop(p, a, guardian_id, e), e);
}

int guardian_list(struct practice *p, int64_t patient_id, int (*each)(void *arg, const struct guardian_row *g),
	void *arg, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT id, coalesce(ended_at, 0), kind, name, relationship, authority FROM guardian"
		    " WHERE patient_id = ?1 ORDER BY id",
		    "i", patient_id))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		const struct guardian_row g = { stmt_int(q, 0), stmt_int(q, 1), stmt_text(q, 2), stmt_text(q, 3),
			stmt_text(q, 4), stmt_text(q, 5) };
		if (each(arg, &g)) return 0;
	}
	return row;
}

static int contact_insert(struct practice *p, const struct actor *a, int64_t patient_id, const char *kind,
	const char *value, int64_t *ret_id, struct err *e) {
	if (check_patient(p, patient_id, e) || field_word("The kind of contact", kind, ways, e) ||
		field_line("The address or number", value, 400, e))
		return -1;
	if (strcmp(kind, "email") == 0 && (!strchr(value, '@') || strpbrk(value, " ,;<>\"")))
		return err_set(e, ERR_USAGE, "\"%.60s\" is no e-mail address", value);
	if (db_run(p->db, e, "INSERT INTO contact (patient_id, kind, value) VALUES (?1, ?2, ?3)", "itt", patient_id,
		    kind, value))
		return -1;
	*ret_id = db_last_id(p->db);
	return audit_add(
		p, a, "contact.add", "contact", *ret_id, e, "patient=%lld kind=%s", (long long)patient_id, kind);
}

int contact_add(struct practice *p, const struct actor *a, int64_t patient_id, const char *kind, const char *value,
	int64_t *ret_id, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	return end_with(p, contact_insert(p, a, patient_id, kind, value, ret_id, e), e);
}

static int contact_delete(struct practice *p, const struct actor *a, int64_t contact_id, struct err *e) {
	int64_t changed;
	if (db_run_count(p->db, &changed, e, "DELETE FROM contact WHERE id = ?1", "i", contact_id)) return -1;
	if (!changed) return err_set(e, ERR_REFUSED, "there is no contact %lld", (long long)contact_id);
	return audit_add(p, a, "contact.remove", "contact", contact_id, e, "%s", "");
}

int contact_remove(struct practice *p, const struct actor *a, int64_t contact_id, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	return end_with(p, contact_delete(p, a, contact_id, e), e);
}

int contact_list(struct practice *p, int64_t patient_id, int (*each)(void *arg, const struct contact_row *c),
	void *arg, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, "SELECT id, kind, value FROM contact WHERE patient_id = ?1 ORDER BY id", "i",
		    patient_id))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		const struct contact_row c = { stmt_int(q, 0), stmt_text(q, 1), stmt_text(q, 2) };
		if (each(arg, &c)) return 0;
	}
	return row;
}

/* consent_people.c: what a form needs to know: the practice, the patient, and who may sign today (C4). */
#include <string.h>

#include "lib/clock.h"
#include "record/consent_impl.h"

static int get_patient(struct practice *p, int64_t id, struct consent_people *x, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT r.name, r.profile, r.successor, r.controller, l.name, l.address, l.town, l.phone, "
		    "l.email, l.zone,"
		    " p.reference, p.given, p.family, p.lang, p.born_on, p.majority_at, p.assent_at, p.died_at IS "
		    "NOT NULL,"
		    " coalesce(p.guardians, r.guardians) = 'all', l.majority_age, l.assent_age, r.keep_years"
		    " FROM patient p JOIN location l ON l.id = p.location_id, practice r WHERE p.id = ?1",
		    "i", id))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row) return err_set(e, ERR_REFUSED, "There is no patient number %lld", (long long)id);
	x->patient_id = id;
	consent_copy(x->practice, sizeof x->practice, q, 0);
	consent_copy(x->profile, sizeof x->profile, q, 1);
	consent_copy(x->successor, sizeof x->successor, q, 2);
	consent_copy(x->controller, sizeof x->controller, q, 3);
	consent_copy(x->location, sizeof x->location, q, 4);
	consent_copy(x->address, sizeof x->address, q, 5);
	consent_copy(x->town, sizeof x->town, q, 6);
	consent_copy(x->phone, sizeof x->phone, q, 7);
	consent_copy(x->email, sizeof x->email, q, 8);
	consent_copy(x->zone, sizeof x->zone, q, 9);
	consent_copy(x->reference, sizeof x->reference, q, 10);
	consent_copy(x->given, sizeof x->given, q, 11);
	consent_copy(x->family, sizeof x->family, q, 12);
	consent_copy(x->lang, sizeof x->lang, q, 13);
	int64_t now = clock_now();
	x->is_minor = now < stmt_int(q, 15);
	x->assents = x->is_minor && now >= stmt_int(q, 16);
	x->is_dead = stmt_int(q, 17) == 1;
	x->all_guardians = stmt_int(q, 18) == 1;
	x->majority_age = stmt_int(q, 19);
	x->assent_age = stmt_int(q, 20);
	x->keep_years = stmt_int(q, 21);
	return date_parse(stmt_text(q, 14), &x->born_on, e) || clock_date(x->zone, now, &x->today, e) ? -1 : 0;
}

static int get_guardians(struct practice *p, struct consent_people *x, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT id, kind = 'representative', name, relationship, authority FROM guardian"
		    " WHERE patient_id = ?1 AND (ended_at IS NULL OR ended_at > ?2) ORDER BY id",
		    "ii", x->patient_id, clock_now()))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) > 0) {
		if (x->guardians == CONSENT_SIGNERS)
			return err_set(e, ERR_REFUSED,
				"More than %d people may sign for this patient; end those who no longer do",
				CONSENT_SIGNERS);
		struct consent_guardian *g = &x->guardian[x->guardians++];
		g->id = stmt_int(q, 0);
		g->is_representative = stmt_int(q, 1) == 1;
		consent_copy(g->name, sizeof g->name, q, 2);
		consent_copy(g->relationship, sizeof g->relationship, q, 3);
		consent_copy(g->authority, sizeof g->authority, q, 4);
	}
	return row;
}

int consent_people(struct practice *p, int64_t patient_id, struct consent_people *ret, struct err *e) {
	struct consent_people x = { 0 };
	if (get_patient(p, patient_id, &x, e) || get_guardians(p, &x, e)) return -1;
	*ret = x;
	return 0;
}

int consent_case_pictures(struct practice *p, int64_t patient_id, int64_t case_id, char (**ret)[SHA256_HEX],
	size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	int64_t there, n = 0;
	int found = db_get_int(p->db, &there, e, "SELECT id FROM cases WHERE id = ?1 AND patient_id = ?2", "ii",
		case_id, patient_id);
	if (found < 0) return -1;
	if (!found) return err_rule(e, "C3", "case %lld is not a case of this patient", (long long)case_id);
	if (db_get_int(p->db, &n, e,
		    "SELECT count(*) FROM photo_standing WHERE case_id = ?1 AND in_gallery = 1 AND verdict = "
		    "'approved'",
		    "i", case_id) < 0)
		return -1;
	if (n == 0)
		return err_rule(e, "C3",
			"case %lld has no approved pictures yet: a clinician approves them first, then the "
			"patient sees them and signs",
			(long long)case_id);
	auto_free char(*all)[SHA256_HEX] = calloc((size_t)n, SHA256_HEX);
	if (!all) return err_nomem(e);
	if (db_query(p->db, &q, e,
		    "SELECT DISTINCT master_sha256 FROM photo_standing WHERE case_id = ?1 AND in_gallery = 1"
		    " AND verdict = 'approved' ORDER BY 1",
		    "i", case_id))
		return -1;
	size_t k = 0;
	int row;
	while ((row = stmt_row(q, e)) > 0 && k < (size_t)n) consent_copy(all[k++], SHA256_HEX, q, 0);
	if (row < 0) return -1;
	*ret = TAKE_PTR(all);
	*ret_n = k;
	return 0;
}

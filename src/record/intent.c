/* intent.c: SQL of withdrawals that have begun, of files deleted later and of copies to take back; see
 * record/publication.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "lib/clock.h"
#include "record/publication.h"

static int64_t or_null(int64_t id) {
	return id ? id : DB_NULL;
}

int intent_add(struct practice *p, struct intent *it, struct err *e) {
	it->at = clock_now();
	if (db_run(p->db, e,
		    "INSERT INTO intent (act, patient_id, case_id, consent_id, who, guardian_id, how, on_date, "
		    "staff_id, at)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		    "tiootottoi", it->act, it->patient_id, or_null(it->case_id), or_null(it->consent_id), it->who,
		    or_null(it->guardian_id), it->how, it->on_date[0] ? it->on_date : NULL, or_null(it->staff_id),
		    it->at))
		return -1;
	it->id = db_last_id(p->db);
	return 0;
}

int intent_first(struct practice *p, struct intent *ret, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT id, act, patient_id, case_id, consent_id, guardian_id, who, how, on_date, staff_id, at"
		    " FROM intent ORDER BY id LIMIT 1",
		    ""))
		return -1;
	int row = stmt_row(q, e);
	if (row <= 0) return row;
	struct intent it = { .id = stmt_int(q, 0),
		.patient_id = stmt_int(q, 2),
		.case_id = stmt_int(q, 3),
		.consent_id = stmt_int(q, 4),
		.guardian_id = stmt_int(q, 5),
		.staff_id = stmt_int(q, 9),
		.at = stmt_int(q, 10) };
	(void)snprintf(it.act, sizeof it.act, "%s", stmt_text(q, 1));
	(void)snprintf(it.who, sizeof it.who, "%s", stmt_text(q, 6));
	(void)snprintf(it.how, sizeof it.how, "%s", stmt_text(q, 7));
	(void)snprintf(it.on_date, sizeof it.on_date, "%s", stmt_is_null(q, 8) ? "" : stmt_text(q, 8));
	*ret = it;
	return 1;
}

int intent_is_open(struct practice *p, int64_t id, struct err *e) {
	int64_t one;
	return db_get_int(p->db, &one, e, "SELECT 1 FROM intent WHERE id = ?1", "i", id);
}

int intent_done(struct practice *p, int64_t id, struct err *e) {
	return db_run(p->db, e, "DELETE FROM intent WHERE id = ?1", "i", id);
}

int retired_add(struct practice *p, const struct retired *r, struct err *e) {
	return db_run(p->db, e,
		"INSERT INTO retired_file (store, public_id, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", "tti",
		r->store, r->public_id[0] ? r->public_id : NULL, r->at);
}

int retired_list(struct practice *p, struct retired **ret, size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, "SELECT store, coalesce(public_id, ''), at FROM retired_file ORDER BY store", ""))
		return -1;
	auto_free struct retired *list = NULL;
	size_t n = 0, cap = 0;
	int row;
	while ((row = stmt_row(q, e)) > 0) {
		if (n == cap) {
			cap = cap ? cap * 2 : 32;
			void *more = reallocarray(list, cap, sizeof *list);
			if (!more) return err_nomem(e);
			list = more;
		}
		struct retired *r = &list[n++];
		*r = (struct retired){ .at = stmt_int(q, 2) };
		(void)snprintf(r->store, sizeof r->store, "%s", stmt_text(q, 0));
		(void)snprintf(r->public_id, sizeof r->public_id, "%s", stmt_text(q, 1));
	}
	if (row < 0) return -1;
	*ret = TAKE_PTR(list);
	*ret_n = n;
	return 0;
}

int retired_drop(struct practice *p, const char *store, struct err *e) {
	return db_run(p->db, e, "DELETE FROM retired_file WHERE store = ?1", "t", store);
}

int copy_check_open(struct practice *p, int64_t case_id, struct err *e) {
	static const char *const what[] = { "social", "search_cache", "print" };
	for (size_t i = 0; i < ARRAY_LEN(what); i++) {
		if (db_run(p->db, e,
			    "INSERT INTO copy_check (case_id, what, opened_at) SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
			    " (SELECT 1 FROM copy_check WHERE case_id = ?1 AND what = ?2 AND done_at IS NULL)",
			    "iti", case_id, what[i], clock_now()))
			return -1;
	}
	return 0;
}

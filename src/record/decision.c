/* decision.c: the table `decision`; see record/decision.h. The schema counts revisions and forgets answers. */
#include "record/decision.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "lib/clock.h"
#include "lib/db.h"
#include "record/audit.h"

int decision_get(struct practice *p, int64_t photo_id, struct decision_row *ret, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT revision, form, turn, flip, gain_r, gain_g, gain_b, crop, changed_by IS NOT NULL FROM "
		    "decision"
		    " WHERE photo_id = ?1",
		    "i", photo_id))
		return -1;
	int r = stmt_row(q, e);
	if (r < 0) return -1;
	if (!r)
		return err_set(e, ERR_USAGE,
			"there is no photo %lld; `occlude review list CASE` shows a case's photos",
			(long long)photo_id);
	*ret = (struct decision_row){
		.photo_id = photo_id,
		.revision = stmt_int(q, 0),
		.turn = stmt_real(q, 2),
		.flip = stmt_int(q, 3) == 1,
		.gain = { stmt_real(q, 4), stmt_real(q, 5), stmt_real(q, 6) },
		.by_person = stmt_int(q, 8) == 1,
	};
	(void)snprintf(ret->form, sizeof ret->form, "%s", stmt_text(q, 1));
	(void)snprintf(ret->crop, sizeof ret->crop, "%s", stmt_is_null(q, 7) ? "" : stmt_text(q, 7));
	return 0;
}

int decision_default(struct practice *p, int64_t photo_id, const char *form, bool flip, struct err *e) {
	return db_run(p->db, e, "INSERT INTO decision (photo_id, form, flip, changed_at) VALUES (?1, ?2, ?3, ?4)",
		"itii", photo_id, form, (int64_t)flip, clock_now());
}

/* Ends the transaction that `change` (0 or -1) and an audit entry belong to. */
static int finish(struct practice *p, const struct actor *a, int change, const char *act, int64_t photo_id,
	const char *detail, struct err *e) {
	if (change || audit_add(p, a, act, "photo", photo_id, e, "%s", detail)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

int decision_set(struct practice *p, const struct actor *a, const struct decision_row *d, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	int c = db_run(p->db, e,
		"UPDATE decision SET form = ?2, turn = ?3, flip = ?4, gain_r = ?5, gain_g = ?6, gain_b = ?7, crop = "
		"?8,"
		" changed_at = ?9, changed_by = ?10 WHERE photo_id = ?1",
		"itrirrrtii", d->photo_id, d->form, d->turn, (int64_t)d->flip, d->gain[0], d->gain[1], d->gain[2],
		d->crop[0] ? d->crop : NULL, clock_now(), a->staff_id);
	char detail[160];
	(void)snprintf(detail, sizeof detail, "%s, turn %.2f, flip %d, crop %s", d->form, d->turn, d->flip,
		d->crop[0] ? d->crop : "auto");
	return finish(p, a, c, "photo.form", d->photo_id, detail, e);
}

/* I4 */
int decision_faces_checked(struct practice *p, const struct actor *a, int64_t photo_id, struct err *e) {
	struct decision_row there;
	int64_t open = 0;
	if (practice_may(p, a, CAN_RECORD, e) || decision_get(p, photo_id, &there, e)) return -1;
	if (db_get_int(p->db, &open, e,
		    "SELECT count(*) FROM region WHERE photo_id = ?1 AND kind = 'face' AND verified = 0"
		    " AND confirmed_at IS NULL AND dismissed_at IS NULL",
		    "i", photo_id) < 0)
		return -1;
	if (open)
		return err_rule(e, "I4",
			"photo %lld has %lld possible face%s that nobody has answered; confirm or dismiss each first"
			" (`occlude review list` shows them)",
			(long long)photo_id, (long long)open, open == 1 ? "" : "s");
	if (db_begin(p->db, e)) return -1;
	int c = db_run(p->db, e,
		"UPDATE decision SET faces_checked_at = ?2, faces_checked_by = ?3 WHERE photo_id = ?1", "iii",
		photo_id, clock_now(), a->staff_id);
	return finish(p, a, c, "photo.faces_checked", photo_id, "", e);
}

/* I7 */
int decision_no_text(struct practice *p, const struct actor *a, int64_t photo_id, struct err *e) {
	struct decision_row there;
	if (practice_may(p, a, CAN_RECORD, e) || decision_get(p, photo_id, &there, e) || db_begin(p->db, e))
		return -1;
	int c = db_run(p->db, e, "UPDATE decision SET no_text_at = ?2, no_text_by = ?3 WHERE photo_id = ?1", "iii",
		photo_id, clock_now(), a->staff_id);
	return finish(p, a, c, "photo.no_text", photo_id, "", e);
}

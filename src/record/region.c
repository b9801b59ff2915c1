/* region.c: the table `region`; see record/region.h. */
#include "record/region.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "lib/clock.h"
#include "lib/db.h"
#include "record/audit.h"

static void copy(char *to, size_t size, const char *from) {
	(void)snprintf(to, size, "%s", from ? from : "");
}

#define REGION_COLUMNS                                                                                               \
	"SELECT id, photo_id, kind, shape, points, keypoints, score, presence, verified, must_cover,"                \
	" confirmed_at IS NOT NULL, dismissed_at IS NOT NULL, removed_at IS NOT NULL, staff_id IS NULL FROM region"

static void read_region(const struct stmt *q, struct region_row *r) {
	*r = (struct region_row){ .id = stmt_int(q, 0), .photo_id = stmt_int(q, 1) };
	copy(r->kind, sizeof r->kind, stmt_text(q, 2));
	copy(r->shape, sizeof r->shape, stmt_text(q, 3));
	copy(r->points, sizeof r->points, stmt_text(q, 4));
	copy(r->keypoints, sizeof r->keypoints, stmt_text(q, 5));
	r->score = stmt_real(q, 6);
	r->presence = stmt_real(q, 7);
	r->verified = stmt_int(q, 8) == 1;
	r->must_cover = stmt_int(q, 9) == 1;
	r->confirmed = stmt_int(q, 10) == 1;
	r->dismissed = stmt_int(q, 11) == 1;
	r->removed = stmt_int(q, 12) == 1;
	r->found = stmt_int(q, 13) == 1;
}

int region_list(struct practice *p, int64_t photo_id, struct region_row **ret, size_t *ret_n, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	auto_free struct region_row *rows = NULL;
	size_t n = 0, cap = 0;
	if (db_query(p->db, &q, e, REGION_COLUMNS " WHERE photo_id = ?1 ORDER BY id", "i", photo_id)) return -1;
	int r;
	while ((r = stmt_row(q, e)) == 1) {
		if (n == cap) {
			cap = cap ? cap * 2 : 8;
			struct region_row *more = reallocarray(rows, cap, sizeof *rows);
			if (!more) return err_nomem(e);
			rows = more;
		}
		read_region(q, &rows[n++]);
	}
	if (r < 0) return -1;
	*ret = TAKE_PTR(rows);
	*ret_n = n;
	return 0;
}

int region_get(struct practice *p, int64_t region_id, struct region_row *ret, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	if (db_query(p->db, &q, e, REGION_COLUMNS " WHERE id = ?1", "i", region_id)) return -1;
	int r = stmt_row(q, e);
	if (r < 0) return -1;
	if (!r)
		return err_set(e, ERR_USAGE,
			"there is no region %lld; `occlude review show PHOTO --out FILE.jpg` numbers them",
			(long long)region_id);
	read_region(q, ret);
	return 0;
}

int region_found(struct practice *p, const struct region_row *r, struct err *e) {
	return db_run(p->db, e,
		"INSERT INTO region (photo_id, kind, shape, points, keypoints, score, presence, verified, created_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		"ittttrrii", r->photo_id, r->kind, r->shape, r->points, r->keypoints[0] ? r->keypoints : NULL,
		r->score, r->presence, (int64_t)r->verified, clock_now());
}

/* ---- a person's hand ------------------------------------------------------------------------------------------- */

static int draw_row(struct practice *p, const struct actor *a, int64_t photo_id, const char *kind, const char *shape,
	const char *points, int64_t *ret_id, struct err *e) {
	int64_t n = 0;
	if (db_get_int(p->db, &n, e,
		    "SELECT count(*) FROM region WHERE photo_id = ?1 AND dismissed_at IS NULL AND removed_at IS NULL",
		    "i", photo_id) < 0)
		return -1;
	if (n >= REGION_PHOTO_MAX)
		return err_set(e, ERR_REFUSED, "photo %lld has %d regions already, which is the most",
			(long long)photo_id, REGION_PHOTO_MAX);
	if (db_run(p->db, e,
		    "INSERT INTO region (photo_id, kind, shape, points, verified, created_at, staff_id)"
		    " VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6)",
		    "itttii", photo_id, kind, shape, points, clock_now(), a->staff_id))
		return -1;
	*ret_id = db_last_id(p->db);
	return audit_add(p, a, "region.draw", "region", *ret_id, e, "photo %lld, %s %s %s", (long long)photo_id, kind,
		shape, points);
}

int region_draw(struct practice *p, const struct actor *a, int64_t photo_id, const char *kind, const char *shape,
	const char *points, int64_t *ret_id, struct err *e) {
	int64_t id = 0;
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	if (draw_row(p, a, photo_id, kind, shape, points, &id, e)) {
		db_rollback(p->db);
		return -1;
	}
	if (db_commit(p->db, e)) return -1;
	*ret_id = id;
	return 0;
}

/* Ends the transaction that `change` (0 or -1) and an audit entry belong to. */
static int finish(struct practice *p, const struct actor *a, int change, const char *act, const struct region_row *r,
	const char *detail, struct err *e) {
	if (change || audit_add(p, a, act, "region", r->id, e, "photo %lld, %s", (long long)r->photo_id, detail)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

/* The region, which must stand (not taken back), inside a transaction that is open on success. */
static int begin(
	struct practice *p, const struct actor *a, int64_t region_id, struct region_row *ret, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || region_get(p, region_id, ret, e)) return -1;
	if (ret->removed)
		return err_set(e, ERR_REFUSED, "region %lld was taken back; draw a new one", (long long)region_id);
	return db_begin(p->db, e);
}

int region_move(struct practice *p, const struct actor *a, int64_t region_id, const char *shape, const char *points,
	struct err *e) {
	struct region_row r;
	if (begin(p, a, region_id, &r, e)) return -1;
	if (r.found) {
		db_rollback(p->db);
		return err_rule(e, "I4",
			"region %lld was found by the search and stays as it was found; draw another over or beside "
			"it",
			(long long)region_id);
	}
	int c = db_run(
		p->db, e, "UPDATE region SET shape = ?2, points = ?3 WHERE id = ?1", "itt", region_id, shape, points);
	return finish(p, a, c, "region.move", &r, points, e);
}

int region_remove(struct practice *p, const struct actor *a, int64_t region_id, struct err *e) {
	struct region_row r;
	if (begin(p, a, region_id, &r, e)) return -1;
	if (r.found) {
		db_rollback(p->db);
		return err_rule(e, "I7",
			"region %lld was found by the search; it can be dismissed with a reason, not removed",
			(long long)region_id);
	}
	int c = db_run(p->db, e, "UPDATE region SET removed_at = ?2 WHERE id = ?1", "ii", region_id, clock_now());
	return finish(p, a, c, "region.remove", &r, r.kind, e);
}

/* I4 */
int region_confirm(struct practice *p, const struct actor *a, int64_t region_id, struct err *e) {
	struct region_row r;
	if (begin(p, a, region_id, &r, e)) return -1;
	int c = db_run(p->db, e,
		"UPDATE region SET confirmed_at = ?2, confirmed_by = ?3, dismissed_at = NULL, dismissed_by = NULL,"
		" dismissed_why = NULL WHERE id = ?1",
		"iii", region_id, clock_now(), a->staff_id);
	return finish(p, a, c, "region.confirm", &r, r.kind, e);
}

/* I7 */
int region_dismiss(struct practice *p, const struct actor *a, int64_t region_id, const char *why, struct err *e) {
	struct region_row r;
	if (text_is_blank(why))
		return err_rule(e, "I7", "say in a few words why region %lld need not be covered (--why)",
			(long long)region_id);
	if (begin(p, a, region_id, &r, e)) return -1;
	if (r.must_cover) {
		db_rollback(p->db);
		return err_rule(
			e, "I7", "region %lld names the patient; it cannot be dismissed", (long long)region_id);
	}
	int c = db_run(p->db, e,
		"UPDATE region SET dismissed_at = ?2, dismissed_by = ?3, dismissed_why = ?4, confirmed_at = NULL,"
		" confirmed_by = NULL WHERE id = ?1",
		"iiit", region_id, clock_now(), a->staff_id, why);
	return finish(p, a, c, "region.dismiss", &r, r.kind, e);
}

/* photo.c: the table `photo` and the view photo_standing; see record/photo.h. */
#include "record/photo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lib/clock.h"
#include "lib/db.h"
#include "record/audit.h"

static void copy(char *to, size_t size, const char *from) {
	(void)snprintf(to, size, "%s", from ? from : "");
}

#define STANDS   " AND r.dismissed_at IS NULL AND r.removed_at IS NULL"
#define COUNT(w) "(SELECT count(*) FROM region r WHERE r.photo_id = f.id AND " w STANDS ")"
#define PHOTO_COLUMNS                                                                                                \
	"SELECT f.id, f.case_id, f.patient_id, f.stage, f.view, f.stage_rank, f.sha256, f.vault_name, f.bytes, "     \
	"f.width,"                                                                                                   \
	" f.height, f.format, f.removed, f.captured, f.taken_on, f.detect_ran, f.is_radiograph, f.misfiled, "        \
	"f.in_gallery,"                                                                                              \
	" coalesce(d.revision, 0), coalesce(d.form, 'none'), d.faces_checked_at IS NOT NULL, d.no_text_at IS NOT "   \
	"NULL,"                                                                                                      \
	" s.master_id, s.master_sha256, m.vault_name, m.width, m.height, s.exposure, s.faces_left, s.face_presence," \
	" s.verdict, " COUNT("r.kind = 'face' AND (r.verified = 1 OR r.confirmed_at IS NOT NULL)") ", " COUNT(       \
		"r."                                                                                                 \
		"kind"                                                                                               \
		" = "                                                                                                \
		"'fac"                                                                                               \
		"e' "                                                                                                \
		"AND "                                                                                               \
		"r."                                                                                                 \
		"veri"                                                                                               \
		"fied"                                                                                               \
		" = "                                                                                                \
		"0 "                                                                                                 \
		"AND "                                                                                               \
		"r."                                                                                                 \
		"conf"                                                                                               \
		"irme"                                                                                               \
		"d_"                                                                                                 \
		"at "                                                                                                \
		"IS "                                                                                                \
		"NUL"                                                                                                \
		"L") ", " COUNT("r.kind IN ('text', 'code')") ", " COUNT("r.kind = 'drawn'") " FROM photo f JOIN "   \
											     "photo_standing s "     \
											     "ON s.photo_id = f.id " \
											     "LEFT JOIN "            \
											     "decision d ON "        \
											     "d.photo_id = f.id"     \
											     " LEFT JOIN master m "  \
											     "ON m.id = "            \
											     "s.master_id"

static void read_standing(const struct stmt *q, struct photo_row *f) {
	f->revision = stmt_int(q, 19);
	copy(f->form, sizeof f->form, stmt_text(q, 20));
	f->faces_checked = stmt_int(q, 21) == 1;
	f->no_text = stmt_int(q, 22) == 1;
	f->master_id = stmt_int(q, 23);
	copy(f->master_sha256, sizeof f->master_sha256, stmt_text(q, 24));
	copy(f->master_vault, sizeof f->master_vault, stmt_text(q, 25));
	f->master_width = stmt_int(q, 26);
	f->master_height = stmt_int(q, 27);
	f->exposure = stmt_int(q, 28);
	f->faces_left = stmt_int(q, 29);
	f->face_presence = stmt_real(q, 30);
	copy(f->verdict, sizeof f->verdict, stmt_text(q, 31));
	f->faces = stmt_int(q, 32);
	f->candidates = stmt_int(q, 33);
	f->texts = stmt_int(q, 34);
	f->drawn = stmt_int(q, 35);
}

static void read_photo(const struct stmt *q, struct photo_row *f) {
	*f = (struct photo_row){ .id = stmt_int(q, 0), .case_id = stmt_int(q, 1), .patient_id = stmt_int(q, 2) };
	copy(f->stage, sizeof f->stage, stmt_text(q, 3));
	copy(f->view, sizeof f->view, stmt_text(q, 4));
	f->stage_rank = stmt_int(q, 5);
	copy(f->sha256, sizeof f->sha256, stmt_text(q, 6));
	copy(f->vault_name, sizeof f->vault_name, stmt_text(q, 7));
	f->bytes = stmt_int(q, 8);
	f->width = stmt_int(q, 9);
	f->height = stmt_int(q, 10);
	copy(f->format, sizeof f->format, stmt_text(q, 11));
	f->removed = stmt_int(q, 12);
	copy(f->captured, sizeof f->captured, stmt_text(q, 13));
	copy(f->taken_on, sizeof f->taken_on, stmt_text(q, 14));
	f->detect_ran = stmt_int(q, 15) == 1;
	f->is_radiograph = stmt_int(q, 16) == 1;
	f->misfiled = stmt_int(q, 17) == 1;
	f->in_gallery = stmt_int(q, 18) == 1;
	read_standing(q, f);
}

int photo_get(struct practice *p, int64_t photo_id, struct photo_row *ret, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	if (db_query(p->db, &q, e, PHOTO_COLUMNS " WHERE f.id = ?1", "i", photo_id)) return -1;
	int r = stmt_row(q, e);
	if (r < 0) return -1;
	if (!r)
		return err_set(e, ERR_USAGE,
			"there is no photo %lld; `occlude review list CASE` shows a case's photos",
			(long long)photo_id);
	read_photo(q, ret);
	return 0;
}

int photo_find(struct practice *p, int64_t patient_id, const char *sha256, struct photo_row *ret, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	if (db_query(p->db, &q, e, PHOTO_COLUMNS " WHERE f.patient_id = ?1 AND f.sha256 = ?2", "it", patient_id,
		    sha256))
		return -1;
	int r = stmt_row(q, e);
	if (r == 1) read_photo(q, ret);
	return r;
}

int photo_list(
	struct practice *p, int64_t case_id, bool hidden, struct photo_row **ret, size_t *ret_n, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	auto_free struct photo_row *rows = NULL;
	size_t n = 0, cap = 0;
	if (db_query(p->db, &q, e,
		    PHOTO_COLUMNS
		    " WHERE f.case_id = ?1 AND (f.in_gallery = 1 OR ?2 = 1)"
		    " ORDER BY f.stage_rank, instr('EO-FR EO-FS EO-45 EO-PR IO-RB IO-FR IO-LB IO-UO IO-LO OT',"
		    " f.view), f.id",
		    "ii", case_id, (int64_t)hidden))
		return -1;
	int r;
	while ((r = stmt_row(q, e)) == 1) {
		if (n == PHOTO_CASE_MAX)
			return err_set(e, ERR_REFUSED, "a case can show at most %d photos; hide some of case %lld",
				PHOTO_CASE_MAX, (long long)case_id);
		if (n == cap) {
			cap = cap ? cap * 2 : 16;
			struct photo_row *more = reallocarray(rows, cap, sizeof *rows);
			if (!more) return err_nomem(e);
			rows = more;
		}
		read_photo(q, &rows[n++]);
	}
	if (r < 0) return -1;
	*ret = TAKE_PTR(rows);
	*ret_n = n;
	return 0;
}

/* ---- changes --------------------------------------------------------------------------------------------------- */

static const char *or_null(const char *s) {
	return s[0] ? s : NULL;
}

int photo_add(struct practice *p, const struct actor *a, const struct photo_row *f, int64_t *ret_id, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e)) return -1;
	if (db_run(p->db, e,
		    "INSERT INTO photo (case_id, patient_id, stage, view, sha256, vault_name, bytes, format, width, "
		    "height,"
		    " removed, captured, taken_on, detect_ran, is_radiograph, created_at, staff_id)"
		    " SELECT id, patient_id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16"
		    " FROM cases WHERE id = ?1",
		    "ittttitiiittiiii", f->case_id, f->stage, f->view, f->sha256, f->vault_name, f->bytes, f->format,
		    f->width, f->height, f->removed, or_null(f->captured), or_null(f->taken_on),
		    (int64_t)f->detect_ran, (int64_t)f->is_radiograph, clock_now(), a->staff_id))
		return -1;
	int64_t id = db_last_id(p->db);
	if (audit_add(p, a, "photo.ingest", "photo", id, e, "case %lld, %s, %s, sha256 %s", (long long)f->case_id,
		    f->stage, f->view, f->sha256))
		return -1;
	*ret_id = id;
	return 0;
}

static int set_row(
	struct practice *p, const struct actor *a, const struct photo_row *f, const char *taken_on, struct err *e) {
	if (db_run(p->db, e,
		    "UPDATE photo SET stage = ?2, view = ?3, taken_on = ?4, in_gallery = ?5, is_radiograph = ?6 "
		    "WHERE id = ?1",
		    "itttii", f->id, f->stage, f->view, or_null(taken_on), (int64_t)f->in_gallery,
		    (int64_t)f->is_radiograph))
		return -1;
	return audit_add(p, a, "photo.set", "photo", f->id, e, "%s, %s, %s%s", f->stage, f->view,
		f->in_gallery ? "shown" : "hidden", f->is_radiograph ? ", radiograph" : "");
}

int photo_set(
	struct practice *p, const struct actor *a, int64_t photo_id, const struct photo_change *c, struct err *e) {
	struct photo_row f;
	if (practice_may(p, a, CAN_RECORD, e) || photo_get(p, photo_id, &f, e)) return -1;
	if (c->stage) copy(f.stage, sizeof f.stage, c->stage);
	if (c->view) copy(f.view, sizeof f.view, c->view);
	if (c->in_gallery >= 0) f.in_gallery = c->in_gallery == 1;
	if (c->radiograph >= 0) f.is_radiograph = c->radiograph == 1;
	if (db_begin(p->db, e)) return -1;
	if (set_row(p, a, &f, c->taken_on ? c->taken_on : f.taken_on, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

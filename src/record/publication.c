/* publication.c: SQL of publications and their files; see record/publication.h. */
#include "record/publication.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lib/clock.h"
#include "record/audit.h"

enum { ROWS_MAX = 100000 };

static void copy_text(char *to, size_t size, const char *from) {
	(void)snprintf(to, size, "%s", from ? from : "");
}

/* Makes room for one more element of a growing array. */
static void *grow(void *array, size_t n, size_t *cap, size_t size, struct err *e) {
	if (n < *cap) return array;
	if (n >= ROWS_MAX) {
		(void)err_set(e, ERR_OUTSIDE, "there are more than %d rows", ROWS_MAX);
		return NULL;
	}
	size_t more = *cap ? *cap * 2 : 16;
	void *p = reallocarray(array, more, size);
	if (!p) {
		(void)err_nomem(e);
		return NULL;
	}
	*cap = more;
	return p;
}

/* ---- what a case shows ---- */

static int get_facts(struct practice *p, int64_t case_id, struct shown_case *c, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT c.patient_id, c.location_id, c.problem, c.treatment, c.age_band, c.months, c.started_on,"
		    " c.ended_on, coalesce(s.credential, s.name, '') FROM cases c"
		    " LEFT JOIN staff s ON s.id = c.orthodontist_id WHERE c.id = ?1",
		    "i", case_id))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row) return err_set(e, ERR_USAGE, "There is no case %lld", (long long)case_id);
	c->case_id = case_id;
	c->patient_id = stmt_int(q, 0);
	c->location_id = stmt_int(q, 1);
	copy_text(c->problem, sizeof c->problem, stmt_text(q, 2));
	copy_text(c->treatment, sizeof c->treatment, stmt_text(q, 3));
	copy_text(c->age_band, sizeof c->age_band, stmt_text(q, 4));
	c->months = stmt_int(q, 5);
	copy_text(c->started_on, sizeof c->started_on, stmt_text(q, 6));
	copy_text(c->ended_on, sizeof c->ended_on, stmt_text(q, 7));
	c->credential = stmt_dup(q, 8);
	return c->credential ? 0 : err_nomem(e);
}

static int get_photos(struct practice *p, struct shown_case *c, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT f.photo_id, f.stage, f.view, f.form, f.master_sha256, m.vault_name, f.taken_on"
		    " FROM photo_standing f JOIN master m ON m.id = f.master_id JOIN photo o ON o.id = f.photo_id"
		    " WHERE f.case_id = ?1 AND f.in_gallery = 1 ORDER BY f.view, o.stage_rank, f.photo_id",
		    "i", c->case_id))
		return -1;
	size_t cap = 0;
	int row;
	while ((row = stmt_row(q, e)) > 0) {
		void *more = grow(c->photo, c->photos, &cap, sizeof *c->photo, e);
		if (!more) return -1;
		c->photo = more;
		struct shown_photo *f = &c->photo[c->photos++];
		f->photo_id = stmt_int(q, 0);
		copy_text(f->stage, sizeof f->stage, stmt_text(q, 1));
		copy_text(f->view, sizeof f->view, stmt_text(q, 2));
		copy_text(f->form, sizeof f->form, stmt_text(q, 3));
		copy_text(f->master_sha256, sizeof f->master_sha256, stmt_text(q, 4));
		copy_text(f->master_name, sizeof f->master_name, stmt_text(q, 5));
		copy_text(f->taken_on, sizeof f->taken_on, stmt_text(q, 6));
	}
	return row;
}

int shown_case_get(struct practice *p, int64_t case_id, struct shown_case *ret, struct err *e) {
	struct shown_case c = { 0 };
	if (get_facts(p, case_id, &c, e) || get_photos(p, &c, e)) {
		shown_case_free(&c);
		return -1;
	}
	*ret = c;
	return 0;
}

void shown_case_free(struct shown_case *c) {
	if (!c) return;
	free(c->credential);
	free(c->photo);
	*c = (struct shown_case){ 0 };
}

/* ---- publications ---- */

/* The columns that `collect` reads, in its order. */
#define PUBLICATIONS                                                                                                 \
	"SELECT p.id, p.case_id, p.consent_id, p.public_id, p.lapses_at, p.lease_at, p.fingerprint,"                 \
	" p.published_at FROM publication p"

static int collect(struct stmt *q, struct publication **ret, size_t *ret_n, struct err *e) {
	auto_free struct publication *list = NULL;
	size_t n = 0, cap = 0;
	int row;
	while ((row = stmt_row(q, e)) > 0) {
		void *more = grow(list, n, &cap, sizeof *list, e);
		if (!more) return -1;
		list = more;
		struct publication *x = &list[n++];
		*x = (struct publication){ .id = stmt_int(q, 0),
			.case_id = stmt_int(q, 1),
			.consent_id = stmt_int(q, 2),
			.lapses_at = stmt_int(q, 4),
			.lease_at = stmt_int(q, 5),
			.published_at = stmt_int(q, 7) };
		copy_text(x->public_id, sizeof x->public_id, stmt_text(q, 3));
		copy_text(x->fingerprint, sizeof x->fingerprint, stmt_text(q, 6));
	}
	if (row < 0) return -1;
	*ret = TAKE_PTR(list);
	*ret_n = n;
	return 0;
}

int publication_live(
	struct practice *p, const char *channel, struct publication **ret, size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, PUBLICATIONS " WHERE p.channel = ?1 AND p.ended_at IS NULL ORDER BY p.case_id",
		    "t", channel))
		return -1;
	return collect(q, ret, ret_n, e);
}

int publication_faulty(
	struct practice *p, const char *channel, struct publication **ret, size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    PUBLICATIONS " WHERE p.channel = ?1 AND p.ended_at IS NULL"
				 " AND p.id IN (SELECT publication_id FROM publication_fault) ORDER BY p.case_id",
		    "t", channel))
		return -1;
	return collect(q, ret, ret_n, e);
}

int publication_of_patient(struct practice *p, int64_t patient_id, int64_t case_id, struct publication **ret,
	size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    PUBLICATIONS
		    " JOIN cases c ON c.id = p.case_id"
		    " WHERE p.ended_at IS NULL AND c.patient_id = ?1 AND (?2 = 0 OR c.id = ?2) ORDER BY p.id",
		    "ii", patient_id, case_id))
		return -1;
	return collect(q, ret, ret_n, e);
}

int publication_shortened(
	struct practice *p, const char *channel, struct publication **ret, size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT p.id, p.case_id, k.consent_id, p.public_id, k.lapses_at, k.public_lapses_at, "
		    "p.fingerprint,"
		    " p.published_at FROM publication p JOIN cases c ON c.id = p.case_id"
		    " JOIN patient_consent k ON k.patient_id = c.patient_id"
		    " WHERE p.channel = ?1 AND p.ended_at IS NULL AND k.public_lapses_at < p.lease_at ORDER BY p.id",
		    "t", channel))
		return -1;
	return collect(q, ret, ret_n, e);
}

int publication_shown_fault(struct practice *p, const struct publication *pub, const char *channel, struct err *e) {
	int64_t one;
	return db_get_int(p->db, &one, e,
		"SELECT 1 FROM case_reason x WHERE x.case_id = ?1 AND x.channel = ?2 AND (x.photo_id IS NULL OR"
		" EXISTS (SELECT 1 FROM publication p JOIN publication_file f ON f.publication_id = p.id"
		"          WHERE p.public_id = ?3 AND f.photo_id = x.photo_id)) LIMIT 1",
		"itt", pub->case_id, channel, pub->public_id);
}

int publication_gone(
	struct practice *p, const char *channel, char (**ret)[PUBLIC_ID_LEN + 1], size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT DISTINCT public_id FROM publication p WHERE channel = ?1 AND NOT EXISTS"
		    " (SELECT 1 FROM publication l WHERE l.public_id = p.public_id AND l.ended_at IS NULL)",
		    "t", channel))
		return -1;
	char(*list)[PUBLIC_ID_LEN + 1] = NULL;
	size_t n = 0, cap = 0;
	int row;
	while ((row = stmt_row(q, e)) > 0) {
		void *more = grow(list, n, &cap, sizeof *list, e);
		if (!more) {
			row = -1;
			break;
		}
		list = more;
		copy_text(list[n++], sizeof *list, stmt_text(q, 0));
	}
	if (row < 0) {
		free(list);
		return -1;
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

int publication_files(struct practice *p, int64_t id, struct publication_file **ret, size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT path, photo_id, master_sha256, sha256, bytes FROM publication_file WHERE publication_id "
		    "= ?1"
		    " ORDER BY path",
		    "i", id))
		return -1;
	auto_free struct publication_file *list = NULL;
	size_t n = 0, cap = 0;
	int row;
	while ((row = stmt_row(q, e)) > 0) {
		void *more = grow(list, n, &cap, sizeof *list, e);
		if (!more) return -1;
		list = more;
		struct publication_file *f = &list[n++];
		*f = (struct publication_file){ .photo_id = stmt_int(q, 1), .bytes = stmt_int(q, 4) };
		copy_text(f->path, sizeof f->path, stmt_text(q, 0));
		copy_text(f->master_sha256, sizeof f->master_sha256, stmt_text(q, 2));
		copy_text(f->sha256, sizeof f->sha256, stmt_text(q, 3));
	}
	if (row < 0) return -1;
	*ret = TAKE_PTR(list);
	*ret_n = n;
	return 0;
}

int publication_add(struct practice *p, const struct actor *a, const char *channel, struct publication *pub,
	const struct publication_file *files, size_t n, struct err *e) {
	pub->published_at = clock_now();
	if (db_run(p->db, e, "UPDATE cases SET public_id = ?2 WHERE id = ?1 AND public_id IS NOT ?2", "it",
		    pub->case_id, pub->public_id))
		return -1;
	if (db_run(p->db, e,
		    "INSERT INTO publication (case_id, channel, consent_id, public_id, lapses_at, lease_at, "
		    "fingerprint,"
		    " published_at, staff_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		    "ititiitii", pub->case_id, channel, pub->consent_id, pub->public_id, pub->lapses_at,
		    pub->lease_at, pub->fingerprint, pub->published_at, a->staff_id))
		return -1;
	pub->id = db_last_id(p->db);
	for (size_t i = 0; i < n; i++) {
		const struct publication_file *f = &files[i];
		if (db_run(p->db, e,
			    "INSERT INTO publication_file (publication_id, path, photo_id, master_sha256, sha256, "
			    "bytes)"
			    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			    "itotti", pub->id, f->path, f->photo_id ? f->photo_id : DB_NULL,
			    f->photo_id ? f->master_sha256 : NULL, f->sha256, f->bytes))
			return -1;
	}
	return audit_add(p, a, "publication.begin", "case", pub->case_id, e,
		"channel=%s consent=%lld lease=%lld files=%zu %s", channel, (long long)pub->consent_id,
		(long long)pub->lease_at, n, pub->fingerprint);
}

int publication_end(struct practice *p, const struct actor *a, int64_t id, const char *why, struct err *e) {
	int64_t n = 0, case_id = 0;
	if (db_run_count(p->db, &n, e,
		    "UPDATE publication SET ended_at = ?2, ended_why = ?3 WHERE id = ?1 AND ended_at IS NULL", "iit",
		    id, clock_now(), why))
		return -1;
	if (!n) return 0;
	if (db_get_int(p->db, &case_id, e, "SELECT case_id FROM publication WHERE id = ?1", "i", id) < 0) return -1;
	return audit_add(p, a, "publication.end", "case", case_id, e, "publication=%lld %s", (long long)id, why);
}

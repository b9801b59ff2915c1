/* master.c: the table `master`; see record/master.h. */
#include "record/master.h"

#include "base/mem.h"
#include "lib/clock.h"
#include "lib/db.h"

int master_add(struct practice *p, const struct master_new *m, struct err *e) {
	int64_t n = 0;
	if (db_run_count(p->db, &n, e,
		    "INSERT INTO master (photo_id, revision, sha256, vault_name, width, height, exposure, faces_left,"
		    " face_presence, made_at) SELECT photo_id, revision, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM "
		    "decision"
		    " WHERE photo_id = ?1 AND revision = ?2",
		    "iittiiiiri", m->photo_id, m->revision, m->sha256, m->vault_name, m->width, m->height,
		    m->exposure, m->faces_left, m->face_presence, clock_now()))
		return -1;
	if (n != 1)
		return err_rule(e, "I5", "the decision about photo %lld was changed meanwhile; look at it again",
			(long long)m->photo_id);
	return 0;
}

#define STALE                                                                                                        \
	" FROM master WHERE photo_id = ?1 AND revision < (SELECT revision FROM decision WHERE photo_id = ?1)"        \
	" AND (sha256 IN (SELECT n.sha256 FROM master n JOIN decision d ON d.photo_id = n.photo_id"                  \
	"                  AND d.revision = n.revision WHERE n.photo_id = ?1)"                                       \
	"  OR (sha256 NOT IN (SELECT sha256 FROM approval WHERE photo_id = ?1)"                                      \
	"   AND sha256 NOT IN (SELECT master_sha256 FROM consent_picture)"                                           \
	"   AND sha256 NOT IN (SELECT master_sha256 FROM publication_file WHERE master_sha256 IS NOT NULL)))"

int master_drop_stale(struct practice *p, int64_t photo_id, void (*each)(void *arg, const char *vault_name),
	void *arg, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	if (db_query(p->db, &q, e, "SELECT vault_name" STALE, "i", photo_id)) return -1;
	int r;
	while ((r = stmt_row(q, e)) == 1) each(arg, stmt_text(q, 0));
	if (r < 0) return -1;
	stmt_end(TAKE_PTR(q));
	return db_run(p->db, e, "DELETE" STALE, "i", photo_id);
}

/* approval.c: the table `approval` (I5); see record/approval.h. */
#include "record/approval.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "lib/clock.h"
#include "lib/db.h"
#include "record/audit.h"
#include "record/photo.h"

static int say(struct practice *p, const struct actor *a, const struct photo_row *f, const char *verdict,
	const char *why, struct err *e) {
	if (db_begin(p->db, e)) return -1;
	if (db_run(p->db, e,
		    "INSERT INTO approval (photo_id, sha256, recipe, verdict, why, at, staff_id)"
		    " VALUES (?1, ?2, (SELECT version FROM recipe), ?3, ?4, ?5, ?6)",
		    "itttii", f->id, f->master_sha256, verdict, why, clock_now(), a->staff_id) ||
		audit_add(p, a, !strcmp(verdict, "approved") ? "photo.approve" : "photo.reject", "photo", f->id, e,
			"master %s", f->master_sha256)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

/* The photo, which must have a master now. */
static int with_master(
	struct practice *p, const struct actor *a, int64_t photo_id, struct photo_row *f, struct err *e) {
	if (practice_may(p, a, CAN_APPROVE, e) || photo_get(p, photo_id, f, e)) return -1;
	if (!f->master_id)
		return err_rule(e, "I5",
			"photo %lld has no finished picture as it stands now; look at it first:"
			" occlude review show %lld --out FILE.jpg",
			(long long)photo_id, (long long)photo_id);
	return 0;
}

int approval_give(struct practice *p, const struct actor *a, int64_t photo_id, const char *sha256, struct err *e) {
	struct photo_row f;
	size_t len = strlen(sha256);
	if (with_master(p, a, photo_id, &f, e)) return -1;
	if (len < APPROVAL_PREFIX_MIN || len > 64 || strspn(sha256, "0123456789abcdefABCDEF") != len)
		return err_set(e, ERR_USAGE,
			"an approval names the picture as it was seen: --sha256 with %d to 64 digits of its SHA-256, "
			"as"
			" `occlude review show` and the sheet print it",
			APPROVAL_PREFIX_MIN);
	if (strncasecmp(sha256, f.master_sha256, len) != 0)
		return err_rule(e, "I5",
			"photo %lld is not the picture %.16s... any more: it was changed since you saw it; look at "
			"it again"
			" (it is %.16s... now)",
			(long long)photo_id, sha256, f.master_sha256);
	if (f.faces_left > 0)
		return err_rule(e, "I6",
			"a second look still found a face on photo %lld; cover it or crop it away before approving",
			(long long)photo_id);
	return say(p, a, &f, "approved", NULL, e);
}

int approval_refuse(struct practice *p, const struct actor *a, int64_t photo_id, const char *why, struct err *e) {
	struct photo_row f;
	if (text_is_blank(why))
		return err_set(e, ERR_USAGE, "say in a few words what is wrong with photo %lld (--why)",
			(long long)photo_id);
	if (with_master(p, a, photo_id, &f, e)) return -1;
	return say(p, a, &f, "rejected", why, e);
}

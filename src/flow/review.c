/* review.c: makes masters from decisions, seals them, and opens them again; see flow/review.h. */
#include "flow/review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "flow/batch.h"
#include "flow/form.h"
#include "flow/outline.h"
#include "lib/db.h"
#include "record/decision.h"
#include "record/master.h"
#include "record/region.h"

/* ---- the decision as the worker applies it ------------------------------------------------------------------------ */

/* I4, I7: what was found is covered unless a person dismissed it, candidates for faces too. I8: what is unlikely to be text lies on teeth more
 * often than not, and nothing automatic covers teeth: it is covered once a person confirms it. */
static bool is_covered(const struct region_row *row, enum wire_kind kind) {
	return !row->dismissed && (row->verified || row->confirmed || (kind != REGION_TEXT && kind != REGION_CODE));
}

static int put_region(const struct region_row *row, struct wire_region *w, struct err *e) {
	size_t n = 0;
	enum wire_kind kind;
	enum wire_shape shape;
	*w = (struct wire_region){ .verified = row->verified || row->confirmed,
		.score = (float)row->score,
		.presence = (float)row->presence };
	if (kind_parse(row->kind, &kind, e) || shape_parse(row->shape, &shape, e) ||
		outline_parse(row->points, WIRE_POINTS_MAX, w->polygon, &n, e))
		return -1;
	w->kind = kind;
	w->cover = is_covered(row, kind);
	w->shape = shape;
	w->points = (uint32_t)n;
	return row->keypoints[0] ? outline_parse_keys(row->keypoints, w, e) : 0;
}

static int put_form(const struct decision_row *d, struct wire_decision *w, struct err *e) {
	enum wire_form form;
	size_t n = 0;
	if (form_parse(d->form, &form, e)) return -1;
	w->form = form;
	w->turn = (float)d->turn;
	w->flip = d->flip;
	for (int i = 0; i < 3; i++) w->tone_gain[i] = (float)d->gain[i];
	if (!d->crop[0]) return 0;
	if (outline_parse(d->crop, 2, w->crop, &n, e)) return -1;
	if (n != 2) return err_set(e, ERR_OUTSIDE, "the database holds a crop that cannot be read");
	w->has_crop = 1;
	return 0;
}

int review_decision(struct practice *p, const struct photo_row *f, struct wire_decision *ret, struct err *e) {
	struct decision_row d;
	auto_free struct region_row *rows = NULL;
	size_t n = 0;
	*ret = (struct wire_decision){ 0 };
	if (decision_get(p, f->id, &d, e) || put_form(&d, ret, e) || region_list(p, f->id, &rows, &n, e)) return -1;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].removed) continue;
		if (ret->regions == WIRE_REGIONS_MAX)
			return err_set(e, ERR_REFUSED, "photo %lld has more than %d regions; take some back",
				(long long)f->id, WIRE_REGIONS_MAX);
		if (put_region(&rows[i], &ret->region[ret->regions++], e)) return -1;
	}
	return 0;
}

/* ---- masters ------------------------------------------------------------------------------------------------------- */

/* Opens the original and checks that it is what was taken in. */
static int open_original(struct practice *p, const struct photo_row *f, struct buf *out, struct err *e) {
	auto_seal_key struct seal_key *key = NULL;
	char sha256[SHA256_HEX];
	if (practice_patient_key(p, f->patient_id, KEY_PICTURES, &key, e) ||
		vault_get(p, VAULT_ORIGINALS, key, f->vault_name, PICTURE_BYTES_MAX, out, e))
		return err_prefix(e, "photo %lld", (long long)f->id);
	if (strcmp(seal_sha256(out->data, out->len, sha256), f->sha256) != 0)
		return err_set(e, ERR_OUTSIDE, "photo %lld: the sealed original is not the one that was taken in",
			(long long)f->id);
	return 0;
}

static struct worker_job *begin(struct practice *p, const struct photo_row *f, enum wire_job what, struct err *e) {
	auto_free struct wire_request *req = calloc(1, sizeof *req);
	auto_buf struct buf bytes;
	enum wire_view view;
	buf_init(&bytes, PICTURE_BYTES_MAX);
	if (!req) {
		(void)err_nomem(e);
		return NULL;
	}
	req->job = what;
	if (view_parse(f->view, &view, e) || review_decision(p, f, &req->decision, e) ||
		open_original(p, f, &bytes, e))
		return NULL;
	req->view = view;
	if (what == WIRE_REDACT && req->decision.form == FORM_NONE) {
		(void)err_rule(e, "I5",
			"nobody has chosen yet how photo %lld is shown: occlude review form %lld FORM",
			(long long)f->id, (long long)f->id);
		return NULL;
	}
	return worker_start(req, bytes.data, bytes.len, e);
}

struct stale {
	char name[16][VAULT_NAME + 1];
	size_t n;
};

static void note_stale(void *arg, const char *vault_name) {
	struct stale *s = arg;
	if (s->n < ARRAY_LEN(s->name)) (void)snprintf(s->name[s->n++], sizeof s->name[0], "%s", vault_name);
}

static int keep_rows(struct practice *p, const struct master_new *m, struct stale *stale, struct err *e) {
	if (db_begin(p->db, e)) return -1;
	if (master_add(p, m, e) || master_drop_stale(p, m->photo_id, note_stale, stale, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

/* Seals a finished master and records it; what it replaces goes. */
static int keep_master(struct practice *p, const struct photo_row *f, const struct worker_result *r, struct err *e) {
	const struct wire_blob *b = worker_blob(r, BLOB_MASTER, 0);
	auto_seal_key struct seal_key *key = NULL;
	char sha256[SHA256_HEX], name[VAULT_NAME + 1];
	struct stale stale = { .n = 0 };
	enum wire_form form;
	enum wire_view view;
	/* C3: how much a picture shows is our own reckoning; a worker that says otherwise is broken, or somebody else's */
	if (form_parse(f->form, &form, e) || view_parse(f->view, &view, e)) return -1;
	if (r->reply->exposure != (uint32_t)form_exposure(form, view))
		return err_set(e, ERR_OUTSIDE,
			"the worker says another thing about what photo %lld shows than its form", (long long)f->id);
	if (!b || b->format != WIRE_PNG || r->reply->exposure < 1 || r->reply->exposure > 3)
		return err_set(e, ERR_OUTSIDE, "the worker gave no finished picture");
	if (!r->reply->detect_ran)
		return err_rule(e, "I6", "the second look for faces failed, so this picture is not used");
	const unsigned char *bytes = r->bytes + b->offset;
	if (practice_patient_key(p, f->patient_id, KEY_PICTURES, &key, e) ||
		vault_put(p, VAULT_MASTERS, key, bytes, b->size, name, e))
		return -1;
	const struct master_new m = {
		.photo_id = f->id,
		.revision = f->revision,
		.sha256 = seal_sha256(bytes, b->size, sha256),
		.vault_name = name,
		.width = b->width,
		.height = b->height,
		.exposure = r->reply->exposure,
		.faces_left = r->reply->faces_left,
		.face_presence = (double)r->reply->face_left_presence,
	};
	if (keep_rows(p, &m, &stale, e)) {
		(void)vault_remove(p, VAULT_MASTERS, name, NULL);
		return -1;
	}
	for (size_t i = 0; i < stale.n; i++) (void)vault_remove(p, VAULT_MASTERS, stale.name[i], NULL);
	return 0;
}

int review_master(struct practice *p, int64_t photo_id, struct photo_row *ret, struct err *e) {
	struct photo_row f;
	if (photo_get(p, photo_id, &f, e)) return -1;
	if (!f.master_id) {
		struct worker_result r = { 0 };
		struct worker_job *job = begin(p, &f, WIRE_REDACT, e);
		if (!job || worker_wait(job, &r, e)) return -1;
		int bad = keep_master(p, &f, &r, e);
		worker_result_free(&r);
		if (bad || photo_get(p, photo_id, &f, e)) return -1;
	}
	*ret = f;
	return 0;
}

struct masters {
	struct practice *p;
	struct photo_row *photo;
	void (*each)(void *arg, int64_t photo_id, const struct err *why);
	void *arg;
	int failed;
};

static void tell(struct masters *m, size_t i, const struct err *why) {
	if (why) m->failed++;
	if (m->each) m->each(m->arg, m->photo[i].id, why);
}

static struct worker_job *masters_start(void *arg, size_t i) {
	struct masters *m = arg;
	struct err e = { 0 };
	if (m->photo[i].master_id || strcmp(m->photo[i].form, "none") == 0) return NULL;
	struct worker_job *job = begin(m->p, &m->photo[i], WIRE_REDACT, &e);
	if (!job) tell(m, i, &e);
	return job;
}

static void masters_done(void *arg, size_t i, const struct worker_result *r, const struct err *why) {
	struct masters *m = arg;
	struct err e = { 0 };
	if (r && keep_master(m->p, &m->photo[i], r, &e)) why = &e;
	tell(m, i, why);
}

int review_masters(struct practice *p, int64_t case_id,
	void (*each)(void *arg, int64_t photo_id, const struct err *why), void *arg, struct err *e) {
	static const struct batch steps = { masters_start, masters_done };
	auto_free struct photo_row *photos = NULL;
	size_t n = 0;
	if (photo_list(p, case_id, false, &photos, &n, e)) return -1;
	struct masters m = { .p = p, .photo = photos, .each = each, .arg = arg };
	batch_run(n, &steps, &m);
	return m.failed;
}

int review_master_bytes(struct practice *p, const struct photo_row *f, struct buf *out, struct err *e) {
	auto_seal_key struct seal_key *key = NULL;
	char sha256[SHA256_HEX];
	size_t before = out->len;
	if (!f->master_id) return err_rule(e, "I5", "photo %lld has no finished picture", (long long)f->id);
	if (practice_patient_key(p, f->patient_id, KEY_PICTURES, &key, e) ||
		vault_get(p, VAULT_MASTERS, key, f->master_vault, REVIEW_MASTER_MAX, out, e))
		return err_prefix(e, "the finished picture of photo %lld", (long long)f->id);
	if (strcmp(seal_sha256(out->data + before, out->len - before, sha256), f->master_sha256) != 0)
		return err_set(e, ERR_OUTSIDE, "the finished picture of photo %lld is not the one that was made",
			(long long)f->id);
	return 0;
}

int review_show(struct practice *p, int64_t photo_id, struct buf *out, struct err *e) {
	struct photo_row f;
	struct worker_result r = { 0 };
	if (photo_get(p, photo_id, &f, e)) return -1;
	struct worker_job *job = begin(p, &f, WIRE_SHOW, e);
	if (!job || worker_wait(job, &r, e)) return -1;
	const struct wire_blob *b = worker_blob(&r, BLOB_SHOW, 0);
	int bad =
		b ? buf_add(out, r.bytes + b->offset, b->size) : err_set(e, ERR_OUTSIDE, "the worker showed nothing");
	worker_result_free(&r);
	return bad ? (buf_check(out, "the side-by-side picture", e), -1) : 0;
}

/* intake.c: takes files into a case; see flow/intake.h. The order of its steps is the rule: read, recognise what is there
 * already, seal (I9), let the worker look, record everything in one transaction. */
#include "flow/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "flow/batch.h"
#include "flow/outline.h"
#include "lib/clock.h"
#include "lib/db.h"
#include "record/case.h"
#include "record/decision.h"
#include "record/region.h"

/* What is known of a file between its start and its end. */
struct item {
	char sha256[SHA256_HEX], vault_name[VAULT_NAME + 1];
	int64_t bytes;
};

struct run {
	struct practice *p;
	const struct actor *a;
	struct case_row c;
	struct seal_key *key;
	const struct intake_files *fs;
	struct item *item;
	void (*each)(void *arg, const struct intake_result *r);
	void *arg;
};

static bool shows_face(enum wire_view view) {
	return !view_is_intraoral(view);
}

static void report(
	struct run *run, size_t i, enum intake_outcome outcome, const struct photo_row *f, const struct err *why) {
	struct intake_result r = { .file = &run->fs->file[i], .outcome = outcome };
	if (f) {
		r.photo = *f;
		/* I4: a search that failed counts as not found */
		r.quarantined = shows_face(r.file->view) && !f->faces && !f->faces_checked;
	}
	if (why) r.why = *why;
	run->each(run->arg, &r);
}

/* ---- before the worker ------------------------------------------------------------------------------------------- */

static int check_words(const struct intake_file *f, struct err *e) {
	if (!f->view)
		return err_set(e, ERR_REFUSED,
			"its view is not known: name the file like T1_IO-FR.jpg, or say --view (EO-FR, EO-FS, EO-PR, "
			"EO-45,"
			" IO-FR, IO-RB, IO-LB, IO-UO, IO-LO, OT)");
	if (!f->stage)
		return err_set(e, ERR_REFUSED,
			"its stage is not known: put it into a folder like T1, or say --stage (T1, T2.1, T3, T4)");
	return 0;
}

/* 1: a worker is to look at it; 0: the same bytes are there already (f says where); -1. */
static int seal_original(struct run *run, size_t i, struct buf *bytes, struct photo_row *f, struct err *e) {
	struct item *t = &run->item[i];
	if (check_words(&run->fs->file[i], e) || intake_read(run->fs->file[i].path, bytes, e)) return -1;
	t->bytes = (int64_t)bytes->len;
	(void)seal_sha256(bytes->data, bytes->len, t->sha256);
	int there = photo_find(run->p, run->c.patient_id, t->sha256, f, e);
	if (there) return there < 0 ? -1 : 0;
	/* I9: sealed before anything looks into it */
	return vault_put(run->p, VAULT_ORIGINALS, run->key, bytes->data, bytes->len, t->vault_name, e) ? -1 : 1;
}

/* Leaves nothing of a file that was refused. (Should this fail, the next open sweeps it.) */
static void unseal_nothing(struct run *run, size_t i) {
	if (run->item[i].vault_name[0]) (void)vault_remove(run->p, VAULT_ORIGINALS, run->item[i].vault_name, NULL);
	run->item[i].vault_name[0] = 0;
}

static struct worker_job *start(void *arg, size_t i) {
	struct run *run = arg;
	struct err e = { 0 };
	struct photo_row f;
	auto_buf struct buf bytes;
	buf_init(&bytes, PICTURE_BYTES_MAX);
	int r = seal_original(run, i, &bytes, &f, &e);
	if (r == 0) {
		report(run, i, INTAKE_SAME, &f, NULL);
		return NULL;
	}
	struct worker_job *job = NULL;
	if (r > 0) {
		auto_free struct wire_request *req = calloc(1, sizeof *req);
		if (req) {
			req->job = WIRE_STRIP;
			req->view = (uint32_t)run->fs->file[i].view;
			job = worker_start(req, bytes.data, bytes.len, &e);
		} else {
			(void)err_nomem(&e);
		}
	}
	if (!job) {
		unseal_nothing(run, i);
		report(run, i, INTAKE_REFUSED, NULL, &e);
	}
	return job;
}

/* ---- after it ----------------------------------------------------------------------------------------------------- */

static const char *format_name(uint32_t format) {
	static const char *const names[] = { NULL, "jpeg", "png", "tiff", "webp", "heif", "avif" };
	return format > WIRE_NONE && format <= WIRE_AVIF ? names[format] : NULL;
}

/* The day of a camera's clock, if it can be true: not before digital cameras, not after tomorrow. */
static void day_of_capture(const char *capture, char out[DATE_TEXT]) {
	char day[DATE_TEXT];
	struct date d;
	if (strlen(capture) < 10) return;
	memcpy(day, capture, 10);
	day[4] = day[7] = '-';
	day[10] = 0;
	if (date_parse(day, &d, NULL) || d.year < 1990 || date_to_days(d) > clock_now() / 86400 + 1) return;
	(void)date_format(d, out);
}

static int fill_row(const struct run *run, size_t i, const struct wire_reply *r, struct photo_row *f, struct err *e) {
	const struct intake_file *file = &run->fs->file[i];
	const char *format = format_name(r->format);
	char stage[STAGE_TEXT];
	if (!format) return err_set(e, ERR_REFUSED, "the reader's answer names no format");
	*f = (struct photo_row){ .case_id = run->c.id,
		.patient_id = run->c.patient_id,
		.bytes = run->item[i].bytes,
		.width = r->width,
		.height = r->height,
		.removed = r->removed,
		.detect_ran = r->detect_ran == 1,
		.is_radiograph = r->greyscale == 1 };
	(void)snprintf(f->stage, sizeof f->stage, "%s", stage_format(file->stage, stage));
	(void)snprintf(f->view, sizeof f->view, "%s", view_name(file->view));
	(void)snprintf(f->format, sizeof f->format, "%s", format);
	memcpy(f->sha256, run->item[i].sha256, sizeof f->sha256);
	memcpy(f->vault_name, run->item[i].vault_name, sizeof f->vault_name);
	memcpy(f->captured, r->capture, sizeof f->captured);
	if (file->taken_on[0])
		memcpy(f->taken_on, file->taken_on, sizeof f->taken_on);
	else
		day_of_capture(r->capture, f->taken_on);
	return 0;
}

static int add_regions(struct run *run, int64_t photo_id, const struct wire_reply *r, struct err *e) {
	for (uint32_t i = 0; i < r->regions; i++) {
		const struct wire_region *w = &r->region[i];
		struct region_row row = {
			.photo_id = photo_id,
			.score = (double)w->score,
			.presence = (double)w->presence,
			.verified = w->verified == 1,
		};
		(void)snprintf(row.kind, sizeof row.kind, "%s", kind_name((enum wire_kind)w->kind));
		(void)snprintf(row.shape, sizeof row.shape, "%s", shape_name((enum wire_shape)w->shape));
		if (outline_format(w->polygon, w->points, row.points, sizeof row.points) ||
			(w->kind == REGION_FACE && outline_format_keys(w, row.keypoints, sizeof row.keypoints)))
			return err_set(e, ERR_REFUSED, "a region of this photo is too long to keep");
		if (region_found(run->p, &row, e)) return -1;
	}
	return 0;
}

/* Whether it is a view that is taken through a mirror, and was; then it is shown flipped, so that it reads as direct (DESIGN). */
static bool flips(const struct intake_file *f) {
	return f->mirror &&
	       (f->view == VIEW_IO_UO || f->view == VIEW_IO_LO || f->view == VIEW_IO_RB || f->view == VIEW_IO_LB);
}

/* Everything about a new photo, inside a transaction. */
static int add_photo(struct run *run, size_t i, const struct wire_reply *r, int64_t *ret_id, struct err *e) {
	struct photo_row f;
	const struct intake_file *file = &run->fs->file[i];
	/* I7: what has no colour may be a radiograph, which needs a drawn decision */
	enum wire_form form = r->greyscale == 1 ? FORM_NONE : form_default(file->view);
	if (fill_row(run, i, r, &f, e) || photo_add(run->p, run->a, &f, ret_id, e)) return -1;
	if (add_regions(run, *ret_id, r, e)) return -1;
	return decision_default(run->p, *ret_id, form_name(form), flips(file), e);
}

/* 1 = recorded, 0 = the same bytes came in meanwhile, -1. */
static int record(struct run *run, size_t i, const struct wire_reply *r, struct photo_row *f, struct err *e) {
	int64_t id = 0;
	if (db_begin(run->p->db, e)) return -1;
	int there = photo_find(run->p, run->c.patient_id, run->item[i].sha256, f, e);
	if (there || add_photo(run, i, r, &id, e)) {
		db_rollback(run->p->db);
		return there > 0 ? 0 : -1;
	}
	if (db_commit(run->p->db, e)) return -1;
	/* from here on it is a photo; that it could not be read again would change nothing */
	if (photo_get(run->p, id, f, NULL)) *f = (struct photo_row){ .id = id };
	return 1;
}

static void done(void *arg, size_t i, const struct worker_result *r, const struct err *why) {
	struct run *run = arg;
	struct err e = { 0 };
	struct photo_row f;
	int n = r ? record(run, i, r->reply, &f, &e) : -1;
	if (n <= 0) unseal_nothing(run, i);
	if (n < 0)
		report(run, i, INTAKE_REFUSED, NULL, why ? why : &e);
	else
		report(run, i, n ? INTAKE_NEW : INTAKE_SAME, &f, NULL);
}

int intake_run(struct practice *p, const struct actor *a, int64_t case_id, const struct intake_files *fs,
	void (*each)(void *arg, const struct intake_result *r), void *arg, struct err *e) {
	static const struct batch steps = { start, done };
	auto_seal_key struct seal_key *key = NULL;
	struct run run = { .p = p, .a = a, .fs = fs, .each = each, .arg = arg };
	if (practice_may(p, a, CAN_RECORD, e) || case_get(p, case_id, &run.c, e)) return -1;
	if (practice_patient_key(p, run.c.patient_id, KEY_PICTURES, &key, e)) return -1;
	auto_free struct item *items = calloc(fs->n ? fs->n : 1, sizeof *items);
	if (!items) return err_nomem(e);
	run.item = items;
	run.key = key;
	batch_run(fs->n, &steps, &run);
	return 0;
}

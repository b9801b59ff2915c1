/* job.c: runs one job: the stages of a photo's way (strip, detect, redact, derive, check) put together. */
#include "worker/job.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/asset.h"
#include "flow/check.h"
#include "flow/code.h"
#include "flow/derive.h"
#include "flow/form.h"
#include "flow/redact.h"
#include "flow/strip.h"
#include "flow/text.h"
#include "lib/image.h"

enum { SHOW_QUALITY = 85 };
#define UNLIKELY_SCORE 0.2F /* of the score stays, as in flow/text */

int job_prepare(struct job *job, struct err *e) {
	const uint32_t what = job->request.job;
	if (what == WIRE_STRIP || what == WIRE_REDACT || what == WIRE_CHECK) return detector_new(&job->detector, e);
	return 0;
}

static float cpu_ms(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (float)((double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6);
}

/* Appends a finished picture to the reply. */
static int add_blob(struct job *job, enum wire_blob_kind kind, enum wire_format format, int width, int height,
	const struct buf *bytes, struct err *e) {
	if (job->reply.blobs >= WIRE_BLOBS_MAX) BUG("too many pictures in one reply");
	struct wire_blob *b = &job->reply.blob[job->reply.blobs];
	*b = (struct wire_blob){ (uint32_t)kind, (uint32_t)format, (uint32_t)width, (uint32_t)height, job->blobs.len,
		bytes->len };
	if (buf_add(&job->blobs, bytes->data, bytes->len) < 0)
		return buf_check(&job->blobs, "the finished picture", e);
	job->reply.blobs++;
	return 0;
}

static void put_size(struct wire_reply *r, const struct pixels *p) {
	r->width = (uint32_t)p->width;
	r->height = (uint32_t)p->height;
}

static void put_strip(struct wire_reply *r, const struct stripped *s) {
	r->format = (uint32_t)strip_format(s);
	put_size(r, strip_pixels(s));
	r->removed = strip_removed(s);
	r->greyscale = strip_greyscale(s);
	strncpy(r->capture, strip_capture(s), sizeof(r->capture) - 1);
}

/* The search for faces. That it failed is no refusal: the photo is kept and counts as "no face found" (I4). */
static void put_faces(struct job *job, const struct pixels *p) {
	auto_found struct found *f = NULL;
	struct err ignored;
	const float before = cpu_ms();
	if (detect_faces(job->detector, p, &f, &ignored) == 0) {
		job->reply.detect_ran = 1;
		job->reply.regions = (uint32_t)found_regions(f, job->reply.region, WIRE_REGIONS_MAX);
	}
	job->reply.cpu_ms = cpu_ms() - before;
}

/* The second look (I6). If it cannot run, detect_ran stays 0 and the caller must stop the picture. */
static void put_second_look(struct job *job, const struct pixels *p) {
	struct again again;
	struct err ignored;
	const float before = cpu_ms();
	if (detect_again(job->detector, p, &again, &ignored) == 0) {
		job->reply.detect_ran = 1;
		job->reply.faces_left = again.faces > WIRE_REGIONS_MAX ? WIRE_REGIONS_MAX : again.faces;
		job->reply.face_left_presence = again.strength;
	}
	job->reply.cpu_ms = cpu_ms() - before;
}

/* Whether the middle of a region lies in the mouth of a verified face, with half its lips' size to spare. */
static bool in_mouth(const struct wire_region *r, const struct wire_region *face) {
	if (face->kind != REGION_FACE || !face->verified || face->lips < 3 || !r->points) return false;
	float left = face->lip[0].x, right = left, top = face->lip[0].y, bottom = top, x = 0, y = 0;
	for (uint32_t i = 1; i < face->lips; i++) {
		left = fminf(left, face->lip[i].x);
		right = fmaxf(right, face->lip[i].x);
		top = fminf(top, face->lip[i].y);
		bottom = fmaxf(bottom, face->lip[i].y);
	}
	for (uint32_t i = 0; i < r->points; i++) {
		x += r->polygon[i].x / (float)r->points;
		y += r->polygon[i].y / (float)r->points;
	}
	float spare_x = (right - left) / 2, spare_y = (bottom - top) / 2;
	return x > left - spare_x && x < right + spare_x && y > top - spare_y && y < bottom + spare_y;
}

/* I8: teeth in an open mouth look like a line of text or a code; what is proposed there covers nothing until a person
 * confirms it. */
static void spare_mouths(struct wire_reply *reply, uint32_t faces) {
	for (uint32_t i = faces; i < reply->regions; i++)
		for (uint32_t f = 0; f < faces; f++)
			if (reply->region[i].verified && in_mouth(&reply->region[i], &reply->region[f])) {
				reply->region[i].verified = 0;
				reply->region[i].score *= UNLIKELY_SCORE;
			}
}

/* The search for text and codes (I7), behind the faces. If it could not run, nothing is known of the photo, and it must not pass for searched:
 * a person has to look (I4). */
static void put_text(struct job *job, const struct pixels *p) {
	struct wire_region *to = job->reply.region + job->reply.regions;
	const uint32_t faces = job->reply.regions;
	size_t room = WIRE_REGIONS_MAX - job->reply.regions, codes = 0, lines = 0;
	struct err ignored;
	const float before = cpu_ms();
	if (code_find(p, to, room, &codes, &ignored) ||
		text_find(model_assets, p, view_is_intraoral((enum wire_view)job->request.view), to + codes,
			room - codes, &lines, &ignored))
		job->reply.detect_ran = 0;
	else
		job->reply.regions += (uint32_t)(codes + lines);
	spare_mouths(&job->reply, faces);
	job->reply.cpu_ms += cpu_ms() - before;
}

static int run_strip(struct job *job, const unsigned char *input, size_t size, struct err *e) {
	auto_strip struct stripped *s = NULL;
	if (strip_photo(input, size, &s, e) < 0) return -1;
	put_strip(&job->reply, s);
	put_faces(job, strip_pixels(s));
	put_text(job, strip_pixels(s));
	return 0;
}

static int add_show(
	struct job *job, const struct stripped *s, const struct decision *d, const struct master *m, struct err *e) {
	auto_pixels struct pixels p = { 0 };
	auto_buf struct buf jpeg;
	buf_init(&jpeg, WIRE_OUTPUT_MAX);
	if (redact_show(s, d, m, &p, e) < 0 || image_save_jpeg(&p, SHOW_QUALITY, &jpeg, e) < 0) return -1;
	return add_blob(job, BLOB_SHOW, WIRE_JPEG, p.width, p.height, &jpeg, e);
}

static int run_redact(struct job *job, const unsigned char *input, size_t size, struct err *e) {
	auto_strip struct stripped *s = NULL;
	auto_decision struct decision *d = NULL;
	auto_master struct master *m = NULL;
	auto_buf struct buf png;
	buf_init(&png, WIRE_OUTPUT_MAX);
	if (decision_make(&job->request.decision, (enum wire_view)job->request.view, &d, e) < 0) return -1;
	if (strip_photo(input, size, &s, e) < 0 || redact_photo(s, d, &m, e) < 0) return -1;
	put_strip(&job->reply, s);
	job->reply.exposure = (uint32_t)master_exposure(m);
	const struct pixels *p = master_pixels(m);
	if (image_save_png(p, &png, e) < 0) return -1;
	if (add_blob(job, BLOB_MASTER, WIRE_PNG, p->width, p->height, &png, e) < 0) return -1;
	put_second_look(job, p);
	return job->request.want_show ? add_show(job, s, d, m, e) : 0;
}

/* The side-by-side picture alone; a decision that cannot be applied yet shows an empty right half. */
static int run_show(struct job *job, const unsigned char *input, size_t size, struct err *e) {
	auto_strip struct stripped *s = NULL;
	auto_decision struct decision *d = NULL;
	auto_master struct master *m = NULL;
	struct err not_yet;
	if (decision_make(&job->request.decision, (enum wire_view)job->request.view, &d, e) < 0) return -1;
	if (strip_photo(input, size, &s, e) < 0) return -1;
	put_strip(&job->reply, s);
	if (redact_photo(s, d, &m, &not_yet) < 0 && not_yet.kind == ERR_OUTSIDE) {
		*e = not_yet;
		return -1;
	}
	if (m) job->reply.exposure = (uint32_t)master_exposure(m);
	return add_show(job, s, d, m, e);
}

static int run_derive(struct job *job, const unsigned char *input, size_t size, struct err *e) {
	auto_renditions struct renditions r = { 0 };
	if (derive_renditions(input, size, &r, e) < 0) return -1;
	job->reply.format = WIRE_PNG;
	for (int i = 0; i < r.count; i++) {
		const struct rendition *it = &r.item[i];
		if (add_blob(job, BLOB_RENDITION, it->format, it->width, it->height, &it->bytes, e) < 0) return -1;
		job->reply.width = (uint32_t)it->width; /* the largest, which comes last */
		job->reply.height = (uint32_t)it->height;
	}
	return 0;
}

static int run_check(struct job *job, const unsigned char *input, size_t size, struct err *e) {
	auto_checked struct checked c = { 0 };
	if (check_published(input, size, &c, e) < 0) return -1;
	job->reply.format = (uint32_t)c.format;
	put_size(&job->reply, &c.pixels);
	job->reply.removed = c.left;
	put_second_look(job, &c.pixels);
	return 0;
}

int job_run(struct job *job, const unsigned char *input, size_t size, struct err *e) {
	job->reply = (struct wire_reply){ .magic = WIRE_MAGIC, .version = WIRE_VERSION, .job = job->request.job };
	switch (job->request.job) {
	case WIRE_STRIP:
		return run_strip(job, input, size, e);
	case WIRE_REDACT:
		return run_redact(job, input, size, e);
	case WIRE_DERIVE:
		return run_derive(job, input, size, e);
	case WIRE_CHECK:
		return run_check(job, input, size, e);
	case WIRE_SHOW:
		return run_show(job, input, size, e);
	default:
		return err_set(e, ERR_OUTSIDE, "the worker was given a job it does not know; install Occlude again");
	}
}

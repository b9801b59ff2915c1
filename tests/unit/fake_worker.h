/* fake_worker.h: a worker for tests of intake and review, in place of flow/worker.c: the archive's own is not pulled in, because
 * everything it defines is here. Included once by a test program. What a "photo" is is said by words in its bytes: BAD is
 * refused, FACE has a face, MAYBE a candidate, WORDS a line of text, TEETH what is unlikely to be one, GREY no colour, FAIL a search that failed, LEFT a face left after covering. A
 * master's bytes follow from the photo and the decision alone, as the real one's do. */
#ifndef OCCLUDE_TESTS_FAKE_WORKER_H
#define OCCLUDE_TESTS_FAKE_WORKER_H

#include <stdlib.h>
#include <string.h>

#include "flow/form.h"
#include "flow/worker.h"
#include "lib/seal.h"

struct worker_job {
	struct wire_request req;
	char *input;
	size_t size;
};

/* Called when a worker is given its input. */
static void (*fake_worker_sees)(const struct wire_request *req, const void *input, size_t size);
static int fake_worker_jobs;

struct worker_job *worker_start(const struct wire_request *req, const void *input, size_t size, struct err *e) {
	(void)e;
	struct worker_job *job = calloc(1, sizeof *job);
	job->req = *req;
	job->input = calloc(1, size + 1);
	memcpy(job->input, input, size);
	job->size = size;
	fake_worker_jobs++;
	if (fake_worker_sees) fake_worker_sees(req, input, size);
	return job;
}

int worker_next(struct worker_job *const *jobs, size_t n) {
	for (size_t i = n; i-- > 0;) /* the last first: order must not matter */
		if (jobs[i]) return (int)i;
	return -1;
}

static void fake_face(struct wire_reply *r, uint32_t verified) {
	struct wire_region *g = &r->region[r->regions++];
	*g = (struct wire_region){ .kind = REGION_FACE,
		.shape = SHAPE_POLYGON,
		.verified = verified,
		.cover = 1,
		.score = .9F,
		.points = 4 };
	static const struct wire_point square[4] = { { 10, 10 }, { 60, 10 }, { 60, 70 }, { 10, 70.5F } };
	memcpy(g->polygon, square, sizeof square);
	g->lips = 3;
	memcpy(g->lip, square, 3 * sizeof square[0]);
	g->point[0] = square[1];
}

static void fake_text(struct wire_reply *r, uint32_t verified) {
	static const struct wire_point slanted[4] = { { 5, 5 }, { 50, 15 }, { 48, 25 }, { 3, 15 } };
	struct wire_region *g = &r->region[r->regions++];
	*g = (struct wire_region){ .kind = REGION_TEXT,
		.shape = SHAPE_POLYGON,
		.verified = verified,
		.cover = 1,
		.score = verified ? .9F : .2F,
		.points = 4 };
	memcpy(g->polygon, slanted, sizeof slanted);
}

static void fake_strip(const struct worker_job *job, struct wire_reply *r) {
	r->format = WIRE_JPEG;
	r->width = 100;
	r->height = 80;
	r->removed = REMOVED_GPS;
	strcpy(r->capture, "2024:02:03 10:11:12");
	r->detect_ran = !strstr(job->input, "FAIL");
	r->greyscale = strstr(job->input, "GREY") != NULL;
	if (strstr(job->input, "FACE")) fake_face(r, 1);
	if (strstr(job->input, "MAYBE")) fake_face(r, 0);
	if (strstr(job->input, "WORDS")) fake_text(r, 1);
	if (strstr(job->input, "TEETH")) fake_text(r, 0);
}

static void fake_master(const struct worker_job *job, struct worker_result *ret) {
	char sha[SHA256_HEX];
	struct wire_reply *r = ret->reply;
	size_t n = job->size + sizeof job->req.decision;
	char *all = malloc(n);
	memcpy(all, job->input, job->size);
	memcpy(all + job->size, &job->req.decision, sizeof job->req.decision);
	seal_sha256(all, n, sha);
	free(all);
	ret->size = 8 + 64;
	ret->bytes = malloc(ret->size);
	memcpy(ret->bytes, "\x89PNG\r\n\x1a\n", 8);
	memcpy(ret->bytes + 8, sha, 64);
	r->blobs = 1;
	r->blob[0] = (struct wire_blob){ job->req.job == WIRE_SHOW ? BLOB_SHOW : BLOB_MASTER, WIRE_PNG, 50, 40, 0,
		ret->size };
	r->exposure =
		strstr(job->input, "MODEST") ? EXPOSURE_TEETH : form_exposure(job->req.decision.form, job->req.view);
	r->detect_ran = 1;
	r->faces_left = strstr(job->input, "LEFT") != NULL;
}

void worker_cancel(struct worker_job *job) {
	if (!job) return;
	free(job->input);
	free(job);
}

int worker_wait(struct worker_job *job, struct worker_result *ret, struct err *e) {
	*ret = (struct worker_result){ 0 };
	int bad = strstr(job->input, "BAD") != NULL;
	if (bad) {
		(void)err_set(e, ERR_REFUSED, "this is no photo");
	} else {
		ret->reply = calloc(1, sizeof *ret->reply);
		if (job->req.job == WIRE_STRIP)
			fake_strip(job, ret->reply);
		else
			fake_master(job, ret);
	}
	worker_cancel(job);
	return bad ? -1 : 0;
}

int worker_run(
	const struct wire_request *req, const void *input, size_t size, struct worker_result *ret, struct err *e) {
	return worker_wait(worker_start(req, input, size, e), ret, e);
}

void worker_result_free(struct worker_result *r) {
	if (!r) return;
	free(r->reply);
	free(r->bytes);
	*r = (struct worker_result){ 0 };
}

/* There is no program to name; sample_practice.c, linked into every test, asks for it. */
void worker_set_program(const char *path, int wall_ms) {
	(void)path;
	(void)wall_ms;
}

int worker_cores(void) {
	return 3;
}

const struct wire_blob *worker_blob(const struct worker_result *r, enum wire_blob_kind kind, unsigned nth) {
	for (uint32_t i = 0; i < r->reply->blobs; i++)
		if (r->reply->blob[i].kind == (uint32_t)kind && nth-- == 0) return &r->reply->blob[i];
	return NULL;
}

#endif

/* detect.c: `occlude detect --json FILE...`: looks for faces; no practice is needed and nothing is stored. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/cmd.h"
#include "flow/batch.h"
#include "flow/form.h"
#include "flow/intake.h"

struct answer {
	struct buf line;
	bool settled;
};

struct run {
	const struct cmd *c;
	char **file;
	struct answer *answer;
	size_t n, printed, refused;
	struct err output; /* why standard output could not be written, if it could not */
	enum err_kind worst;
};

static void put_point(struct json *j, struct wire_point p) {
	json_array(j);
	json_number(j, (double)p.x, 1);
	json_number(j, (double)p.y, 1);
	json_array_end(j);
}

static void put_named(struct json *j, const char *name, struct wire_point p) {
	json_key(j, name);
	put_point(j, p);
}

static void put_region(struct json *j, const struct wire_region *r) {
	json_object(j);
	json_key_text(j, "kind", kind_name((enum wire_kind)r->kind));
	json_key(j, "polygon");
	json_array(j);
	for (uint32_t i = 0; i < r->points; i++) put_point(j, r->polygon[i]);
	json_array_end(j);
	json_key(j, "score");
	json_number(j, (double)r->score, 3);
	if (r->kind == REGION_FACE) {
		json_key_bool(j, "verified", r->verified == 1);
		json_key(j, "points");
		json_object(j);
		put_named(j, "right_eye", r->point[0]);
		put_named(j, "left_eye", r->point[1]);
		put_named(j, "nose", r->point[2]);
		put_named(j, "mouth", r->point[3]);
		json_object_end(j);
	} else if (r->kind == REGION_TEXT) {
		json_key_bool(j, "verified", r->verified == 1);
		json_key_text(j, "text", NULL);
	}
	json_object_end(j);
}

static void put_found(struct json *j, const char *file, const struct wire_reply *r) {
	json_object(j);
	json_key_text(j, "file", file);
	json_key_int(j, "width", r->width);
	json_key_int(j, "height", r->height);
	json_key(j, "ms");
	json_number(j, (double)r->cpu_ms, 1);
	json_key(j, "regions");
	json_array(j);
	for (uint32_t i = 0; i < r->regions; i++) put_region(j, &r->region[i]);
	json_array_end(j);
	json_object_end(j);
}

static void put_refused(struct json *j, const char *file, const char *why) {
	json_object(j);
	json_key_text(j, "file", file);
	json_key_text(j, "error", why);
	json_object_end(j);
}

static void put_words(struct buf *b, const char *file, const struct wire_reply *r) {
	unsigned sure = 0, possible = 0, text = 0, codes = 0;
	for (uint32_t i = 0; i < r->regions; i++) {
		const struct wire_region *g = &r->region[i];
		sure += g->kind == REGION_FACE && g->verified;
		possible += g->kind == REGION_FACE && !g->verified;
		text += g->kind == REGION_TEXT;
		codes += g->kind == REGION_CODE;
	}
	(void)buf_fmt(b, "%s: %u x %u pixels, %u face%s", file, r->width, r->height, sure, sure == 1 ? "" : "s");
	if (possible) (void)buf_fmt(b, ", %u possible: a person has to look", possible);
	if (text) (void)buf_fmt(b, ", %u line%s of text", text, text == 1 ? "" : "s");
	if (codes) (void)buf_fmt(b, ", %u code%s", codes, codes == 1 ? "" : "s");
	(void)buf_char(b, '\n');
}

/* Prints what is settled, in the order of the files. */
static void settle(struct run *run, size_t i, const struct worker_result *r, const struct err *why) {
	struct answer *a = &run->answer[i];
	struct json j;
	buf_init(&a->line, 4 * 1024 * 1024);
	json_init(&j, &a->line);
	if (!r) {
		run->refused++;
		/* 1 as soon as one was refused; 3 where all that failed is that files could not be read */
		if (!run->worst || why->kind == ERR_REFUSED) run->worst = why->kind;
		if (run->c->json)
			put_refused(&j, run->file[i], why->text);
		else
			(void)buf_fmt(&a->line, "%s: %s\n", run->file[i], why->text);
	} else if (run->c->json) {
		put_found(&j, run->file[i], r->reply);
	} else {
		put_words(&a->line, run->file[i], r->reply);
	}
	if (run->c->json) (void)buf_char(&a->line, '\n');
	a->settled = true;
	for (; run->printed < run->n && run->answer[run->printed].settled; run->printed++) {
		if (!run->output.kind) (void)cmd_print(&run->answer[run->printed].line, &run->output);
		buf_free(&run->answer[run->printed].line);
	}
	if (fflush(stdout) && errno != EPIPE && !run->output.kind)
		(void)err_sys(&run->output, "the output cannot be written");
}

static struct worker_job *start(void *arg, size_t i) {
	struct run *run = arg;
	struct err e = { 0 };
	auto_free struct wire_request *req = calloc(1, sizeof *req);
	auto_buf struct buf bytes;
	buf_init(&bytes, PICTURE_BYTES_MAX);
	struct worker_job *job = NULL;
	if (!req)
		(void)err_nomem(&e);
	else if (intake_read(run->file[i], &bytes, &e) == 0) {
		req->job = WIRE_STRIP;
		job = worker_start(req, bytes.data, bytes.len, &e);
	}
	if (!job) settle(run, i, NULL, &e);
	return job;
}

static void done(void *arg, size_t i, const struct worker_result *r, const struct err *why) {
	struct err failed = { 0 };
	if (r && !r->reply->detect_ran) {
		/* I4: a search that failed has found nothing and says nothing */
		(void)err_rule(&failed, "I4", "the search for faces failed on this picture");
		r = NULL;
		why = &failed;
	}
	settle(arg, i, r, why);
}

int cmd_detect(struct cmd *c, int argc, char **argv, struct err *e) {
	static const struct opt none[] = { { .name = NULL } };
	static const struct batch steps = { start, done };
	size_t n;
	bool helped;
	if (opt_parse(c, none, argc, argv, 1, SIZE_MAX, &n, &helped, e)) return -1;
	if (helped) return 0;
	auto_free struct answer *answers = calloc(n, sizeof *answers);
	if (!answers) return err_nomem(e);
	struct run run = { .c = c, .file = argv, .answer = answers, .n = n };
	batch_run(n, &steps, &run);
	if (run.output.kind) {
		*e = run.output;
		return -1;
	}
	return run.refused ? err_set(e, run.worst, "%zu of %zu file%s refused", run.refused, n,
				     n == 1 ? " was" : "s were")
			   : 0;
}

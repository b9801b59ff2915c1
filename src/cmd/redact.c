/* redact.c: `occlude redact --regions auto --mode veil|smile IN OUT`: strip, detect, redact and derive one file in workers; no
 * practice is needed and nothing else is stored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cmd/photo_cmd.h"
#include "flow/form.h"
#include "flow/intake.h"
#include "flow/worker.h"

enum { WIDE = 64 * 1024 * 1024 };

/* What OUT's extension asks for. */
static int out_format(const char *path, enum wire_format *ret, struct err *e) {
	static const struct {
		const char *ext;
		enum wire_format format;
	} known[] = { { ".jpg", WIRE_JPEG }, { ".jpeg", WIRE_JPEG }, { ".png", WIRE_PNG }, { ".avif", WIRE_AVIF } };
	const char *dot = strrchr(path, '.');
	for (size_t i = 0; dot && i < ARRAY_LEN(known); i++) {
		if (strcasecmp(dot, known[i].ext) != 0) continue;
		*ret = known[i].format;
		return 0;
	}
	return err_set(
		e, ERR_USAGE, "%s: the name must end in .jpg, .png or .avif, which says how it is written", path);
}

static bool has_face(const struct wire_reply *r) {
	for (uint32_t i = 0; i < r->regions; i++)
		if (r->region[i].kind == REGION_FACE) return true;
	return false;
}

/* The search's own regions as a decision: all covered but what is unlikely to be text (I8: it lies on teeth more often than not). */
static int find_regions(const struct buf *in, struct wire_request *req, struct err *e) {
	struct worker_result r = { 0 };
	req->job = WIRE_STRIP;
	if (worker_run(req, in->data, in->len, &r, e)) return -1;
	int bad = 0;
	if (!r.reply->detect_ran)
		bad = err_rule(e, "I4", "the search for faces failed, which counts as not found; nothing is written");
	else if (!has_face(r.reply))
		bad = err_rule(e, "I4",
			"no face was found, which does not mean that there is none: draw its regions by hand (in a "
			"practice:"
			" occlude review region); nothing is written");
	req->decision.regions = r.reply->regions;
	memcpy(req->decision.region, r.reply->region, r.reply->regions * sizeof r.reply->region[0]);
	for (uint32_t i = 0; i < req->decision.regions; i++) {
		struct wire_region *g = &req->decision.region[i];
		g->cover = g->verified || g->kind == REGION_FACE;
	}
	worker_result_free(&r);
	return bad;
}

/* The master; refused if a second look still finds a face (I6). */
static int make_master(const struct buf *in, struct wire_request *req, struct worker_result *ret, struct err *e) {
	struct worker_result r = { 0 };
	req->job = WIRE_REDACT;
	req->view = VIEW_EO_FS;
	for (int i = 0; i < 3; i++) req->decision.tone_gain[i] = 1;
	if (worker_run(req, in->data, in->len, &r, e)) return -1;
	if (!r.reply->detect_ran || r.reply->faces_left > 0 || !worker_blob(&r, BLOB_MASTER, 0)) {
		worker_result_free(&r);
		return err_rule(e, "I6", "a second look still finds a face in the result; nothing is written");
	}
	*ret = r;
	return 0;
}

/* The bytes to write: the master itself as PNG, else its largest rendition of that format. */
static int pick_output(const struct worker_result *master, enum wire_format format, struct buf *out, struct err *e) {
	const struct wire_blob *b = worker_blob(master, BLOB_MASTER, 0), *best = NULL;
	if (format == WIRE_PNG) return buf_add(out, master->bytes + b->offset, b->size) ? err_nomem(e) : 0;
	auto_free struct wire_request *req = calloc(1, sizeof *req);
	struct worker_result r = { 0 };
	if (!req) return err_nomem(e);
	req->job = WIRE_DERIVE;
	if (worker_run(req, master->bytes + b->offset, b->size, &r, e)) return -1;
	for (unsigned i = 0; (b = worker_blob(&r, BLOB_RENDITION, i)); i++)
		if (b->format == (uint32_t)format && (!best || b->width > best->width)) best = b;
	int bad = !best ? err_set(e, ERR_OUTSIDE, "the worker made no picture of that format")
		  : buf_add(out, r.bytes + best->offset, best->size) ? err_nomem(e)
								     : 0;
	worker_result_free(&r);
	return bad;
}

/* I1, I6: the finished file is opened again and looked at. */
static int check_output(const struct buf *out, struct err *e) {
	auto_free struct wire_request *req = calloc(1, sizeof *req);
	struct worker_result r = { 0 };
	if (!req) return err_nomem(e);
	req->job = WIRE_CHECK;
	if (worker_run(req, out->data, out->len, &r, e)) return -1;
	int bad = r.reply->removed ? err_rule(e, "I1", "the finished file still carries metadata; nothing is written")
		  : !r.reply->detect_ran || r.reply->faces_left
			  ? err_rule(e, "I6",
				    "a second look still finds a face in the finished file; nothing is written")
			  : 0;
	worker_result_free(&r);
	return bad;
}

static int redact(const char *from, const char *to, enum wire_form form, enum wire_format format, struct err *e) {
	auto_buf struct buf in, out;
	buf_init(&in, PICTURE_BYTES_MAX);
	buf_init(&out, WIDE);
	auto_free struct wire_request *req = calloc(1, sizeof *req);
	struct worker_result master = { 0 };
	if (!req) return err_nomem(e);
	if (intake_read(from, &in, e) || find_regions(&in, req, e)) return err_prefix(e, "%s", from);
	req->decision.form = form;
	if (make_master(&in, req, &master, e)) return err_prefix(e, "%s", from);
	int bad = pick_output(&master, format, &out, e);
	worker_result_free(&master);
	if (bad || check_output(&out, e)) return err_prefix(e, "%s", from);
	return photo_write(to, &out, 0644, e);
}

int cmd_redact(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *regions = NULL, *mode = NULL;
	const struct opt opts[] = {
		{ "regions", OPT_TEXT, &regions, "auto", "what is covered: auto = the faces that are found", true, 0,
			0 },
		{ "mode", OPT_TEXT, &mode, "veil|smile",
			"veil: every head under one tone; smile: cropped to the mouth", true, 0, 0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped;
	enum wire_format format = WIRE_NONE;
	if (opt_parse(c, opts, argc, argv, 2, 2, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (strcmp(regions, "auto") != 0) return err_set(e, ERR_USAGE, "--regions knows only auto");
	if (strcmp(mode, "veil") != 0 && strcmp(mode, "smile") != 0)
		return err_set(e, ERR_USAGE, "--mode is veil or smile");
	if (out_format(argv[1], &format, e)) return -1;
	if (redact(argv[0], argv[1], strcmp(mode, "veil") == 0 ? FORM_VEIL : FORM_SMILE, format, e)) return -1;
	cmd_say(c, "%s is written. Look at it before you show it: what the search did not find is not covered.",
		argv[1]);
	return 0;
}

/* photo_cmd.c: see photo_cmd.h. */
#include "cmd/photo_cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "flow/form.h"
#include "flow/review.h"

int photo_write(const char *path, const struct buf *bytes, unsigned mode, struct err *e) {
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	auto_free char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	if (!dir) return err_nomem(e);
	if (!*name) return err_set(e, ERR_USAGE, "%s is a directory; name a file in it", path);
	auto_fd int fd = file_open_dir(dir, e);
	if (fd < 0 || file_replace(fd, name, bytes->data, bytes->len, mode, e)) return err_prefix(e, "%s", path);
	return 0;
}

int photo_yes_no(const char *option, const char *s, bool *ret, struct err *e) {
	*ret = strcmp(s, "yes") == 0;
	return *ret || strcmp(s, "no") == 0 ? 0 : err_set(e, ERR_USAGE, "--%s takes yes or no", option);
}

/* The first thing that has to happen before this photo can be shown. */
static const char *next_step(const struct photo_row *f) {
	if (!f->in_gallery) return "hidden";
	if (f->misfiled) return "I7: perhaps another patient's";
	if (!f->detect_ran && !f->faces_checked) return "I4: search failed: `review checked`";
	if (f->candidates) return "I4: confirm or dismiss a face";
	if (strncmp(f->view, "IO-", 3) != 0 && !f->faces && !f->faces_checked)
		return "I4: no face found: `review checked`";
	if (strcmp(f->form, "none") == 0) return "I5: shown how? `review form`";
	if (!f->no_text) return "I7: any text left? `review no-text`";
	if (f->faces_left) return "I6: a face is left to see: cover it";
	if (!f->master_id) return "I5: no picture yet: `review render`";
	if (strcmp(f->verdict, "rejected") == 0) return "I5: rejected";
	if (!f->verdict[0]) return "I5: to be approved";
	return "ready";
}

static int print_json(const struct photo_row *f, struct err *e) {
	auto_buf struct buf b;
	struct json j;
	buf_init(&b, 8192);
	json_init(&j, &b);
	json_object(&j);
	json_key_int(&j, "photo", f->id);
	json_key_int(&j, "case", f->case_id);
	json_key_text(&j, "stage", f->stage);
	json_key_text(&j, "view", f->view);
	json_key_text(&j, "taken_on", f->taken_on[0] ? f->taken_on : NULL);
	json_key_int(&j, "width", f->width);
	json_key_int(&j, "height", f->height);
	json_key_text(&j, "form", f->form);
	json_key_int(&j, "faces", f->faces);
	json_key_int(&j, "candidates", f->candidates);
	json_key_int(&j, "texts", f->texts);
	json_key_int(&j, "drawn", f->drawn);
	json_key_bool(&j, "detect_ran", f->detect_ran);
	json_key_bool(&j, "faces_checked", f->faces_checked);
	json_key_bool(&j, "no_text", f->no_text);
	json_key_bool(&j, "radiograph", f->is_radiograph);
	json_key_bool(&j, "in_gallery", f->in_gallery);
	json_key_text(&j, "master_sha256", f->master_id ? f->master_sha256 : NULL);
	json_key_text(&j, "exposure", f->master_id ? exposure_name((enum exposure)f->exposure) : NULL);
	json_key_int(&j, "faces_left", f->faces_left);
	json_key_text(&j, "verdict", f->verdict[0] ? f->verdict : NULL);
	json_key_text(&j, "next", next_step(f));
	json_object_end(&j);
	return cmd_json_line(&b, e);
}

void photo_print_head(const struct cmd *c) {
	cmd_say(c, "%5s  %-5s %-6s %-10s  %-11s %s", "PHOTO", "STAGE", "VIEW", "TAKEN", "SHOWN AS", "NEXT");
}

int photo_print(const struct cmd *c, const struct photo_row *f, struct err *e) {
	if (c->json) return print_json(f, e);
	cmd_say(c, "%5lld  %-5s %-6s %-10s  %-11s %s", (long long)f->id, f->stage, f->view,
		f->taken_on[0] ? f->taken_on : "unknown", f->form, next_step(f));
	return 0;
}

struct progress {
	size_t made, failed;
};

static void count(void *arg, int64_t photo_id, const struct err *why) {
	struct progress *g = arg;
	if (why) {
		g->failed++;
		(void)fprintf(stderr, "%sphoto %lld: %s\n", cmd_is_terminal() ? "\r\033[K" : "", (long long)photo_id,
			why->text);
	} else {
		g->made++;
	}
	if (cmd_is_terminal()) (void)fprintf(stderr, "\rFinished pictures made: %zu", g->made);
}

int photo_render(struct cmd *c, int64_t case_id, size_t *ret_failed, struct err *e) {
	struct progress g = { 0 };
	int r = review_masters(c->practice, case_id, count, &g, e);
	if (cmd_is_terminal() && (g.made || g.failed)) (void)fputc('\n', stderr);
	if (r < 0) return -1;
	*ret_failed = (size_t)r;
	return 0;
}

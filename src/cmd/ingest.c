/* ingest.c: `occlude ingest`: photos from a disk into a case. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/people.h"
#include "cmd/photo_cmd.h"
#include "flow/form.h"
#include "flow/intake.h"
#include "flow/removed.h"

struct tally {
	const struct cmd *c;
	size_t total, settled, fresh, same, refused, quarantined;
	enum err_kind worst;
};

static void bar(const struct tally *t) {
	enum { WIDTH = 30 };
	if (!cmd_is_terminal()) return;
	int full = t->total ? (int)(t->settled * WIDTH / t->total) : WIDTH;
	(void)fprintf(stderr, "\r\033[K[%.*s%*s] %zu of %zu", full, "==============================", WIDTH - full,
		"", t->settled, t->total);
}

static void clear_bar(void) {
	if (cmd_is_terminal()) (void)fputs("\r\033[K", stderr);
}

static void print_json(const struct intake_result *r, const char *removed) {
	static const char *const outcomes[] = { NULL, "new", "same", "refused" };
	auto_buf struct buf b;
	struct json j;
	buf_init(&b, 16384);
	json_init(&j, &b);
	json_object(&j);
	json_key_text(&j, "file", r->file->path);
	json_key_text(&j, "outcome", outcomes[r->outcome]);
	if (r->outcome == INTAKE_REFUSED) {
		json_key_text(&j, "error", r->why.text);
	} else {
		json_key_int(&j, "photo", r->photo.id);
		json_key_text(&j, "stage", r->photo.stage);
		json_key_text(&j, "view", r->photo.view);
		json_key_text(&j, "taken_on", r->photo.taken_on[0] ? r->photo.taken_on : NULL);
		json_key_int(&j, "width", r->photo.width);
		json_key_int(&j, "height", r->photo.height);
		json_key_text(&j, "removed", removed);
		json_key_int(&j, "faces", r->photo.faces);
		json_key_int(&j, "candidates", r->photo.candidates);
		json_key_bool(&j, "quarantined", r->quarantined);
	}
	json_object_end(&j);
	(void)cmd_json_line(&b, NULL);
}

/* What was taken off, in lines that fit a terminal: broken after commas. */
static void print_removed(const char *removed) {
	enum { WIDTH = 80, INDENT = 15 };
	int column = printf("    taken off:");
	for (const char *s = removed; *s;) {
		size_t len = strcspn(s, ",");
		len += s[len] == ',';
		if (column + 1 + (int)len > WIDTH) {
			(void)printf("\n%*s", INDENT - 1, "");
			column = INDENT - 1;
		}
		column += printf(" %.*s", (int)len, s);
		s += len;
		s += strspn(s, " ");
	}
	(void)printf("\n");
}

/* A line for a person. The file's name is theirs to see, and is stored nowhere. */
static void print_line(const struct intake_result *r, const char *removed) {
	char name[256];
	size_t n = 0;
	for (const char *s = r->file->path; *s && n + 1 < sizeof name; s++)
		name[n++] = (unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s;
	name[n] = 0;
	if (r->outcome == INTAKE_REFUSED) {
		(void)fprintf(stderr, "%s: %s.\n", name, r->why.text);
		return;
	}
	(void)printf("%s: photo %lld, %s %s%s%s%s\n", name, (long long)r->photo.id, r->photo.stage, r->photo.view,
		r->photo.taken_on[0] ? ", taken " : "", r->photo.taken_on,
		r->outcome == INTAKE_SAME ? ", was there already" : "");
	if (r->outcome == INTAKE_SAME) return;
	print_removed(removed);
	if (r->quarantined)
		(void)printf("    I4: no face was found for certain, which is not \"safe\": look at it, draw what is "
			     "missing,"
			     " then occlude review checked %lld\n",
			(long long)r->photo.id);
	else if (r->photo.candidates)
		(void)printf("    I4: %lld possible face%s to confirm or dismiss\n", (long long)r->photo.candidates,
			r->photo.candidates == 1 ? "" : "s");
	if (r->photo.is_radiograph) (void)printf("    I7: it has no colour: a radiograph needs a drawn crop\n");
}

static void settled(void *arg, const struct intake_result *r) {
	struct tally *t = arg;
	auto_buf struct buf removed;
	buf_init(&removed, 2048);
	(void)removed_words((uint32_t)r->photo.removed, &removed);
	t->settled++;
	t->fresh += r->outcome == INTAKE_NEW;
	t->same += r->outcome == INTAKE_SAME;
	t->refused += r->outcome == INTAKE_REFUSED;
	t->quarantined += r->outcome == INTAKE_NEW && r->quarantined;
	if (r->outcome == INTAKE_REFUSED && r->why.kind > t->worst) t->worst = r->why.kind;
	clear_bar();
	if (t->c->json)
		print_json(r, buf_text(&removed));
	else
		print_line(r, buf_text(&removed));
	(void)fflush(stdout);
	bar(t);
}

static int run(struct cmd *c, int64_t case_id, const struct intake_files *fs, struct err *e) {
	struct tally t = { .c = c, .total = fs->n };
	if (!fs->n) return err_set(e, ERR_USAGE, "there is no file to take in there");
	bar(&t);
	int bad = intake_run(c->practice, &c->actor, case_id, fs, settled, &t, e);
	clear_bar();
	if (bad) return -1;
	cmd_say(c, "%zu new, %zu there already, %zu refused%s.", t.fresh, t.same, t.refused,
		fs->skipped ? "; hidden files, links and devices were passed over" : "");
	if (t.fresh)
		cmd_say(c, "Next: occlude review list %lld%s", (long long)case_id,
			t.quarantined ? " (some wait for a person's look, I4)" : "");
	if (t.refused)
		return err_set(e, t.worst, "%zu of %zu file%s refused; nothing of %s was stored", t.refused, t.total,
			t.total == 1 ? " was" : "s were", t.refused == 1 ? "it" : "them");
	return 0;
}

int cmd_ingest(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *stage = NULL, *view = NULL, *list = NULL;
	struct intake_wish w = { 0 };
	const struct opt opts[] = {
		{ "stage", OPT_TEXT, &stage, "STAGE", "T1 before, T2.1 progress, T3 after, T4 retention", false, 0,
			0 },
		{ "view", OPT_TEXT, &view, "VIEW", "EO-FR EO-FS EO-PR EO-45 IO-FR IO-RB IO-LB IO-UO IO-LO OT", false,
			0, 0 },
		{ "taken", OPT_DATE, &w.taken_on, "DATE", "the day, where the camera did not write it", false, 0, 0 },
		{ "mirror", OPT_FLAG, &w.mirror, NULL,
			"IO-UO, IO-LO, IO-RB, IO-LB were taken through a mirror and are still mirrored: show them "
			"flipped",
			false, 0, 0 },
		{ "list", OPT_TEXT, &list, "FILE", "lines of FILE, STAGE, VIEW, DATE, \"mirror\", with tabs between",
			false, 0, 0 },
		{ .name = NULL },
	};
	__attribute__((cleanup(intake_files_free))) struct intake_files fs = { 0 };
	size_t n;
	bool helped;
	int64_t case_id;
	if (opt_parse(c, opts, argc, argv, 1, SIZE_MAX, &n, &helped, e)) return -1;
	if (helped) {
		(void)printf(
			"\nStage and view may stand in the names instead: T1/IO-FR.jpg, T3_EO-FS.jpg, \"T2.1 IO "
			"UO.png\".\n"
			"The same file twice is one photo. Nothing of a refused file is kept, and no file name.\n");
		return 0;
	}
	if (number_operand("a case", argv[0], &case_id, e)) return -1;
	if (stage && stage_parse(stage, &w.stage, e)) return -1;
	if (view && view_parse(view, &w.view, e)) return -1;
	if (n < 2 && !list) return err_set(e, ERR_USAGE, "name the files or directories to take in, or a --list");
	for (size_t i = 1; i < n; i++)
		if (intake_collect(&fs, argv[i], &w, e)) return -1;
	if (list && intake_collect_list(&fs, list, &w, e)) return -1;
	return run(c, case_id, &fs, e);
}

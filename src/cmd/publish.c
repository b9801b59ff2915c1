/* publish.c: `occlude publish`, `occlude tick`, `occlude withdraw`, `occlude verify`, `occlude serve`. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "flow/publish.h"
#include "flow/verify.h"
#include "flow/withdraw.h"
#include "base/mem.h"
#include "base/text.h"
#include "record/case.h"

struct tally {
	const struct cmd *c;
	bool dry;
	size_t count[PUBLISH_REFUSED + 1];
	int64_t named;       /* the case named on the command line, 0: none */
	char named_why[700]; /* why it was refused */
};

static const char *const result_word[] = { "new", "changed", "kept", "dark", "refused" };

static void note(void *arg, int64_t case_id, enum publish_result r, const char *text) {
	struct tally *t = arg;
	t->count[r]++;
	if (t->c->json) {
		struct buf auto_buf b;
		struct json j;
		buf_init(&b, 4096);
		json_init(&j, &b);
		json_object(&j);
		json_key_int(&j, "case", case_id);
		json_key_text(&j, "result", result_word[r]);
		json_key_text(&j, "text", text);
		json_object_end(&j);
		(void)cmd_json_line(&b, NULL);
		return;
	}
	static const char *const says[2][PUBLISH_REFUSED + 1] = {
		{ "is published", "is published anew", "is as it was", "went dark", "was not published" },
		{ "would be published", "would be published anew", "is as it was", "would go dark",
			"would not be published" }
	};
	if (r != PUBLISH_KEPT)
		cmd_say(t->c, "Case %lld %s%s%s", (long long)case_id, says[t->dry][r], *text ? ": " : ".", text);
}

int cmd_publish(struct cmd *c, int argc, char **argv, struct err *e) {
	bool dry = false, helped;
	size_t n;
	const struct opt opts[] = {
		{ .name = "dry-run", .kind = OPT_FLAG, .to = &dry, .help = "say what would happen, change nothing" },
		{ .name = NULL }
	};
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e) || helped) return helped ? 0 : -1;
	struct tally t = { .c = c, .dry = dry };
	const struct publish_options o = { .dry_run = dry, .note = note, .arg = &t };
	if (publish_run(c->practice, &c->actor, &o, e)) return -1;
	cmd_say(c, "%s: %zu new, %zu changed, %zu as they were, %zu taken dark, %zu not permitted.",
		dry ? "Dry run" : "Website", t.count[PUBLISH_NEW], t.count[PUBLISH_CHANGED], t.count[PUBLISH_KEPT],
		t.count[PUBLISH_DARK], t.count[PUBLISH_REFUSED]);
	if (t.count[PUBLISH_REFUSED]) cmd_say(c, "`occlude gate` says for each what would mend it.");
	return 0;
}

int cmd_tick(struct cmd *c, int argc, char **argv, struct err *e) {
	bool helped;
	size_t n;
	if (opt_parse(c, NULL, argc, argv, 0, 0, &n, &helped, e) || helped) return helped ? 0 : -1;
	struct tally t = { .c = c };
	const struct publish_options o = { .only_dark = true, .note = note, .arg = &t };
	return publish_run(c->practice, NULL, &o, e);
}

int cmd_withdraw(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *why = "withdrawn by the practice";
	bool helped;
	size_t n;
	int64_t id;
	const struct opt opts[] = {
		{ .name = "why", .kind = OPT_TEXT, .to = &why, .arg = "TEXT", .help = "a note for the record" },
		{ .name = NULL }
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	if (text_int(argv[0], 1, INT64_MAX, &id))
		return err_set(e, ERR_USAGE, "\"%.40s\" is no case number: `occlude case list` shows them", argv[0]);
	struct case_row row;
	if (case_get(c->practice, id, &row, e)) return -1;
	struct intent it = { .patient_id = row.patient_id, .case_id = id, .act = "withdraw", .who = "practice" };
	if (strlen(why) >= sizeof it.how)
		return err_set(e, ERR_USAGE, "The note is longer than %zu bytes", sizeof it.how - 1);
	memcpy(it.how, why, strlen(why) + 1);
	if (withdraw_act(c->practice, &c->actor, &it, e)) return -1;
	cmd_say(c,
		"Case %lld is dark: its page answers \"gone\" and its pictures are deleted from the site. `occlude "
		"case reopen %lld` lifts it.",
		(long long)id, (long long)id);
	return 0;
}

/* ---- verify ---- */

static void finding(void *arg, const char *file, const char *rule, const char *text) {
	const struct cmd *c = arg;
	if (!c->json) {
		cmd_say(c, "%s: %s %s", rule, file, text);
		return;
	}
	struct buf auto_buf b;
	struct json j;
	buf_init(&b, 16384);
	json_init(&j, &b);
	json_object(&j);
	json_key_text(&j, "file", file);
	json_key_text(&j, "rule", rule);
	json_key_text(&j, "text", text);
	json_object_end(&j);
	(void)cmd_json_line(&b, NULL);
}

int cmd_verify(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *key = NULL;
	bool helped;
	size_t n;
	const struct opt opts[] = { { .name = "key",
					    .kind = OPT_TEXT,
					    .to = &key,
					    .arg = "FILE",
					    .help = "public key of a site directory (keys/site.pub)" },
		{ .name = NULL } };
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	struct verify_report r;
	if (verify_dir(argv[0], key, finding, c, &r, e)) return -1;
	cmd_say(c, "%zu files, %zu pictures opened again: %zu findings.", r.files, r.pictures, r.findings);
	if (r.findings)
		return err_set(e, ERR_REFUSED, "%zu thing%s not right in %s", r.findings,
			r.findings == 1 ? " is" : "s are", argv[0]);
	return 0;
}

/* ---- serve: hands over to occlude-serve, a program without database, pictures or secrets (P5) ---- */

int cmd_serve(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *listen = "127.0.0.1:8080";
	bool helped;
	size_t n;
	const struct opt opts[] = { { .name = "listen",
					    .kind = OPT_TEXT,
					    .to = &listen,
					    .arg = "ADDRESS:PORT",
					    .help = "where to serve (port 0: any free one); default 127.0.0.1:8080" },
		{ .name = NULL } };
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e) || helped) return helped ? 0 : -1;
	char self[PATH_MAX], program[PATH_MAX + 32], site[PATH_MAX + 16], key[PATH_MAX + 32], inbox[PATH_MAX + 32];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	if (len < 0) return err_sys(e, "where this program lies cannot be found out");
	self[len] = 0;
	(void)snprintf(program, sizeof program, "%s/occlude-serve", dirname(self));
	(void)snprintf(site, sizeof site, "%s/site", c->practice->path);
	(void)snprintf(key, sizeof key, "%s/keys/site.pub", c->practice->path);
	(void)snprintf(inbox, sizeof inbox, "%s/site-inbox", c->practice->path);
	const char *const args[] = { program, "--site", site, "--key", key, "--inbox", inbox, "--listen", listen,
		NULL };
	const char *const env[] = { "LC_ALL=C.UTF-8", NULL };
	(void)fflush(stdout);
	(void)execve(program, (char *const *)(uintptr_t)args, (char *const *)(uintptr_t)env);
	return err_sys(e, "%s cannot be started", program);
}

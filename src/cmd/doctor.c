/* doctor.c: `occlude doctor`: how the practice and this machine are, and the way back from the recovery sheet (I9). */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/people.h"
#include "lib/clock.h"
#include "lib/jail.h"
#include "record/audit.h"
#include "record/staff.h"

struct report {
	struct cmd *c;
	struct buf out;
	bool bad; /* something needs a person */
};

static void line(struct report *r, bool ok, const char *what, const char *text) {
	if (!ok) r->bad = true;
	if (!r->c->json) {
		(void)buf_fmt(&r->out, "%-4s %-14s %s\n", ok ? "ok" : "NOT", what, text);
		return;
	}
	struct json j;
	json_init(&j, &r->out);
	json_object(&j);
	json_key_text(&j, "what", what);
	json_key_bool(&j, "ok", ok);
	json_key_text(&j, "text", text);
	json_object_end(&j);
	(void)buf_char(&r->out, '\n');
}

static void look_at_directories(struct report *r) {
	static const char *const names[] = { ".", "vault", "keys", "masters", "site", "site-inbox" };
	char text[600];
	bool ok = true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct stat st;
		int gone = fstatat(r->c->practice->dirfd, names[i], &st, AT_SYMLINK_NOFOLLOW);
		/* site/ and site-inbox/ may be opened to the account the public server runs under */
		bool may_open = i >= 4;
		if (!gone && S_ISDIR(st.st_mode) && (may_open ? !(st.st_mode & 02) : !(st.st_mode & 077))) continue;
		(void)snprintf(
			text, sizeof text, gone ? "%s is missing" : "%s is open to others: chmod 700 it", names[i]);
		line(r, false, "directories", text);
		ok = false;
	}
	(void)snprintf(text, sizeof text, "%s and all in it is closed to others", r->c->practice->path);
	if (ok) line(r, true, "directories", text);
}

static void look_at_key(struct report *r) {
	struct buf place;
	struct err why = { 0 };
	buf_init(&place, 2000);
	if (practice_key_place(r->c->practice, &place, &why))
		line(r, false, "key", why.text);
	else if (practice_unlock_with(r->c->practice, r->c->key_file, NULL, NULL, &why) &&
		 !strstr(buf_text(&place), "passphrase"))
		line(r, false, "key", why.text);
	else
		line(r, strncmp(buf_text(&place), "nowhere", 7) != 0, "key", buf_text(&place));
	buf_free(&place);
}

static void look_at_database(struct report *r) {
	struct err why = { 0 };
	int64_t version = 0;
	char text[200];
	if (db_check(r->c->practice->db, &why) || db_version(r->c->practice->db, &version, &why)) {
		line(r, false, "database", why.text);
		return;
	}
	(void)snprintf(text, sizeof text, "sound, schema version %lld", (long long)version);
	line(r, true, "database", text);
}

static void look_at_log(struct report *r) {
	struct err why = { 0 };
	struct practice *p = r->c->practice;
	int64_t count = 0, last = 0;
	char head[65], text[300];
	bool bad = audit_head(p, &count, head, &why) || audit_last_at(p, &last, &why) ||
		   (p->audit && audit_verify(p, 0, NULL, &why));
	if (bad) {
		line(r, false, "log", why.text);
		return;
	}
	(void)snprintf(text, sizeof text, "%lld entries%s", (long long)count,
		p->audit ? ", all fitting" : " (not checked without the key)");
	line(r, true, "log", text);
	if (clock_now() < last)
		line(r, false, "clock",
			"this machine's clock is before the log's last entry: nothing is published; set it right");
	else
		line(r, true, "clock", "after the log's last entry");
}

static int count_policy(void *arg, const struct staff_row *s) {
	int *open = arg;
	if (!s->deactivated_at && !s->policy_ok) ++*open;
	return 0;
}

static void look_at_people(struct report *r) {
	struct err why = { 0 };
	int open = 0;
	char text[200];
	if (staff_list(r->c->practice, count_policy, &open, &why)) {
		line(r, false, "policy", why.text);
		return;
	}
	(void)snprintf(text, sizeof text, "%d account%s not acknowledged the photo policy: occlude staff list", open,
		open == 1 ? " has" : "s have");
	line(r, open == 0, "policy", open ? text : "everybody has acknowledged it");
}

static void look_at_machine(struct report *r) {
	char text[300], jail[120];
	line(r, jail_landlock() > 0, "kernel", jail_describe(jail, sizeof jail));
	(void)snprintf(text, sizeof text, "SQLite %s, libsodium %s", db_library_version(), seal_library_version());
	line(r, true, "libraries", text);
}

static int examine(struct cmd *c, struct err *e) {
	struct report r = { .c = c };
	buf_init(&r.out, 1 << 16);
	look_at_directories(&r);
	look_at_key(&r);
	look_at_database(&r);
	look_at_log(&r);
	look_at_people(&r);
	look_at_machine(&r);
	int bad = cmd_print(&r.out, e);
	buf_free(&r.out);
	if (bad) return -1;
	return r.bad ? err_set(e, ERR_REFUSED, "something needs to be looked at: see the lines that begin with NOT")
		     : 0;
}

static int recover(struct cmd *c, const char *code_file, const char *passphrase_file, struct err *e) {
	auto_secret char *code = NULL, *passphrase = NULL;
	if (secret_read(code_file, "Recovery code (13 groups): ", "occlude-recovery-code", false, "The recovery code",
		    &code, e))
		return -1;
	if (!c->key_file && secret_read(passphrase_file, "New passphrase for the practice's key: ",
				    "occlude-passphrase", true, "A new passphrase (or --key-file)", &passphrase, e))
		return -1;
	if (practice_recover(c->practice, code, c->key_file, passphrase, e)) return -1;
	cmd_say(c, "The key is back. Run `occlude audit verify` and `occlude publish`.");
	return 0;
}

static int print_sheet(struct cmd *c, struct err *e) {
	auto_buf struct buf sheet;
	buf_init(&sheet, 8192);
	if (practice_unlock_with(c->practice, c->key_file, NULL, NULL, e) ||
		staff_actor(c->practice, c->as, &c->actor, e) || practice_sheet(c->practice, &c->actor, &sheet, e))
		return -1;
	int bad = cmd_print(&sheet, e);
	explicit_bzero(sheet.data, sheet.len);
	return bad;
}

int cmd_doctor(struct cmd *c, int argc, char **argv, struct err *e) {
	bool recovering = false, sheet = false, helped;
	const char *code_file = NULL, *passphrase_file = NULL;
	size_t n;
	const struct opt opts[] = {
		{ "recover", OPT_FLAG, &recovering, NULL, "bring the key back from the recovery sheet", false, 0, 0 },
		{ "code-file", OPT_TEXT, &code_file, "FILE", "holds its code (- is standard input)", false, 0, 0 },
		{ "passphrase-file", OPT_TEXT, &passphrase_file, "FILE",
			"holds the new passphrase; or use --key-file", false, 0, 0 },
		{ "sheet", OPT_FLAG, &sheet, NULL, "print the recovery sheet again (an admin)", false, 0, 0 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (recovering) return recover(c, code_file, passphrase_file, e);
	return sheet ? print_sheet(c, e) : examine(c, e);
}

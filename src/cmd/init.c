/* init.c: `occlude init DIR`: a new practice, its first location and admin, and the recovery sheet (I9). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cmd/people.h"
#include "record/policy.h"
#include "record/staff.h"

enum { SHEET_MAX = 8192, PASSWORD_RANDOM = 20 };

struct init {
	struct practice_new n;
	bool sample;
	const char *password_file, *passphrase_file, *sheet_file;
};

/* ---- the sample practice --------------------------------------------------------------------------------------- */

/* "abcde-fghij-klmno-pqrst": 95 bits. */
static void random_password(char out[PASSWORD_RANDOM + 4]) {
	char raw[PASSWORD_RANDOM + 1];
	seal_random_name(raw, PASSWORD_RANDOM);
	(void)snprintf(out, PASSWORD_RANDOM + 4, "%.5s-%.5s-%.5s-%.5s", raw, raw + 5, raw + 10, raw + 15);
	explicit_bzero(raw, sizeof raw);
}

static void sample_defaults(struct practice_new *n) {
	const struct {
		const char **to, *value;
	} defaults[] = { { &n->name, "Lind Orthodontics (sample)" }, { &n->location, "Main Street" },
		{ &n->address, "1 Main Street" }, { &n->town, "Springfield" }, { &n->phone, "+1 555 0100" },
		{ &n->email, "office@example.org" }, { &n->emergency, "911" }, { &n->zone, "America/New_York" },
		{ &n->login, "admin" }, { &n->staff_name, "Robin Ames" } };
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		if (!*defaults[i].to) *defaults[i].to = defaults[i].value;
}

/* Prints an account's password, the only time it is shown. */
static int show_account(
	const struct cmd *c, const char *login, const char *role, const char *password, struct buf *out) {
	if (!c->json) return buf_fmt(out, "  %-10s %-24s %s\n", login, role, password);
	struct json j;
	json_init(&j, out);
	json_object(&j);
	json_key_text(&j, "login", login);
	json_key_text(&j, "role", role);
	json_key_text(&j, "password", password);
	json_object_end(&j);
	return buf_char(out, '\n');
}

/* The accounts of a sample practice beside its admin, a policy in force, and everybody's acknowledgement. */
static int add_sample(struct cmd *c, struct practice *p, const struct actor *admin, struct buf *out, struct err *e) {
	static const struct staff_new people[] = {
		{ .login = "lind",
			.name = "Ada Lind",
			.credential = "Dr. Ada Lind, orthodontist",
			.role = ROLE_CLINICIAN,
			.is_publisher = true },
		{ .login = "front", .name = "Sam Okoye", .role = ROLE_STAFF },
	};
	int64_t version, id;
	if (policy_set(p, admin, policy_template(), false, &version, e) || policy_acknowledge(p, admin, version, e))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		char password[PASSWORD_RANDOM + 4];
		struct staff_new n = people[i];
		struct actor a;
		random_password(password);
		n.password = password;
		if (staff_add(p, admin, &n, &id, e) || staff_actor(p, n.login, &a, e) ||
			policy_acknowledge(p, &a, version, e))
			return -1;
		(void)show_account(
			c, n.login, n.is_publisher ? "clinician, publisher" : role_word(n.role), password, out);
		explicit_bzero(password, sizeof password);
	}
	return 0;
}

/* ---- making ---------------------------------------------------------------------------------------------------- */

static int print_sheet(const struct init *o, const struct buf *sheet, struct err *e) {
	if (!o->sheet_file) return cmd_print(sheet, e);
	if (file_create(AT_FDCWD, o->sheet_file, sheet->data, sheet->len, 0600, false, e)) return -1;
	return 0;
}

static int finish(struct cmd *c, const struct init *o, struct practice *p, const struct buf *sheet, struct err *e) {
	struct actor admin;
	auto_buf struct buf accounts;
	buf_init(&accounts, SHEET_MAX);
	if (o->sample) {
		if (!c->json) (void)buf_str(&accounts, "Accounts (the passwords are shown this once):\n");
		(void)show_account(c, o->n.login, "admin", o->n.password, &accounts);
		if (staff_actor(p, o->n.login, &admin, e) || add_sample(c, p, &admin, &accounts, e)) return -1;
	}
	if (print_sheet(o, sheet, e) || cmd_print(&accounts, e)) return -1;
	cmd_say(c, "The practice is ready in %s.", p->path);
	cmd_say(c,
		o->sheet_file ? "The recovery sheet is in %s: print it and delete the file."
			      : "Print the recovery sheet above%s and keep it away from this computer.",
		o->sheet_file ? o->sheet_file : "");
	if (!o->sample)
		cmd_say(c,
			"Next: occlude -C %s login %s, then `occlude policy template "
			">policy.txt`,\nread and change it, and `occlude policy set policy.txt`.",
			p->path, o->n.login);
	return 0;
}

static int make(struct cmd *c, const char *dir, struct init *o, struct err *e) {
	auto_practice struct practice *p = NULL;
	auto_buf struct buf sheet;
	buf_init(&sheet, SHEET_MAX);
	int bad = practice_init(dir, &o->n, &sheet, &p, e) || finish(c, o, p, &sheet, e) ? -1 : 0;
	if (sheet.data) explicit_bzero(sheet.data, sheet.len);
	return bad;
}

/* The passwords, then everything else. */
static int ask_and_make(struct cmd *c, const char *dir, struct init *o, struct err *e) {
	auto_secret char *password = NULL, *passphrase = NULL;
	auto_free char *sample_key = NULL;
	char random[PASSWORD_RANDOM + 4];
	if (o->sample) {
		sample_defaults(&o->n);
		random_password(random);
		if (!c->key_file && !o->passphrase_file) { /* a sample needs no passphrase: its key lies beside it */
			size_t len = strlen(dir);
			while (len > 1 && dir[len - 1] == '/') len--;
			if (asprintf(&sample_key, "%.*s.key", (int)len, dir) < 0) return err_nomem(e);
		}
	}
	o->n.key_file = c->key_file ? c->key_file : sample_key;
	if (!o->n.key_file && secret_read(o->passphrase_file,
				      "Passphrase for the practice's key (or use --key-file): ", "occlude-passphrase",
				      true, "A passphrase (or --key-file)", &passphrase, e))
		return -1;
	if (o->sample && !o->password_file)
		o->n.password = random;
	else if (secret_read(o->password_file, "Password of the first account: ", "occlude-password", true,
			 "A password", &password, e))
		return -1;
	if (password) o->n.password = password;
	o->n.passphrase = passphrase;
	o->n.sample = o->sample;
	int bad = make(c, dir, o, e);
	explicit_bzero(random, sizeof random);
	return bad;
}

/* Everything that is not said yet, in one sentence, before a password is asked for. */
static int say_missing(const struct practice_new *n, struct err *e) {
	const struct {
		const char *value, *option;
	} needed[] = { { n->name, "--name" }, { n->location, "--location" }, { n->address, "--address" },
		{ n->town, "--town" }, { n->phone, "--phone" }, { n->emergency, "--emergency" },
		{ n->zone, "--zone" }, { n->login, "--login" }, { n->staff_name, "--person" } };
	auto_buf struct buf missing;
	buf_init(&missing, 400);
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!needed[i].value) (void)buf_fmt(&missing, "%s%s", missing.len ? ", " : "", needed[i].option);
	if (!missing.len) return 0;
	return err_set(e, ERR_USAGE,
		"A new practice also needs %s: `occlude init --help` explains each (or --sample makes one to try "
		"out)",
		buf_text(&missing));
}

int cmd_init(struct cmd *c, int argc, char **argv, struct err *e) {
	struct init o = { .n = { .profile = "US", .majority_age = 18, .assent_age = 14, .lang = "en" } };
	struct practice_new *n = &o.n;
	size_t count;
	bool helped;
	const struct opt opts[] = {
		{ "name", OPT_TEXT, &n->name, "NAME", "the practice's name", false, 0, 0 },
		{ "profile", OPT_TEXT, &n->profile, "US|EU|both", "which law's elements consents need (US)", false, 0,
			0 },
		{ "location", OPT_TEXT, &n->location, "NAME", "the first location's name", false, 0, 0 },
		{ "address", OPT_TEXT, &n->address, "TEXT", "its street", false, 0, 0 },
		{ "town", OPT_TEXT, &n->town, "TEXT", "its town", false, 0, 0 },
		{ "phone", OPT_TEXT, &n->phone, "NUMBER", "its phone number", false, 0, 0 },
		{ "email", OPT_TEXT, &n->email, "ADDRESS", "its e-mail address", false, 0, 0 },
		{ "emergency", OPT_TEXT, &n->emergency, "NUMBER", "the emergency number there: 911, 112", false, 0,
			0 },
		{ "zone", OPT_TEXT, &n->zone, "ZONE", "its time zone: America/New_York", false, 0, 0 },
		{ "lang", OPT_TEXT, &n->lang, "en|de|es|fr", "language of its public pages (en)", false, 0, 0 },
		{ "majority", OPT_INT, &n->majority_age, "YEARS", "age of majority there (18)", false, 16, 21 },
		{ "assent", OPT_INT, &n->assent_age, "YEARS", "from this age a minor signs too (14)", false, 7, 21 },
		{ "login", OPT_TEXT, &n->login, "NAME", "the first account, an admin", false, 0, 0 },
		{ "person", OPT_TEXT, &n->staff_name, "NAME", "whose account that is", false, 0, 0 },
		{ "password-file", OPT_TEXT, &o.password_file, "FILE", "holds its password (- is standard input)",
			false, 0, 0 },
		{ "passphrase-file", OPT_TEXT, &o.passphrase_file, "FILE",
			"holds the passphrase of the key; or use --key-file", false, 0, 0 },
		{ "sheet", OPT_TEXT, &o.sheet_file, "FILE", "write the recovery sheet there instead of printing it",
			false, 0, 0 },
		{ "sample", OPT_FLAG, &o.sample, NULL, "a practice to try things out, with accounts and a policy",
			false, 0, 0 },
		{ NULL, OPT_FLAG, NULL, NULL, NULL, false, 0, 0 },
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &count, &helped, e)) return -1;
	if (helped) return 0;
	if (c->key_file && o.passphrase_file)
		return err_set(
			e, ERR_USAGE, "Give either --key-file or --passphrase-file: the key lies in one place");
	if (!o.sample && say_missing(n, e)) return -1;
	return ask_and_make(c, argv[0], &o, e);
}

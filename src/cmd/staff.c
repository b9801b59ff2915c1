/* staff.c: `occlude staff ...`: accounts, roles, the publisher's right (S2). */
#include <string.h>

#include "cmd/people.h"
#include "record/staff.h"

static const struct opt no_opts[] = { { .name = NULL } };

int cmd_staff_add(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *role = NULL, *file = NULL;
	struct staff_new s = { 0 };
	size_t n;
	bool helped;
	int64_t id;
	const struct opt opts[] = {
		{ "name", OPT_TEXT, &s.name, "NAME", "the person: accounts are not shared", true, 0, 0 },
		{ "role", OPT_TEXT, &role, "staff|clinician|admin", "what the account may do", true, 0, 0 },
		{ "publisher", OPT_FLAG, &s.is_publisher, NULL, "with the right to publish", false, 0, 0 },
		{ "credential", OPT_TEXT, &s.credential, "TEXT", "as printed: \"Dr. Ada Lind, orthodontist\"", false,
			0, 0 },
		{ "password-file", OPT_TEXT, &file, "FILE", "holds the password (- is standard input)", false, 0, 0 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	auto_secret char *password = NULL;
	if (secret_read(
		    file, "Password of the new account: ", "occlude-new-password", true, "A password", &password, e))
		return -1;
	s.login = argv[0];
	s.password = password;
	s.role = role_from_word(role);
	if (staff_add(c->practice, &c->actor, &s, &id, e)) return -1;
	cmd_say(c, "Account %s (%s) is there. At the first sign-in it acknowledges the photo policy.", s.login, role);
	return 0;
}

struct listing {
	const struct cmd *c;
	struct buf out;
};

static int list_one(void *arg, const struct staff_row *r) {
	struct listing *l = arg;
	if (!l->c->json) {
		const char *policy = r->policy_ok ? (r->policy_grace_ends_at ? "within grace" : "acknowledged")
						  : "NOT acknowledged";
		(void)buf_fmt(&l->out, "%-16s %-10s %-10s %-17s %s%s\n", r->login, r->role,
			r->is_publisher ? "publisher" : "", r->deactivated_at ? "deactivated" : policy, r->name,
			r->credential ? " (named on pages)" : "");
		return 0;
	}
	struct json j;
	json_init(&j, &l->out);
	json_object(&j);
	json_key_int(&j, "id", r->id);
	json_key_text(&j, "login", r->login);
	json_key_text(&j, "name", r->name);
	json_key_text(&j, "role", r->role);
	json_key_bool(&j, "publisher", r->is_publisher);
	json_key_text(&j, "credential", r->credential);
	json_key_bool(&j, "active", !r->deactivated_at);
	json_key_bool(&j, "policy_ok", r->policy_ok);
	json_object_end(&j);
	(void)buf_char(&l->out, '\n');
	return 0;
}

int cmd_staff_list(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	if (opt_parse(c, no_opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	struct listing l = { .c = c };
	buf_init(&l.out, 4 << 20);
	int bad = staff_list(c->practice, list_one, &l, e) || cmd_print(&l.out, e) ? -1 : 0;
	buf_free(&l.out);
	return bad;
}

int cmd_staff_role(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	if (opt_parse(c, no_opts, argc, argv, 2, 2, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (staff_set_role(c->practice, &c->actor, argv[0], role_from_word(argv[1]), e)) return -1;
	cmd_say(c, "%s is %s now.", argv[0], argv[1]);
	return 0;
}

int cmd_staff_publisher(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	if (opt_parse(c, no_opts, argc, argv, 2, 2, &n, &helped, e)) return -1;
	if (helped) return 0;
	bool on = strcmp(argv[1], "on") == 0;
	if (!on && strcmp(argv[1], "off") != 0)
		return err_set(e, ERR_USAGE, "The publisher's right is switched \"on\" or \"off\"");
	if (staff_set_publisher(c->practice, &c->actor, argv[0], on, e)) return -1;
	cmd_say(c, on ? "%s may publish now." : "%s may no longer publish.", argv[0]);
	return 0;
}

int cmd_staff_credential(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	if (opt_parse(c, no_opts, argc, argv, 2, 2, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (staff_set_credential(c->practice, &c->actor, argv[0], argv[1], e)) return -1;
	cmd_say(c, "Pages name %s as: %s", argv[0], argv[1]);
	return 0;
}

int cmd_staff_password(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *file = NULL;
	size_t n;
	bool helped;
	const struct opt opts[] = {
		{ "password-file", OPT_TEXT, &file, "FILE", "holds the new password (- is standard input)", false, 0,
			0 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 0, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	const char *login = n ? argv[0] : c->actor.login;
	auto_secret char *password = NULL;
	if (secret_read(file, "New password: ", "occlude-new-password", true, "A password", &password, e) ||
		staff_set_password(c->practice, &c->actor, login, password, e))
		return -1;
	cmd_say(c, "The password of %s is changed; it has to sign in again.", login);
	return 0;
}

static int switch_account(struct cmd *c, int argc, char **argv, bool off, struct err *e) {
	size_t n;
	bool helped;
	if (opt_parse(c, no_opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (staff_deactivate(c->practice, &c->actor, argv[0], off, e)) return -1;
	cmd_say(c, off ? "%s is deactivated and signed out everywhere." : "%s is active again.", argv[0]);
	return 0;
}

int cmd_staff_deactivate(struct cmd *c, int argc, char **argv, struct err *e) {
	return switch_account(c, argc, argv, true, e);
}

int cmd_staff_reactivate(struct cmd *c, int argc, char **argv, struct err *e) {
	return switch_account(c, argc, argv, false, e);
}

/* login.c: `occlude login NAME`, `occlude logout`: who acts on this command line for the next 12 hours (S2). */
#include <string.h>

#include "cmd/people.h"
#include "record/policy.h"
#include "record/staff.h"

/* S1: a new version of the policy is put before everyone at the next sign-in. */
static int mention_policy(struct cmd *c, const struct actor *a, struct err *e) {
	struct err why = { 0 };
	int64_t version = 0;
	int there = policy_in_force(c->practice, &version, e);
	if (there < 0) return -1;
	if (there && practice_may(c->practice, a, CAN_RECORD, &why))
		cmd_say(c,
			"Version %lld of the photo policy waits for you: `occlude policy show`, then `occlude policy "
			"acknowledge`.",
			(long long)version);
	return 0;
}

int cmd_login(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *file = NULL;
	size_t n;
	bool helped;
	const struct opt opts[] = {
		{ .name = "password-file",
			.kind = OPT_TEXT,
			.to = &file,
			.arg = "FILE",
			.help = "holds the password (- is standard input)" },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	auto_secret char *password = NULL;
	char token[STAFF_TOKEN];
	struct actor a;
	if (secret_read(file, "Password: ", "occlude-password", false, "A password", &password, e) ||
		staff_login(c->practice, argv[0], password, token, &a, e))
		return -1;
	int bad = staff_token_keep(c->practice, token, e);
	explicit_bzero(token, sizeof token);
	if (bad) return -1;
	cmd_say(c, "Signed in as %s (%s%s) for 12 hours.", a.name, role_word(a.role),
		a.is_publisher ? ", publisher" : "");
	return mention_policy(c, &a, e);
}

int cmd_logout(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	const struct opt opts[] = { { .name = NULL } };
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	char token[STAFF_TOKEN];
	int there =
		staff_token_read(c->practice, token, NULL); /* one that cannot be read is forgotten all the same */
	if (there == 1 && staff_end_session(c->practice, token, e)) return -1;
	explicit_bzero(token, sizeof token);
	if (staff_token_forget(c->practice, e)) return -1;
	cmd_say(c, there ? "Signed out." : "Nobody was signed in.");
	return 0;
}

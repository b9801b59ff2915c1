/* main.c: `occlude`. Reads the global options, finds the subcommand in the table, meets its needs (practice, key,
 * account), runs it, and prints its one sentence when it fails. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/cmd.h"
#include "flow/publish.h"
#include "flow/withdraw.h"
#include "record/staff.h"

#define OCCLUDE_VERSION "0.1"

/* The headings of --help: each stands before the command it names. */
static const struct {
	const char *first, *text;
} headings[] = {
	{ "init", "To begin, and to sign in" },
	{ "settings", "The practice, its people and its policy (an admin)" },
	{ "patient", "Patients" },
	{ "consent", "Written consents" },
	{ "case", "Cases and their photos" },
	{ "review", "Review: what is covered, and a clinician's approval" },
	{ "gate", "The website" },
	{ "verify", "Proof" },
	{ "detect", "Without a practice" },
};

static void print_heading(const struct command *k) {
	if (k != command_table && !strcmp(k->name, k[-1].name)) return;
	for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
		if (!strcmp(headings[i].first, k->name)) (void)printf("\n%s\n", headings[i].text);
}

static void print_help(void) {
	(void)printf("Usage: occlude [-C DIR] [--as NAME] COMMAND [...]\n\n"
		     "Publishes before and after photos, and only those with a written consent that a\n"
		     "clinician has seen masked. In the order of a day's work:\n");
	for (const struct command *k = command_table; k->name; k++) {
		char name[64];
		(void)snprintf(name, sizeof name, "%s%s%s", k->name, k->sub ? " " : "", k->sub ? k->sub : "");
		print_heading(k);
		(void)printf("  %-21s %s\n", name, k->summary);
	}
	(void)printf("\nOptions of all\n"
		     "  -C DIR           the practice (default: the current directory, then\n"
		     "                   $OCCLUDE_PRACTICE)\n"
		     "  --as NAME        act as this account (or sign in with `occlude login`)\n"
		     "  --key-file FILE  where the master key lies, if not where `init` put it\n"
		     "  --json           listings as one JSON object a line\n"
		     "  --help           after any command: what it takes\n\n"
		     "Exit status: 0 done, 1 refused by a rule, 2 wrong usage, 3 disk, file or network\n"
		     "failed.\n");
}

/* Lists the subcommands of a command that was called without (or with an unknown) one. */
static int usage_of(const char *name, struct err *e) {
	struct buf b;
	buf_init(&b, 400);
	for (const struct command *k = command_table; k->name; k++)
		if (!strcmp(k->name, name) && k->sub) (void)buf_fmt(&b, "%s%s", b.len ? ", " : "", k->sub);
	int r = b.len ? err_set(e, ERR_USAGE, "`occlude %s` needs one of these words after it: %s", name,
				buf_text(&b))
		      : err_set(e, ERR_USAGE, "There is no command \"%s\". `occlude --help` lists them", name);
	buf_free(&b);
	return r;
}

static const struct command *find_command(int argc, char **argv, int *ret_words) {
	for (const struct command *k = command_table; k->name; k++) {
		if (strcmp(k->name, argv[0]) != 0) continue;
		if (!k->sub) {
			*ret_words = 1;
			return k;
		}
		if (argc > 1 && !strcmp(k->sub, argv[1])) {
			*ret_words = 2;
			return k;
		}
	}
	return NULL;
}

/* Takes the global options out of argv wherever they stand; returns the new argc, or -1. */
static int take_globals(struct cmd *c, int argc, char **argv, struct err *e) {
	int n = 0;
	for (int i = 0; i < argc; i++) {
		const char **to = !strcmp(argv[i], "-C")           ? &c->dir
				  : !strcmp(argv[i], "--as")       ? &c->as
				  : !strcmp(argv[i], "--key-file") ? &c->key_file
								   : NULL;
		if (!strcmp(argv[i], "--")) {
			while (i < argc) argv[n++] = argv[i++];
			break;
		}
		if (to) {
			if (i + 1 >= argc) return err_set(e, ERR_USAGE, "%s needs a value after it", argv[i]);
			*to = argv[++i];
		} else if (!strcmp(argv[i], "--json")) {
			c->json = true;
		} else {
			argv[n++] = argv[i];
		}
	}
	argv[n] = NULL;
	return n;
}

static char *ask_passphrase(void *arg) {
	(void)arg;
	return cmd_ask_secret("Passphrase of the practice's key: ", "occlude-passphrase");
}

static enum can what_it_takes(unsigned needs) {
	if (needs & NEED_ADMIN) return CAN_ADMIN;
	if (needs & NEED_PUBLISH) return CAN_PUBLISH;
	if (needs & NEED_APPROVE) return CAN_APPROVE;
	if (needs & NEED_RECORD) return CAN_RECORD;
	return CAN_LOOK;
}

/* The current directory if it is a practice, else $OCCLUDE_PRACTICE. */
static const char *default_dir(void) {
	struct stat st;
	const char *named = getenv("OCCLUDE_PRACTICE");
	return stat("occlude.db", &st) && named && *named ? named : ".";
}

static int meet_needs(struct cmd *c, unsigned needs, struct err *e) {
	if (!needs) return 0;
	if (!c->dir) c->dir = default_dir();
	if (practice_open(c->dir, &c->practice, e)) return -1;
	if ((needs & NEED_KEY) && practice_unlock_with(c->practice, c->key_file, ask_passphrase, NULL, e)) return -1;
	if (!(needs & (NEED_ACTOR | NEED_RECORD | NEED_APPROVE | NEED_PUBLISH | NEED_ADMIN))) return 0;
	if (staff_actor(c->practice, c->as, &c->actor, e)) return -1;
	return practice_may(c->practice, &c->actor, what_it_takes(needs), e);
}

/* C6: what an interrupted command left is finished before anything else. If that fails the person is told, and their command
 * still runs: it may be the one that helps. */
static void finish_begun(struct cmd *c, unsigned needs) {
	struct err why = { 0 };
	if ((needs & NEED_KEY) && withdraw_recover(c->practice, &why))
		(void)fprintf(stderr, "occlude: %s\n", why.text);
}

/* What the act made impermissible goes dark at once (C5, C6, I5). The act itself is done whatever becomes of this. */
static int take_dark(struct cmd *c, unsigned needs, struct err *e) {
	if (!(needs & NEED_KEY) || file_exists(c->practice->dirfd, "site/manifest", NULL) <= 0) return 0;
	if (!publish_take_dark(c->practice, e)) return 0;
	return err_prefix(e, "This is recorded, but the website still shows what it should not (run `occlude tick`)");
}

static bool asks_help(int argc, char **argv) {
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], "--help")) return true;
	return false;
}

static int run(int argc, char **argv, struct err *e) {
	struct cmd c = { 0 };
	argc = take_globals(&c, argc, argv, e);
	if (argc < 0) return -1;
	if (argc == 0 || !strcmp(argv[0], "--help") || !strcmp(argv[0], "help")) {
		print_help();
		return 0;
	}
	if (!strcmp(argv[0], "--version")) {
		(void)printf("occlude %s\n", OCCLUDE_VERSION);
		return 0;
	}
	int words = 0;
	const struct command *k = find_command(argc, argv, &words);
	if (!k) return usage_of(argv[0], e);
	char name[64];
	(void)snprintf(name, sizeof name, "%s%s%s", k->name, k->sub ? " " : "", k->sub ? k->sub : "");
	c.name = name;
	c.operands = k->operands;
	c.summary = k->summary;
	int r = seal_init(e);
	bool help = asks_help(argc - words, argv + words);
	if (!r && !help) r = meet_needs(&c, k->needs, e);
	if (!r && !help) finish_begun(&c, k->needs);
	if (!r) {
		r = k->run(&c, argc - words, argv + words, e);
		struct err dark = { 0 };
		if (!help && take_dark(&c, k->needs, &dark)) {
			if (r)
				(void)fprintf(stderr, "occlude: %s\n", dark.text);
			else
				*e = dark;
			r = -1;
		}
	}
	practice_close(c.practice);
	return r;
}

/* I9: this process holds the master key and opened originals; neither is left in a core file, or read by a debugger. (The
 * sanitizers look into their own process like a debugger.) */
static void keep_memory_private(void) {
#ifndef OCCLUDE_SANITIZED
	const struct rlimit none = { 0, 0 };
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int main(int argc, char **argv) {
	struct err e = { 0 };
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	(void)signal(SIGPIPE, SIG_IGN);
	(void)umask(077);
	keep_memory_private();
	int r = run(argc - 1, argv + 1, &e);
	if (fflush(stdout) && !r && errno != EPIPE) r = err_sys(&e, "the output cannot be written");
	if (!r) return 0;
	if (e.text[0]) (void)fprintf(stderr, "occlude: %s\n", e.text);
	return e.kind ? (int)e.kind : (int)ERR_OUTSIDE;
}

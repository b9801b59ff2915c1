/* cmd.h: how a subcommand looks. To add one: write cmd_NAME in src/cmd/NAME.c, declare it below, add its row to the
 * table in src/cmd/table.c; the row's needs are met before it runs. */
#ifndef OCCLUDE_CMD_CMD_H
#define OCCLUDE_CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "record/practice.h"

/* One option of a subcommand. Every option is long: --name. */
enum opt_kind {
	OPT_FLAG, /* to: bool */
	OPT_TEXT, /* to: const char *; may be given once */
	OPT_MANY, /* to: struct opt_list; may be repeated */
	OPT_INT,  /* to: int64_t, within min..max */
	OPT_DATE  /* to: const char *, checked to be a date */
};
enum { OPT_LIST_MAX = 64 };
struct opt_list {
	const char *value[OPT_LIST_MAX];
	size_t n;
};
struct opt {
	const char *name;
	enum opt_kind kind;
	void *to;
	const char *arg;  /* what --help shows: "NAME" */
	const char *help; /* one line */
	bool required;
	int64_t min, max; /* OPT_INT */
};

/* What a command is given: the practice is open, the actor known, the key there, as its row asked. */
struct cmd {
	const char *name;     /* "consent record" */
	const char *operands; /* what --help shows after the options: "PATIENT" */
	const char *summary;  /* one line */
	const char *dir;      /* -C */
	const char *as;       /* --as */
	const char *key_file; /* --key-file */
	bool json;            /* --json */
	struct practice *practice;
	struct actor actor;
};

enum {
	NEED_PRACTICE = 1, /* opens the practice */
	NEED_KEY = 2,      /* and the master key */
	NEED_ACTOR = 4,    /* an account: token of `login` or --as */
	NEED_RECORD = 8,   /* ... that may record */
	NEED_APPROVE = 16,
	NEED_PUBLISH = 32,
	NEED_ADMIN = 64
};

struct command {
	const char *name; /* "consent" */
	const char *sub;  /* "record", or NULL */
	int (*run)(struct cmd *c, int argc, char **argv, struct err *e);
	unsigned needs;
	const char *operands;
	const char *summary;
};
extern const struct command command_table[]; /* ends with a NULL name */

/* Parses options (a table ending with a NULL name) and leaves the operands: returns their count through ret_n and moves
 * them to the front of argv. Knows --help (prints it to stdout and sets *ret_helped; the command then returns 0). A wrong
 * call is ERR_USAGE with a sentence. argv[0] is the first word after the command. */
int opt_parse(struct cmd *c, const struct opt *opts, int argc, char **argv, size_t min_operands, size_t max_operands,
	size_t *ret_n, bool *ret_helped, struct err *e);

/* Prints a finished buffer to standard output; a closed pipe is no error. */
int cmd_print(const struct buf *b, struct err *e);
/* One sentence for the person: to stdout, or nothing under --json. */
void cmd_say(const struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Ends a JSON line begun in `b` with json_object, and prints it. */
int cmd_json_line(struct buf *b, struct err *e);
/* Asks on the terminal without echo; NULL if there is none. From $CREDENTIALS_DIRECTORY/NAME first. The caller frees. */
char *cmd_ask_secret(const char *question, const char *credential);
/* Whether standard error is a terminal (progress bars). */
bool cmd_is_terminal(void);

/* The subcommands, one file each. */
#define COMMAND(f) int f(struct cmd *c, int argc, char **argv, struct err *e)
#include "cmd/commands.h"
#undef COMMAND

#endif

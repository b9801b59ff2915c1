/* table.c: the table of subcommands, in the order `occlude --help` prints them. */
#include "cmd/cmd.h"

const struct command command_table[] = {
	{ "publish", NULL, cmd_publish, NEED_PRACTICE | NEED_KEY | NEED_PUBLISH, NULL,
		"bring the website to what the gate permits" },
	{ "withdraw", NULL, cmd_withdraw, NEED_PRACTICE | NEED_KEY | NEED_PUBLISH, "CASE",
		"take a case off the website at once" },
	{ "serve", NULL, cmd_serve, NEED_PRACTICE, NULL, "serve the website from this machine" },
	{ "tick", NULL, cmd_tick, NEED_PRACTICE | NEED_KEY, NULL, "take dark what has lapsed (for a timer)" },
	{ "verify", NULL, cmd_verify, 0, "DIR", "look at a published directory from the outside" },
	{ NULL, NULL, NULL, 0, NULL, NULL },
};

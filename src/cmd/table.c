/* table.c: the table of subcommands, in the order `occlude --help` prints them. */
#include "cmd/cmd.h"

const struct command command_table[] = {
	{ NULL, NULL, NULL, 0, NULL, NULL },
};

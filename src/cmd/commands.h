/* commands.h: one line a subcommand: COMMAND(cmd_init); */

/* commands.h: one line a subcommand: COMMAND(cmd_init); */
COMMAND(cmd_publish);
COMMAND(cmd_withdraw);
COMMAND(cmd_serve);
COMMAND(cmd_tick);
COMMAND(cmd_verify);

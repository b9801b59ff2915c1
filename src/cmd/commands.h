/* commands.h: one line a subcommand: COMMAND(cmd_init); */
COMMAND(cmd_publish);
COMMAND(cmd_withdraw);
COMMAND(cmd_serve);
COMMAND(cmd_tick);
COMMAND(cmd_verify);
COMMAND(cmd_consent_form);
COMMAND(cmd_consent_record);
COMMAND(cmd_consent_list);
COMMAND(cmd_consent_show);
COMMAND(cmd_consent_pause);
COMMAND(cmd_consent_resume);
COMMAND(cmd_consent_object);
COMMAND(cmd_consent_revoke);
COMMAND(cmd_consent_exclude);
COMMAND(cmd_consent_error);
COMMAND(cmd_consent_event);

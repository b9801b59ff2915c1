/* consent_cmd.h: what the `occlude consent ...` files share. */
#ifndef OCCLUDE_CMD_CONSENT_CMD_H
#define OCCLUDE_CMD_CONSENT_CMD_H

#include "cmd/cmd.h"
#include "record/consent.h"

/* Who says something: "patient", "minor", "practice", "guardian:3", "representative:4" (`word` of at least 16 bytes). */
int consent_who_parse(const char *s, char word[16], int64_t *ret_id, struct err *e);
/* Prints state and what is missing of a consent, as text or as one JSON object. */
int consent_print_state(struct cmd *c, int64_t id, struct err *e);
/* Takes dark what the database no longer permits. */
int consent_settle(struct cmd *c, struct err *e);

#endif

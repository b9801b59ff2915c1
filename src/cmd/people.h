/* people.h: what the commands about people and keys share. */
#ifndef OCCLUDE_CMD_PEOPLE_H
#define OCCLUDE_CMD_PEOPLE_H

#include "cmd/cmd.h"

/* A password, passphrase or code, never from the command line: the first line of `file` ("-": of standard input) if not
 * NULL, else the credential, else asked on the terminal (twice if `twice`). -1 with a sentence that names `what` and the
 * option. Free it with secret_free. */
int secret_read(const char *file, const char *question, const char *credential, bool twice, const char *what,
	char **ret, struct err *e);
void secret_free(char **s); /* wipes it; takes a pointer to NULL */
#define auto_secret __attribute__((cleanup(secret_free)))

/* The patient a chart number names. */
int patient_operand(struct cmd *c, const char *reference, int64_t *ret, struct err *e);
/* A positive number as a person writes it; `what` for the sentence. */
int number_operand(const char *what, const char *s, int64_t *ret, struct err *e);
/* The last whole day before a right ends at `at`, as people say it: "2029-11-22" (end of day, in `zone`). */
const char *last_day(const char *zone, int64_t at, char out[24]);

#endif

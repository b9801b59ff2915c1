/* vault.h: what practice_open needs of vault.c. Private to record/. */
#ifndef OCCLUDE_RECORD_VAULT_H
#define OCCLUDE_RECORD_VAULT_H

#include "record/practice.h"

/* Removes files that no row names, if no program that puts files is open. */
int vault_sweep(struct practice *p, struct err *e);

#endif

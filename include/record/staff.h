/* staff.h: accounts (S2): who may act, and as what. */
#ifndef OCCLUDE_RECORD_STAFF_H
#define OCCLUDE_RECORD_STAFF_H

#include "record/practice.h"

/* Who acts: the account `as` if not NULL (whoever may open the practice directory may name one; the log says so), else
 * the one whose `occlude login` token lies in this user's token file and has not run out. Refuses deactivated accounts. */
int staff_actor(struct practice *p, const char *as, struct actor *ret, struct err *e);

#endif

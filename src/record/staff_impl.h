/* staff_impl.h: what staff.c and session.c share. */
#ifndef OCCLUDE_RECORD_STAFF_IMPL_H
#define OCCLUDE_RECORD_STAFF_IMPL_H

#include "record/staff.h"

/* The active account of that login, or (login NULL) of that number. */
int staff_actor_from(struct practice *p, const char *login, int64_t id, struct actor *ret, struct err *e);
int staff_check_new_password(const char *login, const char *password, struct err *e);

#endif

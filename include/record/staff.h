/* staff.h: accounts (S2): who may act, and as what; passwords, sign-ins. All SQL about `staff` and `session`. */
#ifndef OCCLUDE_RECORD_STAFF_H
#define OCCLUDE_RECORD_STAFF_H

#include "record/practice.h"

enum {
	STAFF_TOKEN = 33,          /* 32 characters and NUL */
	STAFF_SESSION = 12 * 3600, /* seconds a sign-in lasts */
	STAFF_PASSWORD_MIN = 10,   /* characters */
	STAFF_FREE_TRIES = 3       /* wrong passwords before the next one has to wait */
};

/* Who acts: the account `as` if not NULL (whoever may open the practice directory may name one; the log says so), else
 * the one whose `occlude login` token lies in this user's token file and has not run out. Refuses deactivated accounts. */
int staff_actor(struct practice *p, const char *as, struct actor *ret, struct err *e);

/* The word of a role and back; 0 for an unknown word. */
const char *role_word(enum role r);
enum role role_from_word(const char *word);

/* A new account; `credential` as printed on pages (I8) or NULL. Needs CAN_ADMIN of `a`; NULL `a`: practice_init's. */
struct staff_new {
	const char *login, *name, *credential, *password;
	enum role role;
	bool is_publisher;
};
int staff_add(struct practice *p, const struct actor *a, const struct staff_new *n, int64_t *ret_id, struct err *e);

/* Changes by an admin, each in the log. The last active admin cannot be demoted or deactivated. Deactivating ends every
 * sign-in of the account (S2); `on` brings it back. */
int staff_set_role(struct practice *p, const struct actor *a, const char *login, enum role role, struct err *e);
int staff_set_publisher(struct practice *p, const struct actor *a, const char *login, bool on, struct err *e);
int staff_set_credential(
	struct practice *p, const struct actor *a, const char *login, const char *credential, struct err *e);
int staff_deactivate(struct practice *p, const struct actor *a, const char *login, bool on, struct err *e);
/* A new password: of one's own account, or by an admin. Ends the account's sign-ins and lifts a wait. */
int staff_set_password(
	struct practice *p, const struct actor *a, const char *login, const char *password, struct err *e);

/* Whether the password is right, with the slow-down after wrong ones: after STAFF_FREE_TRIES each further try has to
 * wait, twice as long every time, up to 15 minutes; a try before that is refused unread. An unknown login takes as long
 * and says the same as a wrong password. Fills `ret`. */
int staff_check_password(
	struct practice *p, const char *login, const char *password, struct actor *ret, struct err *e);
/* Checks the password and opens a session of STAFF_SESSION seconds; `token` is known to nobody else (its hash is stored).
 * staff_by_token: the account of a token that has not run out; staff_end_session forgets it. For the console too. */
int staff_login(struct practice *p, const char *login, const char *password, char token[STAFF_TOKEN],
	struct actor *ret, struct err *e);
int staff_by_token(struct practice *p, const char *token, struct actor *ret, struct err *e);
int staff_end_session(struct practice *p, const char *token, struct err *e);

/* This user's token file for this practice (0600, below $XDG_STATE_HOME/occlude or ~/.local/state/occlude). Reading: 1,
 * 0 = there is none, -1. */
int staff_token_keep(const struct practice *p, const char *token, struct err *e);
int staff_token_read(const struct practice *p, char token[STAFF_TOKEN], struct err *e);
int staff_token_forget(const struct practice *p, struct err *e);

struct staff_row {
	int64_t id, created_at, deactivated_at;       /* deactivated_at: 0 = active */
	const char *login, *name, *role, *credential; /* credential may be NULL; valid during the call */
	bool is_publisher, policy_ok;                 /* S1: may act as far as the policy goes */
	int64_t policy_grace_ends_at;                 /* 0: none running */
};
/* Calls `each` for every account by login; stops when it returns not 0. */
int staff_list(struct practice *p, int (*each)(void *arg, const struct staff_row *r), void *arg, struct err *e);
/* The number of an account. -1 with a sentence if there is none. */
int staff_find(struct practice *p, const char *login, int64_t *ret, struct err *e);

#endif

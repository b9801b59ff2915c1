/* policy.h: the practice's photo and social-media policy, by version, and who has acknowledged it (S1). */
#ifndef OCCLUDE_RECORD_POLICY_H
#define OCCLUDE_RECORD_POLICY_H

#include "record/practice.h"

enum { POLICY_MAX = 200000 }; /* bytes of a policy's text */

/* The template that is built in (web/policy/template.en.txt). */
const char *policy_template(void);
/* Puts a new version in force from now on. Urgent: no days of grace. CAN_ADMIN. */
int policy_set(struct practice *p, const struct actor *a, const char *text, bool urgent, int64_t *ret_version,
	struct err *e);
/* The version in force: 1, 0 = there is none, -1. */
int policy_in_force(struct practice *p, int64_t *ret_version, struct err *e);
/* The text of a version; the caller frees. */
int policy_text(struct practice *p, int64_t version, char **ret, struct err *e);
/* The actor has read the version in force; another version is refused. Twice is once. */
int policy_acknowledge(struct practice *p, const struct actor *a, int64_t version, struct err *e);

struct policy_row {
	int64_t version, in_force_at, acknowledged,
		active; /* active accounts, and those of them that acknowledged it */
	const char *sha256, *set_by;
	bool is_urgent;
};
/* Calls `each` for every version, the newest first; stops when it returns not 0. */
int policy_list(struct practice *p, int (*each)(void *arg, const struct policy_row *r), void *arg, struct err *e);

#endif

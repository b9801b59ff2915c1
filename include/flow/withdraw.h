/* withdraw.h: taking back (C6). Dark first: the site's root loses the cases and gains their tombstones, then the act
 * itself is recorded, then the files go. An act that was begun and not finished (a kill, a full disk) is finished by the
 * next command, before anything else. */
#ifndef OCCLUDE_FLOW_WITHDRAW_H
#define OCCLUDE_FLOW_WITHDRAW_H

#include "record/practice.h"
#include "record/publication.h"

/* Carries out one act: "revoke" (consent_id, who, how), "error", "event" (consent_id), "pause", "objection" (patient_id, who,
 * guardian_id, how), "died" (patient_id, on_date), "withdraw" (case_id). `it->patient_id` says whose cases go dark, with
 * case_id only that one. Needs the master key and the right checked before. */
int withdraw_act(struct practice *p, const struct actor *a, struct intent *it, struct err *e);
/* Finishes what was begun. Called before every command that may write. */
int withdraw_recover(struct practice *p, struct err *e);

#endif

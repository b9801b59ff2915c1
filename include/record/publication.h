/* publication.h: what is and was published: publications and their files, intents of withdrawal, retired files, the
 * list of copies to take back. All SQL of these tables. */
#ifndef OCCLUDE_RECORD_PUBLICATION_H
#define OCCLUDE_RECORD_PUBLICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "record/practice.h"

enum { PUBLIC_ID_LEN = 16, PUBLIC_PATH_MAX = 200 };

/* One picture of a case as it is to be shown. */
struct shown_photo {
	int64_t photo_id;
	char stage[8], view[8], form[16];
	char master_sha256[65];
	char master_name[VAULT_NAME + 1]; /* below masters/ */
	char taken_on[11];                /* may be empty */
};

/* A case as the public may know it (P2): fixed words and numbers only. */
struct shown_case {
	int64_t case_id, patient_id, location_id;
	char problem[24], treatment[24], age_band[8];
	int64_t months;
	char started_on[11], ended_on[11];
	char *credential; /* the orthodontist as printed (I8) */
	size_t photos;
	struct shown_photo *photo; /* by view, then stage */
};
/* The case and its photos in the gallery. Free with shown_case_free. */
int shown_case_get(struct practice *p, int64_t case_id, struct shown_case *ret, struct err *e);
void shown_case_free(struct shown_case *c);

/* A live publication. */
struct publication {
	int64_t id, case_id, consent_id, lapses_at, lease_at, published_at;
	char public_id[PUBLIC_ID_LEN + 1];
	char fingerprint[65];
};
struct publication_file {
	char path[PUBLIC_PATH_MAX + 1];
	int64_t photo_id; /* 0: a page */
	char master_sha256[65];
	char sha256[65];
	int64_t bytes;
};

/* The live publications of a channel, oldest case first; the caller frees *ret. */
int publication_live(struct practice *p, const char *channel, struct publication **ret, size_t *ret_n, struct err *e);
/* Those of them that may not stay (view publication_fault), likewise. */
int publication_faulty(
	struct practice *p, const char *channel, struct publication **ret, size_t *ret_n, struct err *e);
/* Files of a publication; the caller frees *ret. */
int publication_files(struct practice *p, int64_t id, struct publication_file **ret, size_t *ret_n, struct err *e);
/* Records one (the database refuses it where the gate does, P1); `pub->id` is set. Inside a transaction. */
int publication_add(struct practice *p, const struct actor *a, const char *channel, struct publication *pub,
	const struct publication_file *files, size_t n, struct err *e);
int publication_end(struct practice *p, const struct actor *a, int64_t id, const char *why, struct err *e);
/* The live publications of a patient's cases (case_id 0: all of them). */
int publication_of_patient(struct practice *p, int64_t patient_id, int64_t case_id, struct publication **ret,
	size_t *ret_n, struct err *e);

/* Public IDs that were used on a channel and are not live: the tombstones (C6). The caller frees *ret. */
int publication_gone(
	struct practice *p, const char *channel, char (**ret)[PUBLIC_ID_LEN + 1], size_t *ret_n, struct err *e);
/* Whether anything ever shown under this public ID may not be seen any more: 1, 0, -1. For a case whose files on the site
 * are not those of its latest record (a publish was killed between the two). */
int publication_shown_fault(struct practice *p, const struct publication *pub, const char *channel, struct err *e);
/* Live publications whose consent ends earlier now than their lease says (a newer consent was signed): lease_at is the
 * earlier moment. The caller frees *ret. */
int publication_shortened(
	struct practice *p, const char *channel, struct publication **ret, size_t *ret_n, struct err *e);

/* Withdrawals that have begun (schema: intent). */
struct intent {
	int64_t id;
	char act[16];
	int64_t patient_id, case_id, consent_id, guardian_id; /* 0: none */
	char who[24];
	char how[401];
	char on_date[11];
	int64_t staff_id, at;
};
int intent_add(struct practice *p, struct intent *it, struct err *e);
int intent_first(struct practice *p, struct intent *ret, struct err *e); /* 1, 0 = none, -1 */
/* Whether it is still to be done: 1, 0, -1. */
int intent_is_open(struct practice *p, int64_t id, struct err *e);
int intent_done(struct practice *p, int64_t id, struct err *e);

/* Files that a newer root no longer names, deleted later; `public_id` is the case they belonged to, or empty. */
struct retired {
	char store[27];
	char public_id[PUBLIC_ID_LEN + 1];
	int64_t at;
};
int retired_add(struct practice *p, const struct retired *r, struct err *e);
/* All of them, by store; the caller frees *ret. */
int retired_list(struct practice *p, struct retired **ret, size_t *ret_n, struct err *e);
int retired_drop(struct practice *p, const char *store, struct err *e);

/* C6: opens the list of copies outside the site for a case, once. */
int copy_check_open(struct practice *p, int64_t case_id, struct err *e);

#endif

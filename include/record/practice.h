/* practice.h: an opened practice directory (DESIGN: occlude.db, vault/, keys/, masters/, site/, site-inbox/), its
 * settings and locations, and who is acting. Everything in record/ and flow/ takes a `struct practice`. */
#ifndef OCCLUDE_RECORD_PRACTICE_H
#define OCCLUDE_RECORD_PRACTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "lib/db.h"
#include "lib/seal.h"
#include "lib/sign.h"

struct practice {
	int dirfd;
	struct db *db;
	struct seal_key *master; /* NULL until practice_unlock_with */
	struct seal_key *audit;  /* derived from master */
	char *path;              /* as opened, for sentences */
	int vault_lock;          /* held from the first vault_put on; -1: none */
};

/* Makes DIR (0700; must be absent or empty) with everything in it and opens it. What a killed init left is completed
 * or refused with a sentence. `key_file` NULL: the master key is wrapped under `passphrase`. The recovery sheet (I9)
 * is appended to `sheet` as printable text. */
struct practice_new {
	const char *name, *profile, *key_file, *passphrase;
	bool sample;
	/* the first location */
	const char *location, *address, *town, *phone, *email, *emergency, *zone, *lang;
	int64_t majority_age, assent_age;
	/* the first account, an admin */
	const char *login, *staff_name, *password;
};
int practice_init(
	const char *dir, const struct practice_new *n, struct buf *sheet, struct practice **ret, struct err *e);
/* Opens an existing one: refuses what is no practice, one whose directory others may read, a newer database, a changed
 * schema (P1). Then finishes what an interrupted command left (files without a record, and the reverse). */
int practice_open(const char *dir, struct practice **ret, struct err *e);
/* Brings the master key: from `key_file` if not NULL, else from the key file that keys/ names, or from the passphrase
 * (asked by `ask`, which returns a string the caller frees, or NULL). Does nothing if it is there. A key that is not this
 * practice's is refused. */
int practice_unlock_with(struct practice *p, const char *key_file, char *(*ask)(void *), void *arg, struct err *e);
void practice_close(struct practice *p);

/* Brings the master key back from the recovery sheet's code (I9), once it proved to be this practice's, and keeps it anew:
 * under `passphrase`, or in the new file `key_file`. The practice must be open; it is unlocked afterwards. */
int practice_recover(
	struct practice *p, const char *code, const char *key_file, const char *passphrase, struct err *e);
/* Where the master key lies, for doctor: "in the key file /media/stick/key", "wrapped under a passphrase". */
int practice_key_place(struct practice *p, struct buf *out, struct err *e);

/* The key that signs the site, made by init; sealed under the master key in keys/site.key. Its public half lies in
 * keys/site.pub, the only thing the public server gets. Wipe it with sign_key_wipe (auto_sign_key). */
int practice_sign_key(struct practice *p, struct sign_key *ret, struct err *e);

/* Who acts (S2). Filled by staff_actor (record/staff.h). */
enum role { ROLE_STAFF = 1, ROLE_CLINICIAN, ROLE_ADMIN };
struct actor {
	int64_t staff_id;
	enum role role;
	bool is_publisher;
	char login[33];
	char name[201];
};
/* What an act needs. CAN_RECORD: any account (staff records consents and uploads); CAN_APPROVE: clinician;
 * CAN_PUBLISH: publisher's right; CAN_ADMIN: admin. All but CAN_ADMIN also need the policy acknowledged (S1). */
enum can { CAN_LOOK, CAN_RECORD, CAN_APPROVE, CAN_PUBLISH, CAN_ADMIN };
/* 0, or a refusal with S1 or S2 and what to do. */
int practice_may(struct practice *p, const struct actor *a, enum can what, struct err *e);

/* The recovery sheet once more, for who lost it. Needs the key. CAN_ADMIN. */
int practice_sheet(struct practice *p, const struct actor *a, struct buf *out, struct err *e);

/* A patient's keys (C7, I9), unwrapped. The caller frees. */
enum patient_key { KEY_PICTURES, KEY_EVIDENCE };
int practice_patient_key(
	struct practice *p, int64_t patient_id, enum patient_key which, struct seal_key **ret, struct err *e);

/* Makes a new key for a patient and stores it wrapped. For patient_add, inside its transaction. */
int practice_patient_key_new(struct practice *p, int64_t patient_id, enum patient_key which, struct err *e);

/* Sealed files below vault/ or masters/: name (random, VAULT_NAME characters) is chosen here. The file is written and
 * synced before the call returns. A file that no row names when no program that put files is open any more is removed at
 * the next open: keep the practice open from vault_put until the row is committed. */
enum { VAULT_NAME = 26 };
enum vault { VAULT_ORIGINALS, VAULT_MASTERS };
int vault_put(struct practice *p, enum vault where, const struct seal_key *k, const void *data, size_t len,
	char ret_name[VAULT_NAME + 1], struct err *e);
int vault_get(struct practice *p, enum vault where, const struct seal_key *k, const char *name, size_t max,
	struct buf *out, struct err *e);
int vault_remove(struct practice *p, enum vault where, const char *name, struct err *e);

MEM_AUTO(struct practice, practice, practice_close)
#define auto_practice __attribute__((cleanup(practice_cleanup)))

#endif

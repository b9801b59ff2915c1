/* consent.h: consents (C1 to C8): a draft is opened and printed, filled in bit by bit, signed, and ends. What is missing and
 * how a consent stands is asked of the schema's views consent_missing and consent_standing, and worked out nowhere else
 * (C8). Everything that makes the public see less (revoking, an event, an entry in error) is called by flow/withdraw,
 * which takes the site dark first (C6). All SQL of these tables. */
#ifndef OCCLUDE_RECORD_CONSENT_H
#define OCCLUDE_RECORD_CONSENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"
#include "base/err.h"
#include "lib/seal.h"
#include "record/practice.h"

enum {
	CONSENT_CODE = 10,    /* characters of a code: no 0 1 I L O U, which are misread */
	CONSENT_CHANNELS = 4, /* website, social, print, teaching */
	CONSENT_VIEWS = 10,
	CONSENT_PICTURES = 400,                  /* of a scope by pictures */
	CONSENT_TEXT = 600,                      /* bytes of a recipient, purpose, benefit, discloser, event */
	CONSENT_DOCUMENT_MAX = 25 * 1024 * 1024, /* a signed document */
	CONSENT_YEARS_MAX = 10,                  /* farther ahead no expiry is taken (C2, C5): nobody foresees more */
	CONSENT_SIGNERS = 12,
	CONSENT_MISSING = 24
};

/* C3: a channel agreed to, up to an exposure (1 teeth, 2 smile, 3 veiled), to whom and what for (C2). */
struct consent_channel {
	char name[12];
	int64_t exposure;
	char recipients[CONSENT_TEXT + 1], purpose[CONSENT_TEXT + 1];
};

/* What is asked for: fixed before the form is printed. Either views and dates, or pictures (C3). */
struct consent_terms {
	struct consent_channel channel[CONSENT_CHANNELS];
	size_t channels;
	char view[CONSENT_VIEWS][6]; /* "IO-FR" */
	size_t views;
	char from_on[DATE_TEXT], to_on[DATE_TEXT];
	char (*picture)[SHA256_HEX]; /* master hashes */
	size_t pictures;
	char expires_on[DATE_TEXT];           /* the last day; with an event: its latest date */
	char expiry_event[CONSENT_TEXT + 1];  /* or empty */
	char discloser[2 * CONSENT_TEXT + 1]; /* who discloses, and successors */
};

struct consent_signature {
	char who[16]; /* patient, minor, guardian, representative, witness, interpreter */
	int64_t guardian_id;
	char name[201], relationship[101], authority[401];
	char signed_on[DATE_TEXT];
};

/* A consent as it is. Free with consent_clear. */
struct consent {
	int64_t id, patient_id, created_at;
	char code[CONSENT_CODE + 1];
	char reference[164];                            /* the patient's chart number */
	char state[20];                                 /* view consent_standing */
	int64_t signed_at, lapses_at, public_lapses_at; /* DB_NULL: not yet */
	struct consent_terms terms;
	char form_version[16], form_lang[4], form_sha256[SHA256_HEX];
	char document_kind[12], document_sha256[SHA256_HEX], document_name[VAULT_NAME + 1];
	bool statements_read, not_combined, gdpr_notice, gdpr_explicit;
	char benefit[CONSENT_TEXT + 1], copy_given_on[DATE_TEXT];
	int64_t event_at, revoked_at, error_at; /* DB_NULL: no */
	char revoked_by[64], revoked_how[401], error_why[401];
	struct consent_signature signature[CONSENT_SIGNERS];
	size_t signatures;
	int64_t excluded; /* single pictures taken out again */
};
void consent_clear(struct consent *c);
#define auto_consent __attribute__((cleanup(consent_clear)))

/* C2: reads the last day of a consent. Refuses "none", "until I revoke" and the like, a day that is over at the
 * patient's location, and one more than CONSENT_YEARS_MAX years ahead. */
int consent_expiry_parse(struct practice *p, int64_t patient_id, const char *s, struct date *ret, struct err *e);

/* Opens a draft with its code (shown with a hyphen in the middle: ABCDE-FGH23). CAN_RECORD. */
int consent_open(struct practice *p, const struct actor *a, int64_t patient_id, const struct consent_terms *t,
	int64_t *ret_id, char ret_code[CONSENT_CODE + 1], struct err *e);
/* C1: the form as it was shown: version, language, SHA-256 of its exact text, and which notices it bore. */
int consent_form_shown(struct practice *p, const struct actor *a, int64_t id, const char *version, const char *lang,
	const char *sha256, bool gdpr_notice, struct err *e);

/* What is recorded after signing; NULL, empty and false: as it is. */
struct consent_elements {
	const char *benefit;       /* "none", or what is paid or given and by whom */
	const char *copy_given_on; /* YYYY-MM-DD, not ahead */
	bool not_combined, gdpr_explicit;
};
int consent_set(
	struct practice *p, const struct actor *a, int64_t id, const struct consent_elements *el, struct err *e);
/* A signature of that day (not ahead; at noon local time for C4). `who` as in the schema; "patient" on a day when the
 * patient was a minor is the minor's assent (C4). `guardian_id` for guardian and representative: name, relationship and
 * authority are the recorded ones. `name` for witness and interpreter. */
int consent_sign(struct practice *p, const struct actor *a, int64_t id, const char *who, int64_t guardian_id,
	const char *name, const char *signed_on, struct err *e);
/* C1, I9: seals the signed document under the patient's evidence key. PDF, JPEG, PNG or HEIC by its bytes; what is empty,
 * cut short, too large or anything else is refused, and nothing is stored. Never parsed further here. Needs the master key. */
int consent_attach(
	struct practice *p, const struct actor *a, int64_t id, const void *bytes, size_t len, struct err *e);
/* "pdf", "jpeg", "png", "heic", or NULL with a sentence: what consent_attach decides by. */
const char *consent_document_kind(const void *bytes, size_t len, struct err *e);
/* Opens the sealed document into `out`. */
int consent_document(struct practice *p, const struct consent *c, struct buf *out, struct err *e);
/* C3: takes a single picture out again. CAN_RECORD. */
int consent_exclude(struct practice *p, const struct actor *a, int64_t id, int64_t photo_id, struct err *e);

/* The database's part of an end; audited; inside the caller's transaction if there is one. Any account may (C6). `by`:
 * "patient", "guardian 3", ...; refuses drafts and what has ended already. `a` NULL: the program finishes what an account
 * with the right began (flow/withdraw). */
int consent_revoke(
	struct practice *p, const struct actor *a, int64_t id, const char *by, const char *how, struct err *e);
int consent_error(struct practice *p, const struct actor *a, int64_t id, const char *why, struct err *e);
/* C5: the event that ends the consent has happened: it lapses now. */
int consent_event(struct practice *p, const struct actor *a, int64_t id, struct err *e);

int consent_get(struct practice *p, int64_t id, struct consent *ret, struct err *e);
/* By code (case, hyphens and blanks do not matter) or by number. -1 with a sentence if there is none. */
int consent_find(struct practice *p, const char *code, int64_t *ret_id, struct err *e);
/* The patient's consent that stands now or would if nothing held it (not a draft, superseded, ended): 1, 0 = none, -1. */
int consent_of_patient(struct practice *p, int64_t patient_id, int64_t *ret_id, struct err *e);

/* What a draft lacks, rule by rule, in the order of the schema. `what` is stable; `sentence` says what to do. */
struct consent_lack {
	char rule[ERR_RULE_MAX];
	char what[32];
	const char *sentence;
};
int consent_missing(
	struct practice *p, int64_t id, struct consent_lack ret[CONSENT_MISSING], size_t *ret_n, struct err *e);
/* The sentence for a code of consent_missing; BUG if there is none. */
const char *consent_lack_sentence(const char *what);

/* One line of a listing. */
struct consent_line {
	int64_t id, patient_id;
	const char *code, *reference, *state;
	int64_t signed_at, lapses_at, public_lapses_at; /* DB_NULL: none */
	const char *expires_on;                         /* or "" */
	int64_t due_days; /* whole days until the earlier of the two lapses; negative: over; DB_NULL: does not lapse */
	int due_mark; /* re-consent (C4, C5): 90, 30 or 7 = the mark that was passed; 0: not yet, or nothing to renew */
};
struct consent_filter {
	int64_t patient_id; /* 0: all */
	const char *state;  /* NULL: all */
	int64_t due_days;   /* only those that stand and lapse within so many days; 0: all */
};
/* Calls `each` for every consent, those that lapse first first; stops when it returns not 0. */
int consent_list(struct practice *p, const struct consent_filter *f,
	int (*each)(void *arg, const struct consent_line *l), void *arg, struct err *e);

/* What the form needs to know about patient, practice and who may sign. Free with consent_people_clear. */
struct consent_guardian {
	int64_t id;
	bool is_representative;
	char name[201], relationship[101], authority[401];
};
struct consent_people {
	int64_t patient_id;
	char practice[201], profile[8], successor[CONSENT_TEXT + 1], controller[CONSENT_TEXT + 1];
	char location[201], address[CONSENT_TEXT + 1], town[201], phone[64], email[201], zone[64];
	char reference[164], given[121], family[121], lang[4];
	struct date born_on, today;      /* today at the location */
	bool is_minor, assents, is_dead; /* today (C4, C8) */
	bool all_guardians;
	int64_t majority_age, assent_age, keep_years;
	struct consent_guardian guardian[CONSENT_SIGNERS];
	size_t guardians;
};
int consent_people(struct practice *p, int64_t patient_id, struct consent_people *ret, struct err *e);
/* The approved masters of a case's gallery, for a scope by pictures (C3: see, then sign); the caller frees *ret.
 * Refuses a case of another patient, and one without any. */
int consent_case_pictures(struct practice *p, int64_t patient_id, int64_t case_id, char (**ret)[SHA256_HEX],
	size_t *ret_n, struct err *e);

#endif

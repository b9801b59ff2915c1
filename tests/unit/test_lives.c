/* test_lives.c: a thousand random lives. Each is a patient whose consents, holds, pictures and clock go a random way; after
 * every step the database's states, permits and lapse instants are compared with a model written here from RULES alone, in
 * plain C, with libc's own time zones; and raw INSERTs of publications must be taken if and only if the model says so.
 * A failure prints the seed and the step; LIVES_SEED=n runs that life with those beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fake_clock.h"
#include "fixture_practice.h"
#include "record/consent.h"
#include "record/hold.h"
#include "record/patient.h"

enum {
	LIVES = 1000,
	TOGETHER = 25,
	STEPS = 20,
	JUMPS = 14,
	CONSENTS = 8,
	HOLDS = 8,
	GUARDIANS = 4,
	PHOTOS = 2,
	CHANNELS = 4,
	DAY = 86400
};
#define START INT64_C(1795348800)
#define NEVER INT64_MAX

static const char *const channels[CHANNELS] = { "website", "social", "print", "teaching" };
static const char *const zones[] = { "America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata",
	"Pacific/Auckland", "UTC" };

/* ---- the model: what the rules say -------------------------------------------------------------------------------- */

enum who { PATIENT, MINOR, GUARDIAN, REPRESENTATIVE };
struct m_signature {
	enum who who;
	int guardian;
	int64_t at;
};
struct m_consent {
	int64_t id;
	struct m_signature sig[GUARDIANS + 2];
	int sigs;
	bool lacks_element, has_document, closed, revoked, error;
	int64_t expires_at, event_at, opened_at, revoked_at;
	bool has_event;
	int exposure[CHANNELS]; /* 0: not agreed */
	bool pictures;          /* scope: the pictures seen; else views within dates */
	bool seen[PHOTOS];      /* pictures: which master was seen (of revision seen_rev) */
	int seen_rev[PHOTOS];
	bool view[PHOTOS]; /* views: the view of that photo is named */
	int64_t from_day, to_day;
	bool excluded[PHOTOS];
};
struct m_photo {
	int64_t id, taken_day;
	int exposure, revision, master_rev; /* master_rev: of the newest master; only = revision counts */
	int verdict;                        /* about the master of `master_rev`: 0 none, 1 approved, -1 rejected */
};
struct life {
	unsigned long seed;
	uint64_t rng;
	int step;
	char last[160];
	int64_t now, born_day, majority, majority_public, assent, assent_public, died_at;
	int majority_age, assent_age;
	bool all_guardians, withdrawn;
	int64_t patient, location, case_id, guardian[GUARDIANS], representative;
	int guardians;
	int64_t hold[HOLDS];
	int holds;
	struct m_consent c[CONSENTS];
	int consents;
	struct m_photo photo[PHOTOS];
	int published, refused;
};

static int64_t days(int y, int m, int d) {
	struct tm t = { .tm_year = y - 1900, .tm_mon = m - 1, .tm_mday = d };
	return timegm(&t) / DAY;
}
static struct tm civil(int64_t day) {
	time_t at = day * DAY;
	struct tm t;
	(void)gmtime_r(&at, &t);
	return t;
}
/* An hour of a day in the zone of TZ. */
static int64_t at_hour(int64_t day, int hour) {
	struct tm t = civil(day);
	t.tm_hour = hour;
	t.tm_isdst = -1;
	return mktime(&t);
}
static int64_t today(const struct life *l) {
	time_t at = l->now;
	struct tm t;
	(void)localtime_r(&at, &t);
	return days(t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}
static const char *iso(int64_t day, char out[DATE_TEXT]) {
	struct tm t = civil(day);
	if (strftime(out, DATE_TEXT, "%Y-%m-%d", &t) != DATE_TEXT - 1) abort();
	return out;
}

/* C4: the birthday; born on 29 February: the earlier day where there is none. */
static int64_t birthday(int64_t born, int age) {
	struct tm b = civil(born);
	int y = b.tm_year + 1900 + age;
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return days(y, b.tm_mon + 1, b.tm_mon == 1 && b.tm_mday == 29 && !leap ? 28 : b.tm_mday);
}
/* C4: the last quarter day before. */
static int64_t quarter_before(int64_t day) {
	int64_t q = day - 1;
	for (;; q--) {
		struct tm t = civil(q);
		if (t.tm_mday == 1 && t.tm_mon % 3 == 0) return q;
	}
}

static int64_t signed_at(const struct m_consent *c) {
	int64_t at = -1;
	for (int i = 0; i < c->sigs; i++)
		if (c->sig[i].at > at) at = c->sig[i].at;
	return at;
}
static bool after_death(const struct life *l, const struct m_consent *c) {
	return l->died_at != NEVER && signed_at(c) >= l->died_at;
}
static bool by(const struct life *l, const struct m_consent *c, enum who who) {
	for (int i = 0; i < c->sigs; i++) {
		const struct m_signature *s = &c->sig[i];
		if (s->who != who) continue;
		if (who == PATIENT && s->at < l->majority) continue;
		if (who == MINOR && s->at < l->assent) continue;
		if (who == REPRESENTATIVE && after_death(l, c) && s->at < l->died_at) continue;
		return true;
	}
	return false;
}
static bool signed_by_guardian(const struct m_consent *c, int guardian) {
	for (int i = 0; i < c->sigs; i++)
		if (c->sig[i].who == GUARDIAN && c->sig[i].guardian == guardian) return true;
	return false;
}

/* C1, C2, C4, C8. */
static bool incomplete(const struct life *l, const struct m_consent *c) {
	if (!c->has_document || c->lacks_element || c->sigs == 0) return true;
	if (after_death(l, c)) return !by(l, c, REPRESENTATIVE);
	if (signed_at(c) >= l->majority) return !by(l, c, PATIENT) && !by(l, c, REPRESENTATIVE);
	if (!by(l, c, GUARDIAN)) return true;
	for (int g = 0; l->all_guardians && g < l->guardians; g++)
		if (!signed_by_guardian(c, g)) return true;
	return signed_at(c) >= l->assent && !by(l, c, MINOR);
}

static int64_t least(int64_t a, int64_t b) {
	return a < b ? a : b;
}
static int64_t own_end(const struct m_consent *c) {
	return least(c->expires_at, c->event_at);
}
static int64_t lapse(const struct life *l, const struct m_consent *c, bool in_public) {
	int64_t at = own_end(c);
	if (signed_at(c) >= l->majority || after_death(l, c)) return at;
	at = least(at, in_public ? l->majority_public : l->majority);
	if (!by(l, c, MINOR)) at = least(at, in_public ? l->assent_public : l->assent);
	return at;
}
static bool later(const struct m_consent *a, const struct m_consent *b) {
	return signed_at(a) > signed_at(b) || (signed_at(a) == signed_at(b) && a->id > b->id);
}

/* C6: revoking one takes back what was signed on an earlier day, and what was opened before. */
static bool taken_back(const struct life *l, const struct m_consent *c) {
	for (int i = 0; i < l->consents; i++) {
		const struct m_consent *n = &l->c[i];
		if (!n->revoked || n->revoked_at <= signed_at(c)) continue;
		if (n->revoked_at > c->opened_at || n->revoked_at >= signed_at(c) + 13 * 3600) return true;
	}
	return false;
}

static const char *state(const struct life *l, const struct m_consent *c) {
	if (c->error) return "entered_in_error";
	if (!c->closed) return "draft";
	if (c->revoked) return "revoked";
	for (int i = 0; i < l->consents; i++)
		if (l->c[i].closed && !l->c[i].error && later(&l->c[i], c)) return "superseded";
	if (taken_back(l, c)) return "revoked";
	if (incomplete(l, c)) return "draft";
	if (own_end(c) <= l->now) return "expired";
	if (lapse(l, c, false) <= l->now) return "aged_out";
	if (l->holds > 0) return "paused";
	if (l->died_at != NEVER && !after_death(l, c)) return "paused";
	return lapse(l, c, true) <= l->now + 90 * DAY ? "expiring" : "active";
}

static bool covers(const struct life *l, const struct m_consent *c, int photo) {
	const struct m_photo *f = &l->photo[photo];
	if (c->excluded[photo]) return false;
	if (c->pictures) return c->seen[photo] && c->seen_rev[photo] == f->revision;
	return c->view[photo] && f->taken_day >= c->from_day && f->taken_day <= c->to_day;
}

/* The consent under which the case may be published on a channel now, or NULL. */
static const struct m_consent *permit(const struct life *l, int channel) {
	if (l->withdrawn) return NULL;
	for (int i = 0; i < l->consents; i++) {
		const struct m_consent *c = &l->c[i];
		const char *s = state(l, c);
		if (strcmp(s, "active") != 0 && strcmp(s, "expiring") != 0) continue;
		if (lapse(l, c, true) <= l->now || c->exposure[channel] == 0) return NULL;
		for (int f = 0; f < PHOTOS; f++) {
			const struct m_photo *ph = &l->photo[f];
			if (ph->master_rev != ph->revision || ph->verdict != 1) return NULL;
			if (ph->exposure > c->exposure[channel] || !covers(l, c, f)) return NULL;
		}
		return c;
	}
	return NULL;
}

/* ---- the walk ----------------------------------------------------------------------------------------------------- */

static struct fixture *f;
static struct practice *p;
static struct actor desk;

static void die(const struct life *l, const char *what, const char *model, const char *database) {
	fail_msg("seed %lu, step %d (%s), now %lld: %s is %s by the rules and %s in the database", l->seed, l->step,
		l->last, (long long)l->now, what, model, database);
}
#define OK(call)                                                                                                     \
	do {                                                                                                         \
		struct err ok_e = { 0 };                                                                             \
		if (call) fail_msg("seed %lu, step %d (%s): %s: %s", l->seed, l->step, l->last, #call, ok_e.text);   \
	} while (0)
#define E (&ok_e)

/* xorshift64*: the same everywhere. */
static uint64_t roll(struct life *l, uint64_t n) {
	l->rng ^= l->rng >> 12;
	l->rng ^= l->rng << 25;
	l->rng ^= l->rng >> 27;
	return ((l->rng * UINT64_C(2685821657736338717)) >> 32) % n;
}
static bool chance(struct life *l, uint64_t percent) {
	return roll(l, 100) < percent;
}

/* libc's local time is the life's. */
static const char *in_zone(const struct life *l) {
	const char *zone = zones[l->seed % ARRAY_LEN(zones)];
	(void)setenv("TZ", zone, 1);
	tzset();
	return zone;
}

static void master_sha(int photo, int revision, char out[SHA256_HEX]) {
	(void)snprintf(out, SHA256_HEX, "%032d%032d", photo + 1, revision);
}

static void make_master(struct life *l, int i) {
	struct m_photo *ph = &l->photo[i];
	char sha[SHA256_HEX], name[64];
	if (ph->master_rev == ph->revision) return;
	master_sha(i, ph->revision, sha);
	(void)snprintf(name, sizeof name, "m%lu-%d-%d", l->seed, i, ph->revision);
	OK(db_run(p->db, E,
		"INSERT INTO master (photo_id, revision, sha256, vault_name, width, height, exposure, faces_left, "
		"face_presence,"
		" made_at) VALUES (?1, ?2, ?3, ?4, 9, 9, ?5, 0, 0, ?6)",
		"iittii", ph->id, (int64_t)ph->revision, sha, name, (int64_t)ph->exposure, l->now));
	ph->master_rev = ph->revision;
	ph->verdict = 0;
}

static void judge(struct life *l, int i, bool good) {
	char sha[SHA256_HEX];
	make_master(l, i);
	master_sha(i, l->photo[i].revision, sha);
	OK(db_run(p->db, E,
		"INSERT INTO approval (photo_id, sha256, recipe, verdict, why, at, staff_id) VALUES (?1, ?2, 1, ?3, "
		"?4, ?5, 1)",
		"ittti", l->photo[i].id, sha, good ? "approved" : "rejected", good ? NULL : "a chin", l->now));
	l->photo[i].verdict = good ? 1 : -1;
}

/* A region more: other pixels, so another master and another approval (I5). */
static void new_region(struct life *l, int i) {
	OK(db_run(p->db, E,
		"INSERT INTO region (photo_id, kind, shape, points, created_at) VALUES (?1, 'drawn', 'rect', '1,1 "
		"2,2', ?2)",
		"ii", l->photo[i].id, l->now));
	l->photo[i].revision++;
	if (chance(l, 60)) make_master(l, i);
}

/* One practice for all lives. */
static void build_practice(void) {
	struct life none = { 0 }, *l = &none;
	OK(db_run(p->db, E, "INSERT INTO practice (id, name, profile, created_at) VALUES (1, 'Lind', 'US', 1)", ""));
	OK(db_run(p->db, E,
		"INSERT INTO staff (id, login, name, role, is_publisher, password, created_at) VALUES"
		" (1, 'lind', 'Ada Lind', 'clinician', 1, 'x', 1), (2, 'desk', 'Desk', 'staff', 0, 'x', 1)",
		""));
	OK(db_run(p->db, E,
		"INSERT INTO policy (version, text, sha256, in_force_at, staff_id)"
		" VALUES (1, printf('%.*c', 120, 'p'), printf('%064d', 1), 1, 1)",
		""));
	OK(db_run(p->db, E, "INSERT INTO policy_ack VALUES (1, 1, 1), (1, 2, 1)", ""));
}

static void build_location(struct life *l, const char *zone) {
	char name[32];
	(void)snprintf(name, sizeof name, "L%lu", l->seed);
	OK(db_run(p->db, E,
		"INSERT INTO location (name, address, town, phone, emergency, zone, majority_age, assent_age)"
		" VALUES (?1, 'Street 1', 'Town', '1', '911', ?2, ?3, ?4)",
		"ttii", name, zone, (int64_t)l->majority_age, (int64_t)l->assent_age));
	l->location = db_last_id(p->db);
}

static void build_patient(struct life *l) {
	char born[DATE_TEXT], reference[32];
	(void)snprintf(reference, sizeof reference, "P-%lu", l->seed);
	struct patient_facts facts = { .reference = reference,
		.given = "G",
		.family = "F",
		.born_on = iso(l->born_day, born),
		.location_id = l->location,
		.guardians = l->all_guardians ? "all" : "one",
		.court_order = "filed" };
	OK(patient_add(p, &desk, &facts, &l->patient, E));
	int64_t m = birthday(l->born_day, l->majority_age), a = birthday(l->born_day, l->assent_age);
	l->majority = at_hour(m, 0);
	l->majority_public = at_hour(quarter_before(m), 0);
	l->assent = at_hour(a, 0);
	l->assent_public = at_hour(quarter_before(a), 0);
	const struct guardian_row r = {
		.kind = "representative", .name = "R", .relationship = "executor", .authority = "deed"
	};
	OK(guardian_add(p, &desk, l->patient, &r, &l->representative, E));
}

static void add_guardian(struct life *l) {
	const struct guardian_row g = { .kind = "guardian", .name = "G", .relationship = "parent" };
	if (l->guardians == GUARDIANS) return;
	OK(guardian_add(p, &desk, l->patient, &g, &l->guardian[l->guardians++], E));
}

static void build_case(struct life *l) {
	static const char *const views[] = { "IO-FR", "EO-FS" };
	char day[DATE_TEXT], sha[SHA256_HEX], name[32];
	OK(db_run(p->db, E,
		"INSERT INTO cases (patient_id, location_id, problem, treatment, months, age_band, "
		"orthodontist_id, started_on,"
		" ended_on, created_at, staff_id) VALUES (?1, ?2, 'crowding', 'braces', 23, '13-17', 1, "
		"'2024-01-10',"
		" '2026-02-01', 1, 2)",
		"ii", l->patient, l->location));
	l->case_id = db_last_id(p->db);
	OK(db_run(p->db, E, "UPDATE cases SET suitable = 1, suitable_by = 1, suitable_at = 1 WHERE id = ?1", "i",
		l->case_id));
	/* the pair that the case needs shares a view; the photos' exposures differ by chance */
	const char *view = views[roll(l, 2)];
	for (int i = 0; i < PHOTOS; i++) {
		struct m_photo *ph = &l->photo[i];
		ph->taken_day =
			i ? days(2026, 2, 2) + (int64_t)roll(l, 200) : days(2024, 1, 10) + (int64_t)roll(l, 200);
		ph->exposure = 1 + (int)roll(l, chance(l, 20) ? 3 : 2);
		ph->revision = 1;
		(void)snprintf(sha, sizeof sha, "%064d", 900 + i);
		(void)snprintf(name, sizeof name, "v%lu-%d", l->seed, i);
		OK(db_run(p->db, E,
			"INSERT INTO photo (case_id, patient_id, stage, view, sha256, vault_name, bytes, format, "
			"width, height, removed,"
			" taken_on, detect_ran, created_at, staff_id) VALUES (?7, ?1, ?2, ?3, ?4, ?5, 1, 'jpeg', 9, "
			"9, 0, ?6, 1, 1, 2)",
			"ittttti", l->patient, i ? "T3" : "T1", view, sha, name, iso(ph->taken_day, day),
			l->case_id));
		ph->id = db_last_id(p->db);
		OK(db_run(p->db, E,
			"INSERT INTO decision (photo_id, form, changed_at, no_text_at, faces_checked_at) VALUES (?1, "
			"'crop', 1, 1, 1)",
			"i", ph->id));
		make_master(l, i);
		if (chance(l, 85)) judge(l, i, true);
	}
}

static struct m_consent *any_consent(struct life *l) {
	return l->consents ? &l->c[roll(l, (uint64_t)l->consents)] : NULL;
}

static void terms_scope(struct life *l, struct m_consent *c, struct consent_terms *t, char seen[PHOTOS][SHA256_HEX]) {
	c->pictures = chance(l, 40);
	if (c->pictures) {
		t->picture = seen;
		for (int i = 0; i < PHOTOS; i++) {
			c->seen[i] = i == 0 || chance(l, 92);
			c->seen_rev[i] = l->photo[i].revision;
			if (c->seen[i]) master_sha(i, l->photo[i].revision, seen[t->pictures++]);
		}
		return;
	}
	char view[16];
	struct err e = { 0 };
	auto_free char *name = NULL;
	bool named = chance(l, 90);
	if (db_get_text(p->db, &name, &e, "SELECT view FROM photo WHERE id = ?1", "i", l->photo[0].id) != 1)
		fail_msg("%s", e.text);
	(void)snprintf(view, sizeof view, "%s", named ? name : "IO-UO");
	memcpy(t->view[t->views++], view, 6);
	for (int i = 0; i < PHOTOS; i++) c->view[i] = named;
	c->from_day = days(2024, 1, 1) + (int64_t)(chance(l, 10) ? roll(l, 200) : 0);
	c->to_day = days(2026, 12, 31) - (int64_t)(chance(l, 10) ? roll(l, 400) : 0);
	(void)iso(c->from_day, t->from_on);
	(void)iso(c->to_day, t->to_on);
}

static void open_consent(struct life *l, struct m_consent *c, int64_t last_day) {
	struct consent_terms t = { 0 };
	char seen[PHOTOS][SHA256_HEX], code[CONSENT_CODE + 1];
	for (int i = 0; i < CHANNELS; i++) {
		if (!chance(l, 65) && !(i == CHANNELS - 1 && t.channels == 0)) continue;
		struct consent_channel *h = &t.channel[t.channels++];
		(void)snprintf(h->name, sizeof h->name, "%s", channels[i]);
		c->exposure[i] = chance(l, 60) ? 3 : 1 + (int)roll(l, 3);
		h->exposure = c->exposure[i];
		strcpy(h->recipients, "all");
		strcpy(h->purpose, "to show");
	}
	terms_scope(l, c, &t, seen);
	strcpy(t.discloser, "the practice");
	(void)iso(last_day, t.expires_on);
	c->has_event = chance(l, 30);
	if (c->has_event) strcpy(t.expiry_event, "retention ends");
	c->expires_at = at_hour(last_day + 1, 0);
	c->event_at = NEVER;
	c->opened_at = l->now;
	OK(consent_open(p, &desk, l->patient, &t, &c->id, code, E) ||
		consent_form_shown(p, &desk, c->id, "1", "en",
			"00000000000000000000000000000000000000000000000000000000000000ff", true, E));
}

static void sign_one(struct life *l, struct m_consent *c, enum who who, int guardian, int64_t day) {
	static const char *const words[] = { "patient", "patient", "guardian", "representative" };
	char on[DATE_TEXT];
	int64_t at = at_hour(day, 12), number = who == GUARDIAN         ? l->guardian[guardian]
						: who == REPRESENTATIVE ? l->representative
									: 0;
	if (who <= MINOR && l->died_at != NEVER && at >= l->died_at) return; /* the dead do not sign */
	if (who <= MINOR) who = at >= l->majority ? PATIENT : MINOR;
	OK(consent_sign(p, &desk, c->id, words[who], number, NULL, iso(day, on), E));
	c->sig[c->sigs++] = (struct m_signature){ who, guardian, at };
}

static void attach(struct life *l, struct m_consent *c) {
	OK(db_run(p->db, E,
		"UPDATE consent SET document_kind = 'pdf', document_sha256 = printf('%064d', ?1), document_name = "
		"'d' WHERE id = ?1",
		"i", c->id));
	c->has_document = true;
}

static void elements(struct life *l, struct m_consent *c) {
	const struct consent_elements el = { .benefit = "none", .copy_given_on = "2026-11-01", .not_combined = true };
	OK(consent_set(p, &desk, c->id, &el, E));
	c->lacks_element = false;
}

static void record_consent(struct life *l) {
	if (l->consents == CONSENTS) return;
	struct m_consent *c = &l->c[l->consents++];
	int64_t day = today(l) - (int64_t)(chance(l, 40) ? roll(l, 40) : 0);
	open_consent(l, c, today(l) + (int64_t)roll(l, chance(l, 50) ? 200 : 3000));
	bool grown = at_hour(day, 12) >= l->majority;
	if (l->died_at != NEVER && chance(l, 70))
		sign_one(l, c, REPRESENTATIVE, 0, day);
	else if (grown && chance(l, 90))
		sign_one(l, c, chance(l, 85) ? PATIENT : REPRESENTATIVE, 0, day);
	else
		for (int g = 0; g < l->guardians; g++)
			if (g == 0 || chance(l, 60)) sign_one(l, c, GUARDIAN, g, day);
	if (!grown && chance(l, 75))
		sign_one(
			l, c, MINOR, 0, chance(l, 80) ? day : day + (int64_t)roll(l, (uint64_t)(today(l) - day + 1)));
	c->lacks_element = true;
	if (chance(l, 88)) elements(l, c);
	if (chance(l, 92)) attach(l, c);
}

/* Brings a draft what it lacks: elements, document. */
static void finish_draft(struct life *l) {
	struct m_consent *c = any_consent(l);
	if (!c || c->closed || c->error) return;
	if (c->lacks_element) elements(l, c);
	if (!c->has_document) attach(l, c);
}

static void end_consent(struct life *l, const char *act) {
	struct m_consent *c = any_consent(l);
	if (!c) return;
	const char *s = state(l, c);
	bool ended = !strcmp(s, "revoked") || !strcmp(s, "entered_in_error"), is_draft = !strcmp(s, "draft");
	struct err e = { 0 };
	if (!strcmp(act, "revoke")) {
		int r = consent_revoke(p, &desk, c->id, "patient", "a letter", &e);
		if ((r == 0) != (!ended && !is_draft))
			die(l, "revoking", ended || is_draft ? "refused" : "taken", e.text);
		if (r == 0) c->revoked_at = l->now;
		c->revoked |= r == 0;
	} else if (!strcmp(act, "error")) {
		int r = consent_error(p, &desk, c->id, "a mistake", &e);
		if ((r == 0) != !ended) die(l, "an entry in error", ended ? "refused" : "taken", e.text);
		c->error |= r == 0;
	} else {
		bool may = !ended && !is_draft && c->has_event && c->event_at == NEVER;
		int r = consent_event(p, &desk, c->id, &e);
		if ((r == 0) != may) die(l, "an event", may ? "taken" : "refused", e.text);
		if (r == 0) c->event_at = l->now;
	}
}

static void add_hold(struct life *l) {
	if (l->holds == HOLDS) return;
	bool objects = chance(l, 40), minor = chance(l, 50);
	const struct hold_new h = { l->patient, objects ? "objection" : "pause",
		objects ? (minor ? "minor" : "guardian") : "patient",
		objects && !minor && l->guardians ? l->guardian[0] : 0, "a call" };
	OK(hold_add(p, &desk, &h, &l->hold[l->holds], E));
	l->holds++;
}

static void end_hold(struct life *l) {
	if (l->holds == 0) return;
	OK(hold_end(p, &desk, l->hold[--l->holds], "agreed", E));
}

static void death(struct life *l) {
	char on[DATE_TEXT];
	if (l->died_at != NEVER) return;
	OK(patient_died(p, &desk, l->patient, iso(today(l), on), E));
	l->died_at = at_hour(today(l), 0);
}

static void exclude(struct life *l) {
	struct m_consent *c = any_consent(l);
	int i = (int)roll(l, PHOTOS);
	if (!c) return;
	OK(consent_exclude(p, &desk, c->id, l->photo[i].id, E));
	c->excluded[i] = true;
}

static void withdraw(struct life *l) {
	l->withdrawn = !l->withdrawn;
	OK(db_run(p->db, E, "UPDATE cases SET withdrawn_at = ?1 WHERE id = ?2", "oi", l->withdrawn ? l->now : DB_NULL,
		l->case_id));
}

/* Time passes: some days, or to the second around an instant at which something lapses. */
static void pass_time(struct life *l) {
	int64_t edge[5 + 3 * CONSENTS], to = l->now + (int64_t)roll(l, chance(l, 30) ? 250 * DAY : 20 * DAY);
	int n = 0;
	const int64_t own[] = { l->majority, l->majority_public, l->assent, l->assent_public };
	for (size_t i = 0; i < ARRAY_LEN(own); i++) edge[n++] = own[i];
	for (int i = 0; i < l->consents; i++) {
		if (l->c[i].sigs == 0) continue;
		edge[n++] = l->c[i].expires_at;
		edge[n++] = lapse(l, &l->c[i], true);
		edge[n++] = lapse(l, &l->c[i], true) - 90 * DAY;
	}
	int64_t at = edge[roll(l, (uint64_t)n)] - 1 + (int64_t)roll(l, 3);
	if (chance(l, 60) && at > l->now && at < START + 3650 * INT64_C(86400)) to = at;
	l->now = to;
	clock_set(to);
}

/* A raw INSERT of a publication: P1. */
static void try_publish(struct life *l, int channel) {
	const struct m_consent *c = permit(l, channel);
	struct err e = { 0 };
	int64_t consent = 0, lapses = l->now + DAY, leases = l->now + DAY;
	bool lie = c && chance(l, 15);
	if (c) {
		consent = c->id;
		lapses = lapse(l, c, false);
		leases = lapse(l, c, true);
	} else if (l->consents) {
		const struct m_consent *x = any_consent(l);
		consent = x->id;
		if (x->sigs) lapses = lapse(l, x, false);
		if (x->sigs) leases = lapse(l, x, true);
	}
	if (lie && chance(l, 50))
		leases++;
	else if (lie)
		lapses++;
	OK(db_run(p->db, E,
		"UPDATE publication SET ended_at = ?1, ended_why = 'anew' WHERE ended_at IS NULL AND channel = ?2 "
		"AND case_id = ?3",
		"iti", l->now, channels[channel], l->case_id));
	int r = db_run(p->db, &e,
		"INSERT INTO publication (case_id, channel, consent_id, public_id, lapses_at, lease_at, fingerprint, "
		"published_at, staff_id)"
		" VALUES (?6, ?1, ?2, 'abc', ?3, ?4, 'f', ?5, 1)",
		"tiiiii", channels[channel], consent, lapses, leases, l->now, l->case_id);
	bool may = c && !lie;
	if ((r == 0) != may) die(l, "a publication", may ? "permitted" : "refused", r ? e.text : "taken");
	if (r == 0)
		l->published++;
	else
		l->refused++;
}

/* ---- comparing ---------------------------------------------------------------------------------------------------- */

static void compare_consents(struct life *l) {
	struct err e = { 0 };
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, &e,
		    "SELECT consent_id, state, lapses_at, public_lapses_at FROM consent_standing WHERE patient_id = "
		    "?1 ORDER BY consent_id",
		    "i", l->patient))
		fail_msg("%s", e.text);
	int n = 0;
	while (stmt_row(q, &e) == 1) {
		const struct m_consent *c = &l->c[n++];
		assert_int_equal(stmt_int(q, 0), c->id);
		const char *s = state(l, c);
		if (strcmp(s, stmt_text(q, 1)) != 0) die(l, "a consent", s, stmt_text(q, 1));
		if (c->sigs == 0) continue;
		char m[32], d[32];
		(void)snprintf(m, sizeof m, "%lld", (long long)lapse(l, c, false));
		(void)snprintf(d, sizeof d, "%lld", (long long)stmt_int(q, 2));
		if (strcmp(m, d) != 0) die(l, "a lapse", m, d);
		(void)snprintf(m, sizeof m, "%lld", (long long)lapse(l, c, true));
		(void)snprintf(d, sizeof d, "%lld", (long long)stmt_int(q, 3));
		if (strcmp(m, d) != 0) die(l, "a public lapse", m, d);
	}
	assert_int_equal(n, l->consents);
}

static void compare_permit(struct life *l, int channel) {
	const struct m_consent *c = permit(l, channel);
	struct err e = { 0 };
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, &e,
		    "SELECT consent_id, lapses_at, public_lapses_at FROM case_permit WHERE case_id = ?1 AND channel "
		    "= ?2",
		    "it", l->case_id, channels[channel]))
		fail_msg("%s", e.text);
	bool there = stmt_row(q, &e) == 1;
	if (there != (c != NULL))
		die(l, channels[channel], c ? "permitted" : "refused", there ? "permitted" : "refused");
	if (!c) return;
	assert_int_equal(stmt_int(q, 0), c->id);
	assert_int_equal(stmt_int(q, 1), lapse(l, c, false));
	assert_int_equal(stmt_int(q, 2), lapse(l, c, true));
	assert_true(stmt_int(q, 2) > l->now);
}

static void close_complete(struct life *l) {
	for (int i = 0; i < l->consents; i++)
		if (!incomplete(l, &l->c[i])) l->c[i].closed = true;
}

#define DO(word, call)                                                                                               \
	do {                                                                                                         \
		(void)snprintf(l->last, sizeof l->last, "%s", word);                                                 \
		call;                                                                                                \
	} while (0)

static void step(struct life *l) {
	int i = (int)roll(l, PHOTOS);
	uint64_t d = roll(l, 100);
	if (d < 20 || l->consents == 0)
		DO("a consent is recorded", record_consent(l));
	else if (d < 26)
		DO("a draft is finished", finish_draft(l));
	else if (d < 40)
		DO("a publication is tried", try_publish(l, (int)roll(l, CHANNELS)));
	else if (d < 46)
		DO("approved", judge(l, i, true));
	else if (d < 52)
		DO("a hold", add_hold(l));
	else if (d < 60)
		DO("a hold ends", end_hold(l));
	else if (d < 63)
		DO("revoked", end_consent(l, "revoke"));
	else if (d < 66)
		DO("entered in error", end_consent(l, "error"));
	else if (d < 68)
		DO("the event happens", end_consent(l, "event"));
	else if (d < 76)
		DO("approved", judge(l, i, true));
	else if (d < 78)
		DO("rejected", judge(l, i, false));
	else if (d < 80)
		DO("a new region", new_region(l, i));
	else if (d < 81)
		DO("excluded", exclude(l));
	else if (d < 83)
		DO("withdrawn or reopened", withdraw(l));
	else if (d < 84)
		DO("a guardian more", add_guardian(l));
	else if (d < 85)
		DO("death", death(l));
	else
		DO("a publication is tried", try_publish(l, (int)roll(l, CHANNELS)));
}

static void begin_life(struct life *l, unsigned long seed, int64_t now) {
	*l = (struct life){
		.seed = seed, .rng = seed * UINT64_C(0x9E3779B97F4A7C15) + 1, .now = now, .died_at = NEVER
	};
	const char *zone = in_zone(l);
	l->majority_age = (int[]){ 18, 18, 18, 19, 21 }[roll(l, 5)];
	l->assent_age = (int[]){ 14, 14, 12, 16 }[roll(l, 4)];
	l->all_guardians = chance(l, 30);
	l->born_day = chance(l, 15) ? days(2008 + 4 * (int)roll(l, 3), 2, 29)
				    : days(1990, 1, 1) + (int64_t)roll(l, chance(l, 25) ? 6500 : 12000);
	if (chance(l, 70) && l->born_day < days(2006, 1, 1)) l->born_day = days(2006, 1, 1) + (int64_t)roll(l, 4000);
	build_location(l, zone);
	build_patient(l);
	add_guardian(l);
	if (chance(l, 50)) add_guardian(l);
	build_case(l);
}

static void compare(struct life *l) {
	close_complete(l);
	compare_consents(l);
	/* one channel by chance; a refusal half of the time, for the sake of the time it takes */
	int channel = (int)roll(l, CHANNELS);
	if (permit(l, channel) || chance(l, 45)) compare_permit(l, channel);
}

/* Lives that share a practice and a clock: each in turn does something, and now and then time passes for all. */
static void live_together(unsigned long first, long *published, long *refused) {
	static struct life lives[TOGETHER];
	struct life fate = { .rng = first * UINT64_C(0x9E3779B97F4A7C15) + 7 };
	struct err e = { 0 };
	clock_set(START);
	if (db_open_memory(schema_assets, &p->db, &e)) fail_msg("%s", e.text);
	build_practice();
	for (size_t i = 0; i < TOGETHER; i++) begin_life(&lives[i], first + i, START);
	for (int n = 0; n < STEPS * TOGETHER; n++) {
		struct life *l = &lives[roll(&fate, TOGETHER)];
		(void)in_zone(l);
		l->step = n;
		if (roll(&fate, STEPS * TOGETHER) < JUMPS) {
			pass_time(l);
			for (size_t i = 0; i < TOGETHER; i++) {
				lives[i].now = l->now;
				lives[i].step = n;
				(void)snprintf(lives[i].last, sizeof lives[i].last, "time passes");
				compare(&lives[i]);
			}
		} else {
			step(l);
			compare(l);
		}
	}
	for (size_t i = 0; i < TOGETHER; i++) {
		*published += lives[i].published;
		*refused += lives[i].refused;
	}
	db_close(p->db);
}

static void P1_a_thousand_random_lives(void **test_state) {
	(void)test_state;
	const char *only = getenv("LIVES_SEED");
	unsigned long from = only ? (strtoul(only, NULL, 10) - 1) / TOGETHER * TOGETHER + 1 : 1,
		      to = only ? from : LIVES;
	struct db *real = p->db;
	long published = 0, refused = 0;
	for (unsigned long seed = from; seed <= to; seed += TOGETHER) live_together(seed, &published, &refused);
	p->db = real;
	print_message("# seeds %lu to %lu: %ld publications taken, %ld refused\n", from,
		to < TOGETHER ? from + TOGETHER - 1 : to, published, refused);
	if (!only) {
		assert_true(published > 400); /* the walk does reach what it is about */
		assert_true(refused > 500);
	}
}

static int setup(void **state_) {
	if (fixture_setup(state_)) return -1;
	f = *state_;
	p = f->p;
	desk = (struct actor){ .staff_id = 2, .role = ROLE_STAFF, .login = "desk", .name = "Desk" };
	return 0;
}

int main(void) {
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(P1_a_thousand_random_lives),
	};
	return cmocka_run_group_tests(tests, setup, fixture_teardown);
}

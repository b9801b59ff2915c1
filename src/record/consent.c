/* consent.c: opening a draft and filling it in: terms, form, elements, signatures, exclusions. What a rule needs of time is
 * worked out here and stored; whether something is missing or in force only the schema says. */
#include "record/consent.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "record/consent_impl.h"

int consent_begin(struct practice *p, const struct actor *a, enum can what, struct err *e) {
	if ((a || what != CAN_LOOK) && practice_may(p, a, what, e)) return -1; /* NULL: the patient's own code (C6) */
	return db_begin(p->db, e);
}

int consent_end(struct practice *p, int r, struct err *e) {
	if (!r) return db_commit(p->db, e);
	db_rollback(p->db);
	return -1;
}

void consent_copy(char *out, size_t size, const struct stmt *q, int col) {
	const char *s = stmt_text(q, col);
	(void)snprintf(out, size, "%s", s ? s : "");
}

int consent_today(struct practice *p, int64_t patient_id, char ret_zone[64], struct date *ret, struct err *e) {
	auto_free char *zone = NULL;
	int there = db_get_text(p->db, &zone, e,
		"SELECT l.zone FROM patient p JOIN location l ON l.id = p.location_id WHERE p.id = ?1", "i",
		patient_id);
	if (there < 0) return -1;
	if (!there) return err_set(e, ERR_REFUSED, "There is no patient number %lld", (long long)patient_id);
	(void)snprintf(ret_zone, 64, "%s", zone);
	return clock_date(zone, clock_now(), ret, e);
}

int consent_patient(struct practice *p, int64_t id, int64_t *ret, struct err *e) {
	int there = db_get_int(p->db, ret, e, "SELECT patient_id FROM consent WHERE id = ?1", "i", id);
	if (there == 0) return err_set(e, ERR_REFUSED, "There is no consent number %lld", (long long)id);
	return there < 0 ? -1 : 0;
}

static bool means_no_end(const char *s) {
	static const char *const words[] = { "none", "never", "no", "unlimited", "forever", "revo", "withdraw",
		"until i", "widerruf", "unbefristet", "nie", "revoc", "ningun", "indefin", "aucun", "illimit",
		"jusqu", "n/a" };
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasestr(s, words[i])) return true;
	return text_is_blank(s);
}

int consent_expiry_parse(struct practice *p, int64_t patient_id, const char *s, struct date *ret, struct err *e) {
	char zone[64], text[DATE_TEXT];
	struct date today, d;
	if (consent_today(p, patient_id, zone, &today, e)) return -1;
	if (means_no_end(s ? s : "")) /* C2 */
		return err_rule(e, "C2",
			"a consent needs a last day; \"none\" and \"until I revoke\" are not accepted. Give a date "
			"at "
			"most %d years ahead",
			CONSENT_YEARS_MAX);
	if (date_parse(s, &d, e)) return -1;
	if (date_cmp(d, today) < 0) /* C5 */
		return err_rule(e, "C5", "%s is over already; give a last day that lies ahead", date_format(d, text));
	struct date last = date_birthday(today, CONSENT_YEARS_MAX);
	if (date_cmp(d, last) > 0)
		return err_rule(e, "C2", "a consent can last %d years at most; give a last day up to %s",
			CONSENT_YEARS_MAX, date_format(last, text));
	*ret = d;
	return 0;
}

/* 30 characters that nobody misreads, each equally likely. */
static void code_make(char out[CONSENT_CODE + 1]) {
	static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
	for (size_t i = 0; i < CONSENT_CODE;) {
		unsigned char byte;
		seal_random(&byte, 1);
		if (byte < 240) out[i++] = alphabet[byte % 30];
	}
	out[CONSENT_CODE] = 0;
}

static int terms_check(const struct consent_terms *t, struct err *e) {
	struct date from, to;
	if (t->channels == 0 || t->channels > CONSENT_CHANNELS)
		return err_rule(e, "C3", "a consent names at least one channel: website, social, print or teaching");
	if ((t->views > 0) == (t->pictures > 0))
		return err_rule(e, "C3", "a consent covers either views within dates or the pictures of a case");
	if (t->pictures > CONSENT_PICTURES)
		return err_rule(e, "C3", "a consent covers %d pictures at most", CONSENT_PICTURES);
	if (t->views == 0) return 0;
	if (date_parse(t->from_on, &from, e) || date_parse(t->to_on, &to, e))
		return err_prefix(e, "C3: views need a range of dates");
	if (date_cmp(from, to) > 0)
		return err_rule(e, "C3", "the range of dates ends (%s) before it begins (%s)", t->to_on, t->from_on);
	return 0;
}

static int terms_write(struct practice *p, int64_t id, const struct consent_terms *t, struct err *e) {
	for (size_t i = 0; i < t->channels; i++) {
		const struct consent_channel *c = &t->channel[i];
		if (db_run(p->db, e,
			    "INSERT INTO consent_channel (consent_id, channel, exposure, recipients, purpose)"
			    " VALUES (?1, ?2, ?3, ?4, ?5)",
			    "ititt", id, c->name, c->exposure, c->recipients, c->purpose))
			return -1;
	}
	for (size_t i = 0; i < t->views; i++)
		if (db_run(p->db, e,
			    "INSERT INTO consent_view (consent_id, view) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
			    "it", id, t->view[i]))
			return -1;
	for (size_t i = 0; i < t->pictures; i++)
		if (db_run(p->db, e,
			    "INSERT INTO consent_picture (consent_id, master_sha256) VALUES (?1, ?2) ON CONFLICT DO "
			    "NOTHING",
			    "it", id, t->picture[i]))
			return -1;
	return 0;
}

/* expires_at: 00:00 local on the day after the last day (C5). */
static int insert_draft(struct practice *p, const struct actor *a, int64_t patient_id, const struct consent_terms *t,
	const char *code, int64_t *ret_id, struct err *e) {
	char zone[64];
	struct date today, last;
	int64_t expires_at;
	if (consent_today(p, patient_id, zone, &today, e) ||
		consent_expiry_parse(p, patient_id, t->expires_on, &last, e) ||
		clock_local(zone, date_add_days(last, 1), 0, &expires_at, e))
		return -1;
	bool views = t->views > 0;
	if (db_run(p->db, e,
		    "INSERT INTO consent (code, patient_id, staff_id, created_at, scope, photos_from_on, "
		    "photos_to_on,"
		    " discloser, expires_on, expires_at, expiry_event)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		    "tiiitttttit", code, patient_id, a->staff_id, clock_now(), views ? "views" : "pictures",
		    views ? t->from_on : NULL, views ? t->to_on : NULL, t->discloser, t->expires_on, expires_at,
		    text_is_blank(t->expiry_event) ? NULL : t->expiry_event))
		return -1;
	*ret_id = db_last_id(p->db);
	return 0;
}

int consent_open(struct practice *p, const struct actor *a, int64_t patient_id, const struct consent_terms *t,
	int64_t *ret_id, char ret_code[CONSENT_CODE + 1], struct err *e) {
	char code[CONSENT_CODE + 1];
	int64_t id = 0;
	if (terms_check(t, e) || consent_begin(p, a, CAN_RECORD, e)) return -1;
	code_make(code);
	int r = insert_draft(p, a, patient_id, t, code, &id, e) || terms_write(p, id, t, e) ||
		audit_add(p, a, "consent.open", "consent", id, e, "code %s, patient %lld, %zu channels", code,
			(long long)patient_id, t->channels);
	if (consent_end(p, r, e)) return -1;
	*ret_id = id;
	memcpy(ret_code, code, sizeof code);
	return 0;
}

int consent_form_shown(struct practice *p, const struct actor *a, int64_t id, const char *version, const char *lang,
	const char *sha256, bool gdpr_notice, struct err *e) {
	int64_t patient;
	if (consent_patient(p, id, &patient, e) || consent_begin(p, a, CAN_RECORD, e)) return -1;
	int r = db_run(p->db, e,
			"UPDATE consent SET form_version = ?2, form_lang = ?3, form_sha256 = ?4, statements_read = 1,"
			" gdpr_notice = ?5 WHERE id = ?1",
			"ittti", id, version, lang, sha256, (int64_t)gdpr_notice) ||
		audit_add(p, a, "consent.form", "consent", id, e, "version %s, language %s, sha256 %s", version, lang,
			sha256);
	return consent_end(p, r, e);
}

/* A date that someone wrote on paper: real, and not ahead. */
static int past_day(struct practice *p, int64_t patient_id, const char *s, const char *what, struct date *ret,
	char zone[64], struct err *e) {
	struct date today;
	if (consent_today(p, patient_id, zone, &today, e)) return -1;
	if (date_parse(s, ret, e)) return err_prefix(e, "%s", what);
	if (date_cmp(*ret, today) > 0) return err_rule(e, "C2", "%s (%s) lies in the future", what, s);
	return 0;
}

int consent_set(
	struct practice *p, const struct actor *a, int64_t id, const struct consent_elements *el, struct err *e) {
	int64_t patient;
	char zone[64];
	struct date d;
	if (consent_patient(p, id, &patient, e)) return -1;
	if (el->copy_given_on && past_day(p, patient, el->copy_given_on, "the day the copy was given", &d, zone, e))
		return -1;
	if (el->benefit && text_is_blank(el->benefit))
		return err_rule(e, "C2", "say who pays or gives what for the pictures, or \"none\"");
	if (consent_begin(p, a, CAN_RECORD, e)) return -1;
	int r = db_run(p->db, e,
			"UPDATE consent SET benefit = coalesce(?2, benefit), copy_given_on = coalesce(?3, "
			"copy_given_on),"
			" not_combined = CASE ?4 WHEN 1 THEN 1 ELSE not_combined END,"
			" gdpr_explicit = CASE ?5 WHEN 1 THEN 1 ELSE gdpr_explicit END WHERE id = ?1",
			"ittii", id, el->benefit, el->copy_given_on, (int64_t)el->not_combined,
			(int64_t)el->gdpr_explicit) ||
		audit_add(p, a, "consent.set", "consent", id, e, "%s%s%s%s", el->benefit ? "benefit " : "",
			el->copy_given_on ? "copy " : "", el->not_combined ? "not-combined " : "",
			el->gdpr_explicit ? "explicit" : "");
	return consent_end(p, r, e);
}

/* C4: whoever is a minor on the day assents; whoever is an adult signs as the patient. */
static int own_signature(
	struct practice *p, int64_t patient_id, int64_t signed_at, const char **who, char name[201], struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, "SELECT given || ' ' || family, majority_at, died_at FROM patient WHERE id = ?1",
		    "i", patient_id) ||
		stmt_row(q, e) < 0)
		return -1;
	if (!stmt_is_null(q, 2) && signed_at >= stmt_int(q, 2))
		return err_rule(e, "C8", "the patient had died by that day; a personal representative signs");
	bool minor = signed_at < stmt_int(q, 1);
	if (!minor && !strcmp(*who, "minor"))
		return err_rule(e, "C4", "the patient was of age on that day and signs as the patient");
	*who = minor ? "minor" : "patient";
	consent_copy(name, 201, q, 0);
	return 0;
}

static int guardian_signature(
	struct practice *p, int64_t patient_id, const char *who, struct consent_signature *s, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT name, relationship, coalesce(authority, '') FROM guardian"
		    " WHERE id = ?1 AND patient_id = ?2 AND kind = ?3",
		    "iit", s->guardian_id, patient_id, who))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row)
		return err_rule(e, "C4",
			"number %lld is not recorded as a %s of this patient; `occlude patient show` lists "
			"who is",
			(long long)s->guardian_id, who);
	consent_copy(s->name, sizeof s->name, q, 0);
	consent_copy(s->relationship, sizeof s->relationship, q, 1);
	consent_copy(s->authority, sizeof s->authority, q, 2);
	return 0;
}

/* 1 = the same signature is there already, 0 = not, -1 (also for one of another day). */
static int signed_before(
	struct practice *p, int64_t id, const char *who, int64_t guardian, const char *on, struct err *e) {
	auto_free char *day = NULL;
	int there = db_get_text(p->db, &day, e,
		"SELECT signed_on FROM signature WHERE consent_id = ?1 AND who = ?2 AND guardian_id IS ?3", "ito", id,
		who, guardian ? guardian : DB_NULL);
	if (there <= 0 || !strcmp(who, "witness") || !strcmp(who, "interpreter")) return there < 0 ? -1 : 0;
	if (!strcmp(day, on)) return 1;
	return err_rule(e, "C1",
		"this signature is recorded already, dated %s; if that is wrong, mark the consent as "
		"entered in error and print a new form",
		day);
}

int consent_sign(struct practice *p, const struct actor *a, int64_t id, const char *who, int64_t guardian_id,
	const char *name, const char *signed_on, struct err *e) {
	struct consent_signature s = { .guardian_id = guardian_id };
	int64_t patient, signed_at;
	char zone[64];
	struct date d;
	if (consent_patient(p, id, &patient, e) ||
		past_day(p, patient, signed_on, "the day of the signature", &d, zone, e) ||
		clock_local(zone, d, 12, &signed_at, e))
		return -1;
	(void)snprintf(s.name, sizeof s.name, "%s", name ? name : "");
	if (!strcmp(who, "patient") || !strcmp(who, "minor")) {
		if (own_signature(p, patient, signed_at, &who, s.name, e)) return -1;
	} else if (!strcmp(who, "guardian") || !strcmp(who, "representative")) {
		if (guardian_signature(p, patient, who, &s, e)) return -1;
	} else if (text_is_blank(s.name)) {
		return err_rule(e, "C2", "give the name of the %s", who);
	}
	int before = signed_before(p, id, who, guardian_id, signed_on, e);
	if (before) return before < 0 ? -1 : 0;
	if (consent_begin(p, a, CAN_RECORD, e)) return -1;
	int r = db_run(p->db, e,
			"INSERT INTO signature (consent_id, who, guardian_id, name, relationship, authority, "
			"signed_on,"
			" signed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			"itotttti", id, who, guardian_id ? guardian_id : DB_NULL, s.name,
			s.relationship[0] ? s.relationship : NULL, s.authority[0] ? s.authority : NULL, signed_on,
			signed_at) ||
		audit_add(p, a, "consent.sign", "consent", id, e, "%s %lld", who, (long long)guardian_id);
	return consent_end(p, r, e);
}

int consent_exclude(struct practice *p, const struct actor *a, int64_t id, int64_t photo_id, struct err *e) {
	int64_t patient, there;
	if (consent_patient(p, id, &patient, e)) return -1;
	int found = db_get_int(
		p->db, &there, e, "SELECT id FROM photo WHERE id = ?1 AND patient_id = ?2", "ii", photo_id, patient);
	if (found < 0) return -1;
	if (!found)
		return err_rule(e, "C3", "photo %lld is not a photo of this consent's patient", (long long)photo_id);
	if (consent_begin(p, a, CAN_LOOK, e)) return -1; /* to see less needs no more than an account (C6) */
	int r = db_run(p->db, e,
			"INSERT INTO consent_exclusion (consent_id, photo_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
			"ii", id, photo_id) ||
		audit_add(p, a, "consent.exclude", "consent", id, e, "photo %lld", (long long)photo_id);
	return consent_end(p, r, e);
}

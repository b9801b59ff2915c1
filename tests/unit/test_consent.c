/* test_consent.c: consents, rule by rule (C1 to C8), through the calls that the programs use and against the database's own
 * refusals. One practice; every test has patients of its own and starts at the same instant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fake_clock.h"
#include "fixture_practice.h"
#include "flow/consent_form.h"
#include "lib/clock.h"
#include "record/consent.h"
#include "record/hold.h"
#include "record/patient.h"

enum { DAY = 86400 };
#define START INT64_C(1795348800) /* 2026-11-22 12:00 UTC, 07:00 in New York */
#define ZONE  "America/New_York"
static const char pdf[] = "%PDF-1.4\nsigned by hand\n%%EOF\n";

static struct fixture *f;
static struct practice *p;
static struct actor desk;
static int serial;

/* ---- helpers ------------------------------------------------------------------------------------------------------ */

#define OK(call)                                                                                                     \
	do {                                                                                                         \
		struct err ok_e = { 0 };                                                                             \
		if (call) fail_msg("%s: %s", #call, ok_e.text);                                                      \
	} while (0)
#define E (&ok_e)

/* A refusal by that rule. */
static void refused(int r, const struct err *e, const char *rule) {
	if (!r) fail_msg("%s should have refused", rule);
	assert_int_equal(e->kind, ERR_REFUSED);
	if (strncmp(e->text, rule, strlen(rule)) != 0) fail_msg("%s expected: %s", rule, e->text);
}
#define REFUSED(rule, call)                                                                                          \
	do {                                                                                                         \
		struct err ok_e = { 0 };                                                                             \
		int ok_r = (call);                                                                                   \
		refused(ok_r, &ok_e, rule);                                                                          \
	} while (0)

static int64_t local(const char *day, int hour) {
	struct date d;
	int64_t at = 0;
	OK(date_parse(day, &d, E) || clock_local(ZONE, d, hour, &at, E));
	return at;
}

static int64_t new_patient(const char *born) {
	char reference[24];
	int64_t id = 0;
	(void)snprintf(reference, sizeof reference, "P-%d", ++serial);
	const struct patient_facts facts = {
		.reference = reference, .given = "Elin", .family = "Lindqvist", .born_on = born
	};
	OK(patient_add(p, &desk, &facts, &id, E));
	return id;
}

static int64_t new_guardian(int64_t patient, const char *name) {
	int64_t id = 0;
	const struct guardian_row g = { .kind = "guardian", .name = name, .relationship = "mother" };
	OK(guardian_add(p, &desk, patient, &g, &id, E));
	return id;
}

static int64_t new_representative(int64_t patient) {
	int64_t id = 0;
	const struct guardian_row g = { .kind = "representative",
		.name = "Ida Berg",
		.relationship = "court-appointed",
		.authority = "order 12/2026" };
	OK(guardian_add(p, &desk, patient, &g, &id, E));
	return id;
}

static struct consent_terms terms_until(const char *last_day) {
	struct consent_terms t = { .channels = 2, .views = 2, .from_on = "2025-01-01", .to_on = "2027-12-31" };
	strcpy(t.channel[0].name, "website");
	t.channel[0].exposure = 2;
	strcpy(t.channel[1].name, "teaching");
	t.channel[1].exposure = 1;
	strcpy(t.view[0], "IO-FR");
	strcpy(t.view[1], "EO-FS");
	(void)snprintf(t.expires_on, sizeof t.expires_on, "%s", last_day);
	return t;
}

static int64_t draft_of(int64_t patient, struct consent_terms t) {
	struct consent_people who;
	char code[CONSENT_CODE + 1];
	int64_t id = 0;
	struct buf auto_buf html;
	buf_init(&html, CONSENT_FORM_MAX);
	OK(consent_people(p, patient, &who, E) || consent_form_defaults(&who, "en", &t, E) ||
		consent_open(p, &desk, patient, &t, &id, code, E) || consent_form_make(p, &desk, id, "en", &html, E));
	return id;
}

static int64_t draft(int64_t patient, const char *last_day) {
	return draft_of(patient, terms_until(last_day));
}

static void elements(int64_t id) {
	const struct consent_elements el = { .benefit = "none", .copy_given_on = "2026-11-01", .not_combined = true };
	OK(consent_set(p, &desk, id, &el, E));
}

static void attach(int64_t id) {
	OK(consent_attach(p, &desk, id, pdf, sizeof pdf - 1, E));
}

static void sign(int64_t id, const char *who, int64_t guardian, const char *day) {
	OK(consent_sign(p, &desk, id, who, guardian, NULL, day, E));
}

/* An adult's consent, complete. */
static int64_t adult_consent(int64_t patient, const char *signed_on, const char *last_day) {
	int64_t id = draft(patient, last_day);
	sign(id, "patient", 0, signed_on);
	elements(id);
	attach(id);
	return id;
}

static struct consent get(int64_t id) {
	struct consent c = { 0 };
	OK(consent_get(p, id, &c, E));
	consent_clear(&c);
	return c;
}

static void state_is(int64_t id, const char *state) {
	struct consent c = get(id);
	assert_string_equal(c.state, state);
}

/* Exactly one thing is missing: `rule` and `what`; NULL: nothing. */
static void lacks(int64_t id, const char *rule, const char *what) {
	struct consent_lack lack[CONSENT_MISSING];
	size_t n = 0;
	OK(consent_missing(p, id, lack, &n, E));
	if (n != (what ? 1 : 0))
		fail_msg("%zu things are missing, the first is %s; expected %s", n, n ? lack[0].what : "-",
			what ? what : "nothing");
	if (!what) return;
	assert_string_equal(lack[0].what, what);
	assert_string_equal(lack[0].rule, rule);
	assert_true(strlen(lack[0].sentence) > 20);
}

static int sql(const char *text, int64_t id, struct err *e) {
	return db_run(p->db, e, text, "i", id);
}

static int64_t hold(int64_t patient, const char *kind, const char *who, int64_t guardian) {
	int64_t id = 0;
	const struct hold_new h = { patient, kind, who, guardian, "by phone" };
	OK(hold_add(p, &desk, &h, &id, E));
	return id;
}

/* ---- C1 ----------------------------------------------------------------------------------------------------------- */

static void C1_verbal_yes_publishes_nothing(void **state) {
	(void)state;
	int64_t id = draft(new_patient("1990-05-05"), "2028-12-31");
	sign(id, "patient", 0, "2026-11-20");
	elements(id);
	state_is(id, "draft");
	lacks(id, "C1", "document");
	attach(id);
	lacks(id, NULL, NULL);
	state_is(id, "active");
}

static void C1_document_is_sealed_and_its_hash_kept(void **state) {
	(void)state;
	int64_t id = adult_consent(new_patient("1990-05-05"), "2026-11-20", "2028-12-31");
	struct consent c = get(id);
	struct buf auto_buf out, raw;
	char sha[SHA256_HEX], path[256];
	buf_init(&out, 4096);
	buf_init(&raw, 8192);
	OK(consent_document(p, &c, &out, E));
	assert_int_equal(out.len, sizeof pdf - 1);
	assert_memory_equal(out.data, pdf, out.len);
	assert_string_equal(c.document_sha256, seal_sha256(pdf, sizeof pdf - 1, sha));
	assert_string_equal(c.document_kind, "pdf");
	(void)snprintf(path, sizeof path, "%s/vault/%s", f->dir, c.document_name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	char *at = buf_room(&raw, 4096);
	buf_grew(&raw, fread(at, 1, 4096, file));
	(void)fclose(file);
	assert_true(raw.len > out.len);
	assert_null(memmem(raw.data, raw.len, "signed by hand", 14));
	/* another patient's evidence key does not open it */
	c.patient_id = new_patient("1991-01-01");
	struct err e = { 0 };
	buf_clear(&out);
	assert_int_equal(consent_document(p, &c, &out, &e), -1);
}

static void C1_documents_that_are_cut_short_or_no_documents_are_refused(void **state) {
	(void)state;
	static const unsigned char jpeg_cut[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1 };
	static const unsigned char png_cut[] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R',
		0, 0 };
	static const char gif[] = "GIF89a................", html[] = "<html>yes</html>";
	const struct {
		const void *bytes;
		size_t len;
	} bad[] = { { "", 0 }, { pdf, sizeof pdf - 10 }, { jpeg_cut, sizeof jpeg_cut }, { png_cut, sizeof png_cut },
		{ gif, sizeof gif - 1 }, { html, sizeof html - 1 }, { "%PDF", 4 } };
	int64_t id = draft(new_patient("1990-05-05"), "2028-12-31");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		REFUSED("C1", consent_attach(p, &desk, id, bad[i].bytes, bad[i].len, E));
	auto_free char *large = calloc(1, CONSENT_DOCUMENT_MAX + 1);
	memcpy(large, "%PDF-", 5);
	memcpy(large + CONSENT_DOCUMENT_MAX - 5, "%%EOF", 5);
	REFUSED("C1", consent_attach(p, &desk, id, large, CONSENT_DOCUMENT_MAX + 1, E));
	OK(consent_document_kind(large, CONSENT_DOCUMENT_MAX, E) == NULL);
	struct consent c = get(id);
	assert_string_equal(c.document_sha256, "");
}

static void C1_a_document_is_not_replaced(void **state) {
	(void)state;
	static const char other[] = "%PDF-1.7\nanother\n%%EOF\n";
	int64_t id = draft(new_patient("1990-05-05"), "2028-12-31");
	attach(id);
	attach(id); /* the same file again is no change */
	state_is(id, "draft");
	REFUSED("C1", consent_attach(p, &desk, id, other, sizeof other - 1, E));
}

static void C1_form_version_language_and_hash_are_recorded(void **state) {
	(void)state;
	int64_t patient = new_patient("1990-05-05"), id = draft(patient, "2028-12-31");
	struct consent auto_consent c = { 0 };
	struct consent_people who;
	struct buf auto_buf html;
	char sha[SHA256_HEX], version[16];
	buf_init(&html, CONSENT_FORM_MAX);
	OK(consent_get(p, id, &c, E) || consent_people(p, patient, &who, E) ||
		consent_form_html(&who, &c, "en", &html, E) || consent_form_version("en", version, E));
	assert_string_equal(c.form_sha256, seal_sha256(html.data, html.len, sha));
	assert_string_equal(c.form_version, version);
	assert_string_equal(c.form_lang, "en");
	/* without a form it stays a draft */
	OK(sql("UPDATE consent SET form_sha256 = NULL WHERE id = ?1", id, E));
	sign(id, "patient", 0, "2026-11-20");
	elements(id);
	attach(id);
	lacks(id, "C1", "form");
	state_is(id, "draft");
}

static void C1_what_was_signed_is_not_rewritten(void **state) {
	(void)state;
	static const char *const changes[] = {
		"UPDATE consent SET patient_id = patient_id + 1 WHERE id = ?1",
		"UPDATE consent SET code = 'ZZZZZZZZZZ' WHERE id = ?1",
		"UPDATE consent SET form_version = '9' WHERE id = ?1",
		"UPDATE consent SET form_lang = 'de' WHERE id = ?1",
		"UPDATE consent SET form_sha256 = printf('%064d', 1) WHERE id = ?1",
		"UPDATE consent SET document_sha256 = printf('%064d', 1) WHERE id = ?1",
		"UPDATE consent SET document_name = 'other' WHERE id = ?1",
		"UPDATE consent SET document_kind = 'png' WHERE id = ?1",
		"UPDATE consent SET document_sha256 = NULL WHERE id = ?1",
		"UPDATE consent SET scope = 'pictures' WHERE id = ?1",
		"UPDATE consent SET photos_from_on = '2000-01-01' WHERE id = ?1",
		"UPDATE consent SET photos_to_on = '2040-01-01' WHERE id = ?1",
		"UPDATE consent SET discloser = 'anyone' WHERE id = ?1",
		"UPDATE consent SET expires_at = expires_at + 1 WHERE id = ?1",
		"UPDATE consent SET expires_on = '2030-01-01' WHERE id = ?1",
		"UPDATE consent SET expiry_event = 'never' WHERE id = ?1",
		"UPDATE consent SET not_combined = 0 WHERE id = ?1",
		"UPDATE consent SET benefit = 'a car' WHERE id = ?1",
		"UPDATE consent SET copy_given_on = NULL WHERE id = ?1",
		"UPDATE consent SET statements_read = NULL WHERE id = ?1",
		"UPDATE consent SET complete_at = NULL WHERE id = ?1",
		"INSERT INTO signature (consent_id, who, name, signed_on, signed_at) VALUES (?1, 'patient', 'X', "
		"'-', 1)",
		"UPDATE signature SET signed_at = signed_at + 1 WHERE consent_id = ?1",
	};
	int64_t id = adult_consent(new_patient("1990-05-05"), "2026-11-20", "2028-12-31");
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) REFUSED("C1", sql(changes[i], id, E));
	const struct consent_elements el = { .benefit = "a gift" };
	REFUSED("C1", consent_set(p, &desk, id, &el, E));
	REFUSED("C1", consent_sign(p, &desk, id, "witness", 0, "Will", "2026-11-20", E));
	state_is(id, "active");
}

/* ---- C2 ----------------------------------------------------------------------------------------------------------- */

static void C2_each_missing_element_keeps_a_draft(void **state) {
	(void)state;
	static const struct {
		const char *unset, *rule, *what;
	} each[] = {
		{ "UPDATE consent SET scope = NULL WHERE id = ?1", "C2", "photos" },
		{ "DELETE FROM consent_view WHERE consent_id = ?1", "C2", "photos" },
		{ "UPDATE consent SET photos_from_on = NULL WHERE id = ?1", "C2", "photos" },
		{ "UPDATE consent SET photos_to_on = NULL WHERE id = ?1", "C2", "photos" },
		{ "UPDATE consent SET photos_to_on = '2020-01-01' WHERE id = ?1", "C2", "photos" },
		{ "UPDATE consent SET scope = 'pictures' WHERE id = ?1", "C2", "photos" },
		{ "UPDATE consent SET discloser = NULL WHERE id = ?1", "C2", "discloser" },
		{ "UPDATE consent SET discloser = ' ' WHERE id = ?1", "C2", "discloser" },
		{ "DELETE FROM consent_channel WHERE consent_id = ?1", "C3", "channel" },
		{ "UPDATE consent SET expires_on = NULL, expires_at = NULL WHERE id = ?1", "C2", "expiry" },
		{ "UPDATE consent SET statements_read = 0 WHERE id = ?1", "C2", "statements" },
		{ "UPDATE consent SET statements_read = NULL WHERE id = ?1", "C2", "statements" },
		{ "UPDATE consent SET copy_given_on = NULL WHERE id = ?1", "C2", "copy" },
		{ "UPDATE consent SET not_combined = 0 WHERE id = ?1", "C2", "combined" },
		{ "UPDATE consent SET not_combined = NULL WHERE id = ?1", "C2", "combined" },
		{ "UPDATE consent SET benefit = NULL WHERE id = ?1", "C2", "benefit" },
		{ "UPDATE consent SET benefit = '  ' WHERE id = ?1", "C2", "benefit" },
		{ "DELETE FROM signature WHERE consent_id = ?1", "C2", "signature" },
		{ "UPDATE consent SET form_sha256 = NULL WHERE id = ?1", "C1", "form" },
		{ "UPDATE consent SET form_version = NULL WHERE id = ?1", "C1", "form" },
		{ "UPDATE consent SET form_lang = NULL WHERE id = ?1", "C1", "form" },
	};
	int64_t patient = new_patient("1990-05-05");
	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		int64_t id = draft(patient, "2028-12-31");
		sign(id, "patient", 0, "2026-11-20");
		elements(id);
		lacks(id, "C1", "document"); /* nothing else */
		OK(sql(each[i].unset, id, E));
		attach(id);
		lacks(id, each[i].rule, each[i].what);
		state_is(id, "draft");
	}
}

static void C2_the_database_refuses_a_channel_without_recipients_or_purpose(void **state) {
	(void)state;
	int64_t id = draft(new_patient("1990-05-05"), "2028-12-31");
	struct err e = { 0 };
	assert_int_equal(sql("INSERT INTO consent_channel VALUES (?1, 'print', 1, ' ', 'to show')", id, &e), -1);
	assert_int_equal(sql("INSERT INTO consent_channel VALUES (?1, 'print', 1, 'all', '')", id, &e), -1);
}

static void C2_eu_profile_asks_for_notice_and_explicit_words(void **state) {
	(void)state;
	static const char *const profiles[] = { "EU", "both" };
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
		OK(db_run(p->db, E, "UPDATE practice SET profile = ?1", "t", profiles[i]));
		int64_t id = adult_consent(new_patient("1990-05-05"), "2026-11-20", "2028-12-31");
		lacks(id, "C2", "gdpr_explicit"); /* the notice was part of the form */
		state_is(id, "draft");
		const struct consent_elements el = { .gdpr_explicit = true };
		OK(sql("UPDATE consent SET gdpr_notice = 0 WHERE id = ?1", id, E) ||
			consent_set(p, &desk, id, &el, E));
		lacks(id, "C2", "gdpr_notice");
		OK(sql("UPDATE consent SET gdpr_notice = 1 WHERE id = ?1", id, E));
		state_is(id, "active");
	}
	OK(db_run(p->db, E, "UPDATE practice SET profile = 'US'", ""));
}

static void C2_until_I_revoke_is_refused(void **state) {
	(void)state;
	static const char *const words[] = { "none", "None", "", "  ", "until I revoke", "until revoked", "never",
		"unlimited", "forever", "n/a", "bis auf Widerruf", "unbefristet", "hasta revocación",
		"jusqu'à révocation" };
	int64_t patient = new_patient("1990-05-05");
	struct date d;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		REFUSED("C2", consent_expiry_parse(p, patient, words[i], &d, E));
	REFUSED("C2", consent_expiry_parse(p, patient, NULL, &d, E));
	REFUSED("C2", consent_expiry_parse(p, patient, "2036-11-23", &d, E)); /* ten years and a day */
	OK(consent_expiry_parse(p, patient, "2036-11-22", &d, E));
	REFUSED("C5", consent_expiry_parse(p, patient, "2026-11-21", &d, E));
	OK(consent_expiry_parse(p, patient, "2026-11-22", &d, E));
	struct err e = { 0 };
	assert_int_equal(consent_expiry_parse(p, patient, "2028-11-31", &d, &e), -1);
	assert_non_null(strstr(e.text, "2028-11-30")); /* it helps */
	struct consent_terms t = terms_until("until I revoke");
	char code[CONSENT_CODE + 1];
	int64_t id;
	REFUSED("C2", consent_open(p, &desk, patient, &t, &id, code, E));
}

static void C2_dates_on_paper_are_not_in_the_future(void **state) {
	(void)state;
	int64_t id = draft(new_patient("1990-05-05"), "2028-12-31");
	const struct consent_elements el = { .copy_given_on = "2026-11-23" };
	REFUSED("C2", consent_sign(p, &desk, id, "patient", 0, NULL, "2026-11-23", E));
	REFUSED("C2", consent_set(p, &desk, id, &el, E));
	REFUSED("C2", sql("INSERT INTO signature (consent_id, who, name, signed_on, signed_at)"
			  " VALUES (?1, 'patient', 'E', '2026-11-23', 1795453200)",
			      id, E));
	sign(id, "patient", 0, "2026-11-22"); /* today, though noon is five hours ahead */
}

static void C2_witness_and_interpreter_are_recorded(void **state) {
	(void)state;
	int64_t id = draft(new_patient("1990-05-05"), "2028-12-31");
	OK(consent_sign(p, &desk, id, "witness", 0, "Will Ness", "2026-11-20", E) ||
		consent_sign(p, &desk, id, "interpreter", 0, "Ines Prete, Portuguese", "2026-11-20", E));
	REFUSED("C2", consent_sign(p, &desk, id, "witness", 0, "", "2026-11-20", E));
	elements(id);
	attach(id);
	lacks(id, "C2", "signature"); /* neither signs for the patient */
	struct consent c = get(id);
	assert_int_equal(c.signatures, 2);
	assert_string_equal(c.signature[1].name, "Ines Prete, Portuguese");
}

static void C2_every_code_of_what_is_missing_has_a_sentence(void **state) {
	(void)state;
	const struct asset *a = asset_find(schema_assets, "0003_consent.sql");
	const char *s = strstr((const char *)a->data, "CREATE VIEW consent_missing"),
		   *end = strstr(s, "CREATE VIEW consent_lapse");
	size_t n = 0;
	for (; (s = strstr(s, ", 'C")) && s < end; s += 4) {
		char what[40];
		if (sscanf(s, ", 'C%*d'%*[^']'%39[a-z_]'", what) != 1) continue;
		assert_true(strlen(consent_lack_sentence(what)) > 20);
		n++;
	}
	assert_int_equal(n, 19);
}

static void C2_a_benefit_is_stated_not_left_blank(void **state) {
	(void)state;
	int64_t id = draft(new_patient("1990-05-05"), "2028-12-31");
	const struct consent_elements blank = { .benefit = " " },
				      paid = { .benefit = "whitening for free, from BrightCo" };
	REFUSED("C2", consent_set(p, &desk, id, &blank, E));
	OK(consent_set(p, &desk, id, &paid, E));
	struct consent c = get(id);
	assert_string_equal(c.benefit, "whitening for free, from BrightCo");
}

/* ---- C3 ----------------------------------------------------------------------------------------------------------- */

static void C3_latest_replaces(void **state) {
	(void)state;
	int64_t patient = new_patient("1990-05-05");
	int64_t first = adult_consent(patient, "2026-10-01", "2028-12-31");
	state_is(first, "active");
	int64_t other = draft(patient, "2027-12-31"); /* a draft replaces nothing */
	state_is(first, "active");
	sign(other, "patient", 0, "2026-11-01");
	elements(other);
	state_is(first, "active");
	attach(other);
	state_is(first, "superseded");
	state_is(other, "active");
	/* what was signed earlier replaces nothing, though it is recorded later */
	int64_t late = adult_consent(patient, "2026-09-01", "2028-12-31");
	state_is(late, "superseded");
	state_is(other, "active");
	/* of two signed on one day the one recorded last */
	int64_t same = adult_consent(patient, "2026-11-01", "2028-12-31");
	state_is(same, "active");
	state_is(other, "superseded");
	/* ending the latest brings no earlier one back; unless it was never valid */
	OK(consent_revoke(p, &desk, same, "patient", "at the desk", E));
	state_is(other, "superseded");
	state_is(first, "superseded");
	int64_t wrong = adult_consent(patient, "2026-11-22", "2028-12-31");
	state_is(wrong, "active");
	OK(consent_error(p, &desk, wrong, "another patient's paper", E));
	state_is(other, "superseded");
}

static void C3_a_consent_that_lacks_something_again_brings_no_earlier_one_back(void **state) {
	(void)state;
	OK(db_run(p->db, E, "UPDATE practice SET guardians = 'all'", ""));
	int64_t patient = new_patient("2015-05-05"), g = new_guardian(patient, "Karin");
	int64_t ids[2];
	for (int i = 0; i < 2; i++) {
		ids[i] = draft(patient, "2028-12-31");
		sign(ids[i], "guardian", g, i ? "2026-11-02" : "2026-11-01");
		elements(ids[i]);
		attach(ids[i]);
	}
	state_is(ids[1], "active");
	int64_t second = new_guardian(patient, "Olof");
	state_is(ids[1], "draft");
	state_is(ids[0], "superseded");
	lacks(ids[1], "C4", "all_guardians");
	REFUSED("C1",
		consent_sign(p, &desk, ids[1], "guardian", second, NULL, "2026-11-03", E)); /* a new form is signed */
	OK(db_run(p->db, E, "UPDATE practice SET guardians = 'one'", ""));
	state_is(ids[1], "active");
}

static void C3_scope_is_views_within_dates_or_pictures(void **state) {
	(void)state;
	char pictures[2][SHA256_HEX];
	int64_t patient = new_patient("1990-05-05"), id;
	char code[CONSENT_CODE + 1];
	(void)snprintf(pictures[0], SHA256_HEX, "%064d", 1);
	(void)snprintf(pictures[1], SHA256_HEX, "%064d", 2);
	struct consent_terms both = terms_until("2028-12-31"), neither = both, backwards = both, by_picture = both;
	both.picture = pictures;
	both.pictures = 2;
	REFUSED("C3", consent_open(p, &desk, patient, &both, &id, code, E));
	neither.views = 0;
	REFUSED("C3", consent_open(p, &desk, patient, &neither, &id, code, E));
	strcpy(backwards.to_on, "2024-12-31");
	REFUSED("C3", consent_open(p, &desk, patient, &backwards, &id, code, E));
	struct consent_terms nowhere = terms_until("2028-12-31");
	nowhere.channels = 0;
	REFUSED("C3", consent_open(p, &desk, patient, &nowhere, &id, code, E));
	by_picture.views = 0;
	by_picture.picture = pictures;
	by_picture.pictures = 2;
	id = draft_of(patient, by_picture);
	struct consent auto_consent c = { 0 };
	OK(consent_get(p, id, &c, E));
	assert_int_equal(c.terms.pictures, 2);
	assert_string_equal(c.terms.picture[1], pictures[1]);
	assert_string_equal(c.terms.from_on, "");
}

static void C3_nothing_of_a_signed_consent_is_widened(void **state) {
	(void)state;
	static const char *const changes[] = {
		"INSERT INTO consent_channel VALUES (?1, 'social', 3, 'all', 'show')",
		"UPDATE consent_channel SET exposure = 3 WHERE consent_id = ?1",
		"UPDATE consent_channel SET channel = 'social' WHERE consent_id = ?1 AND channel = 'teaching'",
		"INSERT INTO consent_view VALUES (?1, 'EO-PR')",
		"UPDATE consent_view SET view = 'EO-PR' WHERE consent_id = ?1 AND view = 'IO-FR'",
		"INSERT INTO consent_picture VALUES (?1, printf('%064d', 1))",
	};
	int64_t id = adult_consent(new_patient("1990-05-05"), "2026-11-20", "2028-12-31");
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) REFUSED("C3", sql(changes[i], id, E));
	/* nor by moving a row over from a draft */
	int64_t other = draft(new_patient("1990-05-05"), "2028-12-31");
	struct err e = { 0 };
	OK(sql("DELETE FROM consent_view WHERE consent_id = ?1 AND view = 'IO-FR'", other, E));
	OK(sql("UPDATE consent_view SET view = 'OT' WHERE consent_id = ?1", other, E));
	if (db_run(p->db, &e, "UPDATE consent_view SET consent_id = ?1 WHERE consent_id = ?2", "ii", id, other) == 0)
		fail_msg("a view was moved into a signed consent");
}

static void C3_an_exclusion_is_not_lifted(void **state) {
	(void)state;
	int64_t id = adult_consent(new_patient("1990-05-05"), "2026-11-20", "2028-12-31");
	REFUSED("C3", consent_exclude(p, &desk, id, 424242, E));         /* not this patient's photo */
	OK(sql("INSERT INTO consent_exclusion VALUES (?1, 77)", id, E)); /* also of a signed consent */
	REFUSED("C3", sql("DELETE FROM consent_exclusion WHERE consent_id = ?1", id, E));
	REFUSED("C3", sql("UPDATE consent_exclusion SET photo_id = 78 WHERE consent_id = ?1", id, E));
	struct consent c = get(id);
	assert_int_equal(c.excluded, 1);
}

/* ---- C4 ----------------------------------------------------------------------------------------------------------- */

static int64_t minor_consent(
	int64_t patient, int64_t guardian, bool assents, const char *signed_on, const char *last_day) {
	int64_t id = draft(patient, last_day);
	sign(id, "guardian", guardian, signed_on);
	if (assents) sign(id, "minor", 0, signed_on);
	elements(id);
	attach(id);
	return id;
}

static void C4_guardian_consent_ends_at_majority(void **state) {
	(void)state;
	int64_t patient = new_patient("2010-03-20"),
		id = minor_consent(patient, new_guardian(patient, "Karin"), true, "2026-11-20", "2035-12-31");
	int64_t majority = local("2028-03-20", 0);
	struct consent c = get(id);
	assert_int_equal(c.lapses_at, majority);
	state_is(id, "active");
	clock_set(majority - 1);
	state_is(id, "expiring");
	clock_set(majority);
	state_is(id, "aged_out");
	/* then the patient signs, and only the patient */
	int64_t next = draft(patient, "2035-12-31");
	REFUSED("C4", consent_sign(p, &desk, next, "minor", 0, NULL, "2028-03-20", E));
	sign(next, "patient", 0, "2028-03-20");
	elements(next);
	attach(next);
	state_is(next, "active");
	state_is(id, "superseded");
}

static void C4_born_29_February_earlier_day(void **state) {
	(void)state;
	int64_t patient = new_patient("2012-02-29"),
		id = minor_consent(patient, new_guardian(patient, "Karin"), true, "2026-11-20", "2035-12-31");
	struct consent c = get(id);
	assert_int_equal(c.lapses_at, local("2030-02-28", 0));
	assert_int_equal(c.public_lapses_at, local("2030-01-01", 0));
	clock_set(local("2030-02-28", 0));
	state_is(id, "aged_out");
}

static void C4_majority_of_19_and_21(void **state) {
	(void)state;
	static const struct {
		int64_t age;
		const char *day;
	} each[] = { { 19, "2029-03-20" }, { 21, "2031-03-20" }, { 18, "2028-03-20" } };
	int64_t patient = new_patient("2010-03-20"),
		id = minor_consent(patient, new_guardian(patient, "Karin"), true, "2026-11-20", "2035-12-31");
	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		OK(db_run(p->db, E, "UPDATE location SET majority_age = ?1", "i", each[i].age) ||
			patient_recompute(p, 1, E));
		struct consent c = get(id);
		assert_int_equal(c.lapses_at, local(each[i].day, 0));
	}
}

static void C4_public_lapse_is_a_quarter_day_and_tells_no_birth_date(void **state) {
	(void)state;
	static const struct {
		const char *born, *lapse;
	} each[] = {
		{ "2010-01-01", "2027-10-01" }, /* a birthday on a quarter day: the one before */
		{ "2010-01-02", "2028-01-01" },
		{ "2010-02-14", "2028-01-01" },
		{ "2010-03-31", "2028-01-01" },
		{ "2010-04-01", "2028-01-01" },
		{ "2010-04-02", "2028-04-01" },
		{ "2010-06-30", "2028-04-01" },
		{ "2010-07-01", "2028-04-01" },
		{ "2010-09-30", "2028-07-01" },
		{ "2010-10-01", "2028-07-01" },
		{ "2010-12-31", "2028-10-01" },
	};
	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		int64_t patient = new_patient(each[i].born);
		struct consent c =
			get(minor_consent(patient, new_guardian(patient, "Karin"), true, "2026-11-20", "2035-12-31"));
		assert_int_equal(c.public_lapses_at, local(each[i].lapse, 0));
		assert_true(c.public_lapses_at < c.lapses_at);
	}
}

static void C4_minor_objection_alone_blocks(void **state) {
	(void)state;
	int64_t patient = new_patient("2011-03-20"),
		id = minor_consent(patient, new_guardian(patient, "Karin"), true, "2026-11-20", "2028-12-31");
	state_is(id, "active");
	int64_t h = hold(patient, "objection", "minor", 0);
	state_is(id, "paused");
	/* a consent signed over it stands no more than the first */
	int64_t again = minor_consent(patient, new_guardian(patient, "Olof"), true, "2026-11-21", "2028-12-31");
	state_is(again, "paused");
	OK(hold_end(p, &desk, h, "Elin agrees, at the desk", E));
	state_is(again, "active");
}

static void C4_any_guardians_objection_blocks(void **state) {
	(void)state;
	int64_t patient = new_patient("2016-03-20"), karin = new_guardian(patient, "Karin"),
		olof = new_guardian(patient, "Olof");
	int64_t id = minor_consent(patient, karin, false, "2026-11-20", "2028-12-31");
	state_is(id, "active");
	(void)hold(patient, "objection", "guardian", olof);
	state_is(id, "paused");
}

static void C4_assent_needed_from_14(void **state) {
	(void)state;
	int64_t patient = new_patient("2012-11-20"), g = new_guardian(patient, "Karin");
	int64_t id = draft(patient, "2028-12-31"); /* 14 two days ago */
	sign(id, "guardian", g, "2026-11-20");
	elements(id);
	attach(id);
	lacks(id, "C4", "assent");
	state_is(id, "draft");
	sign(id, "minor", 0, "2026-11-20");
	state_is(id, "active");
	/* the day before it was not needed */
	int64_t younger = new_patient("2012-11-21");
	int64_t early = minor_consent(younger, new_guardian(younger, "Karin"), false, "2026-11-20", "2028-12-31");
	lacks(early, NULL, NULL);
}

static void C4_a_consent_without_assent_ends_at_14(void **state) {
	(void)state;
	int64_t patient = new_patient("2013-03-20"),
		id = minor_consent(patient, new_guardian(patient, "Karin"), false, "2026-11-20", "2030-12-31");
	struct consent c = get(id);
	assert_int_equal(c.lapses_at, local("2027-03-20", 0));
	assert_int_equal(c.public_lapses_at, local("2027-01-01", 0));
	clock_set(local("2027-03-20", 0));
	state_is(id, "aged_out");
}

static void C4_a_name_written_too_young_is_no_assent(void **state) {
	(void)state;
	int64_t patient = new_patient("2013-03-20"),
		id = minor_consent(patient, new_guardian(patient, "Karin"), true, "2026-11-20", "2030-12-31");
	struct consent c = get(id);
	assert_int_equal(c.lapses_at, local("2027-03-20", 0));
}

static void C4_all_guardians(void **state) {
	(void)state;
	OK(db_run(p->db, E, "UPDATE practice SET guardians = 'all'", ""));
	int64_t patient = new_patient("2016-03-20"), karin = new_guardian(patient, "Karin"),
		olof = new_guardian(patient, "Olof");
	int64_t id = draft(patient, "2028-12-31");
	sign(id, "guardian", karin, "2026-11-20");
	elements(id);
	attach(id);
	lacks(id, "C4", "all_guardians");
	state_is(id, "draft");
	sign(id, "guardian", olof, "2026-11-21");
	state_is(id, "active");
	OK(db_run(p->db, E, "UPDATE practice SET guardians = 'one'", ""));
}

static void C4_a_court_order_overrides_the_profile(void **state) {
	(void)state;
	int64_t patient = new_patient("2016-03-20"), karin = new_guardian(patient, "Karin");
	(void)new_guardian(patient, "Olof");
	const struct patient_facts order = { .guardians = "all", .court_order = "Family Court 7/2026" };
	OK(patient_set(p, &desk, patient, &order, E));
	int64_t id = minor_consent(patient, karin, false, "2026-11-20", "2028-12-31");
	lacks(id, "C4", "all_guardians");
}

static void C4_only_recorded_guardians_of_this_patient_sign(void **state) {
	(void)state;
	int64_t patient = new_patient("2016-03-20"), other = new_patient("2016-03-20"),
		strange = new_guardian(other, "Strange");
	int64_t id = draft(patient, "2028-12-31");
	REFUSED("C4", consent_sign(p, &desk, id, "guardian", strange, NULL, "2026-11-20", E));
	struct err e = { 0 };
	refused(db_run(p->db, &e,
			"INSERT INTO signature (consent_id, who, guardian_id, name, relationship, signed_on, "
			"signed_at)"
			" VALUES (?1, 'guardian', ?2, 'S', 'aunt', '2026-11-20', 1795190400)",
			"ii", id, strange),
		&e, "C4");
	/* a minor's own signature is none */
	sign(id, "patient", 0, "2026-11-20");
	elements(id);
	attach(id);
	lacks(id, "C4", "guardian_signature");
	/* nor is one of somebody who was no longer a guardian on that day */
	int64_t gone = new_guardian(patient, "Gone");
	OK(db_run(p->db, E, "UPDATE guardian SET ended_at = ?2 WHERE id = ?1", "ii", gone, local("2026-11-10", 0)));
	sign(id, "guardian", gone, "2026-11-20");
	lacks(id, "C4", "guardian_signature");
}

static void C4_an_adult_signs_or_a_representative_with_authority(void **state) {
	(void)state;
	int64_t patient = new_patient("1990-05-05"), g = new_guardian(patient, "Karin");
	int64_t id = draft(patient, "2028-12-31");
	sign(id, "guardian", g, "2026-11-20");
	elements(id);
	attach(id);
	lacks(id, "C4", "adult_signature");
	sign(id, "representative", new_representative(patient), "2026-11-20");
	state_is(id, "active");
	/* without the document that gives authority */
	int64_t second = new_patient("1990-05-05"), r = new_representative(second),
		bare = draft(second, "2028-12-31");
	OK(db_run(p->db, E,
		"INSERT INTO signature (consent_id, who, guardian_id, name, relationship, signed_on, signed_at)"
		" VALUES (?1, 'representative', ?2, 'Ida', 'friend', '2026-11-20', 1795190400)",
		"ii", bare, r));
	elements(bare);
	attach(bare);
	struct consent_lack lack[CONSENT_MISSING];
	size_t n = 0;
	OK(consent_missing(p, bare, lack, &n, E));
	assert_int_equal(n, 2);
	assert_string_equal(lack[0].what, "authority");
	assert_string_equal(lack[1].what, "adult_signature");
}

struct due {
	int64_t id, days;
	int mark;
	size_t seen;
};
static int find_due(void *arg, const struct consent_line *l) {
	struct due *d = arg;
	if (l->id != d->id) return 0;
	d->days = l->due_days;
	d->mark = l->due_mark;
	d->seen++;
	return 0;
}
static struct due due_of(int64_t id, int64_t within) {
	struct due d = { .id = id };
	const struct consent_filter filter = { .due_days = within };
	OK(consent_list(p, &filter, find_due, &d, E));
	return d;
}

static void C4_reconsent_falls_due_90_30_and_7_days_ahead(void **state) {
	(void)state;
	int64_t patient = new_patient("2010-03-20"),
		id = minor_consent(patient, new_guardian(patient, "Karin"), true, "2026-11-20", "2035-12-31");
	int64_t lapse = local("2028-01-01", 0); /* in public: what has to be renewed in time */
	const struct {
		int64_t ahead;
		int mark;
	} each[] = { { 91 * DAY + 1, 0 }, { 90 * DAY, 90 }, { 31 * DAY, 90 }, { 30 * DAY, 30 }, { 8 * DAY, 30 },
		{ 7 * DAY, 7 }, { 1, 7 } };
	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		clock_set(lapse - each[i].ahead);
		struct due d = due_of(id, 0);
		assert_int_equal(d.mark, each[i].mark);
		assert_int_equal(d.days, each[i].ahead / DAY);
		assert_int_equal(due_of(id, 90).seen, each[i].ahead <= 90 * DAY);
		state_is(id, each[i].ahead <= 90 * DAY ? "expiring" : "active");
	}
}

/* ---- C5 ----------------------------------------------------------------------------------------------------------- */

static void C5_expires_at_midnight_after_the_last_day(void **state) {
	(void)state;
	int64_t id =
		adult_consent(new_patient("1990-05-05"), "2026-11-20", "2028-03-12"); /* clocks change on that day */
	int64_t end = local("2028-03-13", 0);
	struct consent c = get(id);
	assert_int_equal(c.lapses_at, end);
	assert_int_equal(c.public_lapses_at, end);
	clock_set(end - 1);
	state_is(id, "expiring");
	clock_set(end);
	state_is(id, "expired");
}

static void C5_an_event_ends_it_and_its_latest_date_does_too(void **state) {
	(void)state;
	struct consent_terms t = terms_until("2028-12-31");
	strcpy(t.expiry_event, "the end of retention");
	int64_t ids[2], plain = adult_consent(new_patient("1990-05-05"), "2026-11-20", "2028-12-31");
	REFUSED("C5", consent_event(p, &desk, plain, E));
	for (int i = 0; i < 2; i++) {
		ids[i] = draft_of(new_patient("1990-05-05"), t);
		REFUSED("C8", consent_event(p, &desk, ids[i], E));
		sign(ids[i], "patient", 0, "2026-11-20");
		elements(ids[i]);
		attach(ids[i]);
		state_is(ids[i], "active");
	}
	OK(consent_event(p, &desk, ids[0], E));
	state_is(ids[0], "expired");
	REFUSED("C5", consent_event(p, &desk, ids[0], E));
	REFUSED("C6", sql("UPDATE consent SET event_at = NULL WHERE id = ?1", ids[0], E));
	clock_set(local("2029-01-01", 0));
	state_is(ids[1], "expired");
}

/* ---- C6 ----------------------------------------------------------------------------------------------------------- */

static void C6_a_word_pauses_and_any_account_may(void **state) {
	(void)state;
	struct actor new_desk = fixture_staff(f, "fresh", ROLE_STAFF, false);
	OK(db_run(p->db, E, "DELETE FROM policy_ack WHERE staff_id = ?1", "i", new_desk.staff_id));
	int64_t patient = new_patient("1990-05-05"), id = adult_consent(patient, "2026-11-20", "2028-12-31"), h = 0;
	const struct hold_new word = { patient, "pause", "patient", 0, "a word in the chair" };
	OK(hold_add(p, &new_desk, &word, &h, E));
	state_is(id, "paused");
	REFUSED("S1",
		hold_end(p, &new_desk, h, "on second thought", E)); /* giving again asks for more than taking back */
	OK(hold_end(p, &desk, h, "the patient, by phone", E));
	state_is(id, "active");
	OK(consent_revoke(p, &new_desk, id, "patient", "at the desk", E));
	state_is(id, "revoked");
}

static void C6_a_revocation_is_not_taken_back(void **state) {
	(void)state;
	int64_t patient = new_patient("1990-05-05"), id = adult_consent(patient, "2026-11-20", "2028-12-31");
	REFUSED("C6", consent_revoke(p, &desk, id, "", "at the desk", E));
	OK(consent_revoke(p, &desk, id, "patient", "letter of 21 November", E));
	REFUSED("C6", consent_revoke(p, &desk, id, "patient", "again", E));
	REFUSED("C6", sql("UPDATE consent SET revoked_at = NULL, revoked_by = NULL WHERE id = ?1", id, E));
	REFUSED("C6", sql("UPDATE consent SET revoked_at = revoked_at + 1 WHERE id = ?1", id, E));
	state_is(id, "revoked");
	int64_t d = draft(patient, "2028-12-31");
	REFUSED("C8", consent_revoke(p, &desk, d, "patient", "at the desk", E));
	/* only a consent signed anew */
	sign(d, "patient", 0, "2026-11-22");
	elements(d);
	attach(d);
	state_is(d, "active");
}

static void C6_a_hold_is_ended_never_deleted_or_moved(void **state) {
	(void)state;
	int64_t patient = new_patient("1990-05-05"), h = hold(patient, "pause", "patient", 0);
	REFUSED("C6", sql("DELETE FROM hold WHERE id = ?1", h, E));
	REFUSED("C6", sql("UPDATE hold SET patient_id = patient_id - 1, ended_at = 1, ended_how = 'x' WHERE id = ?1",
			      h, E));
	OK(hold_end(p, &desk, h, "the patient", E));
	REFUSED("C6", sql("UPDATE hold SET ended_at = NULL, ended_how = NULL WHERE id = ?1", h, E));
}

/* ---- C7 ----------------------------------------------------------------------------------------------------------- */

static void C6_a_revocation_ends_all_that_was_signed_before(void **state) {
	(void)state;
	int64_t patient = new_patient("1990-05-05");
	int64_t wide = adult_consent(patient, "2026-09-01", "2028-12-31");
	int64_t open = draft(patient, "2028-12-31"); /* signed, and not complete yet */
	sign(open, "patient", 0, "2026-11-03");
	elements(open);
	int64_t narrow = adult_consent(patient, "2026-11-01", "2028-12-31");
	state_is(narrow, "active");
	clock_set(START + 60);
	OK(consent_revoke(p, &desk, narrow, "patient", "at the desk", E));
	/* it is not put away as an error, which would bring back the one before it */
	REFUSED("C6", consent_error(p, &desk, narrow, "oops", E));
	REFUSED("C6", sql("UPDATE consent SET error_at = 1, error_why = 'oops' WHERE id = ?1", narrow, E));
	state_is(wide, "superseded");
	/* the other form is completed after the revocation, and a paper of an earlier day turns up */
	attach(open);
	state_is(open, "revoked");
	int64_t found = adult_consent(patient, "2026-11-20", "2028-12-31");
	state_is(found, "revoked");
	/* revoking a paper that was replaced long ago is meant for what is in force, too */
	int64_t other = new_patient("1990-05-05");
	int64_t old = adult_consent(other, "2026-09-01", "2028-12-31"),
		now = adult_consent(other, "2026-11-01", "2028-12-31");
	clock_set(START + 120);
	OK(consent_revoke(p, &desk, old, "patient", "brought the old copy", E));
	state_is(now, "revoked");
	/* what is signed after it stands, on the same day too */
	clock_set(START + 180);
	state_is(adult_consent(other, "2026-11-22", "2028-12-31"), "active");
}

static void C7_revoking_deletes_no_evidence(void **state) {
	(void)state;
	static const char *const parts[] = { "DELETE FROM signature WHERE consent_id = ?1",
		"DELETE FROM consent_channel WHERE consent_id = ?1", "DELETE FROM consent_view WHERE consent_id = ?1",
		"DELETE FROM consent WHERE id = ?1" };
	int64_t id = adult_consent(new_patient("1990-05-05"), "2026-11-20", "2028-12-31");
	OK(consent_revoke(p, &desk, id, "patient", "at the desk", E));
	struct consent c = get(id);
	struct buf auto_buf out;
	buf_init(&out, 4096);
	OK(consent_document(p, &c, &out, E));
	/* six years from the last effective date: 2029-01-01 */
	int64_t kept_until = local("2029-01-01", 0) + 6 * INT64_C(31557600);
	const int64_t before[] = { START, local("2029-01-01", 0), kept_until - 1 };
	for (size_t t = 0; t < ARRAY_LEN(before); t++) {
		clock_set(before[t]);
		for (size_t i = 0; i < ARRAY_LEN(parts); i++) REFUSED("C7", sql(parts[i], id, E));
	}
	clock_set(kept_until);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) OK(sql(parts[i], id, E));
}

/* ---- C8 ----------------------------------------------------------------------------------------------------------- */

static void C8_every_state(void **state) {
	(void)state;
	int64_t patient = new_patient("1990-05-05");
	int64_t a = draft(patient, "2027-06-30");
	state_is(a, "draft");
	sign(a, "patient", 0, "2026-11-01");
	elements(a);
	attach(a);
	state_is(a, "active");
	int64_t h = hold(patient, "pause", "patient", 0);
	state_is(a, "paused");
	OK(hold_end(p, &desk, h, "by phone", E));
	clock_set(local("2027-04-02", 1));
	state_is(a, "expiring");
	clock_set(local("2027-07-01", 0));
	state_is(a, "expired");
	int64_t b = adult_consent(patient, "2027-06-15", "2029-01-01");
	state_is(b, "active");
	state_is(a, "superseded");
	OK(consent_revoke(p, &desk, b, "patient", "letter", E));
	state_is(b, "revoked");
	int64_t c = adult_consent(patient, "2027-07-01", "2029-01-01");
	OK(consent_error(p, &desk, c, "wrong chart", E));
	state_is(c, "entered_in_error");
	REFUSED("C8", consent_error(p, &desk, c, "again", E));
	REFUSED("C6", sql("UPDATE consent SET error_at = NULL, error_why = NULL WHERE id = ?1", c, E));
	int64_t minor = new_patient("2010-03-20");
	int64_t m = minor_consent(minor, new_guardian(minor, "Karin"), true, "2027-06-20", "2035-12-31");
	clock_set(local("2028-03-20", 0));
	state_is(m, "aged_out");
}

static void C8_death_pauses_until_a_personal_representative_signs(void **state) {
	(void)state;
	static const char *const born[] = { "1950-05-05", "2014-05-05" }; /* an adult and a child */
	for (size_t i = 0; i < ARRAY_LEN(born); i++) {
		clock_set(START);
		int64_t patient = new_patient(born[i]), g = new_guardian(patient, "Karin"),
			before = new_representative(patient);
		int64_t id = i ? minor_consent(patient, g, false, "2026-11-01", "2030-12-31")
			       : adult_consent(patient, "2026-11-01", "2030-12-31");
		OK(patient_died(p, &desk, patient, "2026-11-10", E));
		state_is(id, "paused");
		int64_t next = draft(patient, "2030-12-31");
		REFUSED("C8", consent_sign(p, &desk, next, "patient", 0, NULL, "2026-11-12", E));
		sign(next, "guardian", g, "2026-11-12");
		elements(next);
		attach(next);
		lacks(next, "C8", "personal_representative");
		state_is(id, "paused");
		sign(next, "representative", before, "2026-11-13");
		state_is(next, "active");
		state_is(id, "superseded");
		struct consent c = get(next);
		assert_int_equal(c.lapses_at, local("2031-01-01", 0)); /* the dead do not come of age */
	}
}

static void C8_a_code_leads_back_however_it_is_typed(void **state) {
	(void)state;
	int64_t id = draft(new_patient("1990-05-05"), "2028-12-31"), found = 0;
	struct consent c = get(id);
	char text[CONSENT_CODE + 2], lower[CONSENT_CODE + 2];
	consent_code_text(c.code, text);
	for (size_t i = 0; i < sizeof text; i++)
		lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
	OK(consent_find(p, text, &found, E) || found != id);
	OK(consent_find(p, lower, &found, E) || found != id);
	OK(consent_find(p, c.code, &found, E) || found != id);
	assert_null(strpbrk(c.code, "01ILOUilou"));
	struct err e = { 0 };
	assert_int_equal(consent_find(p, "AAAAA-AAAAA", &found, &e), -1);
	assert_int_equal(consent_find(p, "", &found, &e), -1);
	assert_int_equal(consent_find(p, "AAAAA-AAAAA-AAAAA", &found, &e), -1);
}

/* ---- all ---------------------------------------------------------------------------------------------------------- */

static int group_setup(void **state) {
	if (fixture_setup(state)) return -1;
	f = *state;
	p = f->p;
	fixture_policy(f);
	desk = fixture_staff(f, "desk", ROLE_STAFF, false);
	return 0;
}

static int at_start(void **state) {
	(void)state;
	clock_set(START);
	return 0;
}

#define T(name) cmocka_unit_test_setup(name, at_start)

int main(void) {
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		T(C1_verbal_yes_publishes_nothing),
		T(C1_document_is_sealed_and_its_hash_kept),
		T(C1_documents_that_are_cut_short_or_no_documents_are_refused),
		T(C1_a_document_is_not_replaced),
		T(C1_form_version_language_and_hash_are_recorded),
		T(C1_what_was_signed_is_not_rewritten),
		T(C2_each_missing_element_keeps_a_draft),
		T(C2_the_database_refuses_a_channel_without_recipients_or_purpose),
		T(C2_eu_profile_asks_for_notice_and_explicit_words),
		T(C2_until_I_revoke_is_refused),
		T(C2_dates_on_paper_are_not_in_the_future),
		T(C2_witness_and_interpreter_are_recorded),
		T(C2_every_code_of_what_is_missing_has_a_sentence),
		T(C2_a_benefit_is_stated_not_left_blank),
		T(C3_latest_replaces),
		T(C3_a_consent_that_lacks_something_again_brings_no_earlier_one_back),
		T(C3_scope_is_views_within_dates_or_pictures),
		T(C3_nothing_of_a_signed_consent_is_widened),
		T(C3_an_exclusion_is_not_lifted),
		T(C4_guardian_consent_ends_at_majority),
		T(C4_born_29_February_earlier_day),
		T(C4_majority_of_19_and_21),
		T(C4_public_lapse_is_a_quarter_day_and_tells_no_birth_date),
		T(C4_minor_objection_alone_blocks),
		T(C4_any_guardians_objection_blocks),
		T(C4_assent_needed_from_14),
		T(C4_a_consent_without_assent_ends_at_14),
		T(C4_a_name_written_too_young_is_no_assent),
		T(C4_all_guardians),
		T(C4_a_court_order_overrides_the_profile),
		T(C4_only_recorded_guardians_of_this_patient_sign),
		T(C4_an_adult_signs_or_a_representative_with_authority),
		T(C4_reconsent_falls_due_90_30_and_7_days_ahead),
		T(C5_expires_at_midnight_after_the_last_day),
		T(C5_an_event_ends_it_and_its_latest_date_does_too),
		T(C6_a_word_pauses_and_any_account_may),
		T(C6_a_revocation_is_not_taken_back),
		T(C6_a_hold_is_ended_never_deleted_or_moved),
		T(C6_a_revocation_ends_all_that_was_signed_before),
		T(C7_revoking_deletes_no_evidence),
		T(C8_every_state),
		T(C8_death_pauses_until_a_personal_representative_signs),
		T(C8_a_code_leads_back_however_it_is_typed),
	};
	return cmocka_run_group_tests(tests, group_setup, fixture_teardown);
}

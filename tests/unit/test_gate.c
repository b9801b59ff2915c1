/* test_gate.c: the gate as a truth table (P1). A practice is built in memory whose case may be published; then every
 * condition is broken alone and in random combinations. A model of the rules, written here apart from the schema, says
 * which reasons must come out, exactly these; and a raw INSERT of a publication must fail if and only if there is one. */
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
#include "flow/gate.h"
#include "flow/wire.h"
#include "lib/clock.h"
#include "lib/db.h"
#include "record/gate.h"

enum { DAY = 86400, COMBINATIONS = 100, REASONS_MAX = 64 };

/* What can be broken, one bit each. */
#define BREAKS(X)                                                                                                    \
	X(NO_CONSENT, "C1_without_complete_consent_nothing_is_published")                                            \
	X(EXPIRED, "C5_expired_consent_publishes_nothing")                                                           \
	X(AGED_OUT, "C4_guardian_consent_ends_at_majority")                                                          \
	X(PUBLIC_LAPSE, "C4_public_side_lapses_on_the_quarter_day_before")                                           \
	X(REVOKED, "C6_revoked_consent_publishes_nothing")                                                           \
	X(PAUSED, "C6_a_pause_blocks")                                                                               \
	X(OBJECTION, "C4_an_objection_blocks")                                                                       \
	X(DIED, "C8_death_pauses")                                                                                   \
	X(ERASED, "C7_an_erased_patient_is_not_published")                                                           \
	X(NO_CHANNEL, "C3_channel_must_be_consented")                                                                \
	X(EXPOSURE, "C3_exposure_is_a_limit")                                                                        \
	X(VIEW, "C3_view_must_be_named")                                                                             \
	X(DATE_UNKNOWN, "C3_unknown_date_is_not_covered")                                                            \
	X(DATE_OUTSIDE, "C3_date_must_lie_in_range")                                                                 \
	X(SCOPE_PICTURES, NULL) /* no fault: the other scope */                                                      \
	X(PICTURE, "C3_only_the_pictures_the_signer_saw")                                                            \
	X(EXCLUDED, "C3_excluded_picture_blocks")                                                                    \
	X(SEARCH_FAILED, "I4_failed_search_counts_as_not_found")                                                     \
	X(NO_FACE, "I4_no_face_found_is_not_safe")                                                                   \
	X(CHECKED, NULL) /* no fault: a person has looked */                                                         \
	X(CANDIDATE, "I4_candidate_must_be_answered")                                                                \
	X(MISFILED, "I7_misfiled_photo_quarantines")                                                                 \
	X(RADIOGRAPH, "I7_radiograph_needs_a_drawn_decision")                                                        \
	X(TEXT, "I7_no_text_is_asked_of_every_photo")                                                                \
	X(UNDECIDED, "I5_undecided_photo_blocks")                                                                    \
	X(NO_MASTER, "I5_master_must_be_made_for_this_decision")                                                     \
	X(FACE_LEFT, "I6_face_left_after_second_look_blocks")                                                        \
	X(REJECTED, "I5_rejected_photo_blocks")                                                                      \
	X(NOT_APPROVED, "I5_every_photo_is_approved")                                                                \
	X(OLD_RECIPE, "I5_approval_of_another_recipe_does_not_count")                                                \
	X(OPEN, "I5_suitability_must_be_answered")                                                                   \
	X(UNSUITABLE, "I5_unsuitable_case_blocks")                                                                   \
	X(NO_PAIR, "I8_a_case_needs_a_pair")                                                                         \
	X(NOT_ENDED, "I8_after_needs_the_treatments_end")                                                            \
	X(STAGE_ORDER, "I8_the_earlier_first")                                                                       \
	X(TOO_EARLY, "I8_after_is_taken_after_the_end")                                                              \
	X(OTHER_PATIENT, "I8_a_pair_is_of_one_patient")                                                              \
	X(NO_ORTHODONTIST, "I8_orthodontist_is_named")                                                               \
	X(NO_FACTS, "P2_public_facts_are_complete")                                                                  \
	X(NO_POLICY, "S1_without_a_policy_nothing_is_published")                                                     \
	X(WITHDRAWN, "P1_withdrawn_case_stays_dark")                                                                 \
	X(CLOCK_BACK, "P1_clock_set_back_stops_publishing")
enum {
#define X(name, test) BIT_##name,
	BREAKS(X)
#undef X
		BITS
};
#define B(name)        (UINT64_C(1) << BIT_##name)
#define HAS(set, name) (((set)&B(name)) != 0)

static const char *const bit_names[] = {
#define X(name, test) #name,
	BREAKS(X)
#undef X
};

/* ---- building ----------------------------------------------------------------------------------------------------- */

static void run(struct db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void run(struct db *db, const char *fmt, ...) {
	char sql[2000];
	struct err e = { 0 };
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(sql, sizeof sql, fmt, ap);
	va_end(ap);
	assert_in_range(n, 1, sizeof sql - 1);
	if (db_run(db, &e, sql, "")) fail_msg("%s: %s", sql, e.text);
}

static const char *sha(int n, char out[65]) {
	(void)snprintf(out, 65, "%064x", n);
	return out;
}

static void build_people(struct db *db, uint64_t set) {
	long long now = clock_now();
	run(db, "INSERT INTO practice (id, name, profile, created_at) VALUES (1, 'Lind', 'US', %lld)", now);
	run(db, "INSERT INTO location (id, name, address, town, phone, emergency, zone)"
		" VALUES (1, 'Main', 'Street 1', 'Town', '1', '911', 'UTC')");
	run(db, "INSERT INTO staff (id, login, name, role, is_publisher, password, created_at) VALUES"
		" (1, 'lind', 'Ada Lind', 'clinician', 0, 'x', 1), (2, 'pub', 'Pub', 'staff', 1, 'x', 1),"
		" (3, 'desk', 'Desk', 'staff', 0, 'x', 1)");
	if (!HAS(set, NO_POLICY))
		run(db,
			"INSERT INTO policy (version, text, sha256, in_force_at, staff_id)"
			" VALUES (1, printf('%%.*c', 120, 'p'), printf('%%064d', 1), %lld, 1)",
			now - DAY);
	if (!HAS(set, NO_POLICY)) run(db, "INSERT INTO policy_ack VALUES (1, 2, 1), (1, 3, 1)");
	long long majority = HAS(set, AGED_OUT)       ? now - 10
			     : HAS(set, PUBLIC_LAPSE) ? now + 10 * DAY
						      : now + 400 * DAY;
	long long shown = HAS(set, AGED_OUT) || HAS(set, PUBLIC_LAPSE) ? now - 20 : now + 380 * DAY;
	for (int i = 1; i <= 2; i++)
		run(db,
			"INSERT INTO patient (id, reference, location_id, given, family, born_on, majority_at,"
			" majority_public_at, assent_at, assent_public_at, created_at)"
			" VALUES (%d, 'P-%d', 1, 'G', 'F', '2010-01-01', %lld, %lld, %lld, %lld, 1)",
			i, i, majority, shown, now - 1000LL * DAY, now - 1010LL * DAY);
	run(db, "INSERT INTO guardian (id, patient_id, kind, name, relationship) VALUES (1, 1, 'guardian', 'M', "
		"'mother')");
}

static void build_consent(struct db *db, uint64_t set) {
	long long now = clock_now(), signed_at = now - 100 * DAY;
	char s[65];
	long long expires = HAS(set, EXPIRED) ? now - 1 : now + 2000LL * DAY;
	run(db,
		"INSERT INTO consent (id, code, patient_id, staff_id, created_at, form_version, form_lang, "
		"form_sha256, scope,"
		" photos_from_on, photos_to_on, discloser, expires_on, expires_at, not_combined, benefit, "
		"copy_given_on,"
		" statements_read) VALUES (1, 'abcdefghij', 1, 3, %lld, '1', 'en', printf('%%064d', 7), '%s', "
		"'2024-01-01',"
		" '2026-12-31', 'the practice', '2030-01-01', %lld, 1, 'none', '2026-01-01', 1)",
		signed_at, HAS(set, SCOPE_PICTURES) ? "pictures" : "views", expires);
	run(db, "INSERT INTO consent_channel VALUES (1, 'social', 3, 'all', 'show')");
	if (!HAS(set, NO_CHANNEL))
		run(db, "INSERT INTO consent_channel VALUES (1, 'website', %d, 'all', 'show')",
			HAS(set, EXPOSURE) ? 1 : 2);
	run(db, "INSERT INTO consent_view VALUES (1, 'EO-FS')");
	if (!HAS(set, VIEW)) run(db, "INSERT INTO consent_view VALUES (1, 'IO-FR')");
	for (int i = HAS(set, PICTURE) ? 2 : 1; i <= 4; i++)
		run(db, "INSERT INTO consent_picture VALUES (1, '%s')", sha(100 + i, s));
	run(db,
		"INSERT INTO signature (consent_id, who, guardian_id, name, relationship, signed_on, signed_at) "
		"VALUES"
		" (1, 'guardian', 1, 'M', 'mother', '2026-08-14', %lld), (1, 'minor', NULL, 'G', NULL, '2026-08-14', "
		"%lld)",
		signed_at, signed_at);
	if (!HAS(set, NO_CONSENT))
		run(db, "UPDATE consent SET document_sha256 = printf('%%064d', 8), document_kind = 'pdf', "
			"document_name = 'd'");
	if (HAS(set, REVOKED)) run(db, "UPDATE consent SET revoked_at = %lld, revoked_by = 'guardian 1'", now);
	if (HAS(set, PAUSED))
		run(db,
			"INSERT INTO hold (patient_id, kind, who, how, since_at) VALUES (1, 'pause', 'patient', "
			"'call', %lld)",
			now);
	if (HAS(set, OBJECTION))
		run(db,
			"INSERT INTO hold (patient_id, kind, who, how, since_at) VALUES (1, 'objection', 'minor', "
			"'call', %lld)",
			now);
	if (HAS(set, DIED))
		run(db, "UPDATE patient SET died_on = '2026-11-01', died_at = %lld WHERE id = 1", now - 20 * DAY);
	if (HAS(set, ERASED)) run(db, "UPDATE patient SET erased_at = %lld WHERE id = 1", now);
}

/* Photos: 1 and 2 EO-FS at T1 and T3, 3 and 4 IO-FR at T1 and T3. Most faults fall on photo 1. */
static void build_photo(struct db *db, uint64_t set, int id) {
	static const char *const taken[] = { NULL, "2024-01-10", "2026-01-10", "2024-01-10", "2026-01-10" };
	bool first = id == 1, face = id <= 2, late = id == 2 || id == 4;
	const char *on = first && HAS(set, STAGE_ORDER)      ? "2026-02-01"
			 : id == 3 && HAS(set, DATE_UNKNOWN) ? NULL
			 : id == 3 && HAS(set, DATE_OUTSIDE) ? "2023-12-31"
			 : id == 4 && HAS(set, TOO_EARLY)    ? "2025-12-01"
							     : taken[id];
	char day[16], s[65], name[32];
	(void)snprintf(day, sizeof day, on ? "'%s'" : "NULL", on);
	(void)snprintf(name, sizeof name, "v%d", id);
	run(db,
		"INSERT INTO photo (id, case_id, patient_id, stage, view, sha256, vault_name, bytes, format, width, "
		"height,"
		" removed, taken_on, detect_ran, is_radiograph, misfiled, in_gallery, created_at, staff_id)"
		" VALUES (%d, 1, %d, '%s', '%s', '%s', '%s', 1, 'jpeg', 9, 9, 0, %s, %d, %d, %d, %d, 1, 3)",
		id, id == 3 && HAS(set, OTHER_PATIENT) ? 2 : 1, late ? "T3" : "T1", face ? "EO-FS" : "IO-FR",
		sha(id, s), name, day, !(first && HAS(set, SEARCH_FAILED)), first && HAS(set, RADIOGRAPH),
		first && HAS(set, MISFILED), !(late && HAS(set, NO_PAIR)));
	if (face && !(first && HAS(set, NO_FACE)))
		run(db,
			"INSERT INTO region (photo_id, kind, shape, points, verified, created_at)"
			" VALUES (%d, 'face', 'rect', '1,1 2,2', 1, 1)",
			id);
	if (first && HAS(set, CANDIDATE))
		run(db,
			"INSERT INTO region (photo_id, kind, shape, points, verified, created_at)"
			" VALUES (%d, 'face', 'rect', '1,1 2,2', 0, 1)",
			id);
	run(db,
		"INSERT INTO decision (photo_id, form, changed_at, no_text_at, faces_checked_at) VALUES (%d, '%s', "
		"1, %s, %s)",
		id,
		first && HAS(set, UNDECIDED) ? "none"
		: face                       ? "smile"
					     : "arch",
		first && HAS(set, TEXT) ? "NULL" : "1", first && HAS(set, CHECKED) ? "1" : "NULL");
	run(db,
		"INSERT INTO master (photo_id, revision, sha256, vault_name, width, height, exposure, faces_left,"
		" face_presence, made_at) VALUES (%d, %d, '%s', '%s', 9, 9, %d, %d, 0, 1)",
		id, first && HAS(set, NO_MASTER) ? 99 : 1, sha(100 + id, s), name, face ? 2 : 1,
		first && HAS(set, FACE_LEFT));
	if (first && HAS(set, NOT_APPROVED)) return;
	run(db,
		"INSERT INTO approval (photo_id, sha256, recipe, verdict, why, at, staff_id) VALUES"
		" (%d, '%s', %d, 'approved', NULL, 1, 1)",
		id, sha(100 + id, s), first && HAS(set, OLD_RECIPE) ? 0 : 1);
	if (first && HAS(set, REJECTED))
		run(db,
			"INSERT INTO approval (photo_id, sha256, recipe, verdict, why, at, staff_id) VALUES"
			" (1, '%s', 1, 'rejected', 'chin', 2, 1)",
			sha(101, s));
}

static void build_case(struct db *db, uint64_t set) {
	long long now = clock_now();
	run(db,
		"INSERT INTO cases (id, patient_id, location_id, problem, treatment, months, age_band, "
		"orthodontist_id,"
		" started_on, ended_on, created_at, staff_id) VALUES (1, 1, 1, 'crowding', 'braces', %s, '13-17', %s,"
		" '2024-01-10', %s, 1, 3)",
		HAS(set, NO_FACTS) ? "NULL" : "23", HAS(set, NO_ORTHODONTIST) ? "NULL" : "1",
		HAS(set, NOT_ENDED) ? "NULL" : "'2025-12-15'");
	if (!HAS(set, OPEN))
		run(db, "UPDATE cases SET suitable = %d, suitable_by = 1, suitable_at = 1", !HAS(set, UNSUITABLE));
	if (HAS(set, WITHDRAWN)) run(db, "UPDATE cases SET withdrawn_at = 1");
	for (int i = 1; i <= 4; i++) build_photo(db, set, i);
	if (HAS(set, EXCLUDED)) run(db, "INSERT INTO consent_exclusion (consent_id, photo_id) VALUES (1, 1)");
	if (HAS(set, CLOCK_BACK))
		run(db,
			"INSERT INTO audit (seq, at, act, subject, subject_id, detail, mac)"
			" VALUES (1, %lld, 'x', 'x', 1, '', zeroblob(32))",
			now + 1);
}

static struct db *build(uint64_t set) {
	struct db *db = NULL;
	struct err e = { 0 };
	if (db_open_memory(schema_assets, &db, &e)) fail_msg("%s", e.text);
	build_people(db, set);
	build_consent(db, set);
	build_case(db, set);
	return db;
}

/* ---- the model ----------------------------------------------------------------------------------------------------- */

struct list {
	char line[REASONS_MAX][64];
	size_t n;
};

static void want(struct list *l, const char *rule, const char *code, int photo) {
	assert_true(l->n < REASONS_MAX);
	(void)snprintf(l->line[l->n++], sizeof l->line[0], "%s %s %d", rule, code, photo);
}

/* Which state the one consent is in, as C8 orders them; returns whether it is one that stands. */
static bool model_consent(uint64_t set, struct list *l) {
	bool held = HAS(set, PAUSED) || HAS(set, OBJECTION);
	if (HAS(set, PAUSED)) want(l, "C6", "paused", 0);
	if (HAS(set, OBJECTION)) want(l, "C4", "objection", 0);
	if (HAS(set, NO_CONSENT)) {
		want(l, "C1", "no_consent", 0);
		return false;
	}
	if (HAS(set, REVOKED))
		want(l, "C6", "consent_revoked", 0);
	else if (HAS(set, EXPIRED))
		want(l, "C5", "consent_expired", 0);
	else if (HAS(set, AGED_OUT))
		want(l, "C4", "consent_aged_out", 0);
	else {
		if (HAS(set, PUBLIC_LAPSE)) want(l, "C4", "public_lapse", 0);
		if (HAS(set, DIED) && !held) want(l, "C8", "died", 0);
	}
	if (HAS(set, NO_CHANNEL)) want(l, "C3", "channel", 0);
	return true;
}

static void model_scope(uint64_t set, struct list *l) {
	bool late = !HAS(set, NO_PAIR), mine = !HAS(set, OTHER_PATIENT);
	if (HAS(set, EXPOSURE) && !HAS(set, NO_CHANNEL)) {
		if (!HAS(set, NO_MASTER)) want(l, "C3", "exposure", 1);
		if (late) want(l, "C3", "exposure", 2);
	}
	if (HAS(set, EXCLUDED)) want(l, "C3", "excluded", 1);
	if (HAS(set, SCOPE_PICTURES)) {
		if (HAS(set, PICTURE) && !HAS(set, NO_MASTER)) want(l, "C3", "picture_not_covered", 1);
		return;
	}
	if (HAS(set, VIEW) && mine) want(l, "C3", "view_not_covered", 3);
	if (HAS(set, VIEW) && late) want(l, "C3", "view_not_covered", 4);
	if (HAS(set, DATE_UNKNOWN) && mine) want(l, "C3", "date_unknown", 3);
	if (HAS(set, DATE_OUTSIDE) && !HAS(set, DATE_UNKNOWN) && mine) want(l, "C3", "date_not_covered", 3);
}

static void model_pixels(uint64_t set, struct list *l) {
	if (!HAS(set, CHECKED)) {
		if (HAS(set, SEARCH_FAILED))
			want(l, "I4", "search_failed", 1);
		else if (HAS(set, NO_FACE))
			want(l, "I4", "no_face_found", 1);
	}
	if (HAS(set, CANDIDATE)) want(l, "I4", "face_unanswered", 1);
	if (HAS(set, MISFILED)) want(l, "I7", "misfiled", 1);
	if (HAS(set, RADIOGRAPH)) want(l, "I7", "radiograph", 1);
	if (HAS(set, TEXT)) want(l, "I7", "text_unanswered", 1);
	if (HAS(set, UNDECIDED)) want(l, "I5", "undecided", 1);
	if (HAS(set, NO_MASTER)) {
		if (!HAS(set, UNDECIDED)) want(l, "I5", "no_master", 1);
		return;
	}
	if (HAS(set, FACE_LEFT)) want(l, "I6", "face_left", 1);
	if (HAS(set, NOT_APPROVED))
		want(l, "I5", "not_approved", 1);
	else if (HAS(set, REJECTED))
		want(l, "I5", "rejected", 1);
	else if (HAS(set, OLD_RECIPE))
		want(l, "I5", "not_approved", 1);
}

static void model_case(uint64_t set, struct list *l) {
	if (HAS(set, OPEN))
		want(l, "I5", "suitability_open", 0);
	else if (HAS(set, UNSUITABLE))
		want(l, "I5", "unsuitable", 0);
	if (HAS(set, NO_PAIR))
		want(l, "I8", "no_pair", 0);
	else {
		if (HAS(set, NOT_ENDED)) want(l, "I8", "treatment_not_ended", 0);
		if (HAS(set, STAGE_ORDER)) want(l, "I8", "stage_order", 2);
		if (HAS(set, TOO_EARLY) && !HAS(set, NOT_ENDED)) want(l, "I8", "after_too_early", 4);
	}
	if (HAS(set, OTHER_PATIENT)) want(l, "I8", "other_patient", 3);
	if (HAS(set, NO_ORTHODONTIST)) want(l, "I8", "no_orthodontist", 0);
	if (HAS(set, NO_FACTS)) want(l, "P2", "facts_missing", 0);
	if (HAS(set, NO_POLICY)) want(l, "S1", "no_policy", 0);
	if (HAS(set, WITHDRAWN)) want(l, "P1", "withdrawn", 0);
	if (HAS(set, CLOCK_BACK)) want(l, "P1", "clock_back", 0);
	if (HAS(set, ERASED)) want(l, "C7", "erased", 0);
}

static void model(uint64_t set, struct list *l) {
	l->n = 0;
	if (model_consent(set, l)) model_scope(set, l);
	model_pixels(set, l);
	model_case(set, l);
}

/* ---- holding the two against each other ---------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b) {
	return strcmp(a, b);
}

static const char *spell_set(uint64_t set) {
	static char out[2000];
	size_t n = 0;
	out[0] = 0;
	for (int i = 0; i < BITS; i++)
		if (set >> i & 1) n += (size_t)snprintf(out + n, sizeof out - n, " %s", bit_names[i]);
	return out;
}

static void compare(struct practice *p, uint64_t set) {
	struct list wanted, got = { .n = 0 };
	auto_free struct gate_reason *why = NULL;
	struct err e = { 0 };
	size_t n = 0;
	if (gate_reasons(p, 1, "website", &why, &n, &e)) fail_msg("%s", e.text);
	for (size_t i = 0; i < n; i++) {
		want(&got, why[i].rule, why[i].code, (int)why[i].photo_id);
		assert_true(strlen(why[i].sentence) > 10 && strlen(why[i].mend) > 10);
		assert_null(strchr(why[i].sentence, '$'));
		assert_null(strchr(why[i].mend, '$'));
	}
	model(set, &wanted);
	qsort(wanted.line, wanted.n, sizeof wanted.line[0], by_text);
	qsort(got.line, got.n, sizeof got.line[0], by_text);
	for (size_t i = 0; i < wanted.n || i < got.n; i++) {
		const char *w = i < wanted.n ? wanted.line[i] : "nothing more",
			   *g = i < got.n ? got.line[i] : "nothing more";
		if (strcmp(w, g) != 0) fail_msg("broken:%s; wanted \"%s\", got \"%s\"", spell_set(set), w, g);
	}
}

static int publish(struct db *db, long long lease, int staff_id, struct err *e) {
	return db_run(db, e,
		"INSERT INTO publication (case_id, channel, consent_id, public_id, lapses_at, lease_at, fingerprint, "
		"published_at,"
		" staff_id) SELECT 1, 'website', 1, 'x', lapses_at, public_lapses_at + ?2, 'f', ?1, ?3 FROM "
		"consent_lapse"
		" WHERE consent_id = 1",
		"iii", clock_now(), (int64_t)lease, (int64_t)staff_id);
}

/* P1: the database refuses exactly what the gate refuses, and a permit exists exactly where there is no reason. */
static void hold_against(uint64_t set) {
	struct practice p = { .db = build(set) };
	struct err e = { 0 };
	struct list wanted;
	auto_permit struct permit *t = NULL;
	compare(&p, set);
	model(set, &wanted);
	int permitted = gate_permit(&p, 1, "website", &t, &e) == 0;
	if (permitted != (wanted.n == 0))
		fail_msg("broken:%s; permit: %s", spell_set(set), permitted ? "given" : e.text);
	if (!permitted) {
		assert_int_equal(e.kind, ERR_REFUSED);
		assert_true(e.rule[0]);
	}
	int inserted = publish(p.db, 0, 2, &e) == 0;
	if (inserted != (wanted.n == 0))
		fail_msg("broken:%s; raw INSERT: %s", spell_set(set), inserted ? "accepted" : e.text);
	if (!inserted) {
		assert_int_equal(e.kind, ERR_REFUSED);
		assert_string_equal(e.rule, "P1");
	}
	db_close(p.db);
}

static void alone(void **state) {
	hold_against(*(uint64_t *)*state);
}

static void P1_a_complete_case_is_permitted(void **state) {
	(void)state;
	hold_against(0);
	hold_against(B(SCOPE_PICTURES));
	hold_against(B(CHECKED) | B(NO_FACE));
	hold_against(B(CHECKED) | B(SEARCH_FAILED));
}

static void P1_truth_table_of_random_combinations(void **state) {
	(void)state;
	uint64_t x = 88172645463325252ULL; /* xorshift64, fixed */
	for (int i = 0; i < COMBINATIONS; i++) {
		uint64_t set = 0;
		int faults = 1 + i % 8;
		for (int k = 0; k < faults; k++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			set |= UINT64_C(1) << (x % BITS);
		}
		hold_against(set);
	}
}

static void P1_publication_needs_the_permits_own_moments(void **state) {
	(void)state;
	struct db *db = build(0);
	struct err e = { 0 };
	assert_int_equal(publish(db, 1, 2, &e), -1); /* a lease one second longer */
	assert_string_equal(e.rule, "P1");
	assert_int_equal(publish(db, 0, 3, &e), -1);
	assert_string_equal(e.rule, "S2");
	assert_int_equal(publish(db, 0, 2, &e), 0);
	assert_int_equal(db_run(db, &e, "UPDATE publication SET lease_at = lease_at + 1", ""), -1);
	assert_string_equal(e.rule, "P1");
	assert_int_equal(db_run(db, &e, "DELETE FROM publication", ""), -1);
	assert_string_equal(e.rule, "C7");
	db_close(db);
}

static void P1_permit_ends_with_the_clock(void **state) {
	(void)state;
	struct practice p = { .db = build(0) };
	struct err e = { 0 };
	int64_t start = clock_now();
	auto_permit struct permit *t = NULL;
	assert_int_equal(gate_permit(&p, 1, "website", &t, &e), 0);
	assert_int_equal(permit_lease_at(t), start + 380 * DAY);
	assert_int_equal(permit_lapses_at(t), start + 400 * DAY);
	struct permit *late = NULL;
	clock_set(permit_lease_at(t) - 1);
	assert_int_equal(gate_permit(&p, 1, "website", &late, &e), 0);
	permit_free(late);
	clock_set(permit_lease_at(t));
	assert_int_equal(gate_permit(&p, 1, "website", &late, &e), -1);
	assert_string_equal(e.rule, "C4");
	clock_set(start);
	assert_int_equal(gate_permit(&p, 1, "print", &late, &e), -1);
	assert_string_equal(e.rule, "C3");
	db_close(p.db);
}

static void I8_stages_sort_in_time_not_as_text(void **state) {
	(void)state;
	struct practice p = { .db = build(B(NO_PAIR)) };
	struct err e = { 0 };
	size_t n = 0;
	/* photo 1 at T2.9, photo 2 (shown again) at T2.10: a pair, in that order */
	run(p.db, "UPDATE photo SET stage = 'T2.9' WHERE id = 1");
	run(p.db, "UPDATE photo SET stage = 'T2.10', in_gallery = 1 WHERE id = 2");
	auto_free struct gate_reason *why = NULL;
	assert_int_equal(gate_reasons(&p, 1, "website", &why, &n, &e), 0);
	assert_int_equal(n, 2); /* I5: seen as another stage */
	assert_string_equal(why[0].code, "not_approved");
	free(TAKE_PTR(why));
	run(p.db,
		"INSERT INTO approval (photo_id, sha256, recipe, verdict, at, staff_id) SELECT photo_id, sha256, 1, "
		"'approved', 1, 1 FROM master WHERE photo_id < 3");
	assert_int_equal(gate_reasons(&p, 1, "website", &why, &n, &e), 0);
	assert_int_equal(n, 0);
	run(p.db, "UPDATE photo SET taken_on = '2023-01-01' WHERE id = 2");
	assert_int_equal(gate_reasons(&p, 1, "social", &why, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_string_equal(why[0].code, "date_not_covered");
	assert_string_equal(why[1].code, "stage_order");
	assert_int_equal(why[1].photo_id, 2);
	db_close(p.db);
}

/* What many photos share is one sentence, and the words agree with their number. */
static void P1_reasons_of_many_photos_are_one_sentence(void **state) {
	(void)state;
	static const struct {
		const char *code, *sentence, *mend;
		int64_t photo[6];
	} want[] = {
		{ "face_unanswered", "photo 7 has a possible face that nobody has answered",
			"occlude review region 7 confirm REGION, or dismiss REGION --why TEXT", { 7 } },
		{ "face_unanswered", "photos 1, 4 and 6 have a possible face that nobody has answered",
			"occlude review region PHOTO confirm REGION, or dismiss REGION --why TEXT", { 1, 4, 6 } },
		{ "no_master", "the finished pictures of photos 3 to 6 have not been made yet",
			"occlude review render 12", { 3, 4, 5, 6 } },
		{ "no_master", "the finished picture of photo 3 has not been made yet", "occlude review render 12",
			{ 3 } },
		{ "text_unanswered",
			"nobody has said that no text, badge or tattoo is left to see on photos 1, 2 and 4 to 6",
			"look at each, then occlude review no-text 1 2 4 5 6", { 1, 2, 4, 5, 6 } },
		{ "excluded", "the signer excluded photos 1 to 3, 8 and 9", "occlude case photo PHOTO --hide",
			{ 1, 2, 3, 8, 9 } },
		{ "paused", "everything of this patient is paused",
			"when the patient agrees: occlude consent resume P-7 --how TEXT", { 0 } },
	};
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct gate_reason row[6] = { { .rule = "" } };
		size_t n = 0;
		do {
			row[n] = (struct gate_reason){
				.case_id = 12, .photo_id = want[i].photo[n], .channel = "website", .patient = "P-7"
			};
			(void)snprintf(row[n].code, sizeof row[n].code, "%s", want[i].code);
		} while (++n < 6 && want[i].photo[n]);
		auto_buf struct buf sentence, mend;
		buf_init(&sentence, 1000);
		buf_init(&mend, 1000);
		gate_say(row, n, &sentence, &mend);
		assert_string_equal(buf_text(&sentence), want[i].sentence);
		assert_string_equal(buf_text(&mend), want[i].mend);
	}
}

/* An approval names the recipe (I5): the one that the database counts by is the one that the program applies. */
static void I5_the_databases_recipe_is_the_programs(void **state) {
	(void)state;
	struct db *db = build(0);
	int64_t version = 0;
	assert_int_equal(db_get_int(db, &version, NULL, "SELECT version FROM recipe", ""), 1);
	assert_int_equal(version, RECIPE_VERSION);
	db_close(db);
}

static void S1_who_publishes_knows_the_policy(void **state) {
	(void)state;
	static const char insert[] =
		"INSERT INTO publication (case_id, channel, consent_id, public_id, lapses_at, lease_at, fingerprint, "
		"published_at, staff_id) SELECT k.case_id, k.channel, k.consent_id, 'x', k.lapses_at, "
		"k.public_lapses_at, 'f', "
		"unixepoch('now'), 2 FROM case_permit k WHERE k.case_id = 1 AND k.channel = 'website'";
	struct db *db = build(0);
	struct err e = { 0 };
	run(db, "DELETE FROM policy_ack");
	assert_int_equal(db_run(db, &e, insert, ""), -1);
	assert_string_equal(e.rule, "S1");
	run(db, "INSERT INTO policy_ack VALUES (1, 2, 1)");
	run(db, "%s", insert);
	db_close(db);
}

/* A new consent stands although an earlier one was revoked, and a revoked one is not replaced by an earlier. */
static void C6_a_new_consent_follows_a_revoked_one(void **state) {
	(void)state;
	struct db *db = build(B(REVOKED));
	struct err e = { 0 };
	int64_t n = 0;
	struct practice p = { .db = db };
	run(db, "INSERT INTO consent (id, code, patient_id, staff_id, created_at, form_version, form_lang, "
		"form_sha256, scope,"
		" photos_from_on, photos_to_on, discloser, expires_on, expires_at, not_combined, benefit, "
		"copy_given_on,"
		" statements_read) SELECT 2, 'bbbbbbbbbb', 1, 3, created_at, '1', 'en', form_sha256, scope, "
		"photos_from_on,"
		" photos_to_on, discloser, expires_on, expires_at, 1, 'none', copy_given_on, 1 FROM consent WHERE id "
		"= 1");
	run(db, "INSERT INTO consent_channel SELECT 2, channel, exposure, recipients, purpose FROM consent_channel");
	run(db, "INSERT INTO consent_view SELECT 2, view FROM consent_view");
	run(db,
		"INSERT INTO signature (consent_id, who, guardian_id, name, relationship, signed_on, signed_at)"
		" SELECT 2, who, guardian_id, name, relationship, '2026-11-22', %lld FROM signature",
		(long long)clock_now());
	struct gate_permit_row row;
	assert_int_equal(gate_permit_row(&p, 1, "website", &row, &e), 0);
	run(db, "UPDATE consent SET document_sha256 = printf('%%064d', 9), document_kind = 'pdf', document_name = "
		"'e' WHERE id = 2");
	assert_int_equal(gate_permit_row(&p, 1, "website", &row, &e), 1);
	assert_int_equal(row.consent_id, 2);
	run(db, "UPDATE consent SET revoked_at = %lld, revoked_by = 'patient' WHERE id = 2", (long long)clock_now());
	assert_int_equal(gate_permit_row(&p, 1, "website", &row, &e), 0);
	assert_int_equal(db_get_int(db, &n, &e, "SELECT count(*) FROM patient_consent WHERE patient_id = 1", ""), 1);
	assert_int_equal(n, 1);
	db_close(db);
}

int main(void) {
	struct err e = { 0 };
	static uint64_t set[BITS];
	struct CMUnitTest tests[BITS + 8];
	size_t n = 0;
	static const char *const names[] = {
#define X(name, test) test,
		BREAKS(X)
#undef X
	};
	(void)e;
	for (int i = 0; i < BITS; i++) {
		set[i] = UINT64_C(1) << i;
		if (i == BIT_PICTURE) set[i] |= B(SCOPE_PICTURES);
		if (names[i]) tests[n++] = (struct CMUnitTest){ names[i], alone, NULL, NULL, &set[i] };
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(P1_a_complete_case_is_permitted);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(P1_truth_table_of_random_combinations);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(P1_publication_needs_the_permits_own_moments);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(P1_permit_ends_with_the_clock);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(P1_reasons_of_many_photos_are_one_sentence);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(I8_stages_sort_in_time_not_as_text);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(C6_a_new_consent_follows_a_revoked_one);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(I5_the_databases_recipe_is_the_programs);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(S1_who_publishes_knows_the_policy);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("gate", tests, n, NULL, NULL);
}

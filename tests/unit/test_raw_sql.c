/* test_raw_sql.c: what the database refuses whoever writes it. The statements come as from the sqlite3 shell: foreign keys are
 * not kept, and REPLACE deletes without asking the triggers on DELETE (recursive_triggers is off). What no schema can refuse is
 * a forged record of something that never was; the log (A1) lacks its entry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fake_clock.h"
#include "lib/db.h"
#include "record/consent.h"
#include "record/hold.h"
#include "sample_practice.h"

static struct sample s;

static int set_up(void **state) {
	(void)state;
	struct err e = { 0 };
	clock_set(SAMPLE_NOW);
	sample_make(&s, 2);
	if (db_run(s.p->db, &e, "PRAGMA recursive_triggers = OFF", "") ||
		db_run(s.p->db, &e, "PRAGMA foreign_keys = OFF", ""))
		fail_msg("%s", e.text);
	return 0;
}

static int tear_down(void **state) {
	(void)state;
	sample_close(&s);
	return 0;
}

static void done(const char *sql) {
	struct err e = { 0 };
	if (db_run(s.p->db, &e, sql, "")) fail_msg("%s: %s", sql, e.text);
}

/* The statement fails, by a trigger that names the rule. */
static void refused(const char *rule, const char *sql) {
	struct err e = { 0 };
	if (!db_run(s.p->db, &e, sql, "")) fail_msg("%s: was taken", sql);
	if (strcmp(e.rule, rule) != 0) fail_msg("%s: refused, but by \"%s\" (%s)", sql, e.rule, e.text);
}

static int64_t number(const char *sql) {
	return sample_int(&s, sql, 1);
}

static void C6_a_revocation_is_not_replaced_away(void **state) {
	(void)state;
	struct err e = { 0 };
	if (consent_revoke(s.p, &s.doc, s.cases[0].consent, "patient", "letter", &e)) fail_msg("%s", e.text);
	done("CREATE TEMP TABLE c AS SELECT * FROM consent WHERE id = 1");
	done("UPDATE c SET revoked_at = NULL, revoked_by = NULL, revoked_how = NULL");
	refused("C1", "INSERT OR REPLACE INTO consent SELECT * FROM c");
	refused("C1", "REPLACE INTO consent SELECT * FROM c");
	done("UPDATE c SET id = 77"); /* its code is taken */
	refused("C1", "INSERT OR REPLACE INTO consent SELECT * FROM c");
	done("INSERT INTO consent (id, code, patient_id, staff_id, created_at) VALUES (77, 'ABCDEFGHJK', 1, 1, 1)");
	refused("C1", "UPDATE OR REPLACE consent SET id = 1 WHERE id = 77");
	assert_int_equal(number("SELECT revoked_at IS NOT NULL FROM consent WHERE id = ?1"), 1);
	refused("C6", "UPDATE consent SET revoked_at = NULL, revoked_by = NULL WHERE id = 1");
	refused("C6", "UPDATE consent SET error_at = 1, error_why = 'x' WHERE id = 1");
	refused("C7", "DELETE FROM consent WHERE id = 1");
}

static void C6_a_hold_is_not_replaced_away(void **state) {
	(void)state;
	const struct hold_new h = { s.cases[0].patient, "objection", "patient", 0, "call" };
	struct err e = { 0 };
	int64_t id;
	if (hold_add(s.p, &s.doc, &h, &id, &e)) fail_msg("%s", e.text);
	assert_int_equal(id, 1);
	refused("C6", "INSERT OR REPLACE INTO hold (id, patient_id, kind, who, how, since_at) VALUES (1, 2, 'pause', "
		      "'patient', "
		      "'x', 1)");
	refused("C6", "UPDATE OR REPLACE hold SET id = 2");
	refused("C6", "UPDATE hold SET patient_id = 2");
	refused("C6", "DELETE FROM hold");
}

static void C1_signatures_are_not_replaced(void **state) {
	(void)state;
	refused("C1", "INSERT OR REPLACE INTO signature SELECT id, consent_id, 'witness', NULL, 'x', NULL, NULL, "
		      "signed_on, "
		      "signed_at FROM signature WHERE id = 1");
	refused("C1", "UPDATE OR REPLACE signature SET signed_at = 1");
	refused("C7", "DELETE FROM signature");
}

static void C3_the_scope_is_not_replaced(void **state) {
	(void)state;
	refused("C3",
		"INSERT OR REPLACE INTO consent_channel SELECT consent_id, channel, 3, recipients, purpose FROM "
		"consent_channel");
	refused("C3", "INSERT INTO consent_channel VALUES (1, 'social', 3, 'x', 'x') ON CONFLICT DO UPDATE SET "
		      "exposure = 3");
	refused("C3", "INSERT OR REPLACE INTO consent_view VALUES (1, 'OT')");
	refused("C3", "INSERT OR REPLACE INTO consent_picture VALUES (1, printf('%064d', 1))");
	struct err e = { 0 };
	if (consent_exclude(s.p, &s.doc, s.cases[0].consent, s.cases[0].photo[0], &e)) fail_msg("%s", e.text);
	refused("C3", "UPDATE OR REPLACE consent_exclusion SET photo_id = 99");
	refused("C3", "DELETE FROM consent_exclusion");
}

static void P1_no_channel_without_a_consent_of_its_own(void **state) {
	(void)state;
	struct err e = { 0 };
	if (!db_run(s.p->db, &e, "INSERT INTO channel VALUES ('billboard')", ""))
		fail_msg("a channel nobody consents to");
	if (!db_run(s.p->db, &e, "UPDATE channel SET name = 'billboard' WHERE name = 'print'", ""))
		fail_msg("a channel nobody consents to");
}

static void C4_guardians_are_not_forgotten(void **state) {
	(void)state;
	(void)sample_add(&s, "2010-05-04", "2029-06-30");
	refused("C4", "DELETE FROM guardian");
	refused("C4", "UPDATE guardian SET patient_id = 1");
	refused("C4", "UPDATE guardian SET kind = 'representative'");
	refused("C4", "INSERT OR REPLACE INTO guardian (id, patient_id, kind, name, relationship) SELECT id, "
		      "patient_id, kind, "
		      "'x', 'x' FROM guardian");
	done("UPDATE guardian SET ended_at = 5");
	refused("C4", "UPDATE guardian SET ended_at = NULL");
}

static void I5_an_approval_is_of_this_view_stage_and_patient(void **state) {
	(void)state;
	static const char *const labels[] = { "UPDATE photo SET view = 'IO-UO' WHERE id = 1",
		"UPDATE photo SET stage = 'T2.1' WHERE id = 1", "UPDATE photo SET case_id = 2 WHERE id = 1",
		"UPDATE photo SET patient_id = 2 WHERE id = 1" };
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		if (i) {
			(void)tear_down(NULL);
			(void)set_up(NULL);
		}
		assert_int_equal(number("SELECT verdict = 'approved' FROM photo_standing WHERE photo_id = ?1"), 1);
		done(labels[i]);
		/* the same pixels again, for the decision as it now is */
		done("INSERT INTO master SELECT NULL, photo_id, (SELECT revision FROM decision WHERE photo_id = 1), "
		     "sha256, 'again', "
		     "width, height, exposure, faces_left, face_presence, made_at FROM master WHERE photo_id = 1 AND "
		     "NOT EXISTS "
		     "(SELECT 1 FROM photo_standing WHERE photo_id = 1 AND master_id IS NOT NULL)");
		assert_int_equal(number("SELECT master_id IS NOT NULL FROM photo_standing WHERE photo_id = ?1"), 1);
		assert_int_equal(number("SELECT verdict IS NULL FROM photo_standing WHERE photo_id = ?1"), 1);
		refused("I5", "UPDATE decision SET approvals_after = 0 WHERE photo_id = 1");
	}
	refused("I5", "DELETE FROM decision WHERE photo_id = 1");
	refused("I5", "INSERT OR REPLACE INTO decision (photo_id, form, changed_at) VALUES (1, 'arch', 1)");
	refused("I5", "UPDATE OR REPLACE decision SET photo_id = 1 WHERE photo_id = 2");
}

static void I5_approvals_and_masters_are_not_replaced(void **state) {
	(void)state;
	refused("I5", "INSERT OR REPLACE INTO approval SELECT id, photo_id, sha256, recipe, 'rejected', 'x', at, "
		      "staff_id FROM "
		      "approval WHERE id = 1");
	refused("I5", "UPDATE approval SET sha256 = printf('%064d', 1)");
	refused("I5", "DELETE FROM approval");
	refused("I5", "INSERT OR REPLACE INTO master SELECT id, photo_id, revision, sha256, vault_name, width, "
		      "height, 1, 0, 0, 1 "
		      "FROM master WHERE id = 1");
	refused("I5", "INSERT OR REPLACE INTO master SELECT 99, photo_id, revision, sha256, 'other', width, height, "
		      "1, 0, 0, 1 "
		      "FROM master WHERE id = 1");
	refused("I5", "UPDATE master SET sha256 = printf('%064d', 1), exposure = 1");
	refused("I5", "UPDATE recipe SET version = 0");
	refused("I5", "DELETE FROM recipe");
	refused("I5", "INSERT OR REPLACE INTO recipe VALUES (1, 7)");
}

static void I4_what_the_search_found_is_not_replaced(void **state) {
	(void)state;
	done("INSERT INTO region (id, photo_id, kind, shape, points, verified, created_at) VALUES (1, 1, 'face', "
	     "'rect', '1,1 2,2', "
	     "0, 1)");
	refused("I7", "INSERT OR REPLACE INTO region (id, photo_id, kind, shape, points, created_at) VALUES (1, 2, "
		      "'face', 'rect', "
		      "'1,1 2,2', 1)");
	refused("I7", "UPDATE region SET id = 2");
	refused("I7", "DELETE FROM region");
	refused("I4", "UPDATE region SET verified = 1");
	refused("I4", "UPDATE photo SET detect_ran = 1 - detect_ran");
	refused("I5", "INSERT OR REPLACE INTO photo SELECT id, case_id, patient_id, stage, view, sha256, vault_name, "
		      "bytes, format, "
		      "width, height, removed, captured, taken_on, 1, 0, 0, 1, created_at, staff_id FROM (SELECT * "
		      "FROM photo WHERE "
		      "id = 1)");
}

static void C7_what_was_erased_stays_erased(void **state) {
	(void)state;
	done("UPDATE patient SET erased_at = 5, key_pictures = NULL WHERE id = 1");
	refused("C7", "UPDATE patient SET erased_at = NULL WHERE id = 1");
	refused("C7", "UPDATE patient SET key_pictures = x'00' WHERE id = 1");
	refused("C7", "UPDATE OR REPLACE patient SET id = 1 WHERE id = 2");
}

static void C7_publications_are_not_replaced(void **state) {
	(void)state;
	done("INSERT INTO publication (id, case_id, channel, consent_id, public_id, lapses_at, lease_at, "
	     "fingerprint, published_at, "
	     "staff_id) SELECT 1, k.case_id, k.channel, k.consent_id, 'x', k.lapses_at, k.public_lapses_at, 'f', "
	     "unixepoch('now'), "
	     "(SELECT id FROM staff WHERE is_publisher = 1) FROM case_permit k WHERE k.case_id = 1 AND k.channel = "
	     "'website'");
	assert_int_equal(number("SELECT count(*) FROM publication WHERE ?1"), 1);
	done("CREATE TEMP TABLE c AS SELECT * FROM publication");
	refused("C7", "INSERT OR REPLACE INTO publication SELECT * FROM c");
	done("UPDATE c SET id = 9");
	refused("C7", "INSERT OR REPLACE INTO publication SELECT * FROM c"); /* the live one of its case */
	refused("P1", "UPDATE publication SET lease_at = lease_at + 1");
	refused("C7", "DELETE FROM publication");
	done("INSERT INTO publication_file (publication_id, path, sha256, bytes) VALUES (1, '/c/x/', printf('%064d', "
	     "1), 1)");
	refused("C7",
		"INSERT OR REPLACE INTO publication_file (publication_id, path, sha256, bytes) VALUES (1, '/c/x/', "
		"printf('%064d', 2), 1)");
	refused("C7", "DELETE FROM publication_file");
}

static void A1_the_log_is_not_replaced(void **state) {
	(void)state;
	refused("A1", "INSERT OR REPLACE INTO audit SELECT seq, at, staff_id, 'x', subject, subject_id, detail, mac "
		      "FROM audit WHERE "
		      "seq = 1");
	refused("A1", "UPDATE OR REPLACE audit SET seq = 1 WHERE seq = 2");
	refused("A1", "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)");
}

static void S2_accounts_and_policies_are_not_replaced(void **state) {
	(void)state;
	refused("S2", "INSERT OR REPLACE INTO staff SELECT id, login, name, 'clinician', 1, credential, password, 0, "
		      "NULL, 1, NULL "
		      "FROM staff WHERE id = 1");
	refused("S2", "UPDATE OR REPLACE staff SET id = 1 WHERE id = 2");
	refused("S1", "INSERT OR REPLACE INTO policy SELECT version, text, sha256, 0, 1, staff_id FROM policy");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		T(C6_a_revocation_is_not_replaced_away),
		T(C6_a_hold_is_not_replaced_away),
		T(C1_signatures_are_not_replaced),
		T(C3_the_scope_is_not_replaced),
		T(P1_no_channel_without_a_consent_of_its_own),
		T(C4_guardians_are_not_forgotten),
		T(I5_an_approval_is_of_this_view_stage_and_patient),
		T(I5_approvals_and_masters_are_not_replaced),
		T(I4_what_the_search_found_is_not_replaced),
		T(C7_what_was_erased_stays_erased),
		T(C7_publications_are_not_replaced),
		T(A1_the_log_is_not_replaced),
		T(S2_accounts_and_policies_are_not_replaced),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("raw SQL", tests, NULL, NULL);
}

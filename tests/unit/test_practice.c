/* test_practice.c: making, opening, unlocking and recovering a practice; sealed files and patients' keys (I9, C7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "fixture_practice.h"
#include "record/audit.h"
#include "record/patient.h"
#include "record/recovery.h"

static char *say_right(void *arg) {
	return strdup(arg);
}

static void assert_mode(const struct fixture *f, const char *name, mode_t mode) {
	char path[160];
	struct stat st;
	(void)snprintf(path, sizeof path, "%s/%s", f->dir, name);
	assert_int_equal(stat(path, &st), 0);
	if ((st.st_mode & 07777) != mode) fail_msg("%s has mode %o", name, (unsigned)st.st_mode & 07777);
}

static void I9_everything_is_closed_to_others(void **state) {
	struct fixture *f = *state;
	static const char *const dirs[] = { ".", "vault", "keys", "masters", "site", "site-inbox" };
	static const char *const files[] = { "occlude.db", "keys/master", "keys/site.key" };
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) assert_mode(f, dirs[i], 0700);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) assert_mode(f, files[i], 0600);
	struct stat st;
	assert_int_equal(stat(f->key_file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void I9_an_open_directory_is_not_opened(void **state) {
	struct fixture *f = *state;
	struct practice *p = NULL;
	struct err e = { 0 };
	assert_int_equal(chmod(f->dir, 0750), 0);
	assert_int_equal(practice_open(f->dir, &p, &e), -1);
	assert_string_equal(e.rule, "I9");
	assert_non_null(strstr(e.text, "chmod 700"));
	assert_int_equal(chmod(f->dir, 0700), 0);
}

static void a_wrong_key_is_refused(void **state) {
	struct fixture *f = *state;
	struct practice *p = NULL;
	struct err e = { 0 };
	assert_int_equal(practice_open(f->dir, &p, &e), 0);
	assert_int_equal(chmod(f->key_file, 0644), 0);
	assert_int_equal(practice_unlock_with(p, NULL, NULL, NULL, &e), -1);
	assert_string_equal(e.rule, "I9");
	assert_int_equal(chmod(f->key_file, 0600), 0);
	FILE *o = fopen(f->key_file, "r+");
	assert_non_null(o);
	assert_int_equal(fseek(o, 30, SEEK_SET), 0);
	int c = fgetc(o);
	assert_int_equal(fseek(o, 30, SEEK_SET), 0);
	assert_int_not_equal(fputc(c == 'a' ? 'b' : 'a', o), EOF);
	assert_int_equal(fclose(o), 0);
	assert_int_equal(practice_unlock_with(p, NULL, NULL, NULL, &e), -1);
	assert_non_null(strstr(e.text, "another practice"));
	assert_null(p->master);
	practice_close(p);
}

static void I9_a_passphrase_opens_and_another_does_not(void **state) {
	struct fixture *f = *state;
	struct practice_new n = fixture_new(f);
	struct practice *p = NULL;
	struct err e = { 0 };
	char dir[100], right[] = "five quite unrelated words", wrong[] = "five quite unrelated word";
	auto_buf struct buf sheet;
	buf_init(&sheet, 8192);
	(void)snprintf(dir, sizeof dir, "%s/other", f->root);
	n.key_file = NULL;
	n.passphrase = "too short";
	assert_int_equal(practice_init(dir, &n, &sheet, &p, &e), -1);
	assert_string_equal(e.rule, "I9");
	n.passphrase = right;
	if (practice_init(dir, &n, &sheet, &p, &e)) fail_msg("%s", e.text);
	practice_close(p);
	assert_int_equal(practice_open(dir, &p, &e), 0);
	assert_int_equal(practice_unlock_with(p, NULL, say_right, wrong, &e), -1);
	assert_non_null(strstr(e.text, "passphrase is wrong"));
	assert_int_equal(practice_unlock_with(p, NULL, NULL, NULL, &e), -1);
	assert_int_equal(practice_unlock_with(p, NULL, say_right, right, &e), 0);
	assert_int_equal(audit_verify(p, 0, NULL, &e), 0);
	practice_close(p);
}

static void I9_a_killed_init_is_refused_and_begun_anew(void **state) {
	struct fixture *f = *state;
	struct practice *p = NULL;
	struct err e = { 0 };
	auto_buf struct buf sheet;
	buf_init(&sheet, 8192);
	struct practice_new n = fixture_new(f);
	/* as if it had been killed at its last step */
	assert_int_equal(file_create(f->p->dirfd, ".unfinished", "", 0, 0600, false, &e), 0);
	practice_close(f->p);
	f->p = NULL;
	assert_int_equal(practice_open(f->dir, &p, &e), -1);
	assert_non_null(strstr(e.text, "occlude init"));
	if (practice_init(f->dir, &n, &sheet, &p, &e))
		fail_msg("%s", e.text); /* its own key file does not stand in the way */
	practice_close(p);
	assert_int_equal(practice_init(f->dir, &n, &sheet, &p, &e), -1);
	assert_non_null(strstr(e.text, "not empty"));
}

static void I9_a_refused_init_leaves_nothing(void **state) {
	struct fixture *f = *state;
	struct practice *p = NULL;
	struct err e = { 0 };
	char dir[100];
	struct stat st;
	auto_buf struct buf sheet;
	buf_init(&sheet, 8192);
	(void)snprintf(dir, sizeof dir, "%s/other", f->root);
	struct practice_new n = fixture_new(f);
	assert_int_equal(practice_init(dir, &n, &sheet, &p, &e), -1); /* the key file belongs to the first practice */
	assert_int_not_equal(stat(dir, &st), 0);
	assert_int_equal(stat(f->key_file, &st), 0);
	char key[120];
	(void)snprintf(key, sizeof key, "%s/other-key", f->root);
	n.key_file = key;
	n.password = "short";
	assert_int_equal(practice_init(dir, &n, &sheet, &p, &e), -1);
	assert_string_equal(e.rule, "S2");
	assert_int_not_equal(stat(dir, &st), 0);
	assert_int_not_equal(stat(key, &st), 0);
}

/* The code as the sheet prints it. */
static void code_of(const struct fixture *f, char *out, size_t size) {
	const char *s = strstr(buf_text(&f->sheet), "The code:");
	size_t n = 0;
	assert_non_null(s);
	for (int g = 1; g <= RECOVERY_GROUPS; g++) {
		char mark[8];
		(void)snprintf(mark, sizeof mark, "%2d: ", g);
		s = strstr(s, mark);
		assert_non_null(s);
		s += 4;
		n += (size_t)snprintf(out + n, size - n, "%.5s ", s);
	}
}

static void I9_the_sheet_brings_the_key_back(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	char code[100], key[120], again[RECOVERY_CODE];
	struct sign_key before = { 0 }, after = { 0 };
	code_of(f, code, sizeof code);
	recovery_encode(f->p->master, again);
	assert_int_equal(practice_sign_key(f->p, &before, &e), 0);
	practice_close(f->p);
	f->p = NULL;
	assert_int_equal(unlink(f->key_file), 0);
	assert_int_equal(practice_open(f->dir, &f->p, &e), 0);
	assert_int_equal(practice_unlock_with(f->p, NULL, NULL, NULL, &e), -1);
	(void)snprintf(key, sizeof key, "%s/new-key", f->root);
	if (practice_recover(f->p, code, key, NULL, &e)) fail_msg("%s", e.text);
	assert_int_equal(audit_verify(f->p, 0, NULL, &e), 0);
	assert_int_equal(practice_sign_key(f->p, &after, &e), 0);
	assert_memory_equal(before.pub, after.pub, sizeof before.pub);
	fixture_reopen(f); /* and it stays */
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit WHERE act = 'key.recover'"), 1);
	assert_int_equal(practice_recover(f->p, again, NULL, "five quite unrelated words", &e), 0);
}

static void I9_another_practices_code_is_refused(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	auto_seal_key struct seal_key *other = NULL;
	char code[RECOVERY_CODE], key[120];
	struct stat st;
	(void)snprintf(key, sizeof key, "%s/new-key", f->root);
	assert_int_equal(seal_key_new(&other, &e), 0);
	recovery_encode(other, code);
	assert_int_equal(practice_recover(f->p, code, key, NULL, &e), -1);
	assert_non_null(strstr(e.text, "another practice"));
	assert_int_not_equal(stat(key, &st), 0);
	fixture_reopen(f); /* nothing was lost */
}

static void I9_every_slip_in_the_code_is_named_by_its_group(void **state) {
	(void)state;
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct err e = { 0 };
	auto_seal_key struct seal_key *k = NULL, *back = NULL;
	char code[RECOVERY_CODE], typed[RECOVERY_CODE + 1], says[16];
	assert_int_equal(seal_key_new(&k, &e), 0);
	recovery_encode(k, code);
	assert_int_equal(recovery_decode(code, &back, &e), 0);
	assert_memory_equal(seal_key_bytes(k), seal_key_bytes(back), SEAL_KEY);
	for (size_t at = 0; code[at]; at++) {
		if (code[at] == '-') continue;
		(void)snprintf(says, sizeof says, "group %zu ", at / 6 + 1);
		for (const char *a = alphabet; *a; a++) {
			struct seal_key *none = NULL;
			if (*a == code[at]) continue;
			strcpy(typed, code);
			typed[at] = *a;
			assert_int_equal(recovery_decode(typed, &none, &e), -1);
			if (!strstr(e.text, says)) fail_msg("%zu: %s", at, e.text);
		}
		if (code[at + 1] && code[at + 1] != '-' && code[at + 1] != code[at]) { /* two exchanged */
			struct seal_key *none = NULL;
			strcpy(typed, code);
			typed[at] = code[at + 1];
			typed[at + 1] = code[at];
			assert_int_equal(recovery_decode(typed, &none, &e), -1);
		}
	}
	struct seal_key *none = NULL;
	memcpy(typed, code + 6, 6); /* two groups exchanged */
	memcpy(typed + 6, code, 6);
	strcpy(typed + 12, code + 12);
	if (strncmp(code, code + 6, 5) != 0) assert_int_equal(recovery_decode(typed, &none, &e), -1);
	assert_int_equal(recovery_decode("", &none, &e), -1);
	assert_non_null(strstr(e.text, "less"));
	(void)snprintf(typed, sizeof typed, "%s0", code);
	assert_int_equal(recovery_decode(typed, &none, &e), -1);
	assert_non_null(strstr(e.text, "more"));
	strcpy(typed, code);
	typed[0] = 'U';
	assert_int_equal(recovery_decode(typed, &none, &e), -1);
	/* as people type: small letters, o for 0, l for 1, no dashes */
	size_t n = 0;
	for (const char *c = code; *c; c++)
		if (*c != '-') typed[n++] = *c == '0' ? 'o' : *c == '1' ? 'l' : *c >= 'A' ? (char)(*c + 32) : *c;
	typed[n] = 0;
	seal_key_free(TAKE_PTR(back));
	assert_int_equal(recovery_decode(typed, &back, &e), 0);
	assert_memory_equal(seal_key_bytes(k), seal_key_bytes(back), SEAL_KEY);
}

static int64_t add_patient(struct fixture *f, const char *reference) {
	struct err e = { 0 };
	int64_t id;
	const struct patient_facts facts = {
		.reference = reference, .given = "Mia", .family = "Berg", .born_on = "2012-05-03"
	};
	if (patient_add(f->p, &f->ada, &facts, &id, &e)) fail_msg("%s", e.text);
	return id;
}

static void C7_a_patient_has_two_keys(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	fixture_policy(f);
	int64_t one = add_patient(f, "A-1"), two = add_patient(f, "A-2");
	auto_seal_key struct seal_key *a = NULL, *b = NULL, *c = NULL, *again = NULL;
	struct seal_key *none = NULL;
	assert_int_equal(practice_patient_key(f->p, one, KEY_PICTURES, &a, &e), 0);
	assert_int_equal(practice_patient_key(f->p, one, KEY_EVIDENCE, &b, &e), 0);
	assert_int_equal(practice_patient_key(f->p, two, KEY_PICTURES, &c, &e), 0);
	assert_memory_not_equal(seal_key_bytes(a), seal_key_bytes(b), SEAL_KEY);
	assert_memory_not_equal(seal_key_bytes(a), seal_key_bytes(c), SEAL_KEY);
	/* a key put under another patient's name does not open */
	assert_int_equal(db_run(f->p->db, &e,
				 "UPDATE patient SET key_pictures ="
				 " (SELECT key_evidence FROM patient WHERE id = 1) WHERE id = 1",
				 ""),
		0);
	assert_int_equal(practice_patient_key(f->p, one, KEY_PICTURES, &none, &e), -1);
	/* destroying the pictures' key leaves the evidence */
	assert_int_equal(db_run(f->p->db, &e, "UPDATE patient SET key_pictures = NULL WHERE id = 1", ""), 0);
	assert_int_equal(practice_patient_key(f->p, one, KEY_PICTURES, &none, &e), -1);
	assert_string_equal(e.rule, "C7");
	assert_int_equal(practice_patient_key(f->p, one, KEY_EVIDENCE, &again, &e), 0);
	assert_int_equal(practice_patient_key(f->p, 99, KEY_EVIDENCE, &none, &e), -1);
}

static int count_in(const struct fixture *f, const char *name) {
	char command[200];
	int n = -1;
	(void)snprintf(command, sizeof command, "find %s/%s -type f -not -name '.*' | wc -l", f->dir, name);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	assert_int_equal(fscanf(in, "%d", &n), 1);
	(void)pclose(in);
	return n;
}

static void I9_vault_files_are_sealed_in_their_place(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	fixture_policy(f);
	auto_seal_key struct seal_key *k = NULL;
	char one[VAULT_NAME + 1], two[VAULT_NAME + 1], path[160], moved[160];
	auto_buf struct buf back, raw;
	buf_init(&back, 100);
	buf_init(&raw, 1000);
	assert_int_equal(practice_patient_key(f->p, add_patient(f, "A-1"), KEY_PICTURES, &k, &e), 0);
	assert_int_equal(vault_put(f->p, VAULT_ORIGINALS, k, "a secret picture", 16, one, &e), 0);
	assert_int_equal(vault_put(f->p, VAULT_ORIGINALS, k, "another picture!", 16, two, &e), 0);
	assert_string_not_equal(one, two);
	assert_int_equal(vault_get(f->p, VAULT_ORIGINALS, k, one, 100, &back, &e), 0);
	assert_string_equal(buf_text(&back), "a secret picture");
	(void)snprintf(path, sizeof path, "%s/vault/%s", f->dir, one);
	(void)snprintf(moved, sizeof moved, "%s/vault/%s", f->dir, two);
	assert_int_equal(file_read(AT_FDCWD, path, &raw, &e), 0);
	assert_null(memmem(raw.data, raw.len, "secret", 6));
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(vault_get(f->p, VAULT_ORIGINALS, k, two, 100, &back, &e), -1);
	assert_int_equal(vault_get(f->p, VAULT_ORIGINALS, k, "../../etc/passwd", 100, &back, &e), -1);
	assert_int_equal(vault_remove(f->p, VAULT_ORIGINALS, two, &e), 0);
	assert_int_equal(count_in(f, "vault"), 0);
}

static void I9_files_without_a_row_go_when_nobody_puts_any(void **state) {
	struct fixture *f = *state;
	struct err e = { 0 };
	struct practice *other = NULL;
	fixture_policy(f);
	auto_seal_key struct seal_key *k = NULL;
	char kept[VAULT_NAME + 1], lost[VAULT_NAME + 1], master[VAULT_NAME + 1];
	int64_t patient = add_patient(f, "A-1");
	assert_int_equal(practice_patient_key(f->p, patient, KEY_EVIDENCE, &k, &e), 0);
	assert_int_equal(vault_put(f->p, VAULT_ORIGINALS, k, "x", 1, kept, &e), 0);
	assert_int_equal(vault_put(f->p, VAULT_ORIGINALS, k, "x", 1, lost, &e), 0);
	assert_int_equal(vault_put(f->p, VAULT_MASTERS, k, "x", 1, master, &e), 0);
	/* while the program that put them is open they may still get their row */
	assert_int_equal(practice_open(f->dir, &other, &e), 0);
	practice_close(other);
	assert_int_equal(count_in(f, "vault"), 2);
	assert_int_equal(db_run(f->p->db, &e,
				 "INSERT INTO consent (code, patient_id, staff_id, created_at, document_name)"
				 " VALUES ('abcdefghij', ?1, 1, 1, ?2)",
				 "it", patient, kept),
		0);
	fixture_reopen(f);
	assert_int_equal(count_in(f, "vault"), 1);
	assert_int_equal(count_in(f, "masters"), 0);
	auto_buf struct buf back;
	buf_init(&back, 10);
	assert_int_equal(vault_get(f->p, VAULT_ORIGINALS, k, kept, 10, &back, &e), 0);
}

int main(void) {
#define IN(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		IN(I9_everything_is_closed_to_others),
		IN(I9_an_open_directory_is_not_opened),
		IN(a_wrong_key_is_refused),
		IN(I9_a_passphrase_opens_and_another_does_not),
		IN(I9_a_killed_init_is_refused_and_begun_anew),
		IN(I9_a_refused_init_leaves_nothing),
		IN(I9_the_sheet_brings_the_key_back),
		IN(I9_another_practices_code_is_refused),
		cmocka_unit_test(I9_every_slip_in_the_code_is_named_by_its_group),
		IN(C7_a_patient_has_two_keys),
		IN(I9_vault_files_are_sealed_in_their_place),
		IN(I9_files_without_a_row_go_when_nobody_puts_any),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

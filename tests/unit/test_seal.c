/* test_seal.c: what is sealed opens only whole, unchanged, under its key and in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdlib.h>

#include "lib/seal.h"

static struct seal_key *new_key(void) {
	struct seal_key *k = NULL;
	struct err e = { 0 };
	assert_int_equal(seal_key_new(&k, &e), 0);
	return k;
}

static void I9_files_come_back_at_every_size(void **state) {
	(void)state;
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 300000 };
	auto_seal_key struct seal_key *k = new_key();
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		auto_free char *data = malloc(sizes[i] + 1);
		auto_buf struct buf sealed, back;
		struct err e = { 0 };
		buf_init(&sealed, 1 << 20);
		buf_init(&back, sizes[i] ? sizes[i] : 1); /* exactly the size is enough */
		seal_random(data, sizes[i]);
		assert_int_equal(seal_bytes(k, "place", data, sizes[i], &sealed, &e), 0);
		if (unseal_bytes(k, "place", sealed.data, sealed.len, &back, &e))
			fail_msg("%zu: %s", sizes[i], e.text);
		assert_int_equal(back.len, sizes[i]);
		assert_memory_equal(buf_text(&back), data, sizes[i]);
		if (sizes[i] > 32) assert_null(memmem(sealed.data, sealed.len, data, 32));
	}
}

static void assert_refused(struct seal_key *k, const char *about, const void *data, size_t len) {
	auto_buf struct buf back;
	struct err e = { 0 };
	buf_init(&back, 1 << 20);
	(void)buf_str(&back, "before");
	assert_int_equal(unseal_bytes(k, about, data, len, &back, &e), -1);
	assert_int_equal(back.len, 6); /* refused whole: nothing of it comes out */
	assert_non_null(strstr(e.text, "changed"));
}

static void I9_changed_cut_or_moved_files_are_refused(void **state) {
	(void)state;
	auto_seal_key struct seal_key *k = new_key(), *other = new_key();
	auto_free char *data = calloc(1, 200000);
	auto_buf struct buf sealed;
	struct err e = { 0 };
	buf_init(&sealed, 1 << 20);
	assert_int_equal(seal_bytes(k, "place", data, 200000, &sealed, &e), 0);
	assert_refused(other, "place", sealed.data, sealed.len);
	assert_refused(k, "elsewhere", sealed.data, sealed.len);
	for (size_t at = 0; at < sealed.len; at += at < 64 ? 1 : 9973) {
		sealed.data[at] ^= 1;
		assert_refused(k, "place", sealed.data, sealed.len);
		sealed.data[at] ^= 1;
	}
	static const size_t chunk = 65536 + 17, head = 8 + 24;
	const size_t cuts[] = { 0, 1, head - 1, head, head + 1, head + chunk, head + 2 * chunk, sealed.len - 1 };
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) assert_refused(k, "place", sealed.data, cuts[i]);
	/* chunks exchanged */
	auto_free char *swapped = malloc(sealed.len);
	memcpy(swapped, sealed.data, sealed.len);
	memcpy(swapped + head, sealed.data + head + chunk, chunk);
	memcpy(swapped + head + chunk, sealed.data + head, chunk);
	assert_refused(k, "place", swapped, sealed.len);
	(void)buf_char(&sealed, 'x');
	assert_refused(k, "place", sealed.data, sealed.len);
	/* something after a last chunk that is full */
	buf_clear(&sealed);
	assert_int_equal(seal_bytes(k, "place", data, 65536, &sealed, &e), 0);
	(void)buf_char(&sealed, 'x');
	assert_refused(k, "place", sealed.data, sealed.len);
}

static void I9_a_buffer_that_is_too_small_says_so(void **state) {
	(void)state;
	auto_seal_key struct seal_key *k = new_key();
	char data[1000] = { 0 };
	auto_buf struct buf sealed, back;
	struct err e = { 0 };
	buf_init(&sealed, 2000);
	buf_init(&back, 999);
	assert_int_equal(seal_bytes(k, "p", data, sizeof data, &sealed, &e), 0);
	assert_int_equal(unseal_bytes(k, "p", sealed.data, sealed.len, &back, &e), -1);
	assert_non_null(strstr(e.text, "too large"));
}

static void C7_wrapped_keys_open_only_in_their_place(void **state) {
	(void)state;
	auto_seal_key struct seal_key *outer = new_key(), *other = new_key(), *inner = new_key(), *back = NULL;
	struct seal_key *none = NULL;
	unsigned char w[SEAL_WRAPPED];
	struct err e = { 0 };
	assert_int_equal(seal_wrap(outer, "patient 1 pictures", inner, w, &e), 0);
	assert_int_equal(seal_unwrap(outer, "patient 1 pictures", w, sizeof w, &back, &e), 0);
	assert_memory_equal(seal_key_bytes(back), seal_key_bytes(inner), SEAL_KEY);
	assert_int_equal(seal_unwrap(outer, "patient 2 pictures", w, sizeof w, &none, &e), -1);
	assert_int_equal(seal_unwrap(outer, "patient 1 evidence", w, sizeof w, &none, &e), -1);
	assert_int_equal(seal_unwrap(other, "patient 1 pictures", w, sizeof w, &none, &e), -1);
	assert_int_equal(seal_unwrap(outer, "patient 1 pictures", w, sizeof w - 1, &none, &e), -1);
	assert_int_equal(seal_unwrap(outer, "patient 1 pictures", NULL, 0, &none, &e), -1);
	for (size_t i = 0; i < sizeof w; i++) {
		w[i] ^= 0x80;
		assert_int_equal(seal_unwrap(outer, "patient 1 pictures", w, sizeof w, &none, &e), -1);
		w[i] ^= 0x80;
	}
	assert_null(none);
}

static void derived_keys_differ_by_purpose(void **state) {
	(void)state;
	auto_seal_key struct seal_key *k = new_key(), *a = NULL, *b = NULL, *again = NULL;
	assert_int_equal(seal_key_derive(k, "audit", &a, NULL), 0);
	assert_int_equal(seal_key_derive(k, "site", &b, NULL), 0);
	assert_int_equal(seal_key_derive(k, "audit", &again, NULL), 0);
	assert_memory_equal(seal_key_bytes(a), seal_key_bytes(again), SEAL_KEY);
	assert_memory_not_equal(seal_key_bytes(a), seal_key_bytes(b), SEAL_KEY);
	assert_memory_not_equal(seal_key_bytes(a), seal_key_bytes(k), SEAL_KEY);
}

static void a_mac_keeps_its_parts_apart(void **state) {
	(void)state;
	auto_seal_key struct seal_key *k = new_key();
	unsigned char one[SEAL_MAC], two[SEAL_MAC];
	const struct seal_part ab_c[] = { { "ab", 2 }, { "c", 1 } }, a_bc[] = { { "a", 1 }, { "bc", 2 } };
	seal_mac(k, ab_c, 2, one);
	seal_mac(k, a_bc, 2, two);
	assert_false(seal_equal(one, two, SEAL_MAC));
	seal_mac(k, ab_c, 2, two);
	assert_true(seal_equal(one, two, SEAL_MAC));
}

static void hashes_and_names(void **state) {
	(void)state;
	char hex[SHA256_HEX], a[27], b[27];
	assert_string_equal(
		seal_sha256("abc", 3, hex), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	seal_random_name(a, 26);
	seal_random_name(b, 26);
	assert_int_equal(strlen(a), 26);
	assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz234567"), 26);
	assert_string_not_equal(a, b);
}

static void S2_passwords_are_argon2id_and_salted(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_free char *one = NULL, *two = NULL;
	assert_int_equal(password_hash("correct horse", &one, &e), 0);
	assert_int_equal(password_hash("correct horse", &two, &e), 0);
	assert_int_equal(strncmp(one, "$argon2id$v=19$", 15), 0);
	assert_string_not_equal(one, two);
	assert_int_equal(password_matches(one, "correct horse", &e), 1);
	assert_int_equal(password_matches(one, "correct horsf", &e), 0);
	assert_int_equal(password_matches(one, "", &e), 0);
	assert_int_equal(password_matches("plain", "plain", &e), -1);
	assert_int_equal(password_matches("", "", &e), -1);
}

static void a_passphrase_and_its_salt_give_one_key(void **state) {
	(void)state;
	struct err e = { 0 };
	unsigned char salt[16] = { 1 }, other[16] = { 2 };
	auto_seal_key struct seal_key *a = NULL, *again = NULL, *b = NULL;
	assert_int_equal(password_key("five unrelated words", salt, &a, &e), 0);
	assert_int_equal(password_key("five unrelated words", salt, &again, &e), 0);
	assert_int_equal(password_key("five unrelated words", other, &b, &e), 0);
	assert_memory_equal(seal_key_bytes(a), seal_key_bytes(again), SEAL_KEY);
	assert_memory_not_equal(seal_key_bytes(a), seal_key_bytes(b), SEAL_KEY);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(I9_files_come_back_at_every_size),
		cmocka_unit_test(I9_changed_cut_or_moved_files_are_refused),
		cmocka_unit_test(I9_a_buffer_that_is_too_small_says_so),
		cmocka_unit_test(C7_wrapped_keys_open_only_in_their_place),
		cmocka_unit_test(derived_keys_differ_by_purpose),
		cmocka_unit_test(a_mac_keeps_its_parts_apart),
		cmocka_unit_test(hashes_and_names),
		cmocka_unit_test(S2_passwords_are_argon2id_and_salted),
		cmocka_unit_test(a_passphrase_and_its_salt_give_one_key),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

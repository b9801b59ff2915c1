/* test_sign.c: Ed25519 and SHA-256 against published vectors, and what a wrong key or a changed byte does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "lib/sign.h"

/* RFC 8032, 7.1, test 3. */
static void the_rfcs_vector(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_sign_key struct sign_key key;
	uint8_t seed[SIGN_SEED_LEN], back[SIGN_SEED_LEN], sig[SIGN_LEN];
	char hex[2 * SIGN_LEN + 1];
	const uint8_t message[2] = { 0xaf, 0x82 };
	assert_int_equal(
		text_unhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", seed, sizeof seed), 0);
	assert_int_equal(sign_key_from_seed(seed, &key, &e), 0);
	assert_string_equal(text_hex(key.pub, SIGN_PUBLIC_LEN, hex),
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
	assert_int_equal(sign_make(&key, message, sizeof message, sig, &e), 0);
	assert_string_equal(text_hex(sig, SIGN_LEN, hex),
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
		"18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
	assert_int_equal(sign_verify(key.pub, message, sizeof message, sig, &e), 0);
	sign_key_seed(&key, back);
	assert_memory_equal(seed, back, sizeof seed);
}

static void P5_a_changed_byte_or_another_key_does_not_verify(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_sign_key struct sign_key key, other;
	uint8_t sig[SIGN_LEN];
	char text[] = "occlude-site 1";
	assert_int_equal(sign_key_new(&key, &e), 0);
	assert_int_equal(sign_key_new(&other, &e), 0);
	assert_int_equal(sign_make(&key, text, sizeof text, sig, &e), 0);
	assert_int_equal(sign_verify(key.pub, text, sizeof text, sig, &e), 0);
	assert_int_equal(sign_verify(other.pub, text, sizeof text, sig, &e), -1);
	assert_int_equal(sign_verify(key.pub, text, sizeof text - 1, sig, &e), -1);
	for (size_t i = 0; i < sizeof text; i++) {
		text[i] ^= 1;
		assert_int_equal(sign_verify(key.pub, text, sizeof text, sig, &e), -1);
		text[i] ^= 1;
	}
	for (size_t i = 0; i < sizeof sig; i++) {
		sig[i] ^= 0x10;
		assert_int_equal(sign_verify(key.pub, text, sizeof text, sig, &e), -1);
		sig[i] ^= 0x10;
	}
	assert_int_equal(sign_verify(key.pub, text, sizeof text, sig, &e), 0);
}

static void sha256_whole_and_in_pieces(void **state) {
	(void)state;
	uint8_t a[SHA256_LEN], b[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	struct sha256_state s;
	sha256("abc", 3, a);
	assert_string_equal(
		text_hex(a, SHA256_LEN, hex), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_begin(&s);
	sha256_add(&s, "a", 1);
	sha256_add(&s, "bc", 2);
	sha256_end(&s, b);
	assert_memory_equal(a, b, sizeof a);
}

static void the_public_keys_file(void **state) {
	(void)state;
	struct err e = { 0 };
	struct sign_key key;
	uint8_t back[SIGN_PUBLIC_LEN];
	char dir[] = "/tmp/occlude-sign-XXXXXX";
	assert_non_null(mkdtemp(dir));
	auto_fd int fd = file_open_dir(dir, &e);
	assert_int_equal(sign_key_new(&key, &e), 0);
	assert_int_equal(sign_public_write(fd, "key", key.pub, &e), 0);
	assert_int_equal(sign_public_read(fd, "key", back, &e), 0);
	assert_memory_equal(key.pub, back, sizeof back);
	static const char *const bad[] = { "", "\n", "00", "zz",
		"0000000000000000000000000000000000000000000000000000000000000000 x\n",
		"000000000000000000000000000000000000000000000000000000000000000g\n" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(file_replace(fd, "key", bad[i], strlen(bad[i]), 0600, &e), 0);
		assert_int_equal(sign_public_read(fd, "key", back, &e), -1);
	}
	assert_int_equal(file_remove(fd, "key", &e), 0);
	assert_int_equal(sign_public_read(fd, "key", back, &e), -1);
	assert_int_equal(e.kind, ERR_OUTSIDE);
	(void)rmdir(dir);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rfcs_vector),
		cmocka_unit_test(P5_a_changed_byte_or_another_key_does_not_verify),
		cmocka_unit_test(sha256_whole_and_in_pieces),
		cmocka_unit_test(the_public_keys_file),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sign.c: see lib/sign.h. */
#include "lib/sign.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"

_Static_assert(SIGN_SEED_LEN == crypto_sign_SEEDBYTES && SIGN_SECRET_LEN == crypto_sign_SECRETKEYBYTES &&
		       SIGN_PUBLIC_LEN == crypto_sign_PUBLICKEYBYTES && SIGN_LEN == crypto_sign_BYTES &&
		       SHA256_LEN == crypto_hash_sha256_BYTES,
	"libsodium's sizes");
_Static_assert(sizeof(struct sha256_state) >= sizeof(crypto_hash_sha256_state), "room for libsodium's state");

static int ready(struct err *e) {
	return sodium_init() < 0 ? err_set(e, ERR_OUTSIDE, "the cryptographic library does not start") : 0;
}

int sign_key_new(struct sign_key *ret, struct err *e) {
	if (ready(e)) return -1;
	if (crypto_sign_keypair(ret->pub, ret->secret)) BUG("a key pair could not be made");
	return 0;
}

int sign_key_from_seed(const uint8_t seed[SIGN_SEED_LEN], struct sign_key *ret, struct err *e) {
	if (ready(e)) return -1;
	if (crypto_sign_seed_keypair(ret->pub, ret->secret, seed)) BUG("a key pair could not be made");
	return 0;
}

void sign_key_seed(const struct sign_key *key, uint8_t seed[SIGN_SEED_LEN]) {
	if (crypto_sign_ed25519_sk_to_seed(seed, key->secret)) BUG("a key without a seed");
}

void sign_key_wipe(struct sign_key *key) {
	if (key) sodium_memzero(key, sizeof *key);
}

int sign_make(const struct sign_key *key, const void *data, size_t len, uint8_t ret_sig[SIGN_LEN], struct err *e) {
	if (ready(e)) return -1;
	if (crypto_sign_detached(ret_sig, NULL, data, len, key->secret)) BUG("signing failed");
	return 0;
}

int sign_verify(const uint8_t pub[SIGN_PUBLIC_LEN], const void *data, size_t len, const uint8_t sig[SIGN_LEN],
	struct err *e) {
	if (ready(e)) return -1;
	if (crypto_sign_verify_detached(sig, data, len, pub))
		return err_set(e, ERR_REFUSED, "the signature is not the practice's");
	return 0;
}

int sign_public_write(int dirfd, const char *name, const uint8_t pub[SIGN_PUBLIC_LEN], struct err *e) {
	char line[2 * SIGN_PUBLIC_LEN + 2];
	(void)text_hex(pub, SIGN_PUBLIC_LEN, line);
	line[2 * SIGN_PUBLIC_LEN] = '\n';
	return file_replace(dirfd, name, line, sizeof line - 1, 0644, e);
}

int sign_public_read(int dirfd, const char *name, uint8_t ret_pub[SIGN_PUBLIC_LEN], struct err *e) {
	auto_buf struct buf text;
	buf_init(&text, 2 * SIGN_PUBLIC_LEN + 2);
	if (file_read(dirfd, name, &text, e)) return -1;
	while (text.len && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
		text.data[--text.len] = 0;
	if (text.len != 2 * SIGN_PUBLIC_LEN || text_unhex(buf_text(&text), ret_pub, SIGN_PUBLIC_LEN))
		return err_set(e, ERR_REFUSED,
			"%s is not a verification key (64 hexadecimal digits); copy the practice's public key again",
			name);
	return 0;
}

void sha256(const void *data, size_t len, uint8_t ret[SHA256_LEN]) {
	(void)crypto_hash_sha256(ret, data, len);
}

void sha256_begin(struct sha256_state *s) {
	(void)crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)s->opaque);
}

void sha256_add(struct sha256_state *s, const void *data, size_t len) {
	(void)crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)s->opaque, data, len);
}

void sha256_end(struct sha256_state *s, uint8_t ret[SHA256_LEN]) {
	(void)crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)s->opaque, ret);
}

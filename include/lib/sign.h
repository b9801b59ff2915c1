/* sign.h: SHA-256 and Ed25519 (libsodium). Verifying needs no secret: the public server links this and holds only the
 * public key. Sealing and random names are lib/seal.h's business. */
#ifndef OCCLUDE_LIB_SIGN_H
#define OCCLUDE_LIB_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { SIGN_SEED_LEN = 32, SIGN_SECRET_LEN = 64, SIGN_PUBLIC_LEN = 32, SIGN_LEN = 64, SHA256_LEN = 32 };

/* A key that can sign. Clear it with sign_key_wipe. */
struct sign_key {
	uint8_t secret[SIGN_SECRET_LEN];
	uint8_t pub[SIGN_PUBLIC_LEN];
};

/* A new key from the system's random source. Store its seed sealed (lib/seal.h); sign_key_seed gives it. */
int sign_key_new(struct sign_key *ret, struct err *e);
/* The key of a seed, and the seed of a key. */
int sign_key_from_seed(const uint8_t seed[SIGN_SEED_LEN], struct sign_key *ret, struct err *e);
void sign_key_seed(const struct sign_key *key, uint8_t seed[SIGN_SEED_LEN]);
/* Overwrites it. Takes NULL. */
void sign_key_wipe(struct sign_key *key);
#define auto_sign_key __attribute__((cleanup(sign_key_wipe)))

/* Signs the bytes (Ed25519, RFC 8032). */
int sign_make(const struct sign_key *key, const void *data, size_t len, uint8_t ret_sig[SIGN_LEN], struct err *e);
/* -1 with a sentence if `sig` is not the signature of the bytes under the public key. */
int sign_verify(
	const uint8_t pub[SIGN_PUBLIC_LEN], const void *data, size_t len, const uint8_t sig[SIGN_LEN], struct err *e);

/* The public key's file: 64 hexadecimal digits and a newline, below `dirfd` (AT_FDCWD: a path). */
int sign_public_write(int dirfd, const char *name, const uint8_t pub[SIGN_PUBLIC_LEN], struct err *e);
int sign_public_read(int dirfd, const char *name, uint8_t ret_pub[SIGN_PUBLIC_LEN], struct err *e);

/* SHA-256 in one call, or in pieces. */
void sha256(const void *data, size_t len, uint8_t ret[SHA256_LEN]);
struct sha256_state {
	_Alignas(16) unsigned char opaque[128];
};
void sha256_begin(struct sha256_state *s);
void sha256_add(struct sha256_state *s, const void *data, size_t len);
void sha256_end(struct sha256_state *s, uint8_t ret[SHA256_LEN]);

#endif

/* seal.h: secrets (libsodium): random names, sealing of files (I9), wrapping of keys, keyed hashes, passwords. Secret
 * keys lie in locked memory and are wiped when freed. */
#ifndef OCCLUDE_LIB_SEAL_H
#define OCCLUDE_LIB_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum { SEAL_KEY = 32, SEAL_WRAPPED = 72, SEAL_MAC = 32, SHA256_HEX = 65 };

struct seal_key; /* a secret key in locked memory */

int seal_init(struct err *e); /* once, before anything else here */
const char *seal_library_version(void);
void seal_random(void *out, size_t len);
/* Random text of `len` characters of a-z2-7 and a NUL: names in vault/ and site/ (I2), codes. */
void seal_random_name(char *out, size_t len);

int seal_key_new(struct seal_key **ret, struct err *e);
int seal_key_from(const void *bytes, size_t len, struct seal_key **ret, struct err *e);
/* The key derived from `k` for a purpose (a literal of at most 32 characters): "audit", "site". */
int seal_key_derive(const struct seal_key *k, const char *purpose, struct seal_key **ret, struct err *e);
const unsigned char *seal_key_bytes(const struct seal_key *k);
void seal_key_free(struct seal_key *k);

/* Wraps `inner` under `outer` into SEAL_WRAPPED bytes, bound to `about` ("patient 12 pictures"), and back. A wrong key
 * or place is ERR_OUTSIDE. */
int seal_wrap(const struct seal_key *outer, const char *about, const struct seal_key *inner,
	unsigned char out[SEAL_WRAPPED], struct err *e);
int seal_unwrap(const struct seal_key *outer, const char *about, const void *wrapped, size_t len,
	struct seal_key **ret, struct err *e);

/* Seals bytes for a file (XChaCha20-Poly1305 secretstream), bound to `about`; appends to out. And back: a file that was
 * changed, cut or belongs elsewhere is refused whole. */
int seal_bytes(
	const struct seal_key *k, const char *about, const void *data, size_t len, struct buf *out, struct err *e);
int unseal_bytes(
	const struct seal_key *k, const char *about, const void *data, size_t len, struct buf *out, struct err *e);

/* Keyed hash (BLAKE2b-256) of several parts, each preceded by its length. */
struct seal_part {
	const void *data;
	size_t len;
};
void seal_mac(const struct seal_key *k, const struct seal_part *parts, size_t n, unsigned char out[SEAL_MAC]);
int seal_equal(const void *a, const void *b, size_t len); /* constant time; 1 or 0 */

/* SHA-256 as lower-case hexadecimal. */
const char *seal_sha256(const void *data, size_t len, char out[SHA256_HEX]);

/* Argon2id. The string holds salt and parameters; the caller frees it. password_matches: 1, 0 or -1. */
int password_hash(const char *password, char **ret, struct err *e);
int password_matches(const char *hash, const char *password, struct err *e);
/* A key from a passphrase and a stored salt (Argon2id, moderate). */
int password_key(const char *passphrase, const unsigned char salt[16], struct seal_key **ret, struct err *e);

MEM_AUTO(struct seal_key, seal_key, seal_key_free)
#define auto_seal_key __attribute__((cleanup(seal_key_cleanup)))

#endif

/* password.c: passwords and passphrases (Argon2id through libsodium); see lib/seal.h. */
#include <sodium.h>
#include <string.h>

#include "lib/seal.h"

_Static_assert(crypto_pwhash_SALTBYTES == 16, "a salt's size");

int password_hash(const char *password, char **ret, struct err *e) {
	char text[crypto_pwhash_STRBYTES];
	if (seal_init(e)) return -1;
	if (crypto_pwhash_str_alg(text, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
		    crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13))
		return err_set(e, ERR_OUTSIDE, "out of memory: hashing a password takes 64 MB");
	char *copy = strdup(text);
	if (!copy) return err_nomem(e);
	*ret = copy;
	return 0;
}

int password_matches(const char *hash, const char *password, struct err *e) {
	char padded[crypto_pwhash_STRBYTES] = { 0 };
	size_t n = strlen(hash);
	if (seal_init(e)) return -1;
	if (n >= sizeof padded || strncmp(hash, crypto_pwhash_STRPREFIX, strlen(crypto_pwhash_STRPREFIX)) != 0)
		return err_set(e, ERR_OUTSIDE, "a stored password is damaged: an admin has to set a new one");
	memcpy(padded, hash, n);
	/* a failure for lack of memory looks like a wrong password: the safe side */
	return crypto_pwhash_str_verify(padded, password, strlen(password)) == 0;
}

int password_key(const char *passphrase, const unsigned char salt[16], struct seal_key **ret, struct err *e) {
	unsigned char bytes[SEAL_KEY];
	if (seal_init(e)) return -1;
	if (crypto_pwhash(bytes, sizeof bytes, passphrase, strlen(passphrase), salt, crypto_pwhash_OPSLIMIT_MODERATE,
		    crypto_pwhash_MEMLIMIT_MODERATE, crypto_pwhash_ALG_ARGON2ID13))
		return err_set(e, ERR_OUTSIDE, "out of memory: opening with a passphrase takes 256 MB");
	int bad = seal_key_from(bytes, sizeof bytes, ret, e);
	sodium_memzero(bytes, sizeof bytes);
	return bad;
}

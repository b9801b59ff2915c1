/* seal.c: keys, sealing, keyed hashes and random names through libsodium; see lib/seal.h. Passwords are in password.c. */
#include "lib/seal.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

enum {
	CHUNK = 64 << 10,
	HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	CHUNK_EXTRA = crypto_secretstream_xchacha20poly1305_ABYTES,
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	ABOUT_MAX = 200
};
static const char file_mark[8] = { 'O', 'C', 'C', 'S', 'E', 'A', 'L', '1' };

_Static_assert(SEAL_WRAPPED == NONCE + SEAL_KEY + crypto_aead_xchacha20poly1305_ietf_ABYTES, "a wrapped key's size");
_Static_assert(SEAL_KEY == crypto_secretstream_xchacha20poly1305_KEYBYTES, "a key's size");
_Static_assert(SEAL_KEY == crypto_generichash_KEYBYTES && SEAL_MAC == crypto_generichash_BYTES, "a mac's size");

struct seal_key {
	unsigned char bytes[SEAL_KEY];
};

int seal_init(struct err *e) {
	return sodium_init() < 0 ? err_set(e, ERR_OUTSIDE, "the cryptographic library does not start") : 0;
}

const char *seal_library_version(void) {
	return sodium_version_string();
}

void seal_random(void *out, size_t len) {
	randombytes_buf(out, len);
}

void seal_random_name(char *out, size_t len) {
	randombytes_buf(out, len);
	for (size_t i = 0; i < len; i++) out[i] = "abcdefghijklmnopqrstuvwxyz234567"[(unsigned char)out[i] & 31];
	out[len] = 0;
}

/* ---- keys ------------------------------------------------------------------------------------------------------ */

static struct seal_key *key_room(struct err *e) {
	if (seal_init(e)) return NULL;
	struct seal_key *k = sodium_malloc(sizeof *k); /* locked, guarded, wiped by sodium_free */
	if (!k) (void)err_nomem(e);
	return k;
}

int seal_key_new(struct seal_key **ret, struct err *e) {
	struct seal_key *k = key_room(e);
	if (!k) return -1;
	randombytes_buf(k->bytes, sizeof k->bytes);
	*ret = k;
	return 0;
}

int seal_key_from(const void *bytes, size_t len, struct seal_key **ret, struct err *e) {
	if (len != SEAL_KEY) return err_set(e, ERR_OUTSIDE, "a key has the wrong length");
	struct seal_key *k = key_room(e);
	if (!k) return -1;
	memcpy(k->bytes, bytes, sizeof k->bytes);
	*ret = k;
	return 0;
}

int seal_key_derive(const struct seal_key *k, const char *purpose, struct seal_key **ret, struct err *e) {
	static const char what[] = "occlude derived key";
	const struct seal_part parts[] = { { what, sizeof what }, { purpose, strlen(purpose) } };
	if (parts[1].len > 32) BUG("a key's purpose is too long");
	struct seal_key *d = key_room(e);
	if (!d) return -1;
	seal_mac(k, parts, ARRAY_LEN(parts), d->bytes);
	*ret = d;
	return 0;
}

const unsigned char *seal_key_bytes(const struct seal_key *k) {
	return k->bytes;
}

void seal_key_free(struct seal_key *k) {
	sodium_free(k);
}

/* ---- wrapping -------------------------------------------------------------------------------------------------- */

/* What a wrapped key or sealed file is bound to; a wrapped key never opens as a file, or the reverse. */
static size_t bind_to(const char *kind, const char *about, unsigned char out[ABOUT_MAX + 8]) {
	size_t n = strlen(about);
	if (n > ABOUT_MAX) BUG("what a seal is bound to is too long");
	memcpy(out, kind, 8);
	memcpy(out + 8, about, n);
	return n + 8;
}

int seal_wrap(const struct seal_key *outer, const char *about, const struct seal_key *inner,
	unsigned char out[SEAL_WRAPPED], struct err *e) {
	unsigned char ad[ABOUT_MAX + 8];
	size_t ad_len = bind_to("wrapped ", about, ad);
	if (seal_init(e)) return -1;
	randombytes_buf(out, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		out + NONCE, NULL, inner->bytes, SEAL_KEY, ad, ad_len, NULL, out, outer->bytes);
	return 0;
}

int seal_unwrap(const struct seal_key *outer, const char *about, const void *wrapped, size_t len,
	struct seal_key **ret, struct err *e) {
	unsigned char ad[ABOUT_MAX + 8];
	size_t ad_len = bind_to("wrapped ", about, ad);
	const unsigned char *w = wrapped;
	if (!wrapped || len != SEAL_WRAPPED) return err_set(e, ERR_OUTSIDE, "a wrapped key has the wrong length");
	struct seal_key *k = key_room(e);
	if (!k) return -1;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    k->bytes, NULL, NULL, w + NONCE, len - NONCE, ad, ad_len, w, outer->bytes)) {
		seal_key_free(k);
		return err_set(e, ERR_OUTSIDE, "the key does not fit, or what it should open was changed");
	}
	*ret = k;
	return 0;
}

/* ---- files: mark, header, then chunks of which only the last bears the final tag ------------------------------- */

int seal_bytes(
	const struct seal_key *k, const char *about, const void *data, size_t len, struct buf *out, struct err *e) {
	crypto_secretstream_xchacha20poly1305_state s;
	unsigned char ad[ABOUT_MAX + 8], header[HEADER];
	size_t ad_len = bind_to("file    ", about, ad), at = 0;
	if (seal_init(e)) return -1;
	(void)crypto_secretstream_xchacha20poly1305_init_push(&s, header, k->bytes);
	(void)buf_add(out, file_mark, sizeof file_mark);
	(void)buf_add(out, header, sizeof header);
	bool last;
	do {
		size_t n = len - at < CHUNK ? len - at : CHUNK;
		last = at + n == len;
		unsigned char *to = (unsigned char *)buf_room(out, n + CHUNK_EXTRA);
		if (!to) break;
		(void)crypto_secretstream_xchacha20poly1305_push(&s, to, NULL, (const unsigned char *)data + at, n,
			ad, ad_len, last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
		buf_grew(out, n + CHUNK_EXTRA);
		at += n;
	} while (!last);
	sodium_memzero(&s, sizeof s);
	return buf_check(out, "the sealed file", e);
}

static int unseal_chunks(crypto_secretstream_xchacha20poly1305_state *s, const unsigned char *ad, size_t ad_len,
	const unsigned char *p, size_t len, struct buf *out) {
	for (;;) {
		size_t n = len < CHUNK + CHUNK_EXTRA ? len : CHUNK + CHUNK_EXTRA;
		unsigned char tag = 0;
		if (n < CHUNK_EXTRA) return -1;
		unsigned char *to = (unsigned char *)buf_room(out, n - CHUNK_EXTRA);
		if (!to) return 0; /* buf_check tells */
		if (crypto_secretstream_xchacha20poly1305_pull(s, to, NULL, &tag, p, n, ad, ad_len)) return -1;
		buf_grew(out, n - CHUNK_EXTRA);
		p += n;
		len -= n;
		if (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) return len ? -1 : 0;
	}
}

int unseal_bytes(
	const struct seal_key *k, const char *about, const void *data, size_t len, struct buf *out, struct err *e) {
	static const char bad[] = "the sealed file was changed, cut short or belongs elsewhere";
	crypto_secretstream_xchacha20poly1305_state s;
	unsigned char ad[ABOUT_MAX + 8];
	const unsigned char *p = data;
	size_t ad_len = bind_to("file    ", about, ad), start = out->len;
	if (seal_init(e)) return -1;
	if (len < sizeof file_mark + HEADER || memcmp(p, file_mark, sizeof file_mark) != 0 ||
		crypto_secretstream_xchacha20poly1305_init_pull(&s, p + sizeof file_mark, k->bytes))
		return err_set(e, ERR_OUTSIDE, "%s", bad);
	p += sizeof file_mark + HEADER;
	len -= sizeof file_mark + HEADER;
	int broken = unseal_chunks(&s, ad, ad_len, p, len, out);
	sodium_memzero(&s, sizeof s);
	if (broken || out->failed) {
		if (out->data) sodium_memzero(out->data + start, out->len - start); /* refused whole */
		out->len = start;
		return broken ? err_set(e, ERR_OUTSIDE, "%s", bad) : buf_check(out, "the sealed file", e);
	}
	return 0;
}

/* ---- hashes ---------------------------------------------------------------------------------------------------- */

void seal_mac(const struct seal_key *k, const struct seal_part *parts, size_t n, unsigned char out[SEAL_MAC]) {
	crypto_generichash_state s;
	(void)crypto_generichash_init(&s, k->bytes, SEAL_KEY, SEAL_MAC);
	for (size_t i = 0; i < n; i++) {
		unsigned char length[8];
		for (int b = 0; b < 8; b++) length[b] = (unsigned char)((uint64_t)parts[i].len >> (8 * b));
		(void)crypto_generichash_update(&s, length, sizeof length);
		(void)crypto_generichash_update(&s, parts[i].data, parts[i].len);
	}
	(void)crypto_generichash_final(&s, out, SEAL_MAC);
	sodium_memzero(&s, sizeof s);
}

int seal_equal(const void *a, const void *b, size_t len) {
	return sodium_memcmp(a, b, len) == 0;
}

const char *seal_sha256(const void *data, size_t len, char out[SHA256_HEX]) {
	unsigned char hash[crypto_hash_sha256_BYTES];
	(void)crypto_hash_sha256(hash, data, len);
	return text_hex(hash, sizeof hash, out);
}

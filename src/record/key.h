/* key.h: where the master key lies (I9): wrapped under a passphrase in keys/master, or in a file somewhere else that
 * keys/master names. Private to record/. */
#ifndef OCCLUDE_RECORD_KEY_H
#define OCCLUDE_RECORD_KEY_H

#include "lib/seal.h"

enum { KEY_PATH_MAX = 1024 };

enum key_kind { KEY_IN_FILE = 1, KEY_UNDER_PASSPHRASE };

/* What keys/master says. */
struct key_place {
	enum key_kind kind;
	char path[KEY_PATH_MAX];                       /* KEY_IN_FILE: absolute */
	unsigned char salt[16], wrapped[SEAL_WRAPPED]; /* KEY_UNDER_PASSPHRASE */
	unsigned char check[SEAL_MAC];                 /* tells the right key from another */
};

/* Whether a passphrase is long enough; NULL is. */
int key_check_passphrase(const char *passphrase, struct err *e);
/* Writes keys/master below `keys` for this key, then, if `key_file` is given, the key itself into that file, which must
 * not exist. Exactly one of key_file and passphrase is given. */
int key_store(int keys, const struct seal_key *master, const char *key_file, const char *passphrase, struct err *e);
/* 1 = read, 0 = there is no keys/master, -1. */
int key_place_read(int keys, struct key_place *ret, struct err *e);
/* The key from where it lies, or from `key_file` if not NULL; held against the check. */
int key_load(const struct key_place *place, const char *key_file, char *(*ask)(void *), void *arg,
	struct seal_key **ret, struct err *e);
/* Reads a key file: 0 or -1. */
int key_file_read(const char *path, struct seal_key **ret, struct err *e);
/* Whether it is the key that `place` was written for. */
int key_fits(const struct key_place *place, const struct seal_key *master, struct err *e);

#endif

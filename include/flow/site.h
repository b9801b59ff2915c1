/* site.h: the site directory as the publisher writes it (base/manifest.h says what lies in it). The root manifest is
 * the commit point (P3): new files are written and synced under random names first, then the root is replaced by
 * rename, then what it no longer names is deleted. One publisher at a time: site_open takes a lock. */
#ifndef OCCLUDE_FLOW_SITE_H
#define OCCLUDE_FLOW_SITE_H

#include <stdint.h>

#include "base/manifest.h"
#include "lib/sign.h"
#include "record/practice.h"

struct site {
	int dirfd, filesfd, lockfd;
	struct sign_key key;
	bool has_root; /* there was one, its signature is good */
	int64_t old_serial, old_signed;
	struct manifest root;     /* as read; changed in place and written by site_commit */
	struct site_known *known; /* every stored file that the root named when it was read, and what was put since */
	size_t known_n, known_cap;
};

/* Opens site/ of the practice, takes the lock, reads and verifies the root. A root that is damaged or not ours is
 * refused: `occlude doctor` says so, and nothing is overwritten. */
int site_open(struct practice *p, struct site *ret, struct err *e);
void site_close(struct site *s);
#define auto_site __attribute__((cleanup(site_close)))

/* Stores bytes under a new random name (or the one that holds the same bytes already) and gives name and SHA-256. Not
 * yet named by anything. */
int site_put(struct site *s, const void *data, size_t len, char ret_store[MANIFEST_STORE_LEN + 1],
	uint8_t ret_sha[MANIFEST_SHA_LEN], struct err *e);
/* Reads a stored file and checks its hash. */
int site_get(struct site *s, const char *store, const uint8_t sha[MANIFEST_SHA_LEN], size_t max, struct buf *out,
	struct err *e);
/* The files of a live case. */
int site_case_files(struct site *s, const char *id, struct manifest_files *ret, struct err *e);

/* Syncs the files, raises the serial, binds the audit head, signs, and replaces the root: from here on it is true. */
int site_commit(struct practice *p, struct site *s, struct err *e);
/* Takes cases dark at once: tombstones into the root, commit (C6). Files are deleted by site_sweep. */
int site_darken(struct practice *p, struct site *s, const char (*ids)[MANIFEST_ID_LEN + 1], size_t n, struct err *e);
/* Deletes every stored file that the root does not name: at once what belonged to a withdrawn case or was never named,
 * ten minutes later what a newer file replaced (a reader may still be on the old page), that too at once if `at_once`.
 * The last act on an open site: put nothing after it. */
int site_sweep(struct practice *p, struct site *s, bool at_once, struct err *e);

#endif

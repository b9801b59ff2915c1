/* site.h: the site directory as the publisher writes it (base/manifest.h says what lies in it). The root manifest is
 * the commit point (P3): new files are written and synced under random names first, then the root is replaced by
 * rename, then what it no longer names is deleted.
 *
 * Two locks. publish.lock is a publisher's for its whole run: one at a time. site.lock is held for moments, by whoever reads
 * the root in order to replace it: a publisher lets it go while it renders (site_release, site_retake), so that a withdrawal
 * waits for no rendering (C6). */
#ifndef OCCLUDE_FLOW_SITE_H
#define OCCLUDE_FLOW_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/manifest.h"
#include "lib/sign.h"
#include "record/practice.h"

struct site {
	int dirfd, filesfd, lockfd;
	struct sign_key key;
	bool has_root;   /* there was one, its signature is good */
	bool is_rescued; /* there was one that could not be trusted, and the caller starts from an empty one */
	bool is_damaged; /* a case's own manifest could not be read */
	int64_t old_serial, old_signed;
	struct manifest root;     /* as read; changed in place and written by site_commit */
	struct site_known *known; /* every stored file that the root named when it was read, and what was put since */
	size_t known_n, known_cap;
};

/* Becomes the publisher: waits for the one at work, or (`wait` false) fails. Gives a descriptor; close it when done. */
int site_publisher(struct practice *p, bool wait, struct err *e);
/* Opens site/ of the practice, takes site.lock, reads and verifies the root. A root that is damaged or not ours is
 * refused and nothing is overwritten; with `rescue` (withdrawing, C6) it counts as empty, so that everything goes dark rather
 * than that somebody cannot be taken back. Where there is no root the tombstones come from the record. */
int site_open(struct practice *p, bool rescue, struct site *ret, struct err *e);
void site_close(struct site *s);
#define auto_site __attribute__((cleanup(site_close)))

/* Lets other commands replace the root, and takes the lock again: the root in memory then also has every tombstone that was
 * set meanwhile. What else may have changed, ask the record. */
void site_release(struct site *s);
int site_retake(struct practice *p, struct site *s, struct err *e);

/* Stores bytes under a new random name (or the one that holds the same bytes of the same case already; `id` NULL: of no
 * case) and gives name and SHA-256. Not yet named by anything. Files are not shared between cases: one may be withdrawn, and
 * its files deleted, while another is being made. */
int site_put(struct site *s, const char *id, const void *data, size_t len, char ret_store[MANIFEST_STORE_LEN + 1],
	uint8_t ret_sha[MANIFEST_SHA_LEN], struct err *e);
/* Whether a stored file is there with that size. */
bool site_has(struct site *s, const char *store, int64_t size);
/* Reads a stored file and checks its hash. */
int site_get(struct site *s, const char *store, const uint8_t sha[MANIFEST_SHA_LEN], size_t max, struct buf *out,
	struct err *e);
/* The files of a live case. */
int site_case_files(struct site *s, const char *id, struct manifest_files *ret, struct err *e);

/* Syncs the files, raises the serial, binds the audit head, signs, and replaces the root: from here on it is true. Refuses
 * while the clock is before the last signing (P4). */
int site_commit(struct practice *p, struct site *s, struct err *e);
/* Takes cases dark at once: tombstones into the root, commit (C6), whatever the clock says. Files are deleted by
 * site_sweep. */
int site_darken(struct practice *p, struct site *s, const char (*ids)[MANIFEST_ID_LEN + 1], size_t n, struct err *e);
/* Makes a case's lease end earlier, never later (P4); whether it did. */
bool site_shorten(struct site *s, const char *id, int64_t lease);
/* Deletes every stored file that the root does not name: at once what belonged to a withdrawn case or was never named,
 * ten minutes later what a newer file replaced (a transfer may still be running). With
 * `all` false (a publisher is at work, whose new files nothing names yet) only what belonged to a withdrawn case. The last act
 * on an open site: put nothing after it. */
int site_sweep(struct practice *p, struct site *s, bool all, struct err *e);

#endif

/* site.h: the site directory as the public server sees it (P5): the last good root, the manifests of cases read when
 * first asked for, and stored files read whole and checked. Every function may be called from any thread. */
#ifndef OCCLUDE_PUBLIC_SITE_H
#define OCCLUDE_PUBLIC_SITE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/manifest.h"
#include "lib/sign.h"

/* The cases that some bytes belong to, and the moment the first of them goes dark (P4). Counted; site_still asks
 * whether bytes under it may still be sent. */
struct grant {
	_Atomic int refs;
	_Atomic int64_t lease;
	_Atomic int64_t serial; /* of the root it was last compared with */
	size_t count;
	char ids[][MANIFEST_ID_LEN + 1];
};

struct grant *grant_ref(struct grant *g); /* takes NULL */
void grant_unref(struct grant *g);        /* takes NULL */

struct site;
struct snapshot;
struct case_table;

/* One root; it stays as it was while somebody holds it. */
const struct manifest *snapshot_root(const struct snapshot *s);
void snapshot_unref(struct snapshot *s);

enum found_kind {
	FOUND_NOTHING,
	FOUND_FILE,  /* `file`; of a case if `lease` is not INT64_MAX */
	FOUND_PAGE,  /* `page`, to be put together */
	FOUND_MOVED, /* the same path with '/' behind it is there */
	FOUND_GONE   /* withdrawn or lapsed (C6, P4) */
};

struct found {
	enum found_kind kind;
	const struct manifest_file *file;
	const struct manifest_page *page;
	int64_t lease;
	struct grant *grant;      /* of the case; NULL for what is shared */
	struct case_table *table; /* what keeps file and grant alive */
};

/* Reads and verifies the root. `dirfd` stays the caller's. */
int site_open(int dirfd, const uint8_t pub[SIGN_PUBLIC_LEN], struct site **ret, struct err *e);
void site_close(struct site *s);
/* Looks whether there is another root: 1 a newer one serves from now on; 0 nothing new; -1 there is one, but it is not
 * signed by the key, older than the present one, or unreadable: the present one goes on. Says so once a root. */
int site_poll(struct site *s, struct err *e);
/* The present root, with a reference. */
struct snapshot *site_snapshot(struct site *s);
/* What a path is at `now`. Give the result to found_release. */
void site_find(struct site *s, struct snapshot *snap, const char *path, int64_t now, struct found *ret);
void found_release(struct found *f);
/* A new grant over `count` cases of `snap` (NULL if there are none or memory is short). */
struct grant *site_grant(const struct snapshot *snap, const char *const *ids, size_t count);
/* Whether every case of the grant is still published and its lease runs, by the present root (P4, C6). */
bool site_still(struct site *s, struct grant *g);
/* Reads f/STORE whole; -1 unless it has exactly that size and SHA-256. Free *ret. */
int site_read(const struct site *s, const char *store, int64_t size, const uint8_t sha256[MANIFEST_SHA_LEN],
	void **ret, struct err *e);

#endif

/* manifest.h: what the public server may serve, as text. The publisher builds and encodes it, the server decodes it
 * and looks paths up in it; neither reading nor writing touches a file or a key here (lib/sign.h signs and verifies).
 *
 * The site directory
 *   site/manifest   the root: the commit point, replaced by rename, signed, never served and never deployed
 *   site/f/STORE    every other file, under a random name (I2): published files, segments of shared pages, and the
 *                   small manifest of each case. A file's content never changes; a changed one gets a new STORE.
 *
 * The root (at most MANIFEST_ROOT_MAX bytes; every line ends with '\n'; fields are separated by one space):
 *   occlude-site 1
 *   serial N                             grows with every root; a server never goes back to a smaller one
 *   signed UTC                           a server whose clock is earlier shows no patient (P4)
 *   audit COUNT SHA256                   length and head of the audit chain (A1)
 *   sample 0|1                           1: made-up patients; `deploy` refuses it
 *   case ID STORE SHA256 LEASE           one line a live case: its manifest and the moment it goes dark (P4, C4)
 *   gone ID                              a tombstone: every path of that case answers 410, kept for ever (C6)
 *   file PATH STORE SIZE SHA256 TYPE     a shared file: style sheet, script, icon, font, robots
 *   page PATH TYPE                       a shared page, put together from the segments that follow it:
 *   part STORE SIZE SHA256 ID|-          one segment, in order; owned by a case it is left out when that case has
 *                                        lapsed or is gone, with '-' it is always there
 *   sig HEX                              Ed25519 over every byte before this line
 * A case's manifest (at most MANIFEST_CASE_MAX bytes), bound to the root by its SHA-256; the lease stands only in the
 * root, so that renewing it rewrites one line:
 *   occlude-case 1
 *   id ID
 *   file PATH STORE SIZE SHA256 TYPE     its pages and pictures, all below /c/ID/
 *
 * The lines stand in this order, each kind sorted by its first field in byte order, none twice; numbers are decimal
 * without leading zeros; hexadecimal is lower-case. There is exactly one way to write a manifest, and anything else is
 * refused. ID: 16 characters of [a-z2-7]; STORE: 26 of them. PATH: 1 to 200 characters of [a-z0-9/._-], starting with
 * '/', without ".." and "//" and without a segment "."; shared paths are not /c and not below /c/. A path that ends
 * with '/' is a page of its own (there is no index.html). TYPE: see manifest_type_name.
 * "/404.html" and "/410.html", if shared pages or files of those names are there, are the bodies of those answers. */
#ifndef OCCLUDE_BASE_MANIFEST_H
#define OCCLUDE_BASE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum {
	MANIFEST_ID_LEN = 16,
	MANIFEST_STORE_LEN = 26,
	MANIFEST_SHA_LEN = 32,
	MANIFEST_SIG_LEN = 64,
	MANIFEST_PATH_MAX = 200,
	MANIFEST_ROOT_MAX = 64 << 20,
	MANIFEST_CASE_MAX = 1 << 20,
	MANIFEST_CASES_MAX = 20000,
	MANIFEST_GONE_MAX = 200000,
	MANIFEST_SHARED_MAX = 5000,       /* shared files */
	MANIFEST_PAGES_MAX = 50000,       /* shared pages */
	MANIFEST_PARTS_MAX = 400000,      /* segments of all shared pages together */
	MANIFEST_CASE_FILES_MAX = 4000,   /* files of one case */
	MANIFEST_FILE_MAX = 64 << 20,     /* bytes of one file or segment */
	MANIFEST_PAGE_BYTES_MAX = 8 << 20 /* bytes of a shared page put together */
};

#define MANIFEST_TIME_MAX INT64_C(253402300799) /* the last second of the year 9999 */

/* What a file is; decides its Content-Type and whether it is worth compressing. */
enum manifest_type {
	MANIFEST_HTML,
	MANIFEST_CSS,
	MANIFEST_JS,
	MANIFEST_SVG,
	MANIFEST_TXT,
	MANIFEST_XML,
	MANIFEST_JSON, /* a web app manifest */
	MANIFEST_JPEG,
	MANIFEST_AVIF,
	MANIFEST_WEBP,
	MANIFEST_PNG,
	MANIFEST_ICO,
	MANIFEST_WOFF2,
	MANIFEST_TYPE_COUNT
};

struct manifest_file {
	char *path; /* owned; NULL in a part */
	char store[MANIFEST_STORE_LEN + 1];
	uint8_t sha256[MANIFEST_SHA_LEN];
	int64_t size;
	enum manifest_type type;
};

struct manifest_case {
	char id[MANIFEST_ID_LEN + 1];
	char store[MANIFEST_STORE_LEN + 1];
	uint8_t sha256[MANIFEST_SHA_LEN];
	int64_t lease; /* UTC seconds; dark from that second on */
};

struct manifest_gone {
	char id[MANIFEST_ID_LEN + 1];
};

struct manifest_part {
	char store[MANIFEST_STORE_LEN + 1];
	char id[MANIFEST_ID_LEN + 1]; /* the case it belongs to; empty: always there */
	uint8_t sha256[MANIFEST_SHA_LEN];
	int64_t size;
};

struct manifest_page {
	char *path; /* owned */
	enum manifest_type type;
	size_t first, count; /* its segments in manifest.parts */
};

/* The root. Read its members freely; change it only through the functions below. */
struct manifest {
	int64_t serial, signed_at, audit_count;
	uint8_t audit_head[MANIFEST_SHA_LEN];
	bool sample;
	struct manifest_case *cases;
	struct manifest_gone *gone;
	struct manifest_file *files;
	struct manifest_page *pages;
	struct manifest_part *parts;
	size_t case_count, gone_count, file_count, page_count, part_count;
	size_t case_cap, gone_cap, file_cap, page_cap, part_cap;
	bool sorted; /* the lookups below need it; manifest_sort and manifest_decode set it */
};

/* The files of one case. */
struct manifest_files {
	char id[MANIFEST_ID_LEN + 1];
	struct manifest_file *files;
	size_t count, cap;
	bool sorted;
};

/* ---- names ---- */

/* "html", "jpeg", ...: the word in the manifest. */
const char *manifest_type_name(enum manifest_type type);
/* "text/html; charset=utf-8", ... */
const char *manifest_content_type(enum manifest_type type);
/* The type of that word; 0 or -1. */
int manifest_type_parse(const char *name, enum manifest_type *ret);
/* Whether compressing a file of this type makes it smaller. */
bool manifest_type_is_text(enum manifest_type type);
/* Whether `path` is a PATH as above, of `len` bytes. */
bool manifest_path_ok(const char *path, size_t len);
/* The ID in a path "/c/ID" or "/c/ID/..." into id (with NUL); false if it is no such path. */
bool manifest_path_case(const char *path, char id[MANIFEST_ID_LEN + 1]);
/* Whether `s` has exactly `len` characters of [a-z2-7] (IDs and STOREs). */
bool manifest_name_ok(const char *s, size_t len);

/* ---- the root ---- */

/* An empty root. */
void manifest_init(struct manifest *m);
/* Frees what it holds and leaves it empty. Takes NULL. */
void manifest_free(struct manifest *m);
#define auto_manifest __attribute__((cleanup(manifest_free)))

/* Each adds one line, copying its arguments, in any order. -1 with a sentence if the value is not as above, or a limit is
 * reached. That nothing stands twice is checked by manifest_sort. */
int manifest_add_case(struct manifest *m, const char *id, const char *store, const uint8_t sha256[MANIFEST_SHA_LEN],
	int64_t lease, struct err *e);
int manifest_add_gone(struct manifest *m, const char *id, struct err *e);
int manifest_add_file(struct manifest *m, const char *path, const char *store, int64_t size,
	const uint8_t sha256[MANIFEST_SHA_LEN], enum manifest_type type, struct err *e);
int manifest_add_page(struct manifest *m, const char *path, enum manifest_type type, struct err *e);
/* To the page that was added last, so add a page's segments before the next page. `id` NULL: always there. */
int manifest_add_part(struct manifest *m, const char *store, int64_t size, const uint8_t sha256[MANIFEST_SHA_LEN],
	const char *id, struct err *e);
/* Takes a case's line out (if it is there) and puts up its tombstone (if none is there): withdrawing (C6). Its
 * segments may stay, nobody serves them. */
int manifest_withdraw(struct manifest *m, const char *id, struct err *e);
/* Takes a case's line out without a tombstone, or all shared files, pages and segments, before adding them anew. */
void manifest_drop_case(struct manifest *m, const char *id);
void manifest_drop_shared(struct manifest *m);
/* Sorts, and checks the whole: nothing twice, no case both live and gone, every segment's case live or gone, every page
 * with a segment and not too large. The lookups need it after adding. */
int manifest_sort(struct manifest *m, struct err *e);

/* Lookups in a sorted root; NULL if there is none. */
const struct manifest_case *manifest_find_case(const struct manifest *m, const char *id);
bool manifest_is_gone(const struct manifest *m, const char *id);
const struct manifest_file *manifest_find_file(const struct manifest *m, const char *path);
const struct manifest_page *manifest_find_page(const struct manifest *m, const char *path);

/* Sorts, checks and appends the text without the signature line to `out`. The maximum of `out` should be
 * MANIFEST_ROOT_MAX. */
int manifest_encode(struct manifest *m, struct buf *out, struct err *e);
/* Appends the signature line, made over all of `out`. */
int manifest_add_signature(struct buf *out, const uint8_t sig[MANIFEST_SIG_LEN], struct err *e);
/* Finds the signature line at the end of a root and gives its 64 bytes and the length of what it signs. Verify before
 * anything else is read. */
int manifest_split(const char *data, size_t len, size_t *ret_len, uint8_t ret_sig[MANIFEST_SIG_LEN], struct err *e);
/* Reads a root without its signature line (`len` as manifest_split gave it). On failure `ret` is untouched. */
int manifest_decode(const char *data, size_t len, struct manifest *ret, struct err *e);

/* ---- the manifest of one case ---- */

int manifest_files_init(struct manifest_files *f, const char *id, struct err *e);
void manifest_files_free(struct manifest_files *f);
#define auto_manifest_files __attribute__((cleanup(manifest_files_free)))
/* `path` must lie below /c/ID/. */
int manifest_files_add(struct manifest_files *f, const char *path, const char *store, int64_t size,
	const uint8_t sha256[MANIFEST_SHA_LEN], enum manifest_type type, struct err *e);
int manifest_files_sort(struct manifest_files *f, struct err *e);
/* After sorting or decoding; NULL if there is none. */
const struct manifest_file *manifest_files_find(const struct manifest_files *f, const char *path);
int manifest_files_encode(struct manifest_files *f, struct buf *out, struct err *e);
/* `id` is the case the root named: any other is refused. On failure `ret` is untouched. */
int manifest_files_decode(const char *data, size_t len, const char *id, struct manifest_files *ret, struct err *e);

#endif

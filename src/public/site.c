/* site.c: see site.h. */
#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "lib/clock.h"

enum { TABLE_FILES_MAX = 400000 }; /* files of all case manifests held at once, about 80 MB */

/* The files of one case, as its manifest of that name and hash says. */
struct case_table {
	_Atomic int refs;
	struct manifest_files files;
	struct grant *grant;
};

struct snapshot {
	_Atomic int refs;
	struct manifest root;
	struct case_table **tables; /* one a case of the root, NULL until asked for; guarded by site.lock */
};

struct site {
	int dirfd, files_fd;
	uint8_t pub[SIGN_PUBLIC_LEN];
	pthread_mutex_t lock; /* now, tables, held */
	struct snapshot *now;
	size_t held; /* files in the tables of `now` */
	_Atomic int64_t serial, signed_at;
	struct stat seen; /* the root that was looked at last; only the polling thread's */
};

/* ---- counted things ---- */

struct grant *grant_ref(struct grant *g) {
	if (g) atomic_fetch_add_explicit(&g->refs, 1, memory_order_relaxed);
	return g;
}

void grant_unref(struct grant *g) {
	if (g && atomic_fetch_sub(&g->refs, 1) == 1) free(g);
}

struct grant *site_grant(const struct snapshot *snap, const char *const *ids, size_t count) {
	if (!count) return NULL;
	struct grant *g = calloc(1, sizeof *g + count * sizeof g->ids[0]);
	if (!g) return NULL;
	int64_t lease = INT64_MAX;
	g->count = count;
	for (size_t i = 0; i < count; i++) {
		const struct manifest_case *c = manifest_find_case(&snap->root, ids[i]);
		if (!c || c->lease < lease) lease = c ? c->lease : 0;
		memcpy(g->ids[i], ids[i], sizeof g->ids[i]);
	}
	atomic_init(&g->refs, 1);
	atomic_init(&g->lease, lease);
	atomic_init(&g->serial, snap->root.serial);
	return g;
}

static void table_unref(struct case_table *t) {
	if (!t || atomic_fetch_sub(&t->refs, 1) != 1) return;
	manifest_files_free(&t->files);
	grant_unref(t->grant);
	free(t);
}

const struct manifest *snapshot_root(const struct snapshot *s) {
	return &s->root;
}

void snapshot_unref(struct snapshot *s) {
	if (!s || atomic_fetch_sub(&s->refs, 1) != 1) return;
	for (size_t i = 0; s->tables && i < s->root.case_count; i++) table_unref(s->tables[i]);
	free(s->tables);
	manifest_free(&s->root);
	free(s);
}

struct snapshot *site_snapshot(struct site *s) {
	(void)pthread_mutex_lock(&s->lock);
	struct snapshot *snap = s->now;
	atomic_fetch_add_explicit(&snap->refs, 1, memory_order_relaxed);
	(void)pthread_mutex_unlock(&s->lock);
	return snap;
}

/* ---- stored files ---- */

static int read_exactly(int fd, unsigned char *data, size_t size) {
	size_t got = 0;
	while (got < size) {
		ssize_t n = pread(fd, data + got, size - got, (off_t)got);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return -1;
		got += (size_t)n;
	}
	return 0;
}

int site_read(const struct site *s, const char *store, int64_t size, const uint8_t sha256_want[MANIFEST_SHA_LEN],
	void **ret, struct err *e) {
	struct stat st;
	uint8_t sha[SHA256_LEN];
	auto_fd int fd = openat(s->files_fd, store, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) return err_sys(e, "the site's file %s cannot be read", store);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size != size)
		return err_set(e, ERR_REFUSED, "P5: the site's file %s has not the size its manifest says", store);
	auto_free unsigned char *data = malloc((size_t)size + 1);
	if (!data) return err_nomem(e);
	if (read_exactly(fd, data, (size_t)size)) return err_sys(e, "the site's file %s cannot be read", store);
	sha256(data, (size_t)size, sha);
	if (memcmp(sha, sha256_want, sizeof sha) != 0)
		return err_set(e, ERR_REFUSED, "P5: the site's file %s is not the one its manifest names", store);
	*ret = TAKE_PTR(data);
	return 0;
}

/* ---- the root ---- */

static int decode_root(const struct site *s, const struct buf *text, struct manifest *ret, struct err *e) {
	uint8_t sig[MANIFEST_SIG_LEN];
	size_t len;
	if (manifest_split(buf_text(text), text->len, &len, sig, e) || sign_verify(s->pub, text->data, len, sig, e))
		return -1;
	return manifest_decode(text->data, len, ret, e);
}

static int read_root(struct site *s, struct manifest *ret, struct err *e) {
	auto_buf struct buf text;
	buf_init(&text, MANIFEST_ROOT_MAX);
	auto_manifest struct manifest m;
	manifest_init(&m);
	if (file_read(s->dirfd, "manifest", &text, e)) return -1;
	if (decode_root(s, &text, &m, e)) return err_prefix(e, "the site's manifest is refused");
	if (s->now && m.serial <= s->now->root.serial)
		return err_set(e, ERR_REFUSED, "the site's manifest is refused: its number %lld is not above %lld",
			(long long)m.serial, (long long)s->now->root.serial);
	*ret = m;
	manifest_init(&m);
	return 0;
}

/* Case manifests that did not change are kept. Both lists are sorted. Under the lock. */
static void keep_tables(struct site *s, struct snapshot *next) {
	struct snapshot *old = s->now;
	s->held = 0;
	for (size_t i = 0, k = 0; old && i < next->root.case_count; i++) {
		const struct manifest_case *c = &next->root.cases[i];
		while (k < old->root.case_count && strcmp(old->root.cases[k].id, c->id) < 0) k++;
		if (k == old->root.case_count) break;
		const struct manifest_case *was = &old->root.cases[k];
		if (strcmp(was->id, c->id) != 0 || memcmp(was->sha256, c->sha256, sizeof c->sha256) != 0) continue;
		if (!old->tables[k]) continue;
		next->tables[i] = old->tables[k];
		atomic_fetch_add(&next->tables[i]->refs, 1);
		s->held += next->tables[i]->files.count;
	}
}

static int load_root(struct site *s, struct err *e) {
	struct snapshot *next = calloc(1, sizeof *next);
	if (!next) return err_nomem(e);
	atomic_init(&next->refs, 1);
	manifest_init(&next->root);
	if (read_root(s, &next->root, e)) {
		snapshot_unref(next);
		return -1;
	}
	next->tables = calloc(next->root.case_count + 1, sizeof *next->tables);
	if (!next->tables) {
		snapshot_unref(next);
		return err_nomem(e);
	}
	(void)pthread_mutex_lock(&s->lock);
	keep_tables(s, next);
	struct snapshot *old = s->now;
	s->now = next;
	atomic_store(&s->signed_at, next->root.signed_at);
	atomic_store(&s->serial, next->root.serial);
	(void)pthread_mutex_unlock(&s->lock);
	snapshot_unref(old);
	return 0;
}

static bool same_file(const struct stat *a, const struct stat *b) {
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int site_poll(struct site *s, struct err *e) {
	struct stat st;
	if (fstatat(s->dirfd, "manifest", &st, AT_SYMLINK_NOFOLLOW)) {
		st = (struct stat){ 0 };
		if (same_file(&st, &s->seen)) return 0;
		s->seen = st;
		return err_sys(e, "the site's manifest cannot be read; the last one goes on");
	}
	if (same_file(&st, &s->seen)) return 0;
	s->seen = st;
	return load_root(s, e) ? -1 : 1;
}

int site_open(int dirfd, const uint8_t pub[SIGN_PUBLIC_LEN], struct site **ret, struct err *e) {
	struct site *s = calloc(1, sizeof *s);
	if (!s) return err_nomem(e);
	s->dirfd = dirfd;
	memcpy(s->pub, pub, sizeof s->pub);
	(void)pthread_mutex_init(&s->lock, NULL);
	s->files_fd = file_open_subdir(dirfd, "f", false, 0, e);
	if (s->files_fd < 0 || site_poll(s, e) < 0) {
		site_close(s);
		return -1;
	}
	*ret = s;
	return 0;
}

void site_close(struct site *s) {
	if (!s) return;
	if (s->files_fd >= 0) close(s->files_fd);
	snapshot_unref(s->now);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

/* ---- finding ---- */

static struct case_table *read_table(struct site *s, const struct snapshot *snap, const struct manifest_case *c) {
	struct err e;
	auto_buf struct buf text;
	buf_init(&text, MANIFEST_CASE_MAX);
	uint8_t sha[SHA256_LEN];
	const char *id = c->id;
	if (file_read(s->files_fd, c->store, &text, &e)) return NULL;
	sha256(buf_text(&text), text.len, sha);
	if (memcmp(sha, c->sha256, sizeof sha) != 0) return NULL;
	struct case_table *t = calloc(1, sizeof *t);
	if (!t) return NULL;
	atomic_init(&t->refs, 1);
	t->files.sorted = true;
	t->grant = site_grant(snap, &id, 1);
	if (!t->grant || manifest_files_decode(buf_text(&text), text.len, c->id, &t->files, &e)) {
		table_unref(t);
		return NULL;
	}
	return t;
}

/* Too many held: forgets them all; who uses one keeps it. Under the lock. */
static void forget_tables(struct site *s) {
	for (size_t i = 0; i < s->now->root.case_count; i++) {
		table_unref(s->now->tables[i]);
		s->now->tables[i] = NULL;
	}
	s->held = 0;
}

/* The table of a case with a reference, or NULL if its manifest is not there (any more) as the root names it. */
static struct case_table *case_table(struct site *s, struct snapshot *snap, const struct manifest_case *c) {
	size_t i = (size_t)(c - snap->root.cases);
	(void)pthread_mutex_lock(&s->lock);
	struct case_table *t = snap->tables[i];
	if (t) atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	(void)pthread_mutex_unlock(&s->lock);
	if (t) return t;
	t = read_table(s, snap, c);
	if (!t) return NULL;
	(void)pthread_mutex_lock(&s->lock);
	if (snap == s->now && !snap->tables[i]) {
		if (s->held + t->files.count > TABLE_FILES_MAX) forget_tables(s);
		atomic_fetch_add(&t->refs, 1);
		snap->tables[i] = t;
		s->held += t->files.count;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return t;
}

/* Calls `look` on the path, and again with '/' behind it. */
static const struct manifest_file *in_table(const struct case_table *t, const char *path) {
	return manifest_files_find(&t->files, path);
}

static bool with_slash(const char *path, char out[MANIFEST_PATH_MAX + 2]) {
	size_t len = strlen(path);
	if (!len || len >= MANIFEST_PATH_MAX || path[len - 1] == '/') return false;
	memcpy(out, path, len);
	memcpy(out + len, "/", 2);
	return true;
}

static void find_in_case(
	struct site *s, struct snapshot *snap, const char *id, const char *path, int64_t now, struct found *f) {
	char slash[MANIFEST_PATH_MAX + 2];
	const struct manifest_case *c = manifest_find_case(&snap->root, id);
	if (!c) {
		if (manifest_is_gone(&snap->root, id)) f->kind = FOUND_GONE; /* C6 */
		return;
	}
	f->lease = c->lease;
	f->kind = FOUND_GONE;
	if (now >= c->lease) return; /* P4 */
	f->table = case_table(s, snap, c);
	if (!f->table) return; /* withdrawn this moment: its files go before we read the next root */
	f->grant = f->table->grant;
	f->file = in_table(f->table, path);
	f->kind = FOUND_NOTHING;
	if (f->file)
		f->kind = FOUND_FILE;
	else if (with_slash(path, slash) && in_table(f->table, slash))
		f->kind = FOUND_MOVED;
}

void site_find(struct site *s, struct snapshot *snap, const char *path, int64_t now, struct found *ret) {
	char id[MANIFEST_ID_LEN + 1], slash[MANIFEST_PATH_MAX + 2];
	*ret = (struct found){ .kind = FOUND_NOTHING, .lease = INT64_MAX };
	if (!manifest_path_ok(path, strlen(path))) return; /* P5: nothing else can be named */
	if (manifest_path_case(path, id)) {
		find_in_case(s, snap, id, path, now, ret);
		return;
	}
	ret->file = manifest_find_file(&snap->root, path);
	if (!ret->file) ret->page = manifest_find_page(&snap->root, path);
	if (ret->file)
		ret->kind = FOUND_FILE;
	else if (ret->page)
		ret->kind = FOUND_PAGE;
	else if (with_slash(path, slash) &&
		 (manifest_find_page(&snap->root, slash) || manifest_find_file(&snap->root, slash)))
		ret->kind = FOUND_MOVED;
}

void found_release(struct found *f) {
	table_unref(f->table);
	*f = (struct found){ 0 };
}

bool site_still(struct site *s, struct grant *g) {
	int64_t now = clock_forward();
	if (now < atomic_load(&s->signed_at)) return false;
	if (atomic_load(&g->serial) != atomic_load(&s->serial)) {
		struct snapshot *snap = site_snapshot(s);
		int64_t lease = INT64_MAX;
		for (size_t i = 0; i < g->count; i++) {
			const struct manifest_case *c = manifest_find_case(&snap->root, g->ids[i]);
			if (!c || c->lease < lease) lease = c ? c->lease : 0;
		}
		atomic_store(&g->lease, lease);
		atomic_store(&g->serial, snap->root.serial);
		snapshot_unref(snap);
	}
	return now < atomic_load(&g->lease);
}

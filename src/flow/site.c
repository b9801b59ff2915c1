/* site.c: the site directory: stored files, the signed root, the sweep; see flow/site.h. */
#include "flow/site.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "record/publication.h"

enum { LOCK_WAIT_S = 30, RETIRE_AFTER_S = 600 };

struct site_known {
	uint8_t sha[MANIFEST_SHA_LEN];
	char store[MANIFEST_STORE_LEN + 1];
	char id[MANIFEST_ID_LEN + 1]; /* the case it belongs to, or empty */
	bool fresh;                   /* put since the root was read */
};

static int know(struct site *s, const char *store, const uint8_t *sha, const char *id, bool fresh, struct err *e) {
	if (s->known_n == s->known_cap) {
		size_t cap = s->known_cap ? s->known_cap * 2 : 256;
		void *more = reallocarray(s->known, cap, sizeof *s->known);
		if (!more) return err_nomem(e);
		s->known = more;
		s->known_cap = cap;
	}
	struct site_known *k = &s->known[s->known_n++];
	*k = (struct site_known){ .fresh = fresh };
	memcpy(k->sha, sha, sizeof k->sha);
	memcpy(k->store, store, sizeof k->store);
	if (id) memcpy(k->id, id, sizeof k->id);
	return 0;
}

/* Every stored file that the root names, but for what belongs to withdrawn cases. A case whose own manifest cannot be
 * read must not keep anything else from going dark: it is left out, and publishing makes it anew. */
static int know_root(struct site *s, struct err *e) {
	const struct manifest *m = &s->root;
	s->is_damaged = false;
	for (size_t i = 0; i < m->file_count; i++)
		if (know(s, m->files[i].store, m->files[i].sha256, NULL, false, e)) return -1;
	for (size_t i = 0; i < m->part_count; i++)
		if (!(m->parts[i].id[0] && manifest_is_gone(m, m->parts[i].id)) &&
			know(s, m->parts[i].store, m->parts[i].sha256, m->parts[i].id, false, e))
			return -1;
	for (size_t i = 0; i < m->case_count; i++) {
		const struct manifest_case *c = &m->cases[i];
		struct manifest_files auto_manifest_files files = { .sorted = true };
		if (know(s, c->store, c->sha256, c->id, false, e)) return -1;
		if (site_case_files(s, c->id, &files, NULL)) s->is_damaged = true;
		for (size_t f = 0; f < files.count; f++)
			if (know(s, files.files[f].store, files.files[f].sha256, c->id, false, e)) return -1;
	}
	return 0;
}

enum { UNTRUSTED = -2 };

/* 1: there is a root, decoded into `m`; 0: none; -1; or UNTRUSTED: there is one, and it is not what this practice signed. */
static int load_root(const struct site *s, struct manifest *m, struct err *e) {
	struct buf auto_buf text;
	uint8_t sig[MANIFEST_SIG_LEN];
	size_t len;
	buf_init(&text, MANIFEST_ROOT_MAX);
	int there = file_exists(s->dirfd, "manifest", e);
	if (there <= 0) return there;
	if (file_read(s->dirfd, "manifest", &text, e)) return -1;
	if (manifest_split(buf_text(&text), text.len, &len, sig, e) ||
		sign_verify(s->key.pub, buf_text(&text), len, sig, e) ||
		manifest_decode(buf_text(&text), len, m, e)) {
		(void)err_prefix(e, "the site's manifest cannot be trusted, nothing was changed (move the "
				    "directory site/ away and publish again: it is made anew)");
		return UNTRUSTED;
	}
	return 1;
}

static int read_root(struct site *s, struct err *e) {
	int there = load_root(s, &s->root, e);
	if (there <= 0) return there;
	s->has_root = true;
	s->old_serial = s->root.serial;
	s->old_signed = s->root.signed_at;
	return know_root(s, e);
}

/* Tombstones of every case that was ever shown and is not live: a site that is made anew keeps answering 410 (C6). */
static int remember_gone(struct practice *p, struct site *s, struct err *e) {
	char(*ids)[PUBLIC_ID_LEN + 1] = NULL;
	size_t n = 0;
	if (publication_gone(p, "website", &ids, &n, e)) return -1;
	int r = 0;
	for (size_t i = 0; !r && i < n; i++) r = manifest_add_gone(&s->root, ids[i], e);
	free(ids);
	return r ? r : manifest_sort(&s->root, e);
}

int site_publisher(struct practice *p, bool wait, struct err *e) {
	return file_lock(p->dirfd, "publish.lock", wait ? LOCK_WAIT_S : 0, e);
}

void site_release(struct site *s) {
	mem_close_fd(&s->lockfd);
}

int site_retake(struct practice *p, struct site *s, struct err *e) {
	struct manifest auto_manifest now;
	manifest_init(&now);
	s->lockfd = file_lock(p->dirfd, "site.lock", LOCK_WAIT_S, e);
	int there = s->lockfd < 0 ? -1 : load_root(s, &now, e);
	if (there < 0) return -1;
	if (!there) {
		if (!s->has_root) return 0;
		return err_set(e, ERR_OUTSIDE, "the site's manifest was taken away meanwhile: publish again");
	}
	if (s->has_root && now.serial == s->old_serial) return 0;
	for (size_t i = 0; i < now.gone_count; i++)
		if (!manifest_is_gone(&s->root, now.gone[i].id) && manifest_withdraw(&s->root, now.gone[i].id, e))
			return -1;
	s->has_root = true;
	s->old_serial = now.serial;
	s->old_signed = now.signed_at;
	return 0;
}

int site_open(struct practice *p, bool rescue, struct site *ret, struct err *e) {
	struct site s = { .dirfd = -1, .filesfd = -1, .lockfd = -1 };
	struct err why = { 0 };
	manifest_init(&s.root);
	s.lockfd = file_lock(p->dirfd, "site.lock", LOCK_WAIT_S, e);
	int r = s.lockfd < 0 ? -1 : practice_sign_key(p, &s.key, e);
	if (!r && (s.dirfd = file_open_subdir(p->dirfd, "site", true, 0755, e)) < 0) r = -1;
	if (!r && (s.filesfd = file_open_subdir(s.dirfd, "f", true, 0755, e)) < 0) r = -1;
	if (!r) {
		r = read_root(&s, &why);
		s.is_rescued = rescue && r == UNTRUSTED;
		if (s.is_rescued)
			r = 0;
		else if (r && e)
			*e = why;
	}
	if (!r && !s.has_root) r = remember_gone(p, &s, e);
	if (r) {
		site_close(&s);
		return -1;
	}
	*ret = s;
	return 0;
}

void site_close(struct site *s) {
	if (!s) return;
	mem_close_fd(&s->filesfd);
	mem_close_fd(&s->dirfd);
	mem_close_fd(&s->lockfd);
	sign_key_wipe(&s->key);
	manifest_free(&s->root);
	free(s->known);
	*s = (struct site){ .dirfd = -1, .filesfd = -1, .lockfd = -1 };
}

bool site_has(struct site *s, const char *store, int64_t size) {
	struct stat st;
	return !fstatat(s->filesfd, store, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) && st.st_size == size;
}

int site_put(struct site *s, const char *id, const void *data, size_t len, char ret_store[MANIFEST_STORE_LEN + 1],
	uint8_t ret_sha[MANIFEST_SHA_LEN], struct err *e) {
	uint8_t sha[MANIFEST_SHA_LEN];
	sha256(data, len, sha);
	memcpy(ret_sha, sha, sizeof sha);
	for (size_t i = 0; i < s->known_n; i++) {
		if (memcmp(s->known[i].sha, sha, sizeof sha) != 0 || strcmp(s->known[i].id, id ? id : "") != 0)
			continue;
		if (!site_has(s, s->known[i].store, (int64_t)len)) continue;
		memcpy(ret_store, s->known[i].store, MANIFEST_STORE_LEN + 1);
		return 0;
	}
	seal_random_name(ret_store, MANIFEST_STORE_LEN);
	if (file_create(s->filesfd, ret_store, data, len, 0644, true, e)) return err_prefix(e, "the site");
	return know(s, ret_store, sha, id, true, e);
}

int site_get(struct site *s, const char *store, const uint8_t sha[MANIFEST_SHA_LEN], size_t max, struct buf *out,
	struct err *e) {
	uint8_t found[MANIFEST_SHA_LEN];
	buf_init(out, max);
	if (file_read(s->filesfd, store, out, e)) return -1;
	sha256(buf_text(out), out->len, found);
	if (memcmp(found, sha, sizeof found) != 0)
		return err_set(e, ERR_OUTSIDE, "a stored file of the site was changed from outside (f/%s)", store);
	return 0;
}

int site_case_files(struct site *s, const char *id, struct manifest_files *ret, struct err *e) {
	const struct manifest_case *c = NULL;
	for (size_t i = 0; i < s->root.case_count && !c; i++)
		if (!strcmp(s->root.cases[i].id, id)) c = &s->root.cases[i];
	if (!c) return err_set(e, ERR_OUTSIDE, "the site does not show the case %s", id);
	struct buf auto_buf text = { 0 };
	if (site_get(s, c->store, c->sha256, MANIFEST_CASE_MAX, &text, e)) return -1;
	return manifest_files_decode(buf_text(&text), text.len, id, ret, e);
}

/* A first root begins at the clock's seconds, so that one which is made anew lies above every earlier one. */
static int write_root(struct practice *p, struct site *s, int64_t at, struct err *e) {
	struct manifest *m = &s->root;
	char head[65];
	if (audit_head(p, &m->audit_count, head, e)) return -1;
	if (m->audit_count == 0) memset(head, '0', 64);
	head[64] = 0;
	if (text_unhex(head, m->audit_head, sizeof m->audit_head)) BUG("audit head is no hash");
	m->serial = s->old_serial ? s->old_serial + 1 : at;
	m->signed_at = at;
	struct buf auto_buf text;
	uint8_t sig[MANIFEST_SIG_LEN];
	buf_init(&text, MANIFEST_ROOT_MAX);
	if (file_sync_dir(s->filesfd, e) || manifest_encode(m, &text, e) ||
		sign_make(&s->key, buf_text(&text), text.len, sig, e) || manifest_add_signature(&text, sig, e))
		return -1;
	if (file_replace(s->dirfd, "manifest", buf_text(&text), text.len, 0644, e)) return -1;
	s->has_root = true;
	s->old_serial = m->serial;
	s->old_signed = at;
	return 0;
}

int site_commit(struct practice *p, struct site *s, struct err *e) {
	int64_t now = clock_now();
	if (now < s->old_signed)
		return err_rule(
			e, "P4", "The clock is set to before the last publication: set it right, then try again");
	return write_root(p, s, now, e);
}

int site_darken(struct practice *p, struct site *s, const char (*ids)[MANIFEST_ID_LEN + 1], size_t n, struct err *e) {
	size_t changed = s->is_rescued;
	int64_t now = clock_now();
	for (size_t i = 0; i < n; i++) {
		if (manifest_is_gone(&s->root, ids[i])) continue;
		if (manifest_withdraw(&s->root, ids[i], e) || manifest_sort(&s->root, e)) return -1;
		changed++;
	}
	/* C6: a clock that was set back keeps nobody from taking back */
	return changed ? write_root(p, s, now > s->old_signed ? now : s->old_signed, e) : 0;
}

bool site_shorten(struct site *s, const char *id, int64_t lease) {
	for (size_t i = 0; i < s->root.case_count; i++) {
		struct manifest_case *c = &s->root.cases[i];
		if (strcmp(c->id, id) != 0 || c->lease <= lease) continue;
		c->lease = lease;
		return true;
	}
	return false;
}

/* ---- the sweep ---- */

struct sweep {
	struct practice *p;
	struct site *s;
	bool all;        /* nobody else is putting files */
	struct site now; /* what the root names at this moment, sorted by store */
	struct retired *old;
	bool *old_seen;
	size_t old_n;
	struct retired *fresh, *done; /* to be written down: newly retired, deleted */
	size_t fresh_n, done_n, cap_fresh, cap_done;
};

static int known_by_store(const void *a, const void *b) {
	return strcmp(((const struct site_known *)a)->store, ((const struct site_known *)b)->store);
}

static int retired_by_store(const void *a, const void *b) {
	return strcmp(((const struct retired *)a)->store, ((const struct retired *)b)->store);
}

static const struct site_known *find_known(const struct site *s, const char *store) {
	struct site_known probe = { 0 };
	(void)snprintf(probe.store, sizeof probe.store, "%s", store);
	return s->known_n ? bsearch(&probe, s->known, s->known_n, sizeof probe, known_by_store) : NULL;
}

/* Whether a case of this store was withdrawn; *ret_id is the case it belongs to (any, if several share the bytes). */
static bool was_withdrawn(struct site *s, const struct site_known *k, const char **ret_id) {
	const struct site_known *end = s->known + s->known_n;
	while (k > s->known && !strcmp(k[-1].store, k->store)) k--;
	bool gone = false;
	*ret_id = "";
	for (const char *store = k->store; k < end && !strcmp(k->store, store); k++) {
		if (k->id[0]) *ret_id = k->id;
		gone |= k->id[0] && manifest_is_gone(&s->root, k->id);
	}
	return gone;
}

static int list_add(struct retired **list, size_t *n, size_t *cap, const char *store, const char *id, struct err *e) {
	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : 64;
		void *room = reallocarray(*list, more, sizeof **list);
		if (!room) return err_nomem(e);
		*list = room;
		*cap = more;
	}
	struct retired *r = &(*list)[(*n)++];
	*r = (struct retired){ .at = clock_now() };
	(void)snprintf(r->store, sizeof r->store, "%s", store);
	(void)snprintf(r->public_id, sizeof r->public_id, "%s", id);
	return 0;
}

/* What becomes of one file below f/: named files stay; what a newer file replaced stays for ten minutes; all else goes. */
static int sweep_one(struct sweep *w, const char *name, struct err *e) {
	struct retired probe = { 0 };
	const char *id = "";
	(void)snprintf(probe.store, sizeof probe.store, "%.*s", MANIFEST_STORE_LEN, name);
	struct retired *was = w->old_n ? bsearch(&probe, w->old, w->old_n, sizeof probe, retired_by_store) : NULL;
	if (was) w->old_seen[was - w->old] = true;
	if (find_known(&w->now, name)) return was ? list_add(&w->done, &w->done_n, &w->cap_done, name, "", e) : 0;
	const struct site_known *k = find_known(w->s, name);
	bool gone = k && was_withdrawn(w->s, k, &id);
	if (was && was->public_id[0]) gone |= manifest_is_gone(&w->s->root, was->public_id);
	if (!gone && !w->all) return 0;
	if (!gone && was && was->at + RETIRE_AFTER_S > clock_now()) return 0;
	if (!gone && !was && k && !k->fresh) return list_add(&w->fresh, &w->fresh_n, &w->cap_fresh, name, id, e);
	if (!gone && !was && !k && w->now.is_damaged) return 0; /* it may be a file of the case we cannot read */
	if (file_remove(w->s->filesfd, name, e)) return -1;
	return was ? list_add(&w->done, &w->done_n, &w->cap_done, name, "", e) : 0;
}

static int sweep_dir(struct sweep *w, struct err *e) {
	int fd = openat(w->s->filesfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		mem_close_fd(&fd);
		return err_sys(e, "the site's files cannot be listed");
	}
	int r = 0;
	struct dirent *entry;
	while (!r && (entry = readdir(d)))
		if (entry->d_name[0] != '.') r = sweep_one(w, entry->d_name, e);
	(void)closedir(d);
	return r;
}

/* What was learned, in one transaction; nothing is written when nothing was. */
static int write_down(struct sweep *w, struct err *e) {
	int r = 0;
	for (size_t i = 0; !r && i < w->old_n; i++) /* deleted before a kill kept it from being written down */
		if (!w->old_seen[i]) r = list_add(&w->done, &w->done_n, &w->cap_done, w->old[i].store, "", e);
	if (r || !(w->fresh_n + w->done_n)) return r;
	if (db_begin(w->p->db, e)) return -1;
	for (size_t i = 0; !r && i < w->fresh_n; i++) r = retired_add(w->p, &w->fresh[i], e);
	for (size_t i = 0; !r && i < w->done_n; i++) r = retired_drop(w->p, w->done[i].store, e);
	if (!r) return db_commit(w->p->db, e);
	db_rollback(w->p->db);
	return -1;
}

int site_sweep(struct practice *p, struct site *s, bool all, struct err *e) {
	struct sweep w = { .p = p,
		.s = s,
		.all = all,
		.now = { .dirfd = s->dirfd, .filesfd = s->filesfd, .lockfd = -1, .root = s->root } };
	int r = know_root(&w.now, e);
	if (!r) r = retired_list(p, &w.old, &w.old_n, e);
	if (!r && !(w.old_seen = calloc(w.old_n + 1, sizeof *w.old_seen))) r = err_nomem(e);
	if (w.now.known_n) qsort(w.now.known, w.now.known_n, sizeof *w.now.known, known_by_store);
	if (s->known_n) qsort(s->known, s->known_n, sizeof *s->known, known_by_store);
	if (!r) r = sweep_dir(&w, e);
	if (!r) r = write_down(&w, e);
	free(w.now.known);
	free(w.old);
	free(w.old_seen);
	free(w.fresh);
	free(w.done);
	return r;
}

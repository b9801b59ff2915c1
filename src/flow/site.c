/* site.c: the site directory: stored files, the signed root, the sweep; see flow/site.h. */
#include "flow/site.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

static int know_root(struct site *s, struct err *e) {
	const struct manifest *m = &s->root;
	for (size_t i = 0; i < m->file_count; i++)
		if (know(s, m->files[i].store, m->files[i].sha256, NULL, false, e)) return -1;
	for (size_t i = 0; i < m->part_count; i++)
		if (know(s, m->parts[i].store, m->parts[i].sha256, m->parts[i].id, false, e)) return -1;
	for (size_t i = 0; i < m->case_count; i++) {
		const struct manifest_case *c = &m->cases[i];
		struct manifest_files auto_manifest_files files = { 0 };
		if (know(s, c->store, c->sha256, c->id, false, e) || site_case_files(s, c->id, &files, e)) return -1;
		for (size_t f = 0; f < files.count; f++)
			if (know(s, files.files[f].store, files.files[f].sha256, c->id, false, e)) return -1;
	}
	return 0;
}

static int read_root(struct site *s, struct err *e) {
	struct buf auto_buf text;
	uint8_t sig[MANIFEST_SIG_LEN];
	size_t len;
	buf_init(&text, MANIFEST_ROOT_MAX);
	int there = file_exists(s->dirfd, "manifest", e);
	if (there <= 0) return there;
	if (file_read(s->dirfd, "manifest", &text, e) || manifest_split(buf_text(&text), text.len, &len, sig, e) ||
		sign_verify(s->key.pub, buf_text(&text), len, sig, e) ||
		manifest_decode(buf_text(&text), len, &s->root, e))
		return err_prefix(e, "the site's manifest cannot be trusted, nothing was changed");
	s->has_root = true;
	s->old_serial = s->root.serial;
	s->old_signed = s->root.signed_at;
	return know_root(s, e);
}

int site_open(struct practice *p, struct site *ret, struct err *e) {
	struct site s = { .dirfd = -1, .filesfd = -1, .lockfd = -1 };
	manifest_init(&s.root);
	s.lockfd = file_lock(p->dirfd, "publish.lock", LOCK_WAIT_S, e);
	int r = s.lockfd < 0 ? -1 : practice_sign_key(p, &s.key, e);
	if (!r && (s.dirfd = file_open_subdir(p->dirfd, "site", true, 0755, e)) < 0) r = -1;
	if (!r && (s.filesfd = file_open_subdir(s.dirfd, "f", true, 0755, e)) < 0) r = -1;
	if (!r) r = read_root(&s, e);
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

int site_put(struct site *s, const void *data, size_t len, char ret_store[MANIFEST_STORE_LEN + 1],
	uint8_t ret_sha[MANIFEST_SHA_LEN], struct err *e) {
	uint8_t sha[MANIFEST_SHA_LEN];
	sha256(data, len, sha);
	memcpy(ret_sha, sha, sizeof sha);
	for (size_t i = 0; i < s->known_n; i++) {
		if (memcmp(s->known[i].sha, sha, sizeof sha) != 0) continue;
		memcpy(ret_store, s->known[i].store, MANIFEST_STORE_LEN + 1);
		return 0;
	}
	seal_random_name(ret_store, MANIFEST_STORE_LEN);
	if (file_create(s->filesfd, ret_store, data, len, 0644, true, e)) return err_prefix(e, "the site");
	return know(s, ret_store, sha, NULL, true, e);
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

int site_commit(struct practice *p, struct site *s, struct err *e) {
	struct manifest *m = &s->root;
	char head[65];
	int64_t now = clock_now();
	if (now < s->old_signed)
		return err_rule(
			e, "P4", "The clock is set to before the last publication: set it right, then try again");
	if (audit_head(p, &m->audit_count, head, e)) return -1;
	if (m->audit_count == 0) memset(head, '0', 64);
	head[64] = 0;
	if (text_unhex(head, m->audit_head, sizeof m->audit_head)) BUG("audit head is no hash");
	m->serial = s->old_serial + 1;
	m->signed_at = now;
	struct buf auto_buf text;
	uint8_t sig[MANIFEST_SIG_LEN];
	buf_init(&text, MANIFEST_ROOT_MAX);
	if (file_sync_dir(s->filesfd, e) || manifest_encode(m, &text, e) ||
		sign_make(&s->key, buf_text(&text), text.len, sig, e) || manifest_add_signature(&text, sig, e))
		return -1;
	if (file_replace(s->dirfd, "manifest", buf_text(&text), text.len, 0644, e)) return -1;
	s->has_root = true;
	s->old_serial = m->serial;
	s->old_signed = now;
	return 0;
}

int site_darken(struct practice *p, struct site *s, const char (*ids)[MANIFEST_ID_LEN + 1], size_t n, struct err *e) {
	size_t changed = 0;
	for (size_t i = 0; i < n; i++) {
		if (manifest_is_gone(&s->root, ids[i])) continue;
		if (manifest_withdraw(&s->root, ids[i], e) || manifest_sort(&s->root, e)) return -1;
		changed++;
	}
	return changed ? site_commit(p, s, e) : 0;
}

/* ---- the sweep ---- */

static int by_name(const void *a, const void *b) {
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
	const char **name;
	size_t n;
};

static bool has_name(const struct names *list, const char *name) {
	return list->n && bsearch(&name, list->name, list->n, sizeof *list->name, by_name);
}

/* Which of the known stores the root names now (`named`), and which lost their place though their case lives on. */
static int sort_known(struct site *s, struct names *named, struct names *replaced, struct err *e) {
	struct site now = { .dirfd = s->dirfd, .filesfd = s->filesfd, .lockfd = -1, .root = s->root };
	int r = know_root(&now, e);
	named->name = calloc(now.known_n + 1, sizeof *named->name);
	replaced->name = calloc(s->known_n + 1, sizeof *replaced->name);
	if (!r && (!named->name || !replaced->name)) r = err_nomem(e);
	for (size_t i = 0; !r && i < now.known_n; i++) {
		if (now.known[i].id[0] && manifest_is_gone(&s->root, now.known[i].id)) continue;
		named->name[named->n] = strdup(now.known[i].store);
		if (!named->name[named->n++]) r = err_nomem(e);
	}
	free(now.known);
	if (r) return -1;
	qsort(named->name, named->n, sizeof *named->name, by_name);
	for (size_t i = 0; i < s->known_n; i++) {
		const struct site_known *k = &s->known[i];
		bool gone = k->id[0] && manifest_is_gone(&s->root, k->id);
		if (!k->fresh && !gone && !has_name(named, k->store)) replaced->name[replaced->n++] = k->store;
	}
	qsort(replaced->name, replaced->n, sizeof *replaced->name, by_name);
	return 0;
}

static int sweep_one(struct practice *p, struct site *s, bool at_once, const char *name, const struct names *named,
	const struct names *replaced, const struct names *waiting, struct err *e) {
	if (has_name(named, name)) return 0;
	if (has_name(waiting, name)) return 0;
	if (has_name(replaced, name) && !at_once) return retired_add(p, name, clock_now(), e);
	if (file_remove(s->filesfd, name, e)) return -1;
	return retired_drop(p, name, e);
}

static int sweep_dir(struct practice *p, struct site *s, bool at_once, const struct names *named,
	const struct names *replaced, const struct names *waiting, struct err *e) {
	int fd = dup(s->filesfd);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		mem_close_fd(&fd);
		return err_sys(e, "the site's files cannot be listed");
	}
	rewinddir(d);
	int r = 0;
	struct dirent *entry;
	while (!r && (entry = readdir(d)))
		if (entry->d_name[0] != '.') r = sweep_one(p, s, at_once, entry->d_name, named, replaced, waiting, e);
	(void)closedir(d);
	return r;
}

int site_sweep(struct practice *p, struct site *s, bool at_once, struct err *e) {
	struct names named = { 0 }, replaced = { 0 }, waiting = { 0 };
	char(*young)[27] = NULL, (*old)[27] = NULL;
	size_t young_n = 0, old_n = 0;
	int r = sort_known(s, &named, &replaced, e);
	/* waiting: retired, but not for ten minutes yet (and its case was not withdrawn since) */
	if (!r) r = retired_list(p, clock_now() - RETIRE_AFTER_S, &old, &old_n, e);
	if (!r) r = retired_list(p, INT64_MAX, &young, &young_n, e);
	waiting.name = calloc(young_n + 1, sizeof *waiting.name);
	if (!r && !waiting.name) r = err_nomem(e);
	for (size_t i = 0, o = 0; !r && !at_once && i < young_n; i++) {
		while (o < old_n && strcmp(old[o], young[i]) < 0) o++;
		if (o < old_n && !strcmp(old[o], young[i])) continue;
		waiting.name[waiting.n++] = young[i];
	}
	if (!r) r = sweep_dir(p, s, at_once, &named, &replaced, &waiting, e);
	for (size_t i = 0; i < named.n; i++) free((void *)(uintptr_t)named.name[i]);
	free(named.name);
	free(replaced.name);
	free(waiting.name);
	free(young);
	free(old);
	return r;
}

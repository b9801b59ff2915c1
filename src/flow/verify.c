/* verify.c: the look from outside; see flow/verify.h. */
#include "flow/verify.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/manifest.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/batch.h"
#include "flow/worker.h"
#include "lib/sign.h"

struct looked {
	char *name; /* relative to the directory */
	bool named; /* the manifest names it */
	bool has_sha;
	uint8_t sha[SHA256_LEN];
	int64_t size;
};

struct verify {
	int dirfd;
	struct looked *file;
	size_t n, cap;
	verify_finding_fn *finding;
	void *arg;
	struct verify_report *report;
	size_t *picture; /* indices of files that are pictures */
	size_t pictures;
	struct err broken; /* a worker could not be run at all */
};

static void found(struct verify *v, const char *file, const char *rule, const char *text) {
	v->report->findings++;
	v->finding(v->arg, file, rule, text);
}

static int by_name(const void *a, const void *b) {
	return strcmp(((const struct looked *)a)->name, ((const struct looked *)b)->name);
}

static int add_file(struct verify *v, const char *name, struct err *e) {
	if (v->n == VERIFY_FILES_MAX)
		return err_set(e, ERR_REFUSED, "There are more than %d files", VERIFY_FILES_MAX);
	if (v->n == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 256;
		void *more = reallocarray(v->file, cap, sizeof *v->file);
		if (!more) return err_nomem(e);
		v->file = more;
		v->cap = cap;
	}
	v->file[v->n] = (struct looked){ .name = strdup(name) };
	return v->file[v->n++].name ? 0 : err_nomem(e);
}

static int walk(struct verify *v, int dirfd, const char *prefix, int depth, struct err *e);

static int walk_entry(struct verify *v, int dirfd, const char *prefix, const char *entry, int depth, struct err *e) {
	char name[4096];
	struct stat st;
	if ((size_t)snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "/" : "", entry) >= sizeof name)
		return err_set(e, ERR_REFUSED, "A path is too long");
	if (fstatat(dirfd, entry, &st, AT_SYMLINK_NOFOLLOW)) return err_sys(e, "%s cannot be looked at", name);
	if (S_ISDIR(st.st_mode)) {
		if (depth == VERIFY_DEPTH_MAX) return err_set(e, ERR_REFUSED, "%s lies too deep", name);
		auto_fd int fd = file_open_subdir(dirfd, entry, false, 0, e);
		return fd < 0 ? -1 : walk(v, fd, name, depth + 1, e);
	}
	if (!S_ISREG(st.st_mode)) {
		found(v, name, "P5", "is no plain file (a link or a device) and must not be published");
		return 0;
	}
	if (st.st_mtim.tv_sec != 0 && !strncmp(name, "f/", 2))
		found(v, name, "I2", "bears a modification time, which says when it was made");
	return add_file(v, name, e);
}

static int walk(struct verify *v, int dirfd, const char *prefix, int depth, struct err *e) {
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		mem_close_fd(&fd);
		return err_sys(e, "%s cannot be listed", *prefix ? prefix : "the directory");
	}
	int r = 0;
	struct dirent *entry;
	while (!r && (entry = readdir(d)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = walk_entry(v, dirfd, prefix, entry->d_name, depth, e);
	(void)closedir(d);
	return r;
}

/* ---- a site directory: the manifest and what it names ---- */

static struct looked *find_file(struct verify *v, const char *name) {
	struct looked probe = { .name = (char *)(uintptr_t)name };
	return v->n ? bsearch(&probe, v->file, v->n, sizeof probe, by_name) : NULL;
}

static void name_store(struct verify *v, const char *store, const uint8_t *sha, int64_t size) {
	char name[40];
	(void)snprintf(name, sizeof name, "f/%s", store);
	struct looked *f = find_file(v, name);
	if (!f) {
		found(v, name, "P3", "is named by the manifest and is not there");
		return;
	}
	f->named = f->has_sha = true;
	memcpy(f->sha, sha, sizeof f->sha);
	f->size = size;
}

static int name_case(struct verify *v, const struct manifest_case *c, struct err *e) {
	char name[40];
	struct buf auto_buf text;
	struct manifest_files auto_manifest_files files = { 0 };
	uint8_t sha[SHA256_LEN];
	(void)snprintf(name, sizeof name, "f/%s", c->store);
	buf_init(&text, MANIFEST_CASE_MAX);
	name_store(v, c->store, c->sha256, -1);
	if (!find_file(v, name)) return 0; /* named, and not there: said already */
	auto_fd int fd = file_open_subdir(v->dirfd, "f", false, 0, e);
	if (fd < 0 || file_read(fd, c->store, &text, e)) return -1;
	sha256(buf_text(&text), text.len, sha);
	if (memcmp(sha, c->sha256, sizeof sha) != 0 ||
		manifest_files_decode(buf_text(&text), text.len, c->id, &files, e)) {
		found(v, name, "P5", "is a case's manifest that was changed");
		return 0;
	}
	for (size_t i = 0; i < files.count; i++)
		name_store(v, files.files[i].store, files.files[i].sha256, files.files[i].size);
	return 0;
}

static int read_key(struct verify *v, const char *key_file, uint8_t pub[SIGN_PUBLIC_LEN], struct err *e) {
	if (key_file) return sign_public_read(AT_FDCWD, key_file, pub, e);
	if (!sign_public_read(v->dirfd, "../keys/site.pub", pub, NULL)) return 0;
	return err_set(
		e, ERR_USAGE, "This is a site directory: say with --key which public key signed it (keys/site.pub)");
}

static int read_manifest(struct verify *v, const char *key_file, struct err *e) {
	uint8_t pub[SIGN_PUBLIC_LEN], sig[MANIFEST_SIG_LEN];
	struct buf auto_buf text;
	struct manifest auto_manifest m;
	struct err why = { 0 };
	size_t len;
	manifest_init(&m);
	buf_init(&text, MANIFEST_ROOT_MAX);
	if (read_key(v, key_file, pub, e) || file_read(v->dirfd, "manifest", &text, e)) return -1;
	find_file(v, "manifest")->named = true;
	if (manifest_split(buf_text(&text), text.len, &len, sig, &why) ||
		sign_verify(pub, buf_text(&text), len, sig, &why) ||
		manifest_decode(buf_text(&text), len, &m, &why)) {
		found(v, "manifest", "P5", why.text);
		return 0;
	}
	v->report->cases = (int64_t)m.case_count;
	for (size_t i = 0; i < m.file_count; i++) name_store(v, m.files[i].store, m.files[i].sha256, m.files[i].size);
	for (size_t i = 0; i < m.part_count; i++)
		if (!m.parts[i].id[0] || !manifest_is_gone(&m, m.parts[i].id))
			name_store(v, m.parts[i].store, m.parts[i].sha256, m.parts[i].size);
	for (size_t i = 0; i < m.case_count; i++)
		if (name_case(v, &m.cases[i], e)) return -1;
	for (size_t i = 0; i < v->n; i++)
		if (!v->file[i].named)
			found(v, v->file[i].name, "P5",
				"lies here though the manifest does not name it (the next publish removes it)");
	return 0;
}

/* ---- every file, every picture ---- */

static bool looks_like_picture(const unsigned char *p, size_t n) {
	return (n > 3 && p[0] == 0xFF && p[1] == 0xD8) || (n > 8 && !memcmp(p, "\x89PNG", 4)) ||
	       (n > 12 && !memcmp(p + 4, "ftyp", 4)) ||
	       (n > 12 && !memcmp(p, "RIFF", 4) && !memcmp(p + 8, "WEBP", 4)) ||
	       (n > 4 && (!memcmp(p, "II*\0", 4) || !memcmp(p, "MM\0*", 4))) || (n > 4 && !memcmp(p, "GIF8", 4));
}

static bool named_like_picture(const char *name) {
	static const char *const suffix[] = { ".jpg", ".jpeg", ".avif", ".png", ".webp", ".heic", ".tif", ".tiff",
		".gif" };
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < ARRAY_LEN(suffix); i++)
		if (!strcasecmp(dot, suffix[i])) return true;
	return false;
}

static int read_one(struct verify *v, const struct looked *f, struct buf *out, struct err *e) {
	buf_init(out, WIRE_INPUT_MAX);
	return file_read(v->dirfd, f->name, out, e);
}

static int look_at_files(struct verify *v, struct err *e) {
	v->picture = calloc(v->n + 1, sizeof *v->picture);
	if (!v->picture) return err_nomem(e);
	for (size_t i = 0; i < v->n; i++) {
		struct buf auto_buf bytes = { 0 };
		uint8_t sha[SHA256_LEN];
		if (read_one(v, &v->file[i], &bytes, e)) return -1;
		v->report->files++;
		sha256(buf_text(&bytes), bytes.len, sha);
		if (v->file[i].has_sha && memcmp(sha, v->file[i].sha, sizeof sha) != 0)
			found(v, v->file[i].name, "P5", "is not the file that the manifest names: it was changed");
		if (looks_like_picture((const unsigned char *)buf_text(&bytes), bytes.len) ||
			named_like_picture(v->file[i].name))
			v->picture[v->pictures++] = i;
	}
	return 0;
}

static struct worker_job *start_look(void *arg, size_t i) {
	struct verify *v = arg;
	struct buf auto_buf bytes = { 0 };
	struct wire_request req = { .job = WIRE_CHECK };
	struct err why = { 0 };
	struct worker_job *job = NULL;
	if (v->broken.kind) return NULL;
	if (!read_one(v, &v->file[v->picture[i]], &bytes, &why))
		job = worker_start(&req, buf_text(&bytes), bytes.len, &why);
	if (!job) v->broken = why;
	return job;
}

static void end_look(void *arg, size_t i, const struct worker_result *r, const struct err *why) {
	struct verify *v = arg;
	const char *name = v->file[v->picture[i]].name;
	v->report->pictures++;
	if (!r) {
		if (why->kind == ERR_REFUSED)
			found(v, name, why->rule[0] ? why->rule : "I1", why->text);
		else
			v->broken = *why;
		return;
	}
	if (r->reply->removed)
		found(v, name, "I1", "carries more than pixels (metadata, a second picture or bytes after the end)");
	if (!r->reply->detect_ran) found(v, name, "I6", "could not be searched for faces");
	if (r->reply->faces_left) found(v, name, "I6", "shows a face that can be recognised as one");
}

int verify_dir(const char *dir, const char *key_file, verify_finding_fn *finding, void *arg,
	struct verify_report *ret, struct err *e) {
	static const struct batch look = { start_look, end_look };
	struct verify_report report = { 0 };
	struct verify v = { .finding = finding, .arg = arg, .report = &report };
	v.dirfd = file_open_dir(dir, e);
	if (v.dirfd < 0) return -1;
	int r = walk(&v, v.dirfd, "", 0, e);
	if (!r && v.n) qsort(v.file, v.n, sizeof *v.file, by_name);
	if (!r && v.n && find_file(&v, "manifest")) r = read_manifest(&v, key_file, e);
	if (!r) r = look_at_files(&v, e);
	if (!r) batch_run(v.pictures, &look, &v);
	if (!r && v.broken.kind) {
		if (e) *e = v.broken;
		r = -1;
	}
	for (size_t i = 0; i < v.n; i++) free(v.file[i].name);
	free(v.file);
	free(v.picture);
	(void)close(v.dirfd);
	if (!r) *ret = report;
	return r;
}

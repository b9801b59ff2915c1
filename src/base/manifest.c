/* manifest.c: the manifest in memory: names, adding, sorting, looking up; see base/manifest.h. Its text is in
 * manifest_text.c. */
#include "base/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct {
	const char *name, *content_type;
	bool text;
} types[MANIFEST_TYPE_COUNT] = {
	[MANIFEST_HTML] = { "html", "text/html; charset=utf-8", true },
	[MANIFEST_CSS] = { "css", "text/css; charset=utf-8", true },
	[MANIFEST_JS] = { "js", "text/javascript; charset=utf-8", true },
	[MANIFEST_SVG] = { "svg", "image/svg+xml", true },
	[MANIFEST_TXT] = { "txt", "text/plain; charset=utf-8", true },
	[MANIFEST_XML] = { "xml", "application/xml", true },
	[MANIFEST_JSON] = { "json", "application/manifest+json", true },
	[MANIFEST_JPEG] = { "jpeg", "image/jpeg", false },
	[MANIFEST_AVIF] = { "avif", "image/avif", false },
	[MANIFEST_WEBP] = { "webp", "image/webp", false },
	[MANIFEST_PNG] = { "png", "image/png", false },
	[MANIFEST_ICO] = { "ico", "image/x-icon", false },
	[MANIFEST_WOFF2] = { "woff2", "font/woff2", false },
};

/* ---- names ---- */

const char *manifest_type_name(enum manifest_type type) {
	if ((unsigned)type >= MANIFEST_TYPE_COUNT) BUG("no such type of file");
	return types[type].name;
}

const char *manifest_content_type(enum manifest_type type) {
	if ((unsigned)type >= MANIFEST_TYPE_COUNT) BUG("no such type of file");
	return types[type].content_type;
}

bool manifest_type_is_text(enum manifest_type type) {
	if ((unsigned)type >= MANIFEST_TYPE_COUNT) BUG("no such type of file");
	return types[type].text;
}

int manifest_type_parse(const char *name, enum manifest_type *ret) {
	for (size_t i = 0; i < MANIFEST_TYPE_COUNT; i++)
		if (!strcmp(types[i].name, name)) {
			*ret = (enum manifest_type)i;
			return 0;
		}
	return -1;
}

bool manifest_name_ok(const char *s, size_t len) {
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '2' && s[i] <= '7'))) return false;
	return s[len] == 0;
}

bool manifest_path_ok(const char *path, size_t len) {
	if (!len || len > MANIFEST_PATH_MAX || path[0] != '/') return false;
	for (size_t i = 0; i < len; i++) {
		char c = path[i], next = i + 1 < len ? path[i + 1] : '/';
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
			    c == '/'))
			return false;
		if (c == '/' && i + 1 < len && next == '/') return false;
		if (c == '.' && (next == '.' || (next == '/' && path[i - 1] == '/'))) return false;
	}
	return true;
}

bool manifest_path_case(const char *path, char id[MANIFEST_ID_LEN + 1]) {
	if (strncmp(path, "/c/", 3) != 0) return false;
	size_t len = strcspn(path + 3, "/");
	if (len != MANIFEST_ID_LEN) return false;
	char name[MANIFEST_ID_LEN + 1] = { 0 };
	memcpy(name, path + 3, MANIFEST_ID_LEN);
	if (!manifest_name_ok(name, MANIFEST_ID_LEN)) return false;
	memcpy(id, name, sizeof name);
	return true;
}

/* ---- adding ---- */

/* Makes room for one more element of `size` bytes, at most `max` of them. */
static int grow(void **items, size_t count, size_t *cap, size_t size, size_t max, const char *what, struct err *e) {
	if (count >= max)
		return err_set(e, ERR_REFUSED, "the site has more than %zu %s, which is the limit", max, what);
	if (count < *cap) return 0;
	size_t want = *cap ? *cap * 2 : 16;
	void *p = reallocarray(*items, want, size);
	if (!p) return err_nomem(e);
	*items = p;
	*cap = want;
	return 0;
}

static int check_id(const char *id, struct err *e) {
	if (!manifest_name_ok(id, MANIFEST_ID_LEN))
		return err_set(e, ERR_REFUSED, "\"%.40s\" is not the public name of a case", id);
	return 0;
}

static int check_stored(const char *store, int64_t size, int64_t max, struct err *e) {
	if (!manifest_name_ok(store, MANIFEST_STORE_LEN))
		return err_set(e, ERR_REFUSED, "\"%.40s\" is not the name of a stored file", store);
	if (size < 0 || size > max)
		return err_set(e, ERR_REFUSED, "a stored file has %lld bytes; the limit is %lld", (long long)size,
			(long long)max);
	return 0;
}

static int fill_file(struct manifest_file *f, const char *path, const char *store, int64_t size,
	const uint8_t sha256[MANIFEST_SHA_LEN], enum manifest_type type, struct err *e) {
	if (!manifest_path_ok(path, strlen(path)))
		return err_set(e, ERR_REFUSED, "\"%.220s\" is not a path the site may have", path);
	if ((unsigned)type >= MANIFEST_TYPE_COUNT) BUG("no such type of file");
	if (store && check_stored(store, size, MANIFEST_FILE_MAX, e)) return -1;
	*f = (struct manifest_file){ .size = size, .type = type };
	if (store) {
		memcpy(f->store, store, sizeof f->store);
		memcpy(f->sha256, sha256, sizeof f->sha256);
	}
	f->path = strdup(path);
	return f->path ? 0 : err_nomem(e);
}

static int check_shared_path(const char *path, struct err *e) {
	if (!strcmp(path, "/c") || !strncmp(path, "/c/", 3))
		return err_set(e, ERR_REFUSED, "\"%.220s\" belongs to a case and cannot be shared", path);
	return 0;
}

void manifest_init(struct manifest *m) {
	*m = (struct manifest){ .sorted = true };
}

void manifest_drop_shared(struct manifest *m) {
	for (size_t i = 0; i < m->file_count; i++) free(m->files[i].path);
	for (size_t i = 0; i < m->page_count; i++) free(m->pages[i].path);
	m->file_count = m->page_count = m->part_count = 0;
}

void manifest_free(struct manifest *m) {
	if (!m) return;
	manifest_drop_shared(m);
	free(m->cases);
	free(m->gone);
	free(m->files);
	free(m->pages);
	free(m->parts);
	manifest_init(m);
}

int manifest_add_case(struct manifest *m, const char *id, const char *store, const uint8_t sha256[MANIFEST_SHA_LEN],
	int64_t lease, struct err *e) {
	if (check_id(id, e) || check_stored(store, 0, MANIFEST_CASE_MAX, e)) return -1;
	if (lease <= 0 || lease > MANIFEST_TIME_MAX) return err_set(e, ERR_REFUSED, "case %s has no valid lease", id);
	if (grow((void **)&m->cases, m->case_count, &m->case_cap, sizeof *m->cases, MANIFEST_CASES_MAX, "cases", e))
		return -1;
	struct manifest_case *c = &m->cases[m->case_count++];
	*c = (struct manifest_case){ .lease = lease };
	memcpy(c->id, id, sizeof c->id);
	memcpy(c->store, store, sizeof c->store);
	memcpy(c->sha256, sha256, sizeof c->sha256);
	m->sorted = false;
	return 0;
}

int manifest_add_gone(struct manifest *m, const char *id, struct err *e) {
	if (check_id(id, e)) return -1;
	if (grow((void **)&m->gone, m->gone_count, &m->gone_cap, sizeof *m->gone, MANIFEST_GONE_MAX,
		    "withdrawn cases", e))
		return -1;
	memcpy(m->gone[m->gone_count++].id, id, sizeof m->gone->id);
	m->sorted = false;
	return 0;
}

int manifest_add_file(struct manifest *m, const char *path, const char *store, int64_t size,
	const uint8_t sha256[MANIFEST_SHA_LEN], enum manifest_type type, struct err *e) {
	if (check_shared_path(path, e)) return -1;
	if (grow((void **)&m->files, m->file_count, &m->file_cap, sizeof *m->files, MANIFEST_SHARED_MAX,
		    "shared files", e))
		return -1;
	if (fill_file(&m->files[m->file_count], path, store, size, sha256, type, e)) return -1;
	m->file_count++;
	m->sorted = false;
	return 0;
}

int manifest_add_page(struct manifest *m, const char *path, enum manifest_type type, struct err *e) {
	struct manifest_file f;
	if (check_shared_path(path, e)) return -1;
	if (grow((void **)&m->pages, m->page_count, &m->page_cap, sizeof *m->pages, MANIFEST_PAGES_MAX,
		    "shared pages", e))
		return -1;
	if (fill_file(&f, path, NULL, 0, NULL, type, e)) return -1;
	m->pages[m->page_count++] = (struct manifest_page){ .path = f.path, .type = type, .first = m->part_count };
	m->sorted = false;
	return 0;
}

int manifest_add_part(struct manifest *m, const char *store, int64_t size, const uint8_t sha256[MANIFEST_SHA_LEN],
	const char *id, struct err *e) {
	if (!m->page_count) return err_set(e, ERR_REFUSED, "a segment belongs to a page, and there is none");
	if (check_stored(store, size, MANIFEST_PAGE_BYTES_MAX, e) || (id && check_id(id, e))) return -1;
	struct manifest_page *page = &m->pages[m->page_count - 1];
	if (page->first + page->count != m->part_count)
		BUG("a segment was added to a page that is no longer the last");
	if (grow((void **)&m->parts, m->part_count, &m->part_cap, sizeof *m->parts, MANIFEST_PARTS_MAX,
		    "segments of shared pages", e))
		return -1;
	struct manifest_part *p = &m->parts[m->part_count++];
	*p = (struct manifest_part){ .size = size };
	memcpy(p->store, store, sizeof p->store);
	memcpy(p->sha256, sha256, sizeof p->sha256);
	if (id) memcpy(p->id, id, sizeof p->id);
	page->count++;
	return 0;
}

void manifest_drop_case(struct manifest *m, const char *id) {
	for (size_t i = 0; i < m->case_count; i++)
		if (!strcmp(m->cases[i].id, id)) {
			memmove(&m->cases[i], &m->cases[i + 1], (m->case_count - i - 1) * sizeof *m->cases);
			m->case_count--;
			return;
		}
}

int manifest_withdraw(struct manifest *m, const char *id, struct err *e) {
	bool there = false;
	for (size_t i = 0; i < m->gone_count && !there; i++) there = !strcmp(m->gone[i].id, id);
	if (!there && manifest_add_gone(m, id, e)) return -1;
	manifest_drop_case(m, id);
	return manifest_sort(m, e);
}

/* ---- sorting and looking up ---- */

/* Every element begins with its name: an array in place, or (files and pages) a pointer to it. */
static int by_id(const void *a, const void *b) {
	return strcmp(a, b);
}

static int by_path(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int sort_unique(
	void *items, size_t count, size_t size, int (*cmp)(const void *, const void *), struct err *e) {
	if (!count) return 0;
	qsort(items, count, size, cmp);
	for (size_t i = 1; i < count; i++) {
		const char *a = (const char *)items + (i - 1) * size, *b = a + size;
		if (!cmp(a, b))
			return err_set(e, ERR_REFUSED, "the manifest names %.200s twice",
				cmp == by_path ? *(char *const *)(const void *)b : b);
	}
	return 0;
}

static int check_page(const struct manifest *m, const struct manifest_page *page, struct err *e) {
	int64_t bytes = 0;
	if (!page->count) return err_set(e, ERR_REFUSED, "the page %s has no segment", page->path);
	if (manifest_find_file(m, page->path)) return err_set(e, ERR_REFUSED, "%s is a file and a page", page->path);
	for (size_t i = page->first; i < page->first + page->count; i++) {
		const struct manifest_part *p = &m->parts[i];
		bytes += p->size;
		if (p->id[0] && !manifest_find_case(m, p->id) && !manifest_is_gone(m, p->id))
			return err_set(e, ERR_REFUSED, "the page %s shows case %s, which the manifest does not name",
				page->path, p->id);
	}
	if (bytes > MANIFEST_PAGE_BYTES_MAX)
		return err_set(e, ERR_REFUSED, "the page %s is too large (the limit is %d bytes)", page->path,
			MANIFEST_PAGE_BYTES_MAX);
	return 0;
}

int manifest_sort(struct manifest *m, struct err *e) {
	if (sort_unique(m->cases, m->case_count, sizeof *m->cases, by_id, e) ||
		sort_unique(m->gone, m->gone_count, sizeof *m->gone, by_id, e) ||
		sort_unique(m->files, m->file_count, sizeof *m->files, by_path, e) ||
		sort_unique(m->pages, m->page_count, sizeof *m->pages, by_path, e))
		return -1;
	m->sorted = true;
	int r = 0;
	for (size_t i = 0; i < m->case_count && !r; i++)
		if (manifest_is_gone(m, m->cases[i].id))
			r = err_set(e, ERR_REFUSED, "case %s is both published and withdrawn", m->cases[i].id);
	for (size_t i = 0; i < m->page_count && !r; i++) r = check_page(m, &m->pages[i], e);
	if (r) m->sorted = false;
	return r;
}

static void *look_up(const void *key, const void *items, size_t count, size_t size, bool sorted,
	int (*cmp)(const void *, const void *)) {
	if (!sorted) BUG("a manifest is looked up before it is sorted");
	return count ? bsearch(key, items, count, size, cmp) : NULL;
}

const struct manifest_case *manifest_find_case(const struct manifest *m, const char *id) {
	return look_up(id, m->cases, m->case_count, sizeof *m->cases, m->sorted, by_id);
}

bool manifest_is_gone(const struct manifest *m, const char *id) {
	return look_up(id, m->gone, m->gone_count, sizeof *m->gone, m->sorted, by_id);
}

const struct manifest_file *manifest_find_file(const struct manifest *m, const char *path) {
	return look_up(&path, m->files, m->file_count, sizeof *m->files, m->sorted, by_path);
}

const struct manifest_page *manifest_find_page(const struct manifest *m, const char *path) {
	return look_up(&path, m->pages, m->page_count, sizeof *m->pages, m->sorted, by_path);
}

/* ---- the files of one case ---- */

int manifest_files_init(struct manifest_files *f, const char *id, struct err *e) {
	if (check_id(id, e)) return -1;
	*f = (struct manifest_files){ .sorted = true };
	memcpy(f->id, id, sizeof f->id);
	return 0;
}

void manifest_files_free(struct manifest_files *f) {
	if (!f) return;
	for (size_t i = 0; i < f->count; i++) free(f->files[i].path);
	free(f->files);
	*f = (struct manifest_files){ .sorted = true };
}

int manifest_files_add(struct manifest_files *f, const char *path, const char *store, int64_t size,
	const uint8_t sha256[MANIFEST_SHA_LEN], enum manifest_type type, struct err *e) {
	char id[MANIFEST_ID_LEN + 1];
	if (!manifest_path_case(path, id) || strcmp(id, f->id) != 0 || path[3 + MANIFEST_ID_LEN] != '/')
		return err_set(e, ERR_REFUSED, "\"%.220s\" does not lie below /c/%s/", path, f->id);
	if (grow((void **)&f->files, f->count, &f->cap, sizeof *f->files, MANIFEST_CASE_FILES_MAX,
		    "files in one case", e))
		return -1;
	if (fill_file(&f->files[f->count], path, store, size, sha256, type, e)) return -1;
	f->count++;
	f->sorted = false;
	return 0;
}

int manifest_files_sort(struct manifest_files *f, struct err *e) {
	if (sort_unique(f->files, f->count, sizeof *f->files, by_path, e)) return -1;
	f->sorted = true;
	return 0;
}

const struct manifest_file *manifest_files_find(const struct manifest_files *f, const char *path) {
	return look_up(&path, f->files, f->count, sizeof *f->files, f->sorted, by_path);
}

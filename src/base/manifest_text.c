/* manifest_text.c: the manifest as text: writing it and reading it strictly; see base/manifest.h. */
#include "base/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { FIELDS_MAX = 6, LINE_MAX_LEN = 400 };

static const char root_first[] = "occlude-site 1", case_first[] = "occlude-case 1";

/* ---- writing ---- */

static void put_sha(struct buf *out, const uint8_t sha256[MANIFEST_SHA_LEN]) {
	char hex[2 * MANIFEST_SHA_LEN + 1];
	(void)buf_str(out, text_hex(sha256, MANIFEST_SHA_LEN, hex));
}

static void put_file(struct buf *out, const struct manifest_file *f) {
	(void)buf_fmt(out, "file %s %s %lld ", f->path, f->store, (long long)f->size);
	put_sha(out, f->sha256);
	(void)buf_fmt(out, " %s\n", manifest_type_name(f->type));
}

static void put_page(struct buf *out, const struct manifest *m, const struct manifest_page *page) {
	(void)buf_fmt(out, "page %s %s\n", page->path, manifest_type_name(page->type));
	for (size_t i = page->first; i < page->first + page->count; i++) {
		const struct manifest_part *p = &m->parts[i];
		(void)buf_fmt(out, "part %s %lld ", p->store, (long long)p->size);
		put_sha(out, p->sha256);
		(void)buf_fmt(out, " %s\n", p->id[0] ? p->id : "-");
	}
}

int manifest_encode(struct manifest *m, struct buf *out, struct err *e) {
	if (m->serial < 0 || m->signed_at < 0 || m->signed_at > MANIFEST_TIME_MAX || m->audit_count < 0)
		BUG("a manifest's header is out of range");
	if (manifest_sort(m, e)) return -1;
	(void)buf_fmt(out, "%s\nserial %lld\nsigned %lld\naudit %lld ", root_first, (long long)m->serial,
		(long long)m->signed_at, (long long)m->audit_count);
	put_sha(out, m->audit_head);
	(void)buf_fmt(out, "\nsample %d\n", m->sample);
	for (size_t i = 0; i < m->case_count; i++) {
		const struct manifest_case *c = &m->cases[i];
		(void)buf_fmt(out, "case %s %s ", c->id, c->store);
		put_sha(out, c->sha256);
		(void)buf_fmt(out, " %lld\n", (long long)c->lease);
	}
	for (size_t i = 0; i < m->gone_count; i++) (void)buf_fmt(out, "gone %s\n", m->gone[i].id);
	for (size_t i = 0; i < m->file_count; i++) put_file(out, &m->files[i]);
	for (size_t i = 0; i < m->page_count; i++) put_page(out, m, &m->pages[i]);
	return buf_check(out, "the site's manifest", e);
}

int manifest_add_signature(struct buf *out, const uint8_t sig[MANIFEST_SIG_LEN], struct err *e) {
	char hex[2 * MANIFEST_SIG_LEN + 1];
	(void)buf_fmt(out, "sig %s\n", text_hex(sig, MANIFEST_SIG_LEN, hex));
	return buf_check(out, "the site's manifest", e);
}

int manifest_files_encode(struct manifest_files *f, struct buf *out, struct err *e) {
	if (manifest_files_sort(f, e)) return -1;
	(void)buf_fmt(out, "%s\nid %s\n", case_first, f->id);
	for (size_t i = 0; i < f->count; i++) put_file(out, &f->files[i]);
	return buf_check(out, "a case's manifest", e);
}

/* ---- reading ---- */

/* One pass over the lines; `line` holds a copy whose blanks have become NULs. */
struct reader {
	const char *at, *end;
	long number;
	char line[LINE_MAX_LEN + 1];
	char *field[FIELDS_MAX];
	int fields;
};

static int bad(const struct reader *r, struct err *e) {
	return err_set(
		e, ERR_REFUSED, "line %ld of the manifest is not as it should be; publish the site again", r->number);
}

/* The next line, split at its blanks: 1, 0 at the end, -1 if it is no line of printable fields. */
static int next_line(struct reader *r, struct err *e) {
	if (r->at == r->end) return 0;
	r->number++;
	const char *nl = memchr(r->at, '\n', (size_t)(r->end - r->at));
	size_t len = nl ? (size_t)(nl - r->at) : 0;
	if (!len || len > LINE_MAX_LEN) return bad(r, e);
	memcpy(r->line, r->at, len);
	r->line[len] = 0;
	r->at = nl + 1;
	r->fields = 0;
	char *start = r->line;
	for (size_t i = 0; i <= len; i++) {
		char *c = &r->line[i];
		if (i < len && (*c < 0x20 || *c > 0x7e)) return bad(r, e);
		if (i < len && *c != ' ') continue;
		if (c == start || r->fields == FIELDS_MAX) return bad(r, e);
		r->field[r->fields++] = start;
		*c = 0;
		start = c + 1;
	}
	return 1;
}

static bool is(const struct reader *r, const char *word, int fields) {
	return r->fields == fields && !strcmp(r->field[0], word);
}

/* A decimal number as we write it: no sign, no leading zero. */
static bool number(const char *s, int64_t max, int64_t *ret) {
	int64_t v = 0;
	if (!*s || (s[0] == '0' && s[1])) return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9') return false;
		int digit = *s - '0';
		if (digit > max || v > (max - digit) / 10) return false;
		v = v * 10 + digit;
	}
	*ret = v;
	return true;
}

static bool hex(const char *s, uint8_t *ret, size_t len) {
	for (const char *c = s; *c; c++)
		if (*c >= 'A' && *c <= 'F') return false;
	return strlen(s) == 2 * len && !text_unhex(s, ret, len);
}

static int header_line(struct reader *r, const char *word, int fields, struct err *e) {
	int got = next_line(r, e);
	if (got < 0) return -1;
	return got && is(r, word, fields) ? 0 : bad(r, e);
}

static int header_number(struct reader *r, const char *word, int64_t max, int64_t *ret, struct err *e) {
	if (header_line(r, word, 2, e)) return -1;
	return number(r->field[1], max, ret) ? 0 : bad(r, e);
}

static int first_line(struct reader *r, const char *want, struct err *e) {
	size_t len = strlen(want);
	if ((size_t)(r->end - r->at) <= len || memcmp(r->at, want, len) != 0 || r->at[len] != '\n')
		return err_set(e, ERR_REFUSED, "this is not a manifest this version of occlude can read");
	r->at += len + 1;
	r->number++;
	return 0;
}

static int read_header(struct reader *r, struct manifest *m, struct err *e) {
	int64_t sample = 0;
	if (first_line(r, root_first, e) || header_number(r, "serial", INT64_MAX, &m->serial, e) ||
		header_number(r, "signed", MANIFEST_TIME_MAX, &m->signed_at, e) || header_line(r, "audit", 3, e))
		return -1;
	if (!number(r->field[1], INT64_MAX, &m->audit_count) || !hex(r->field[2], m->audit_head, MANIFEST_SHA_LEN))
		return bad(r, e);
	if (header_number(r, "sample", 1, &sample, e)) return -1;
	m->sample = sample;
	return 0;
}

static int read_case(struct reader *r, struct manifest *m, struct err *e) {
	uint8_t sha[MANIFEST_SHA_LEN];
	int64_t lease;
	if (!hex(r->field[3], sha, sizeof sha) || !number(r->field[4], MANIFEST_TIME_MAX, &lease)) return bad(r, e);
	if (m->case_count && strcmp(m->cases[m->case_count - 1].id, r->field[1]) >= 0) return bad(r, e);
	return manifest_add_case(m, r->field[1], r->field[2], sha, lease, e);
}

static int read_gone(struct reader *r, struct manifest *m, struct err *e) {
	if (m->gone_count && strcmp(m->gone[m->gone_count - 1].id, r->field[1]) >= 0) return bad(r, e);
	return manifest_add_gone(m, r->field[1], e);
}

struct file_line {
	const char *path, *store;
	int64_t size;
	uint8_t sha256[MANIFEST_SHA_LEN];
	enum manifest_type type;
};

static bool file_fields(const struct reader *r, struct file_line *ret) {
	ret->path = r->field[1];
	ret->store = r->field[2];
	return number(r->field[3], MANIFEST_FILE_MAX, &ret->size) &&
	       hex(r->field[4], ret->sha256, MANIFEST_SHA_LEN) && !manifest_type_parse(r->field[5], &ret->type);
}

static int read_file(struct reader *r, struct manifest *m, struct err *e) {
	struct file_line f;
	if (!file_fields(r, &f)) return bad(r, e);
	if (m->file_count && strcmp(m->files[m->file_count - 1].path, f.path) >= 0) return bad(r, e);
	return manifest_add_file(m, f.path, f.store, f.size, f.sha256, f.type, e);
}

static int read_page(struct reader *r, struct manifest *m, struct err *e) {
	enum manifest_type type;
	if (manifest_type_parse(r->field[2], &type)) return bad(r, e);
	if (m->page_count && strcmp(m->pages[m->page_count - 1].path, r->field[1]) >= 0) return bad(r, e);
	return manifest_add_page(m, r->field[1], type, e);
}

static int read_part(struct reader *r, struct manifest *m, struct err *e) {
	uint8_t sha[MANIFEST_SHA_LEN];
	int64_t size;
	if (!number(r->field[2], MANIFEST_PAGE_BYTES_MAX, &size) || !hex(r->field[3], sha, sizeof sha))
		return bad(r, e);
	const char *id = r->field[4];
	return manifest_add_part(m, r->field[1], size, sha, strcmp(id, "-") ? id : NULL, e);
}

/* The lines after the header; a line of a kind that should have come earlier is refused. */
static int read_lines(struct reader *r, struct manifest *m, struct err *e) {
	static const struct {
		const char *word;
		int fields, rank;
		int (*read)(struct reader *, struct manifest *, struct err *);
	} kinds[] = {
		{ "case", 5, 0, read_case },
		{ "gone", 2, 1, read_gone },
		{ "file", 6, 2, read_file },
		{ "page", 3, 3, read_page },
		{ "part", 5, 3, read_part },
	};
	int rank = 0, got;
	while ((got = next_line(r, e)) > 0) {
		size_t k = 0;
		while (k < ARRAY_LEN(kinds) && !is(r, kinds[k].word, kinds[k].fields)) k++;
		if (k == ARRAY_LEN(kinds) || kinds[k].rank < rank) return bad(r, e);
		rank = kinds[k].rank;
		if (kinds[k].read(r, m, e)) return -1;
	}
	return got;
}

int manifest_decode(const char *data, size_t len, struct manifest *ret, struct err *e) {
	if (len > MANIFEST_ROOT_MAX) return err_set(e, ERR_REFUSED, "the site's manifest is too large");
	struct reader r = { .at = data, .end = data + len };
	auto_manifest struct manifest m;
	manifest_init(&m);
	if (read_header(&r, &m, e) || read_lines(&r, &m, e) || manifest_sort(&m, e)) return -1;
	*ret = m;
	manifest_init(&m);
	return 0;
}

int manifest_split(const char *data, size_t len, size_t *ret_len, uint8_t ret_sig[MANIFEST_SIG_LEN], struct err *e) {
	enum { SIG_LINE = 4 + 2 * MANIFEST_SIG_LEN + 1 };
	char line[SIG_LINE];
	uint8_t sig[MANIFEST_SIG_LEN];
	if (len <= SIG_LINE || len > MANIFEST_ROOT_MAX)
		return err_set(e, ERR_REFUSED, "the site's manifest has no signature");
	memcpy(line, data + len - SIG_LINE, SIG_LINE);
	bool ok = data[len - SIG_LINE - 1] == '\n' && !memcmp(line, "sig ", 4) && line[SIG_LINE - 1] == '\n';
	line[SIG_LINE - 1] = 0;
	if (!ok || !hex(line + 4, sig, sizeof sig))
		return err_set(e, ERR_REFUSED, "the site's manifest has no signature");
	*ret_len = len - SIG_LINE;
	memcpy(ret_sig, sig, sizeof sig);
	return 0;
}

int manifest_files_decode(const char *data, size_t len, const char *id, struct manifest_files *ret, struct err *e) {
	if (len > MANIFEST_CASE_MAX) return err_set(e, ERR_REFUSED, "a case's manifest is too large");
	struct reader r = { .at = data, .end = data + len };
	auto_manifest_files struct manifest_files f = { .sorted = true };
	if (manifest_files_init(&f, id, e) || first_line(&r, case_first, e) || header_line(&r, "id", 2, e)) return -1;
	if (strcmp(r.field[1], id) != 0) return err_set(e, ERR_REFUSED, "a case's manifest is another case's");
	int got;
	while ((got = next_line(&r, e)) > 0) {
		struct file_line l;
		if (!is(&r, "file", 6) || !file_fields(&r, &l)) return bad(&r, e);
		if (f.count && strcmp(f.files[f.count - 1].path, l.path) >= 0) return bad(&r, e);
		if (manifest_files_add(&f, l.path, l.store, l.size, l.sha256, l.type, e)) return -1;
	}
	if (got < 0 || manifest_files_sort(&f, e)) return -1;
	*ret = f;
	f = (struct manifest_files){ .sorted = true };
	return 0;
}

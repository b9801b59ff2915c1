/* publish_case.c: one permitted case from masters to recorded, stored files; see publish_impl.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "flow/batch.h"
#include "flow/publish_impl.h"
#include "flow/removed.h"
#include "flow/worker.h"

enum { PIECES_MAX = 6, NAME_LEN = 16, MASTER_BYTES_MAX = 64 << 20, PAGE_MAX = 1 << 20 };

/* One rendition on its way: derived, then checked. */
struct piece {
	enum wire_format format;
	int width, height;
	unsigned char *bytes;
	size_t size;
	bool checked;
};

struct new_photo {
	const struct shown_photo *photo;
	struct page_photo page;
	struct piece piece[PIECES_MAX];
	int pieces;
	bool reused;
};

/* A case in the making. */
struct making {
	struct practice *p;
	struct site *site;
	const struct shown_case *facts;
	struct seal_key *key;
	struct new_photo *photo;
	size_t photos;
	char id[MANIFEST_ID_LEN + 1];
	char store[MANIFEST_STORE_LEN + 1]; /* of the case's own manifest */
	uint8_t sha[MANIFEST_SHA_LEN];
	struct manifest_files files, old_files;
	struct publication_file *record;
	size_t records;
	struct err why; /* the first failure */
};

static void fail(struct making *m, const struct err *why) {
	if (!m->why.kind) m->why = *why;
}

static void making_free(struct making *m) {
	for (size_t i = 0; m->photo && i < m->photos; i++)
		for (int k = 0; k < m->photo[i].pieces; k++) free(m->photo[i].piece[k].bytes);
	free(m->photo);
	free(m->record);
	manifest_files_free(&m->files);
	manifest_files_free(&m->old_files);
	seal_key_free(m->key);
}

/* ---- what can stay ---- */

/* "BASE-960x480.jpg" into its parts. */
static bool split_path(const char *path, char base[64], int *w, int *h, enum wire_format *format) {
	const char *dash = strrchr(path, '-');
	char suffix[8];
	if (!dash || (size_t)(dash - path) >= 64 || sscanf(dash, "-%5dx%5d.%7[a-z]", w, h, suffix) != 3) return false;
	memcpy(base, path, (size_t)(dash - path));
	base[dash - path] = 0;
	*format = !strcmp(suffix, "jpg") ? WIRE_JPEG : !strcmp(suffix, "avif") ? WIRE_AVIF : WIRE_NONE;
	return *format != WIRE_NONE;
}

static int by_width(const void *a, const void *b) {
	const struct publication_file *x = a, *y = b;
	int wx = 0, wy = 0, h;
	char base[64];
	enum wire_format f;
	(void)split_path(x->path, base, &wx, &h, &f);
	(void)split_path(y->path, base, &wy, &h, &f);
	return x->photo_id != y->photo_id ? (x->photo_id < y->photo_id ? -1 : 1) : (wx > wy) - (wx < wy);
}

/* The sizes of a photo from the recorded paths of its JPEGs; files are sorted by_width. */
static void sizes_of(struct page_photo *to, const char *master, const struct publication_file *f, size_t n) {
	to->sizes = 0;
	for (size_t i = 0; i < n; i++) {
		char base[64];
		int w, h;
		enum wire_format format;
		if (f[i].photo_id != to->photo->photo_id || strcmp(f[i].master_sha256, master) != 0) continue;
		if (!split_path(f[i].path, base, &w, &h, &format) || format != WIRE_JPEG ||
			to->sizes == PAGE_SIZES_MAX)
			continue;
		memcpy(to->base, base, sizeof base);
		to->width[to->sizes] = w;
		to->height[to->sizes++] = h;
	}
}

int live_case_load(struct practice *p, const struct publication *pub, struct live_case *ret, struct err *e) {
	struct live_case c = { 0 };
	int r = shown_case_get(p, pub->case_id, &c.facts, e);
	if (!r) r = publication_files(p, pub->id, &c.file, &c.files, e);
	if (!r && !(c.photo = calloc(c.facts.photos + 1, sizeof *c.photo))) r = err_nomem(e);
	if (r) {
		live_case_free(&c);
		return -1;
	}
	if (c.files) qsort(c.file, c.files, sizeof *c.file, by_width);
	for (size_t i = 0; i < c.facts.photos; i++) {
		struct page_photo *to = &c.photo[c.photos];
		*to = (struct page_photo){ .photo = &c.facts.photo[i] };
		sizes_of(to, c.facts.photo[i].master_sha256, c.file, c.files);
		if (to->sizes) c.photos++;
	}
	*ret = c;
	return 0;
}

void live_case_free(struct live_case *c) {
	if (!c) return;
	shown_case_free(&c->facts);
	free(c->photo);
	free(c->file);
	*c = (struct live_case){ 0 };
}

void case_fingerprint(const struct office *o, const struct shown_case *c, char ret[65]) {
	struct buf auto_buf text;
	buf_init(&text, PAGE_MAX);
	struct html h = { &text };
	auto_free struct page_photo *photo = calloc(c->photos + 1, sizeof *photo);
	for (size_t i = 0; photo && i < c->photos; i++) {
		photo[i].photo = &c->photo[i];
		(void)snprintf(photo[i].base, sizeof photo[i].base, "/c/-/%.50s", c->photo[i].master_sha256);
	}
	const struct page_case page = {
		.facts = c, .public_id = "-", .photo = photo, .photos = photo ? c->photos : 0
	};
	page_write_case(&h, &o->page, &page);
	for (size_t i = 0; i < c->photos; i++)
		(void)buf_fmt(&text, "%s %s\n", c->photo[i].stage, c->photo[i].master_sha256);
	(void)buf_fmt(&text, "recipe %d", RECIPE_VERSION);
	(void)seal_sha256(buf_text(&text), text.len, ret);
}

bool case_has_recorded_files(struct site *s, const struct publication *pub, const struct live_case *live) {
	struct manifest_files auto_manifest_files files = { .sorted = true };
	if (!manifest_find_case(&s->root, pub->public_id) || site_case_files(s, pub->public_id, &files, NULL) ||
		files.count != live->files)
		return false;
	for (size_t i = 0; i < live->files; i++) {
		char sha[65];
		const struct manifest_file *f = manifest_files_find(&files, live->file[i].path);
		if (!f || strcmp(text_hex(f->sha256, sizeof f->sha256, sha), live->file[i].sha256) != 0) return false;
	}
	return true;
}

bool case_is_shown_as_recorded(struct site *s, const struct publication *pub, const struct live_case *live) {
	struct manifest_files auto_manifest_files files = { .sorted = true };
	const struct manifest_case *c = manifest_find_case(&s->root, pub->public_id);
	if (!c || c->lease != pub->lease_at || !case_has_recorded_files(s, pub, live) ||
		site_case_files(s, pub->public_id, &files, NULL))
		return false;
	for (size_t i = 0; i < files.count; i++)
		if (!site_has(s, files.files[i].store, files.files[i].size)) return false;
	return true;
}

/* ---- deriving (a fixed recipe from an approved master, I5) and checking again (I6) ---- */

/* The nth photo that has to be derived. */
static struct new_photo *nth_new(struct making *m, size_t n) {
	for (size_t i = 0; i < m->photos; i++)
		if (!m->photo[i].reused && n-- == 0) return &m->photo[i];
	return NULL;
}

static struct worker_job *start_derive(void *arg, size_t i) {
	struct making *m = arg;
	struct new_photo *f = nth_new(m, i);
	struct wire_request req = { .job = WIRE_DERIVE };
	struct buf auto_buf png;
	struct err why = { 0 };
	char sha[65];
	buf_init(&png, MASTER_BYTES_MAX);
	struct worker_job *job = NULL;
	if (m->why.kind) return NULL;
	if (!vault_get(m->p, VAULT_MASTERS, m->key, f->photo->master_name, MASTER_BYTES_MAX, &png, &why)) {
		if (strcmp(seal_sha256(buf_text(&png), png.len, sha), f->photo->master_sha256) != 0)
			(void)err_rule(&why, "I5", "The master of photo %lld is not the one that was approved",
				(long long)f->photo->photo_id);
		else
			job = worker_start(&req, buf_text(&png), png.len, &why);
	}
	if (!job) fail(m, &why);
	return job;
}

static void end_derive(void *arg, size_t i, const struct worker_result *r, const struct err *why) {
	struct making *m = arg;
	struct new_photo *f = nth_new(m, i);
	struct err e = { 0 };
	if (!r) {
		fail(m, why);
		return;
	}
	for (unsigned k = 0; k < PIECES_MAX; k++) {
		const struct wire_blob *b = worker_blob(r, BLOB_RENDITION, k);
		if (!b) break;
		struct piece *to = &f->piece[f->pieces];
		*to = (struct piece){
			.format = b->format, .width = (int)b->width, .height = (int)b->height, .size = b->size
		};
		to->bytes = malloc(b->size ? b->size : 1);
		if (!to->bytes) {
			(void)err_nomem(&e);
			fail(m, &e);
			return;
		}
		memcpy(to->bytes, r->bytes + b->offset, b->size);
		f->pieces++;
	}
	if (f->pieces < 2) {
		(void)err_set(&e, ERR_OUTSIDE, "Photo %lld gave no renditions", (long long)f->photo->photo_id);
		fail(m, &e);
	}
}

static struct piece *nth_piece(struct making *m, size_t n, struct new_photo **ret_photo) {
	for (size_t i = 0; i < m->photos; i++) {
		if (n < (size_t)m->photo[i].pieces) {
			*ret_photo = &m->photo[i];
			return &m->photo[i].piece[n];
		}
		n -= (size_t)m->photo[i].pieces;
	}
	return NULL;
}

static struct worker_job *start_check(void *arg, size_t i) {
	struct making *m = arg;
	struct new_photo *f = NULL;
	struct piece *x = nth_piece(m, i, &f);
	struct wire_request req = { .job = WIRE_CHECK };
	struct err why = { 0 };
	struct worker_job *job = x && !m->why.kind ? worker_start(&req, x->bytes, x->size, &why) : NULL;
	if (!job && why.kind) fail(m, &why);
	return job;
}

/* I1, I6: one finding stops the whole case. */
static void end_check(void *arg, size_t i, const struct worker_result *r, const struct err *why) {
	struct making *m = arg;
	struct new_photo *f = NULL;
	struct piece *x = nth_piece(m, i, &f);
	struct err e = { 0 };
	if (!r)
		e = *why;
	else if (r->reply->removed)
		(void)err_rule(&e, "I1",
			"A rendition of photo %lld carries metadata: nothing of this case was published",
			(long long)f->photo->photo_id);
	else if (!r->reply->detect_ran)
		(void)err_rule(&e, "I6",
			"The second look at photo %lld did not run: nothing of this case was published",
			(long long)f->photo->photo_id);
	else if (r->reply->faces_left)
		(void)err_rule(&e, "I6",
			"A face can still be found in photo %lld: cover or crop it and approve it again; nothing of "
			"this case was published",
			(long long)f->photo->photo_id);
	else if (r->reply->format != (uint32_t)x->format)
		(void)err_rule(&e, "I1", "A rendition of photo %lld is not what it says it is",
			(long long)f->photo->photo_id);
	if (e.kind)
		fail(m, &e);
	else
		x->checked = true;
}

static int derive_and_check(struct making *m, struct err *e) {
	static const struct batch derive = { start_derive, end_derive }, check = { start_check, end_check };
	size_t fresh = 0, pieces = 0;
	for (size_t i = 0; i < m->photos; i++) fresh += !m->photo[i].reused;
	batch_run(fresh, &derive, m);
	for (size_t i = 0; i < m->photos; i++) pieces += (size_t)m->photo[i].pieces;
	if (!m->why.kind) batch_run(pieces, &check, m);
	for (size_t i = 0; i < m->photos && !m->why.kind; i++)
		for (int k = 0; k < m->photo[i].pieces; k++)
			if (!m->photo[i].piece[k].checked) BUG("a rendition was passed over by its check");
	if (!m->why.kind) return 0;
	*e = m->why;
	return -1;
}

/* ---- storing ---- */

static int record_file(struct making *m, const char *path, const struct shown_photo *f, const char *store,
	size_t size, const uint8_t sha[MANIFEST_SHA_LEN], enum manifest_type type, struct err *e) {
	struct publication_file *more = reallocarray(m->record, m->records + 1, sizeof *more);
	if (!more) return err_nomem(e);
	m->record = more;
	struct publication_file *r = &m->record[m->records++];
	*r = (struct publication_file){ .photo_id = f ? f->photo_id : 0, .bytes = (int64_t)size };
	(void)snprintf(r->path, sizeof r->path, "%s", path);
	if (f) memcpy(r->master_sha256, f->master_sha256, sizeof r->master_sha256);
	(void)text_hex(sha, MANIFEST_SHA_LEN, r->sha256);
	return manifest_files_add(&m->files, path, store, (int64_t)size, sha, type, e);
}

static int store_pieces(struct making *m, struct new_photo *f, struct err *e) {
	char name[NAME_LEN + 1], path[96];
	seal_random_name(name, NAME_LEN); /* I2: random, derived from nothing */
	f->page = (struct page_photo){ .photo = f->photo };
	(void)snprintf(f->page.base, sizeof f->page.base, "/c/%s/%s", m->id, name);
	for (int k = 0; k < f->pieces; k++) {
		struct piece *x = &f->piece[k];
		char store[MANIFEST_STORE_LEN + 1];
		uint8_t sha[MANIFEST_SHA_LEN];
		bool jpeg = x->format == WIRE_JPEG;
		if (jpeg) {
			if (f->page.sizes == PAGE_SIZES_MAX) BUG("more sizes than the recipe has");
			f->page.width[f->page.sizes] = x->width;
			f->page.height[f->page.sizes++] = x->height;
		}
		(void)snprintf(
			path, sizeof path, "%s-%dx%d.%s", f->page.base, x->width, x->height, jpeg ? "jpg" : "avif");
		if (site_put(m->site, m->id, x->bytes, x->size, store, sha, e) ||
			record_file(m, path, f->photo, store, x->size, sha, jpeg ? MANIFEST_JPEG : MANIFEST_AVIF, e))
			return -1;
	}
	return 0;
}

/* Takes over the files of a photo whose master did not change: what did not change costs nothing. */
static int take_over(struct making *m, struct new_photo *f, const struct live_case *old, struct err *e) {
	for (size_t i = 0; i < old->files; i++) {
		const struct publication_file *x = &old->file[i];
		if (x->photo_id != f->photo->photo_id || strcmp(x->master_sha256, f->photo->master_sha256) != 0)
			continue;
		const struct manifest_file *was = manifest_files_find(&m->old_files, x->path);
		if (!was) BUG("a reused file is not in its manifest");
		if (record_file(m, x->path, f->photo, was->store, (size_t)was->size, was->sha256, was->type, e))
			return -1;
	}
	return 0;
}

/* Whether every recorded file of the photo is on the site. */
static bool can_reuse(struct making *m, struct new_photo *f, const struct live_case *old) {
	for (size_t k = 0; k < old->photos; k++) {
		if (old->photo[k].photo->photo_id != f->photo->photo_id) continue;
		f->page = old->photo[k];
		f->page.photo = f->photo;
	}
	bool any = false;
	for (size_t i = 0; i < old->files; i++) {
		if (old->file[i].photo_id != f->photo->photo_id) continue;
		if (strcmp(old->file[i].master_sha256, f->photo->master_sha256) != 0) return false;
		const struct manifest_file *was = manifest_files_find(&m->old_files, old->file[i].path);
		if (!was || !site_has(m->site, was->store, was->size)) return false;
		any = true;
	}
	return any && f->page.sizes > 0;
}

static int store_page(struct making *m, const struct office *o, struct err *e) {
	struct buf auto_buf text;
	char store[MANIFEST_STORE_LEN + 1], path[40];
	uint8_t sha[MANIFEST_SHA_LEN];
	buf_init(&text, PAGE_MAX);
	struct html h = { &text };
	auto_free struct page_photo *photo = calloc(m->photos + 1, sizeof *photo);
	if (!photo) return err_nomem(e);
	for (size_t i = 0; i < m->photos; i++) photo[i] = m->photo[i].page;
	const struct page_case page = { .facts = m->facts, .public_id = m->id, .photo = photo, .photos = m->photos };
	page_write_case(&h, &o->page, &page);
	(void)snprintf(path, sizeof path, "/c/%s/", m->id);
	if (buf_check(&text, "the page of a case", e) ||
		site_put(m->site, m->id, buf_text(&text), text.len, store, sha, e))
		return -1;
	return record_file(m, path, NULL, store, text.len, sha, MANIFEST_HTML, e);
}

/* One transaction: the old publication ends, the new one begins; the database asks the gate once more (P1). */
static int record_publication(struct practice *p, const struct actor *a, const struct permit *t,
	const struct publication *old, struct making *m, const char *fingerprint, struct err *e) {
	struct publication pub = { .case_id = permit_case(t),
		.consent_id = permit_consent(t),
		.lapses_at = permit_lapses_at(t),
		.lease_at = permit_lease_at(t) };
	memcpy(pub.public_id, m->id, sizeof pub.public_id);
	memcpy(pub.fingerprint, fingerprint, sizeof pub.fingerprint);
	if (db_begin(p->db, e)) return -1;
	if ((old && publication_end(p, a, old->id, "replaced by a newer state", e)) ||
		publication_add(p, a, permit_channel(t), &pub, m->record, m->records, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

/* The case's own manifest. */
static int store_names(struct making *m, struct err *e) {
	struct buf auto_buf text;
	buf_init(&text, MANIFEST_CASE_MAX);
	if (manifest_files_encode(&m->files, &text, e)) return -1;
	return site_put(m->site, m->id, buf_text(&text), text.len, m->store, m->sha, e);
}

/* Its line in the root (in memory). */
static int name_in_root(struct making *m, int64_t lease, struct err *e) {
	manifest_drop_case(&m->site->root, m->id);
	if (manifest_add_case(&m->site->root, m->id, m->store, m->sha, lease, e)) return -1;
	return manifest_sort(&m->site->root, e);
}

static int prepare(struct making *m, const struct live_case *live, const struct publication *old, struct err *e) {
	if (old)
		memcpy(m->id, old->public_id, sizeof m->id);
	else
		seal_random_name(m->id, MANIFEST_ID_LEN);
	m->photos = m->facts->photos;
	m->photo = calloc(m->photos + 1, sizeof *m->photo);
	if (!m->photo) return err_nomem(e);
	if (manifest_files_init(&m->files, m->id, e) || manifest_files_init(&m->old_files, m->id, e) ||
		practice_patient_key(m->p, m->facts->patient_id, KEY_PICTURES, &m->key, e))
		return -1;
	if (old && manifest_find_case(&m->site->root, m->id)) {
		manifest_files_free(&m->old_files);
		(void)site_case_files(m->site, m->id, &m->old_files, NULL); /* damaged: everything is made anew */
	}
	for (size_t i = 0; i < m->photos; i++) {
		m->photo[i].photo = &m->facts->photo[i];
		m->photo[i].reused = old && can_reuse(m, &m->photo[i], live);
	}
	return 0;
}

int publish_case(struct practice *p, const struct actor *a, struct site *s, const struct office *o,
	const struct permit *t, const struct shown_case *c, const struct publication *old, struct err *e) {
	struct making m = { .p = p, .site = s, .facts = c };
	struct live_case auto_live_case live = { 0 };
	char fingerprint[65];
	int r = old ? live_case_load(p, old, &live, e) : 0;
	if (!r) r = prepare(&m, &live, old, e);
	if (!r) r = derive_and_check(&m, e);
	for (size_t i = 0; !r && i < m.photos; i++)
		r = m.photo[i].reused ? take_over(&m, &m.photo[i], &live, e) : store_pieces(&m, &m.photo[i], e);
	if (!r) r = store_page(&m, o, e);
	if (!r) r = store_names(&m, e);
	case_fingerprint(o, c, fingerprint);
	if (!r) r = record_publication(p, a, t, old, &m, fingerprint, e);
	if (!r) r = name_in_root(&m, permit_lease_at(t), e);
	making_free(&m);
	return r;
}

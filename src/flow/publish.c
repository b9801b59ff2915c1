/* publish.c: the reconciling run; see flow/publish.h. */
#include "flow/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "flow/publish_impl.h"
#include "flow/withdraw.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "record/case.h"

struct run {
	struct practice *p;
	const struct actor *actor;
	const struct publish_options *o;
	struct site site;
	struct office *office;   /* of the first location: the shared pages */
	struct publication *bad; /* what may not stay */
	size_t bad_n;
	bool is_odd; /* a case on the site is not as its latest record says */
	bool alone;  /* this run is the publisher; else another one is, which finishes what this one only begins */
};

static void note(struct run *r, int64_t case_id, enum publish_result result, const char *text) {
	if (r->o->note) r->o->note(r->o->arg, case_id, result, text);
}

/* A clock that was set back would let consents live longer: nothing is published until it is right. */
static int check_clock(struct run *r, struct err *e) {
	int64_t last = 0;
	if (audit_last_at(r->p, &last, e)) return -1;
	if (clock_now() < last || clock_now() < r->site.old_signed)
		return err_rule(
			e, "C5", "The computer's clock is set to before the last act on record: set it right first");
	return 0;
}

/* ---- dark first ---- */

/* The first reason against a faulty publication, as a sentence. */
static void say_why(struct run *r, int64_t case_id, char *out, size_t size) {
	auto_free struct gate_reason *list = NULL;
	size_t n = 0;
	if (!gate_reasons(r->p, case_id, "website", &list, &n, NULL) && n)
		(void)snprintf(out, size, "%s: %s", list[0].rule, list[0].sentence);
	else
		(void)snprintf(out, size, "it is no longer permitted");
}

/* Whether a case of the root has a live publication. */
static bool is_recorded(const char *id, const struct publication *live, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (!strcmp(live[i].public_id, id)) return true;
	return false;
}

static int end_publications(struct run *r, const struct publication *list, size_t n, const char *why, struct err *e) {
	if (!n) return 0;
	if (db_begin(r->p->db, e)) return -1;
	for (size_t i = 0; i < n; i++) {
		if (publication_end(r->p, r->actor, list[i].id, why, e)) {
			db_rollback(r->p->db);
			return -1;
		}
	}
	return db_commit(r->p->db, e);
}

/* A case whose files on the site are not those of its latest record (a publish was killed between the two) is judged by
 * everything that it ever showed. 1: it may not stay. */
static int is_odd_and_faulty(struct run *r, const struct publication *pub, struct err *e) {
	struct live_case auto_live_case live = { 0 };
	if (!manifest_find_case(&r->site.root, pub->public_id)) return 0;
	if (live_case_load(r->p, pub, &live, e)) return -1;
	if (case_has_recorded_files(&r->site, pub, &live)) return 0;
	r->is_odd = true;
	return publication_shown_fault(r->p, pub, "website", e);
}

/* Adds to what may not stay those that a killed publish left. */
static int add_odd(struct run *r, const struct publication *live, size_t n, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		bool known = false;
		for (size_t k = 0; k < r->bad_n; k++) known |= r->bad[k].id == live[i].id;
		int odd = known ? 0 : is_odd_and_faulty(r, &live[i], e);
		if (odd < 0) return -1;
		if (!odd) continue;
		void *more = reallocarray(r->bad, r->bad_n + 1, sizeof *r->bad);
		if (!more) return err_nomem(e);
		r->bad = more;
		r->bad[r->bad_n++] = live[i];
	}
	return 0;
}

/* P4: a consent that ends earlier than the lease says ends the lease. */
static int shorten(struct run *r, bool *ret_changed, struct err *e) {
	auto_free struct publication *list = NULL;
	size_t n = 0;
	if (publication_shortened(r->p, "website", &list, &n, e)) return -1;
	for (size_t i = 0; i < n; i++)
		if (!r->o->dry_run && site_shorten(&r->site, list[i].public_id, list[i].lease_at))
			*ret_changed = true;
	return 0;
}

/* Cases that go dark. */
struct dark {
	char (*id)[MANIFEST_ID_LEN + 1];
	size_t n;
	bool shorter; /* a lease in the root was made to end earlier */
};

static void dark_free(struct dark *d) {
	free(d->id);
}
#define auto_dark __attribute__((cleanup(dark_free)))

/* What may not stay (C5), and what the root shows without a record. */
static int find_dark(struct run *r, struct dark *d, struct err *e) {
	auto_free struct publication *live = NULL;
	size_t live_n = 0;
	free(r->bad);
	r->bad = NULL;
	r->bad_n = 0;
	if (publication_faulty(r->p, "website", &r->bad, &r->bad_n, e) ||
		publication_live(r->p, "website", &live, &live_n, e) || add_odd(r, live, live_n, e) ||
		shorten(r, &d->shorter, e))
		return -1;
	d->id = calloc(r->bad_n + r->site.root.case_count + 1, sizeof *d->id);
	if (!d->id) return err_nomem(e);
	for (size_t i = 0; i < r->bad_n; i++) {
		char why[300];
		say_why(r, r->bad[i].case_id, why, sizeof why);
		note(r, r->bad[i].case_id, PUBLISH_DARK, why);
		memcpy(d->id[d->n++], r->bad[i].public_id, sizeof d->id[0]);
	}
	for (size_t i = 0; i < r->site.root.case_count; i++)
		if (!is_recorded(r->site.root.cases[i].id, live, live_n))
			memcpy(d->id[d->n++], r->site.root.cases[i].id, sizeof d->id[0]);
	return 0;
}

/* Takes it dark; the root first, then the record. */
static int go_dark(struct run *r, struct err *e) {
	struct dark auto_dark d = { 0 };
	if (find_dark(r, &d, e)) return -1;
	if (d.n && !r->o->dry_run)
		return site_darken(r->p, &r->site, (const char(*)[MANIFEST_ID_LEN + 1]) d.id, d.n, e) ||
				       end_publications(r, r->bad, r->bad_n, "no longer permitted", e)
			       ? -1
			       : 0;
	return d.shorter ? site_commit(r->p, &r->site, e) : 0;
}

/* While the site was let go, consents may have ended: the record is asked once more before the root is replaced (C6). */
static int drop_dark(struct run *r, struct err *e) {
	struct dark auto_dark d = { 0 };
	if (site_retake(r->p, &r->site, e) || find_dark(r, &d, e)) return -1;
	for (size_t i = 0; i < d.n; i++)
		if (manifest_withdraw(&r->site.root, d.id[i], e)) return -1;
	return 0;
}

/* Ends records of what the site has taken dark (a kill, between the two). One that the site does not know at all, because
 * it was killed before its root or the site was lost, is published again under its name. */
static int end_interrupted(struct run *r, struct err *e) {
	auto_free struct publication *live = NULL;
	size_t n = 0, k = 0;
	if (publication_live(r->p, "website", &live, &n, e)) return -1;
	for (size_t i = 0; i < n; i++)
		if (manifest_is_gone(&r->site.root, live[i].public_id)) live[k++] = live[i];
	return r->o->dry_run ? 0 : end_publications(r, live, k, "dark already", e);
}

/* ---- cases ---- */

static const struct publication *find_live(const struct publication *live, size_t n, int64_t case_id) {
	for (size_t i = 0; i < n; i++)
		if (live[i].case_id == case_id) return &live[i];
	return NULL;
}

/* Whether the site shows this case as it is now, under this permit. */
static bool is_current(struct run *r, const struct office *o, const struct permit *t, const struct shown_case *c,
	const struct publication *old) {
	char now[65];
	struct live_case auto_live_case live = { 0 };
	if (!old || old->consent_id != permit_consent(t) || old->lease_at != permit_lease_at(t) ||
		old->lapses_at != permit_lapses_at(t))
		return false;
	case_fingerprint(o, c, now);
	return !strcmp(now, old->fingerprint) && !live_case_load(r->p, old, &live, NULL) &&
	       case_is_shown_as_recorded(&r->site, old, &live);
}

/* Brings the site to a permitted case. */
static int settle(struct run *r, const struct permit *t, const struct shown_case *c, const struct publication *old,
	struct err *e) {
	struct office auto_office *o = NULL;
	struct err why = { 0 };
	if (office_open(r->p, c->location_id, &o, e)) return -1;
	if (is_current(r, o, t, c, old)) {
		note(r, c->case_id, PUBLISH_KEPT, "");
		return 0;
	}
	if (r->o->dry_run || !publish_case(r->p, r->actor, &r->site, o, t, c, old, &why)) {
		note(r, c->case_id, old ? PUBLISH_CHANGED : PUBLISH_NEW, "");
		return 0;
	}
	/* its files may have been taken away under our hands: then the gate says why */
	struct permit auto_permit *still = NULL;
	if (why.kind != ERR_REFUSED) {
		struct err closed = { 0 };
		if (gate_permit(r->p, c->case_id, "website", &still, &closed) && closed.kind == ERR_REFUSED)
			why = closed;
	}
	note(r, c->case_id, PUBLISH_REFUSED, why.text);
	if (why.kind == ERR_REFUSED) return 0;
	*e = why;
	return -1;
}

static int one_case(struct run *r, int64_t case_id, const struct publication *old, struct err *e) {
	for (size_t i = 0; r->o->dry_run && i < r->bad_n; i++)
		if (r->bad[i].case_id == case_id) return 0; /* it would go dark, and was told about */
	struct permit auto_permit *t = NULL;
	struct err why = { 0 };
	if (gate_permit(r->p, case_id, "website", &t, &why)) {
		if (why.kind != ERR_REFUSED) {
			*e = why;
			return -1;
		}
		/* a live one that may stay (a new photo waits for its review) is no refusal */
		note(r, case_id, old ? PUBLISH_KEPT : PUBLISH_REFUSED, old ? "" : why.text);
		return 0;
	}
	struct shown_case c = { 0 };
	if (shown_case_get(r->p, case_id, &c, e)) return -1;
	int bad = settle(r, t, &c, old, e);
	shown_case_free(&c);
	return bad;
}

struct id_list {
	int64_t *id;
	size_t n, cap;
};

static int add_id(void *arg, const struct case_row *row) {
	struct id_list *list = arg;
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 64;
		void *more = reallocarray(list->id, list->cap, sizeof *list->id);
		if (!more) return -1;
		list->id = more;
	}
	list->id[list->n++] = row->id;
	return 0;
}

static int all_cases(struct run *r, struct err *e) {
	struct id_list list = { 0 };
	auto_free struct publication *live = NULL;
	size_t n = 0;
	int bad = case_list(r->p, 0, add_id, &list, e) || publication_live(r->p, "website", &live, &n, e) ? -1 : 0;
	for (size_t i = 0; !bad && i < list.n; i++) bad = one_case(r, list.id[i], find_live(live, n, list.id[i]), e);
	free(list.id);
	return bad;
}

/* The root's text without the lines that every commit changes. */
static int root_body(struct run *r, struct buf *out, struct err *e) {
	if (manifest_sort(&r->site.root, e) || manifest_encode(&r->site.root, out, e)) return -1;
	char *body = strstr(buf_text(out), "\nsample ");
	if (!body) BUG("a root without its sample line");
	size_t cut = (size_t)(body - out->data);
	memmove(out->data, body, out->len - cut + 1);
	out->len -= cut;
	return 0;
}

/* Shared pages, then the commit, if anything differs from what the site shows; then the sweep. */
static int finish(struct run *r, const struct buf *before, struct err *e) {
	struct buf auto_buf after;
	buf_init(&after, MANIFEST_ROOT_MAX);
	if (publish_shared(r->p, &r->site, r->office, e) || drop_dark(r, e) || root_body(r, &after, e)) return -1;
	bool same = r->site.has_root && after.len == before->len &&
		    !memcmp(buf_text(&after), buf_text(before), after.len);
	if (!same && site_commit(r->p, &r->site, e)) return -1;
	if (end_publications(r, r->bad, r->bad_n, "no longer permitted", e) || end_interrupted(r, e)) return -1;
	return site_sweep(r->p, &r->site, true, e);
}

static int run_open(struct run *r, struct err *e) {
	struct buf auto_buf before;
	buf_init(&before, MANIFEST_ROOT_MAX);
	if (check_clock(r, e)) return -1;
	if (go_dark(r, e) || end_interrupted(r, e)) return -1;
	if (!r->alone && !r->o->dry_run) return r->site.has_root ? site_sweep(r->p, &r->site, false, e) : 0;
	if (office_open(r->p, 0, &r->office, e)) return -1;
	r->site.root.sample = r->office->page.sample;
	if (r->site.has_root && root_body(r, &before, e)) return -1;
	site_release(&r->site); /* C6: nobody waits for a rendering */
	if (!r->o->only_dark && all_cases(r, e)) return -1;
	if (r->o->dry_run) return 0;
	/* a run that only takes dark writes nothing where there is no site yet, and leaves the shared pages alone while they
	 * cannot be told from the record */
	if (r->o->only_dark && !r->site.has_root) return 0;
	if (r->o->only_dark && r->is_odd) return site_sweep(r->p, &r->site, true, e);
	return finish(r, &before, e);
}

int publish_run(struct practice *p, const struct actor *a, const struct publish_options *o, struct err *e) {
	struct run r = { .p = p, .actor = a, .o = o };
	if (!o->dry_run && withdraw_recover(p, e)) return -1;
	auto_fd int publisher = o->dry_run ? -1 : site_publisher(p, !o->only_dark, o->only_dark ? NULL : e);
	r.alone = publisher >= 0;
	if (!r.alone && !o->dry_run && !o->only_dark) return -1;
	if (site_open(p, false, &r.site, e)) return -1;
	int bad = run_open(&r, e);
	office_close(r.office);
	site_close(&r.site);
	free(r.bad);
	return bad;
}

int publish_take_dark(struct practice *p, struct err *e) {
	auto_free struct publication *bad = NULL, *shorter = NULL;
	size_t bad_n = 0, shorter_n = 0;
	static const struct publish_options o = { .only_dark = true };
	if (publication_faulty(p, "website", &bad, &bad_n, e) ||
		publication_shortened(p, "website", &shorter, &shorter_n, e))
		return -1;
	return bad_n || shorter_n ? publish_run(p, NULL, &o, e) : 0;
}

/* withdraw.c: dark first, then the record, then the files; see flow/withdraw.h. */
#include "flow/withdraw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "flow/site.h"
#include "record/audit.h"
#include "record/case.h"
#include "record/consent.h"
#include "record/hold.h"
#include "record/patient.h"

/* The act itself, without the site: what the record keeps of it. Inside a transaction. */
static int record_act(struct practice *p, const struct actor *a, const struct intent *it, struct err *e) {
	char by[64];
	if (it->guardian_id)
		(void)snprintf(by, sizeof by, "%s %lld", it->who, (long long)it->guardian_id);
	else
		(void)snprintf(by, sizeof by, "%s", it->who);
	if (!strcmp(it->act, "revoke")) return consent_revoke(p, a, it->consent_id, by, it->how, e);
	if (!strcmp(it->act, "error")) return consent_error(p, a, it->consent_id, it->how, e);
	if (!strcmp(it->act, "event")) return consent_event(p, a, it->consent_id, e);
	if (!strcmp(it->act, "died")) return patient_died(p, a, it->patient_id, it->on_date, e);
	if (!strcmp(it->act, "withdraw")) return case_withdraw(p, a, it->case_id, e);
	const struct hold_new h = { it->patient_id, it->act, it->who, it->guardian_id, it->how };
	int64_t id;
	return hold_add(p, a, &h, &id, e);
}

/* The act, the end of the publications, the list of copies outside, and the intent's own end: whole or not at all. */
static int record_all(struct practice *p, const struct actor *a, const struct intent *it,
	const struct publication *pub, size_t n, struct err *e) {
	char why[32];
	(void)snprintf(why, sizeof why, "%s", it->act);
	if (db_begin(p->db, e)) return -1;
	int r = record_act(p, a, it, e);
	for (size_t i = 0; !r && i < n; i++) {
		r = publication_end(p, a, pub[i].id, why, e);
		/* C6: revoking also opens the checklist of copies outside the site */
		if (!r && strcmp(it->act, "pause") != 0) r = copy_check_open(p, pub[i].case_id, e);
	}
	if (!r) r = intent_done(p, it->id, e);
	if (r) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

static int go_dark(struct practice *p, struct site *s, const struct publication *pub, size_t n, struct err *e) {
	char(*ids)[MANIFEST_ID_LEN + 1] = calloc(n + 1, sizeof *ids);
	size_t k = 0;
	if (!ids) return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		if (s->is_rescued || manifest_find_case(&s->root, pub[i].public_id))
			memcpy(ids[k++], pub[i].public_id, sizeof ids[0]);
	int r = k ? site_darken(p, s, (const char(*)[MANIFEST_ID_LEN + 1]) ids, k, e) : 0;
	free(ids);
	return r;
}

/* Everything after the intent is on record, under the site's lock. */
static int carry_out(struct practice *p, const struct actor *a, const struct intent *it, struct err *e) {
	auto_free struct publication *pub = NULL;
	size_t n = 0;
	struct site auto_site s = { .dirfd = -1, .filesfd = -1, .lockfd = -1 };
	if (site_open(p, true, &s, e)) return -1;
	int open = intent_is_open(p, it->id, e);
	if (open <= 0) return open; /* another command finished it while we waited for the lock */
	if (publication_of_patient(p, it->patient_id, it->case_id, &pub, &n, e) || go_dark(p, &s, pub, n, e) ||
		record_all(p, a, it, pub, n, e))
		return -1;
	if (!s.has_root) return 0;
	auto_fd int alone = site_publisher(p, false, NULL);
	return site_sweep(p, &s, alone >= 0, e);
}

/* Whether the record would take the act: asked before the site goes dark for nothing. */
static int try_act(struct practice *p, const struct actor *a, const struct intent *it, struct err *e) {
	if (db_begin(p->db, e)) return -1;
	int r = record_act(p, a, it, e);
	db_rollback(p->db);
	return r;
}

int withdraw_act(struct practice *p, const struct actor *a, struct intent *it, struct err *e) {
	if (withdraw_recover(p, e) || try_act(p, a, it, e)) return -1;
	it->staff_id = a ? a->staff_id : 0;
	if (db_begin(p->db, e)) return -1;
	if (intent_add(p, it, e) ||
		audit_add(p, a, "withdraw.begin", "patient", it->patient_id, e, "act=%s case=%lld consent=%lld",
			it->act, (long long)it->case_id, (long long)it->consent_id)) {
		db_rollback(p->db);
		return -1;
	}
	if (db_commit(p->db, e)) return -1;
	struct err why = { 0 };
	if (!carry_out(p, a, it, &why)) return 0;
	if (e) *e = why;
	/* refused by the record (already revoked, no such guardian): the intent is void, or it would be tried for ever */
	if (why.kind == ERR_REFUSED) (void)intent_done(p, it->id, NULL);
	return -1;
}

/* The program acts here, not the account that began: its right was checked then (the log says whose act it is), and it may
 * have left since. A withdrawal does not wait for that. */
int withdraw_recover(struct practice *p, struct err *e) {
	struct intent it;
	int there;
	while ((there = intent_first(p, &it, e)) > 0) {
		struct err why = { 0 };
		int r = carry_out(p, NULL, &it, &why);
		if (r && why.kind != ERR_REFUSED) {
			if (e) *e = why;
			return err_prefix(e, "a withdrawal that was interrupted cannot be finished yet");
		}
		if (r && intent_done(p, it.id, e)) return -1;
	}
	return there;
}

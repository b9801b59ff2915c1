/* consent_end.c: how a consent ends: revoked (C6), its event happened (C5), entered in error (C8). Only the database's part; the
 * site has gone dark before (flow/withdraw). */
#include <string.h>

#include "base/text.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "record/consent_impl.h"

static int state_of(struct practice *p, int64_t id, char **ret, struct err *e) {
	int there = db_get_text(p->db, ret, e, "SELECT state FROM consent_standing WHERE consent_id = ?1", "i", id);
	if (there == 0) return err_set(e, ERR_REFUSED, "There is no consent number %lld", (long long)id);
	return there < 0 ? -1 : 0;
}

/* Refuses where there is nothing to end. */
static int may_end(struct practice *p, int64_t id, bool drafts, struct err *e) {
	auto_free char *state = NULL;
	if (state_of(p, id, &state, e)) return -1;
	if (!drafts && !strcmp(state, "draft"))
		return err_rule(e, "C8",
			"this consent is a draft: it publishes nothing, so there is nothing to end. "
			"`occlude consent error` puts it away");
	if (!strcmp(state, "revoked")) return err_rule(e, "C6", "this consent is revoked already");
	if (!strcmp(state, "entered_in_error"))
		return err_rule(e, "C8", "this consent is marked as entered in error already");
	return 0;
}

int consent_revoke(
	struct practice *p, const struct actor *a, int64_t id, const char *by, const char *how, struct err *e) {
	if (text_is_blank(by) || text_is_blank(how)) return err_rule(e, "C6", "say who revoked and how");
	if (consent_begin(p, a, CAN_LOOK, e)) return -1;
	int r = may_end(p, id, false, e) ||
		db_run(p->db, e,
			"UPDATE consent SET revoked_at = ?2, revoked_by = ?3, revoked_how = ?4 WHERE id = ?1", "iitt",
			id, clock_now(), by, how) ||
		audit_add(p, a, "consent.revoke", "consent", id, e, "by %s", by);
	return consent_end(p, r, e);
}

int consent_error(struct practice *p, const struct actor *a, int64_t id, const char *why, struct err *e) {
	if (text_is_blank(why)) return err_rule(e, "C8", "say why the consent was entered in error");
	if (consent_begin(p, a, CAN_RECORD, e)) return -1;
	int r = may_end(p, id, true, e) ||
		db_run(p->db, e, "UPDATE consent SET error_at = ?2, error_why = ?3 WHERE id = ?1", "iit", id,
			clock_now(), why) ||
		audit_add(p, a, "consent.error", "consent", id, e, "entered in error");
	return consent_end(p, r, e);
}

int consent_event(struct practice *p, const struct actor *a, int64_t id, struct err *e) {
	if (consent_begin(p, a, CAN_LOOK, e)) return -1;
	int64_t n = 0;
	int r = may_end(p, id, false, e) || db_run_count(p->db, &n, e,
						    "UPDATE consent SET event_at = ?2 WHERE id = ?1 AND expiry_event "
						    "IS NOT NULL AND event_at IS NULL",
						    "ii", id, clock_now());
	if (!r && n == 0)
		r = err_rule(
			e, "C5", "this consent names no event that would end it, or the event has happened already");
	r = r || audit_add(p, a, "consent.event", "consent", id, e, "the event happened");
	return consent_end(p, r, e);
}

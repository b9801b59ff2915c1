/* consent_get.c: reading a consent whole, and finding it by its code. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "record/consent_impl.h"

void consent_clear(struct consent *c) {
	if (!c) return;
	free(c->terms.picture);
	c->terms.picture = NULL;
	c->terms.pictures = 0;
}

static int64_t int_or_null(const struct stmt *q, int col) {
	return stmt_is_null(q, col) ? DB_NULL : stmt_int(q, col);
}

static int get_row(struct practice *p, int64_t id, struct consent *c, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT c.id, c.patient_id, c.created_at, c.code, r.reference, s.state, s.signed_at, s.lapses_at,"
		    " s.public_lapses_at, c.photos_from_on, c.photos_to_on, c.expires_on, c.expiry_event, "
		    "c.discloser,"
		    " c.form_version, c.form_lang, c.form_sha256, c.document_kind, c.document_sha256, "
		    "c.document_name,"
		    " c.statements_read, c.not_combined, c.gdpr_notice, c.gdpr_explicit, c.benefit, c.copy_given_on,"
		    " c.event_at, c.revoked_at, c.error_at, c.revoked_by, c.revoked_how, c.error_why,"
		    " (SELECT count(*) FROM consent_exclusion x WHERE x.consent_id = c.id)"
		    " FROM consent c JOIN consent_standing s ON s.consent_id = c.id JOIN patient r ON r.id = "
		    "c.patient_id"
		    " WHERE c.id = ?1",
		    "i", id))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row) return err_set(e, ERR_REFUSED, "There is no consent number %lld", (long long)id);
	c->id = stmt_int(q, 0);
	c->patient_id = stmt_int(q, 1);
	c->created_at = stmt_int(q, 2);
	consent_copy(c->code, sizeof c->code, q, 3);
	consent_copy(c->reference, sizeof c->reference, q, 4);
	consent_copy(c->state, sizeof c->state, q, 5);
	c->signed_at = int_or_null(q, 6);
	c->lapses_at = int_or_null(q, 7);
	c->public_lapses_at = int_or_null(q, 8);
	consent_copy(c->terms.from_on, sizeof c->terms.from_on, q, 9);
	consent_copy(c->terms.to_on, sizeof c->terms.to_on, q, 10);
	consent_copy(c->terms.expires_on, sizeof c->terms.expires_on, q, 11);
	consent_copy(c->terms.expiry_event, sizeof c->terms.expiry_event, q, 12);
	consent_copy(c->terms.discloser, sizeof c->terms.discloser, q, 13);
	consent_copy(c->form_version, sizeof c->form_version, q, 14);
	consent_copy(c->form_lang, sizeof c->form_lang, q, 15);
	consent_copy(c->form_sha256, sizeof c->form_sha256, q, 16);
	consent_copy(c->document_kind, sizeof c->document_kind, q, 17);
	consent_copy(c->document_sha256, sizeof c->document_sha256, q, 18);
	consent_copy(c->document_name, sizeof c->document_name, q, 19);
	c->statements_read = stmt_int(q, 20) == 1;
	c->not_combined = stmt_int(q, 21) == 1;
	c->gdpr_notice = stmt_int(q, 22) == 1;
	c->gdpr_explicit = stmt_int(q, 23) == 1;
	consent_copy(c->benefit, sizeof c->benefit, q, 24);
	consent_copy(c->copy_given_on, sizeof c->copy_given_on, q, 25);
	c->event_at = int_or_null(q, 26);
	c->revoked_at = int_or_null(q, 27);
	c->error_at = int_or_null(q, 28);
	consent_copy(c->revoked_by, sizeof c->revoked_by, q, 29);
	consent_copy(c->revoked_how, sizeof c->revoked_how, q, 30);
	consent_copy(c->error_why, sizeof c->error_why, q, 31);
	c->excluded = stmt_int(q, 32);
	return 0;
}

static int get_channels(struct practice *p, struct consent *c, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT channel, exposure, recipients, purpose FROM consent_channel WHERE consent_id = ?1"
		    " ORDER BY CASE channel WHEN 'website' THEN 1 WHEN 'social' THEN 2 WHEN 'print' THEN 3 ELSE 4 "
		    "END",
		    "i", c->id))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) > 0 && c->terms.channels < CONSENT_CHANNELS) {
		struct consent_channel *h = &c->terms.channel[c->terms.channels++];
		consent_copy(h->name, sizeof h->name, q, 0);
		h->exposure = stmt_int(q, 1);
		consent_copy(h->recipients, sizeof h->recipients, q, 2);
		consent_copy(h->purpose, sizeof h->purpose, q, 3);
	}
	return row < 0 ? -1 : 0;
}

static int get_scope(struct practice *p, struct consent *c, struct err *e) {
	auto_stmt struct stmt *q = NULL, *w = NULL;
	int row;
	if (db_query(p->db, &q, e, "SELECT view FROM consent_view WHERE consent_id = ?1 ORDER BY view", "i", c->id))
		return -1;
	while ((row = stmt_row(q, e)) > 0 && c->terms.views < CONSENT_VIEWS)
		consent_copy(c->terms.view[c->terms.views++], sizeof c->terms.view[0], q, 0);
	if (row < 0) return -1;
	int64_t n = 0;
	if (db_get_int(p->db, &n, e, "SELECT count(*) FROM consent_picture WHERE consent_id = ?1", "i", c->id) < 0)
		return -1;
	if (n == 0) return 0;
	c->terms.picture = calloc((size_t)n, sizeof *c->terms.picture);
	if (!c->terms.picture) return err_nomem(e);
	if (db_query(p->db, &w, e,
		    "SELECT master_sha256 FROM consent_picture WHERE consent_id = ?1 ORDER BY master_sha256", "i",
		    c->id))
		return -1;
	while ((row = stmt_row(w, e)) > 0 && c->terms.pictures < (size_t)n)
		consent_copy(c->terms.picture[c->terms.pictures++], SHA256_HEX, w, 0);
	return row < 0 ? -1 : 0;
}

static int get_signatures(struct practice *p, struct consent *c, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT who, coalesce(guardian_id, 0), name, relationship, authority, signed_on FROM signature"
		    " WHERE consent_id = ?1 ORDER BY id",
		    "i", c->id))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) > 0 && c->signatures < CONSENT_SIGNERS) {
		struct consent_signature *s = &c->signature[c->signatures++];
		consent_copy(s->who, sizeof s->who, q, 0);
		s->guardian_id = stmt_int(q, 1);
		consent_copy(s->name, sizeof s->name, q, 2);
		consent_copy(s->relationship, sizeof s->relationship, q, 3);
		consent_copy(s->authority, sizeof s->authority, q, 4);
		consent_copy(s->signed_on, sizeof s->signed_on, q, 5);
	}
	return row < 0 ? -1 : 0;
}

int consent_get(struct practice *p, int64_t id, struct consent *ret, struct err *e) {
	struct consent c = { .id = id };
	if (get_row(p, id, &c, e) || get_channels(p, &c, e) || get_scope(p, &c, e) || get_signatures(p, &c, e)) {
		consent_clear(&c);
		return -1;
	}
	*ret = c;
	return 0;
}

int consent_find(struct practice *p, const char *code, int64_t *ret_id, struct err *e) {
	char plain[CONSENT_CODE + 1] = "";
	size_t n = 0;
	int64_t id = 0;
	for (const char *s = code; *s; s++) {
		if (*s == '-' || *s == ' ') continue;
		if (n == CONSENT_CODE)
			return err_set(e, ERR_USAGE, "\"%.40s\" is no consent code (10 letters and digits)", code);
		plain[n++] = (char)(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s);
	}
	int there = n == CONSENT_CODE
			    ? db_get_int(p->db, &id, e, "SELECT id FROM consent WHERE code = ?1", "t", plain)
		    : text_int(code, 1, INT64_MAX, &id) == 0
			    ? db_get_int(p->db, &id, e, "SELECT id FROM consent WHERE id = ?1", "i", id)
			    : 0;
	if (there < 0) return -1;
	if (!there)
		return err_set(e, ERR_USAGE,
			"There is no consent with the code \"%.40s\"; it stands beside the square code "
			"on the form, and `occlude consent list` shows all",
			code);
	*ret_id = id;
	return 0;
}

int consent_of_patient(struct practice *p, int64_t patient_id, int64_t *ret_id, struct err *e) {
	return db_get_int(p->db, ret_id, e,
		"SELECT consent_id FROM consent_standing WHERE patient_id = ?1"
		" AND state IN ('active', 'expiring', 'paused')",
		"i", patient_id);
}

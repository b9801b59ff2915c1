/* consent_document.c: the signed document (C1): told apart by its bytes, refused when it is cut short, sealed under the patient's
 * evidence key (I9). A PDF is never parsed, a picture never decoded: only its frame is looked at. */
#include <string.h>

#include "lib/container.h"
#include "record/audit.h"
#include "record/consent_impl.h"

static bool pdf_is_whole(const char *bytes, size_t len) {
	size_t tail = len < 1024 ? len : 1024;
	return memmem(bytes + len - tail, tail, "%%EOF", 5) != NULL;
}

static const char *picture_kind(const void *bytes, size_t len, struct err *e) {
	struct container_report r;
	container_walk(bytes, len, &r);
	const char *kind = r.format == WIRE_JPEG   ? "jpeg"
			   : r.format == WIRE_PNG  ? "png"
			   : r.format == WIRE_HEIF ? "heic"
						   : NULL;
	if (!kind)
		(void)err_rule(
			e, "C1", "the document is no PDF, JPEG, PNG or HEIC, whatever its name says. Scan it again");
	else if (!r.whole) {
		(void)err_rule(e, "C1",
			"a part of the document is missing (the file is cut short). Nothing was stored; "
			"scan it again");
		return NULL;
	}
	return kind;
}

const char *consent_document_kind(const void *bytes, size_t len, struct err *e) {
	if (len == 0) {
		(void)err_rule(e, "C1", "the document is empty. Nothing was stored; scan it again");
		return NULL;
	}
	if (len > CONSENT_DOCUMENT_MAX) {
		(void)err_rule(e, "C1", "the document is larger than %d MB. Scan it in grey at 200 dots per inch",
			CONSENT_DOCUMENT_MAX / (1024 * 1024));
		return NULL;
	}
	if (len < 5 || memcmp(bytes, "%PDF-", 5) != 0) return picture_kind(bytes, len, e);
	if (pdf_is_whole(bytes, len)) return "pdf";
	(void)err_rule(
		e, "C1", "the end of the PDF is missing (the file is cut short). Nothing was stored; scan it again");
	return NULL;
}

static int store(struct practice *p, const struct actor *a, int64_t id, int64_t patient, const char *kind,
	const void *bytes, size_t len, struct err *e) {
	auto_seal_key struct seal_key *key = NULL;
	char name[VAULT_NAME + 1], sha[SHA256_HEX];
	seal_sha256(bytes, len, sha);
	if (practice_patient_key(p, patient, KEY_EVIDENCE, &key, e) ||
		vault_put(p, VAULT_ORIGINALS, key, bytes, len, name, e))
		return -1;
	return db_run(p->db, e,
		       "UPDATE consent SET document_kind = ?2, document_sha256 = ?3, document_name = ?4 WHERE id = "
		       "?1",
		       "ittt", id, kind, sha, name) ||
			       audit_add(p, a, "consent.attach", "consent", id, e, "%s, sha256 %s", kind, sha)
		       ? -1
		       : 0;
}

int consent_attach(
	struct practice *p, const struct actor *a, int64_t id, const void *bytes, size_t len, struct err *e) {
	int64_t patient;
	const char *kind = consent_document_kind(bytes, len, e);
	if (!kind || consent_patient(p, id, &patient, e)) return -1;
	char sha[SHA256_HEX];
	auto_free char *old = NULL;
	int there = db_get_text(p->db, &old, e, "SELECT document_sha256 FROM consent WHERE id = ?1", "i", id);
	if (there < 0) return -1;
	if (there && old && !strcmp(old, seal_sha256(bytes, len, sha))) return 0; /* the same file again */
	if (consent_begin(p, a, CAN_RECORD, e)) return -1;
	return consent_end(p, store(p, a, id, patient, kind, bytes, len, e), e);
}

int consent_document(struct practice *p, const struct consent *c, struct buf *out, struct err *e) {
	auto_seal_key struct seal_key *key = NULL;
	if (!c->document_name[0]) return err_rule(e, "C1", "this consent has no signed document yet");
	if (practice_patient_key(p, c->patient_id, KEY_EVIDENCE, &key, e)) return -1;
	return vault_get(p, VAULT_ORIGINALS, key, c->document_name, CONSENT_DOCUMENT_MAX, out, e);
}

/* consent_form.h: the consent form as HTML, for paper and for the screen: every element and statement of C2, the plain words of
 * C3, C4's texts and, for EU practices, the notices of GDPR art. 13 and 9, in four languages from web/consent/. */
#ifndef OCCLUDE_FLOW_CONSENT_FORM_H
#define OCCLUDE_FLOW_CONSENT_FORM_H

#include "base/buf.h"
#include "record/consent.h"

enum { CONSENT_FORM_MAX = 400 * 1024 };

/* "en", "de", "es", "fr". */
bool consent_form_has_language(const char *lang);
/* The version of the wording in that language ("2026-1"), which must be one of the four. */
int consent_form_version(const char *lang, char ret[16], struct err *e);

/* Fills what nobody wrote of their own: recipients and purpose of every channel, and who discloses (the practice, the location,
 * and the successor if one is named), in the language of the form. */
int consent_form_defaults(const struct consent_people *who, const char *lang, struct consent_terms *t, struct err *e);

/* Appends the form of a draft to `out`: always the same bytes for the same draft and people. */
int consent_form_html(
	const struct consent_people *who, const struct consent *c, const char *lang, struct buf *out, struct err *e);

/* The same for the draft `id`, and records version, language and SHA-256 of exactly these bytes in it (C1). */
int consent_form_make(
	struct practice *p, const struct actor *a, int64_t id, const char *lang, struct buf *out, struct err *e);

/* The code as printed: "ABCDE-FGH23". */
const char *consent_code_text(const char *code, char out[CONSENT_CODE + 2]);

#endif

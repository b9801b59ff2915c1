/* form_text.h: the wording of a form from a keyed text file of web/ (see web/consent/form.en.txt for its shape). */
#ifndef OCCLUDE_FLOW_FORM_TEXT_H
#define OCCLUDE_FLOW_FORM_TEXT_H

#include "base/asset.h"
#include "base/buf.h"
#include "base/html.h"

enum { FORM_TEXT_MAX = 8192 };

struct form_var {
	const char *name, *value; /* ends with a NULL name; a NULL value is "" */
};
struct form_text {
	const struct asset *file;
	const char *variant; /* "minor": `key.minor` is taken before `key`; or NULL */
	const struct form_var *vars;
};

/* The file web/consent/form.LANG.txt, or NULL. */
const struct asset *form_text_file(const char *lang);
bool form_text_has(const struct form_text *t, const char *key);
/* Appends the text of `key` with its {names} replaced by values; a value's own braces stay as they are. A key that is
 * not there, or a name without a value, is a BUG: both are part of the program and a test reads them all. */
void form_text_add(const struct form_text *t, const char *key, struct buf *out);
/* The same as the text content of HTML. */
void form_text_put(const struct form_text *t, struct html *h, const char *key);

#endif

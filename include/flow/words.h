/* words.h: the words of the public pages in a language, from web/site/words.LANG.txt. */
#ifndef OCCLUDE_FLOW_WORDS_H
#define OCCLUDE_FLOW_WORDS_H

#include <stddef.h>

#include "base/asset.h"
#include "base/err.h"
#include "base/html.h"

struct words;

/* Reads the words of `lang` ("en", "de", "es", "fr") from `table` (web_assets). Free with words_free. */
int words_open(const struct asset *table, const char *lang, struct words **ret, struct err *e);
void words_free(struct words *w);
const char *words_lang(const struct words *w);

/* The text of a key; a key that is missing is a mistake in the program (BUG): a test holds the languages together. */
const char *words_get(const struct words *w, const char *key);
/* The same for "PREFIX.NAME". */
const char *words_of(const struct words *w, const char *prefix, const char *name);
/* Calls `each` for every key, in byte order. */
void words_each(const struct words *w, void (*each)(void *arg, const char *key, const char *text), void *arg);

/* A value for a {name} in a text. */
struct word_value {
	const char *name, *value;
};
/* Writes a text with its {names} replaced; text and values are escaped. */
void words_say(struct html *h, const char *text, const struct word_value *values, size_t n);
/* The same into a plain buffer (for attributes: escape it afterwards through html_attr). */
void words_fill(struct buf *out, const char *text, const struct word_value *values, size_t n);

#endif

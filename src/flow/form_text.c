/* form_text.c: keyed text files and their {names}. */
#include "flow/form_text.h"

#include <stdio.h>
#include <string.h>

const struct asset *form_text_file(const char *lang) {
	char name[40];
	if (strlen(lang) > 4) return NULL;
	(void)snprintf(name, sizeof name, "consent/form.%s.txt", lang);
	return asset_find(web_assets, name);
}

/* The value of `key`: where it begins and where the file ends; NULL if it is not there. */
static const char *find(const struct asset *file, const char *key, const char **ret_end) {
	const char *s = (const char *)file->data, *end = s + file->size;
	size_t len = strlen(key);
	*ret_end = end;
	while (s < end) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));
		if (!eol) eol = end;
		if ((size_t)(eol - s) > len && !memcmp(s, key, len) && s[len] == ':') return s + len + 1;
		s = eol < end ? eol + 1 : end;
	}
	return NULL;
}

static const char *find_variant(const struct form_text *t, const char *key, const char **ret_end) {
	char full[64];
	const char *s = NULL;
	if (t->variant) {
		(void)snprintf(full, sizeof full, "%s.%s", key, t->variant);
		s = find(t->file, full, ret_end);
	}
	return s ? s : find(t->file, key, ret_end);
}

bool form_text_has(const struct form_text *t, const char *key) {
	const char *end;
	return find_variant(t, key, &end) != NULL;
}

/* Adds the value of {name} at s (which stands on the brace); returns what follows the closing brace. */
static const char *add_var(const struct form_text *t, const char *s, const char *end, struct buf *out) {
	const char *close = memchr(s, '}', (size_t)(end - s));
	if (!close) BUG("a brace without its end in a form text");
	size_t len = (size_t)(close - s - 1);
	for (const struct form_var *v = t->vars; v && v->name; v++) {
		if (strlen(v->name) != len || memcmp(v->name, s + 1, len) != 0) continue;
		if (v->value) (void)buf_str(out, v->value);
		return close + 1;
	}
	BUG("a form text names a value that is not there");
}

void form_text_add(const struct form_text *t, const char *key, struct buf *out) {
	const char *end, *s = find_variant(t, key, &end);
	if (!s) BUG("a form text is missing");
	while (s < end && *s == ' ') s++;
	while (s < end) {
		if (*s == '\n') { /* a line that begins with a blank continues this one */
			if (s + 1 >= end || s[1] != ' ') return;
			s++;
		} else if (*s == '{') {
			s = add_var(t, s, end, out);
		} else {
			(void)buf_char(out, *s++);
		}
	}
}

void form_text_put(const struct form_text *t, struct html *h, const char *key) {
	struct buf auto_buf b;
	buf_init(&b, FORM_TEXT_MAX);
	form_text_add(t, key, &b);
	if (b.failed) h->out->failed = true; /* never half a sentence */
	html_text(h, buf_text(&b));
}

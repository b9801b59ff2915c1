/* words.c: see flow/words.h. A file holds `key = text` a line and `#` comments. */
#include "flow/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { WORDS_MAX = 400, KEY_MAX = 64 };

struct word {
	const char *key, *text;
};

struct words {
	char lang[3];
	char *copy; /* of the file, cut into keys and texts */
	struct word word[WORDS_MAX];
	size_t n;
};

static int by_key(const void *a, const void *b) {
	return strcmp(((const struct word *)a)->key, ((const struct word *)b)->key);
}

static void read_line(struct words *w, char *line) {
	char *eq = strstr(line, " = ");
	if (line[0] == '#' || !line[0]) return;
	if (!eq || w->n == WORDS_MAX) BUG("a line of the words is no `key = text`");
	*eq = 0;
	w->word[w->n++] = (struct word){ line, eq + 3 };
}

int words_open(const struct asset *table, const char *lang, struct words **ret, struct err *e) {
	char name[32];
	(void)snprintf(name, sizeof name, "site/words.%.2s.txt", lang);
	const struct asset *a = asset_find(table, name);
	if (!a)
		return err_set(
			e, ERR_USAGE, "There are no pages in the language \"%.10s\": choose en, de, es or fr", lang);
	struct words *w = calloc(1, sizeof *w);
	if (!w || !(w->copy = strdup((const char *)a->data))) {
		words_free(w);
		return err_nomem(e);
	}
	(void)snprintf(w->lang, sizeof w->lang, "%.2s", lang);
	char *rest = w->copy, *line;
	while ((line = strsep(&rest, "\n"))) read_line(w, line);
	qsort(w->word, w->n, sizeof *w->word, by_key);
	*ret = w;
	return 0;
}

void words_free(struct words *w) {
	if (!w) return;
	free(w->copy);
	free(w);
}

const char *words_lang(const struct words *w) {
	return w->lang;
}

static const char *find(const struct words *w, const char *key) {
	const struct word probe = { key, NULL };
	const struct word *hit = bsearch(&probe, w->word, w->n, sizeof probe, by_key);
	return hit ? hit->text : NULL;
}

const char *words_get(const struct words *w, const char *key) {
	const char *text = find(w, key);
	if (!text) {
		(void)fprintf(stderr, "missing words: %s\n", key);
		BUG("a key of the words is missing");
	}
	return text;
}

const char *words_of(const struct words *w, const char *prefix, const char *name) {
	char key[KEY_MAX];
	(void)snprintf(key, sizeof key, "%s.%s", prefix, name);
	return words_get(w, key);
}

void words_each(const struct words *w, void (*each)(void *arg, const char *key, const char *text), void *arg) {
	for (size_t i = 0; i < w->n; i++) each(arg, w->word[i].key, w->word[i].text);
}

void words_fill(struct buf *out, const char *text, const struct word_value *values, size_t n) {
	while (*text) {
		size_t plain = strcspn(text, "{");
		(void)buf_add(out, text, plain);
		text += plain;
		if (!*text) return;
		size_t len = strcspn(text, "}");
		for (size_t i = 0; i < n; i++)
			if (strlen(values[i].name) == len - 1 && !strncmp(values[i].name, text + 1, len - 1))
				(void)buf_str(out, values[i].value ? values[i].value : "");
		text += len + (text[len] == '}');
	}
}

void words_say(struct html *h, const char *text, const struct word_value *values, size_t n) {
	struct buf auto_buf plain;
	buf_init(&plain, 8192);
	words_fill(&plain, text, values, n);
	html_text(h, buf_text(&plain));
}

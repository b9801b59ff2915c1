/* field.c: see field.h. */
#include "field.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

const char *const field_langs[] = { "en", "de", "es", "fr", NULL };

int field_line(const char *what, const char *s, size_t max, struct err *e) {
	if (text_is_blank(s)) return err_set(e, ERR_USAGE, "%s is missing", what);
	if (strlen(s) > max) return err_set(e, ERR_USAGE, "%s is longer than %zu characters", what, max);
	if (!text_is_clean(s, strlen(s), false))
		return err_set(e, ERR_USAGE, "%s holds characters that cannot be printed", what);
	return 0;
}

int field_word(const char *what, const char *s, const char *const *words, struct err *e) {
	auto_buf struct buf list;
	buf_init(&list, 300);
	for (const char *const *w = words; *w; w++) {
		if (s && strcmp(s, *w) == 0) return 0;
		(void)buf_fmt(&list, "%s%s", w == words ? "" : ", ", *w);
	}
	return err_set(e, ERR_USAGE, "%s is one of these words: %s", what, buf_text(&list));
}

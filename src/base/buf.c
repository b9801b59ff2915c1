/* buf.c: the bounded buffer; see base/buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t max) {
	if (!max || max > SIZE_MAX / 4) BUG("a buffer needs a maximum");
	*b = (struct buf){ .max = max };
}

void buf_free(struct buf *b) {
	if (!b) return;
	free(b->data);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b) {
	b->len = 0;
	b->failed = false;
	if (b->data) b->data[0] = 0;
}

char *buf_room(struct buf *b, size_t len) {
	if (b->failed) return NULL;
	if (len > b->max - b->len) {
		b->failed = true;
		return NULL;
	}
	size_t need = b->len + len + 1;
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 256;
		while (cap < need) cap *= 2;
		char *p = realloc(b->data, cap);
		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->data = p;
		b->cap = cap;
	}
	return b->data + b->len;
}

void buf_grew(struct buf *b, size_t len) {
	if (b->failed || len >= b->cap - b->len) BUG("buf_grew beyond its room");
	b->len += len;
	b->data[b->len] = 0;
}

int buf_add(struct buf *b, const void *data, size_t len) {
	char *p = buf_room(b, len);
	if (!p) return -1;
	if (len) memcpy(p, data, len);
	buf_grew(b, len);
	return 0;
}

int buf_str(struct buf *b, const char *s) {
	return buf_add(b, s, strlen(s));
}

int buf_char(struct buf *b, char c) {
	return buf_add(b, &c, 1);
}

int buf_fmt(struct buf *b, const char *fmt, ...) {
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	int r = -1;
	char *p = n < 0 ? NULL : buf_room(b, (size_t)n);
	if (p) {
		(void)vsnprintf(p, (size_t)n + 1, fmt, again);
		buf_grew(b, (size_t)n);
		r = 0;
	}
	va_end(again);
	return r;
}

int buf_check(const struct buf *b, const char *what, struct err *e) {
	if (!b->failed) return 0;
	return err_set(e, ERR_REFUSED, "%s is too large (the limit is %zu bytes)", what, b->max);
}

const char *buf_text(const struct buf *b) {
	return b->data ? b->data : "";
}

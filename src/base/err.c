/* err.c: fills struct err; see base/err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_printable(char *s) {
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f) *s = '?';
}

int err_vset(struct err *e, enum err_kind kind, const char *fmt, va_list ap) {
	if (!e) return -1;
	char text[ERR_TEXT_MAX];
	(void)vsnprintf(text, sizeof text, fmt, ap);
	make_printable(text);
	e->kind = kind;
	e->rule[0] = 0;
	memcpy(e->text, text, sizeof text);
	return -1;
}

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...) {
	va_list ap;
	va_start(ap, fmt);
	(void)err_vset(e, kind, fmt, ap);
	va_end(ap);
	return -1;
}

int err_rule(struct err *e, const char *rule, const char *fmt, ...) {
	if (!e) return -1;
	char text[ERR_TEXT_MAX - ERR_RULE_MAX - 2];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	(void)err_set(e, ERR_REFUSED, "%.7s: %s", rule, text);
	(void)snprintf(e->rule, sizeof e->rule, "%s", rule);
	return -1;
}

int err_sys(struct err *e, const char *fmt, ...) {
	int saved = errno;
	if (!e) return -1;
	char text[ERR_TEXT_MAX - 128];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	const char *why = saved == ENOSPC ? "the disk is full" : strerror(saved);
	return err_set(e, ERR_OUTSIDE, "%s: %s", text, why);
}

int err_nomem(struct err *e) {
	return err_set(e, ERR_OUTSIDE, "out of memory");
}

int err_prefix(struct err *e, const char *fmt, ...) {
	if (!e) return -1;
	char front[ERR_TEXT_MAX / 2], old[ERR_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(front, sizeof front, fmt, ap);
	va_end(ap);
	make_printable(front);
	memcpy(old, e->text, sizeof old);
	size_t n = strlen(front);
	memcpy(e->text, front, n);
	memcpy(e->text + n, ": ", 3);
	size_t room = sizeof e->text - n - 3, len = strlen(old);
	if (len > room) len = room; /* cut, never overrun */
	memcpy(e->text + n + 2, old, len);
	e->text[n + 2 + len] = 0;
	return -1;
}

void err_clear(struct err *e) {
	if (e) *e = (struct err){ 0 };
}

void err_bug(const char *file, int line, const char *why) {
	(void)fprintf(stderr, "occlude: a mistake in the program at %s:%d: %s\n", file, line, why);
	abort();
}

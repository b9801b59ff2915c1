/* err.h: how functions say what went wrong. Functions return 0 or a negative number and fill `struct err` with one
 * sentence a front-desk worker understands: what happened, to which file or record, and what to do. Only commands
 * and route handlers print it. The kind is the exit status of the programs. */
#ifndef OCCLUDE_BASE_ERR_H
#define OCCLUDE_BASE_ERR_H

#include <stdarg.h>

enum err_kind {
	ERR_NONE = 0,
	ERR_REFUSED = 1, /* a rule or a limit refused; `rule` may hold the rule's ID */
	ERR_USAGE = 2,   /* the call's words are wrong */
	ERR_OUTSIDE = 3  /* disk, file, network, a broken database */
};

enum { ERR_TEXT_MAX = 600, ERR_RULE_MAX = 8 };

struct err {
	enum err_kind kind;
	char rule[ERR_RULE_MAX]; /* "C4", or empty */
	char text[ERR_TEXT_MAX]; /* one sentence, no newline */
};

/* Each of these fills `e` (which may be NULL) and returns -1, so that `return err_set(...)` reads well. Control
 * characters in the finished text become '?', so a hostile file name cannot write to a terminal. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int err_vset(struct err *e, enum err_kind kind, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));
/* A refusal by a rule of RULES: kind ERR_REFUSED, text begins with the ID: "C4: ...". */
int err_rule(struct err *e, const char *rule, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* ERR_OUTSIDE with ": " and the meaning of the current errno appended. */
int err_sys(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* ERR_OUTSIDE "out of memory". */
int err_nomem(struct err *e);
/* Puts words and ": " before the text that is there, keeping kind and rule. Returns -1. */
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *e);

/* The impossible: prints where and aborts. Never for bad input. */
#define BUG(why) err_bug(__FILE__, __LINE__, why)
void err_bug(const char *file, int line, const char *why) __attribute__((noreturn));

#endif

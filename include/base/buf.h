/* buf.h: a growing buffer with a stated maximum. Every add either takes all or marks the buffer failed and adds
 * nothing; later adds to a failed buffer do nothing, so a chain of adds needs one check at its end. */
#ifndef OCCLUDE_BASE_BUF_H
#define OCCLUDE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf {
	char *data; /* always followed by a NUL that is not counted; NULL before the first add */
	size_t len;
	size_t cap;
	size_t max;  /* no add makes len larger than this */
	bool failed; /* too large, or out of memory */
};

/* `max` is in bytes and must not be 0. Nothing is allocated yet. */
void buf_init(struct buf *b, size_t max);
/* Frees what the buffer holds; it can be used again with its old maximum. Takes NULL. */
void buf_free(struct buf *b);
/* Empties it, keeping memory and maximum and clearing `failed`. */
void buf_clear(struct buf *b);
/* 0 or -1. */
int buf_add(struct buf *b, const void *data, size_t len);
int buf_str(struct buf *b, const char *s);
int buf_char(struct buf *b, char c);
int buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Makes room for `len` more bytes and returns where they go (not yet counted), or NULL. */
char *buf_room(struct buf *b, size_t len);
/* Counts `len` bytes written into buf_room's place. */
void buf_grew(struct buf *b, size_t len);
/* 0, or -1 with "WHAT is too large (more than N bytes)" in e if an add failed. */
int buf_check(const struct buf *b, const char *what, struct err *e);
/* The text, never NULL. */
const char *buf_text(const struct buf *b);

#define auto_buf __attribute__((cleanup(buf_free)))

#endif

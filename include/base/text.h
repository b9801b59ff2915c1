/* text.h: small helpers for text from people. */
#ifndef OCCLUDE_BASE_TEXT_H
#define OCCLUDE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes are valid UTF-8 without NUL, control characters (tab and newline pass if `lines`) or
 * bidirectional overrides. */
bool text_is_clean(const char *s, size_t len, bool lines);
/* Decodes one character at s (len > 0) and returns the bytes it took; a broken sequence gives 0xFFFD and takes 1. */
size_t text_decode(const char *s, size_t len, uint32_t *ret);
/* Whether s (NULL passes as empty) holds anything but white space. */
bool text_is_blank(const char *s);
/* Lower-case hexadecimal of `len` bytes into out[2*len+1]; returns out. */
const char *text_hex(const void *data, size_t len, char *out);
/* Reads exactly 2*len hexadecimal digits; 0 or -1. */
int text_unhex(const char *s, void *out, size_t len);
/* Reads a whole decimal number between min and max; 0 or -1. */
int text_int(const char *s, int64_t min, int64_t max, int64_t *ret);
/* A finite decimal number, '.' as the point whatever the locale; 0 or -1. */
int text_number(const char *s, double *ret);

#endif

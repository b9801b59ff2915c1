/* field.h: checks of single values from people. Private to record/. */
#ifndef OCCLUDE_RECORD_FIELD_H
#define OCCLUDE_RECORD_FIELD_H

#include <stddef.h>

#include "base/err.h"

/* One line of at most `max` bytes, not blank. `what` begins the sentence: "The given name". */
int field_line(const char *what, const char *s, size_t max, struct err *e);
/* One of the words, which a NULL ends. */
int field_word(const char *what, const char *s, const char *const *words, struct err *e);

extern const char *const field_langs[];

#endif

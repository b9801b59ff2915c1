/* json.h: writes JSON into a buffer; commas and escapes are its business, nesting is checked (BUG on misuse). */
#ifndef OCCLUDE_BASE_JSON_H
#define OCCLUDE_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { JSON_DEPTH_MAX = 16 };

struct json {
	struct buf *out;
	int depth;
	bool first[JSON_DEPTH_MAX];
	bool after_key;
};

void json_init(struct json *j, struct buf *out);
/* `{`, `}`, `[`, `]`. */
void json_object(struct json *j);
void json_object_end(struct json *j);
void json_array(struct json *j);
void json_array_end(struct json *j);
void json_key(struct json *j, const char *key);
/* Values. A NULL string is null. Bytes that are not UTF-8 become U+FFFD. */
void json_text(struct json *j, const char *s);
void json_int(struct json *j, int64_t v);
/* Shortest form with `decimals` at most; not finite becomes null. */
void json_number(struct json *j, double v, int decimals);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* Key and value in one. */
void json_key_text(struct json *j, const char *key, const char *s);
void json_key_int(struct json *j, const char *key, int64_t v);
void json_key_bool(struct json *j, const char *key, bool v);

#endif

/* json.c: see base/json.h. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void json_init(struct json *j, struct buf *out) {
	*j = (struct json){ .out = out };
	j->first[0] = true;
}

static void before_value(struct json *j) {
	if (j->after_key)
		j->after_key = false;
	else if (!j->first[j->depth])
		(void)buf_char(j->out, ',');
	j->first[j->depth] = false;
}

static void open_level(struct json *j, char c) {
	before_value(j);
	if (++j->depth >= JSON_DEPTH_MAX) BUG("JSON nested too deep");
	j->first[j->depth] = true;
	(void)buf_char(j->out, c);
}

static void close_level(struct json *j, char c) {
	if (j->depth-- == 0 || j->after_key) BUG("JSON closed where nothing was open");
	(void)buf_char(j->out, c);
}

void json_object(struct json *j) {
	open_level(j, '{');
}

void json_object_end(struct json *j) {
	close_level(j, '}');
}

void json_array(struct json *j) {
	open_level(j, '[');
}

void json_array_end(struct json *j) {
	close_level(j, ']');
}

static void quoted(struct buf *b, const char *s) {
	size_t len = strlen(s);
	(void)buf_char(b, '"');
	while (len) {
		uint32_t c;
		size_t n = text_decode(s, len, &c);
		if (c == '"' || c == '\\')
			(void)buf_fmt(b, "\\%c", (int)c);
		else if (c == '\n')
			(void)buf_str(b, "\\n");
		else if (c < 0x20 || c == 0x7f)
			(void)buf_fmt(b, "\\u%04x", (unsigned)c);
		else if (c == 0xFFFD)
			(void)buf_str(b, "\xEF\xBF\xBD");
		else
			(void)buf_add(b, s, n);
		s += n;
		len -= n;
	}
	(void)buf_char(b, '"');
}

void json_key(struct json *j, const char *key) {
	if (j->after_key) BUG("JSON key after key");
	before_value(j);
	quoted(j->out, key);
	(void)buf_char(j->out, ':');
	j->after_key = true;
}

void json_text(struct json *j, const char *s) {
	if (!s) {
		json_null(j);
		return;
	}
	before_value(j);
	quoted(j->out, s);
}

void json_int(struct json *j, int64_t v) {
	before_value(j);
	(void)buf_fmt(j->out, "%lld", (long long)v);
}

void json_number(struct json *j, double v, int decimals) {
	if (!isfinite(v)) {
		json_null(j);
		return;
	}
	char s[400];
	(void)snprintf(s, sizeof s, "%.*f", decimals, v);
	if (strchr(s, '.')) {
		char *end = s + strlen(s);
		while (end[-1] == '0') *--end = 0;
		if (end[-1] == '.') *--end = 0;
	}
	before_value(j);
	(void)buf_str(j->out, strcmp(s, "-0") ? s : "0");
}

void json_bool(struct json *j, bool v) {
	before_value(j);
	(void)buf_str(j->out, v ? "true" : "false");
}

void json_null(struct json *j) {
	before_value(j);
	(void)buf_str(j->out, "null");
}

void json_key_text(struct json *j, const char *key, const char *s) {
	json_key(j, key);
	json_text(j, s);
}

void json_key_int(struct json *j, const char *key, int64_t v) {
	json_key(j, key);
	json_int(j, v);
}

void json_key_bool(struct json *j, const char *key, bool v) {
	json_key(j, key);
	json_bool(j, v);
}

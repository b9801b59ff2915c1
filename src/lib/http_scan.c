/* http_scan.c: see lib/http_scan.h. The grammar is RFC 9112's, without its tolerances. */
#include "lib/http_scan.h"

#include <string.h>

enum { METHOD_MAX = 16, NAME_MAX_LEN = 64, HEADERS_MAX = 64, DIGITS_MAX = 15 };

void http_scan_init(struct http_scan *s) {
	*s = (struct http_scan){ 0 };
}

bool http_scan_in_head(const struct http_scan *s) {
	return s->state != HTTP_SCAN_START && s->state != HTTP_SCAN_BODY;
}

/* RFC 9110's tchar. */
static bool is_token(unsigned char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static void token_begin(struct http_scan *s) {
	s->pos = 0;
	s->token[0] = 0;
}

/* Adds to the token, lower-case; what does not fit cannot be a name that matters, but is counted. */
static void token_add(struct http_scan *s, unsigned char c) {
	if (s->pos + 1 < sizeof s->token) {
		s->token[s->pos] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		s->token[s->pos + 1] = 0;
	}
	s->pos++;
}

static bool token_is(const struct http_scan *s, const char *word) {
	return s->pos == strlen(word) && !strcmp(s->token, word);
}

static void on_method(struct http_scan *s, unsigned char c) {
	if (c == ' ' && s->pos) {
		s->state = HTTP_SCAN_TARGET;
		s->pos = 0;
	} else if (c >= 'A' && c <= 'Z' && s->pos < METHOD_MAX) {
		s->pos++;
	} else {
		s->bad = true;
	}
}

static void on_target(struct http_scan *s, unsigned char c) {
	if (c == ' ' && s->pos) {
		s->state = HTTP_SCAN_VERSION;
		token_begin(s);
	} else if (c > 0x20 && c < 0x7f && (s->pos || c == '/')) {
		s->pos = 1;
	} else {
		s->bad = true;
	}
}

static void on_version(struct http_scan *s, unsigned char c) {
	if (c != '\r') {
		token_add(s, c);
		s->bad = s->pos > 8 || (c >= 'a' && c <= 'z');
		return;
	}
	s->old = token_is(s, "http/1.0");
	s->bad = !s->old && !token_is(s, "http/1.1");
	s->state = HTTP_SCAN_LINE_LF;
}

/* A header's name is complete. */
static void on_colon(struct http_scan *s) {
	s->state = HTTP_SCAN_VALUE;
	if (token_is(s, "host")) s->bad = ++s->hosts > 1;
	if (token_is(s, "transfer-encoding")) s->bad = true;
	if (token_is(s, "content-length")) {
		s->bad = ++s->lengths > 1;
		s->digits = 0;
		s->length_ended = false;
	} else {
		token_begin(s); /* its value is nobody's business here */
	}
}

static void on_name(struct http_scan *s, unsigned char c) {
	if (c == ':' && s->pos) {
		on_colon(s);
	} else if (is_token(c) && s->pos < NAME_MAX_LEN) {
		token_add(s, c);
	} else {
		s->bad = true;
	}
}

static void on_length(struct http_scan *s, unsigned char c) {
	if (c == ' ' || c == '\t') {
		s->length_ended = s->digits > 0;
	} else if (c >= '0' && c <= '9' && !s->length_ended && s->digits < DIGITS_MAX) {
		s->length = s->length * 10 + (c - '0');
		s->digits++;
	} else {
		s->bad = true;
	}
}

static void on_value(struct http_scan *s, unsigned char c) {
	bool length = s->pos; /* the name was kept only for Content-Length */
	if (c == '\r') {
		s->bad = length && !s->digits;
		s->state = HTTP_SCAN_LINE_LF;
	} else if ((c < 0x20 && c != '\t') || c == 0x7f) {
		s->bad = true;
	} else if (length) {
		on_length(s, c);
	}
}

static void on_line(struct http_scan *s, unsigned char c) {
	if (c == '\r') {
		s->state = HTTP_SCAN_END_LF;
	} else if (is_token(c) && s->headers < HEADERS_MAX) {
		s->headers++;
		s->state = HTTP_SCAN_NAME;
		token_begin(s);
		token_add(s, c);
	} else {
		s->bad = true; /* white space: a folded header; LF: a bare one */
	}
}

static void on_end(struct http_scan *s) {
	if (s->hosts != 1 && !(s->old && !s->hosts)) s->bad = true;
	s->heads++;
	s->body_left = s->length;
	s->state = s->body_left ? HTTP_SCAN_BODY : HTTP_SCAN_START;
}

static void on_byte(struct http_scan *s, unsigned char c) {
	switch (s->state) {
	case HTTP_SCAN_START:
		s->pos = s->headers = s->hosts = s->lengths = 0;
		s->length = 0;
		s->state = HTTP_SCAN_METHOD;
		on_method(s, c);
		break;
	case HTTP_SCAN_METHOD:
		on_method(s, c);
		break;
	case HTTP_SCAN_TARGET:
		on_target(s, c);
		break;
	case HTTP_SCAN_VERSION:
		on_version(s, c);
		break;
	case HTTP_SCAN_LINE_LF:
		s->bad = c != '\n';
		s->state = HTTP_SCAN_LINE;
		break;
	case HTTP_SCAN_LINE:
		on_line(s, c);
		break;
	case HTTP_SCAN_NAME:
		on_name(s, c);
		break;
	case HTTP_SCAN_VALUE:
		on_value(s, c);
		break;
	case HTTP_SCAN_END_LF:
		s->bad = c != '\n';
		on_end(s);
		break;
	case HTTP_SCAN_BODY:
		break;
	}
}

void http_scan_feed(struct http_scan *s, const void *data, size_t len) {
	const unsigned char *p = data;
	while (len && !s->bad) {
		if (s->state == HTTP_SCAN_BODY) {
			size_t skip = len < s->body_left ? len : (size_t)s->body_left;
			s->body_left -= skip;
			p += skip;
			len -= skip;
			if (!s->body_left) s->state = HTTP_SCAN_START;
			continue;
		}
		on_byte(s, *p++);
		len--;
	}
}

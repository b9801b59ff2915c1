/* html.c: see base/html.h. */
#include "base/html.h"

#include <string.h>

#include "base/asset.h"
#include "base/text.h"

void html_literal_(struct html *h, const char *s, size_t len) {
	(void)buf_add(h->out, s, len);
}

void html_asset(struct html *h, const struct asset *a) {
	(void)buf_add(h->out, a->data, a->size);
}

void html_text(struct html *h, const char *s) {
	if (!s) return;
	size_t len = strlen(s);
	while (len) {
		uint32_t c;
		size_t n = text_decode(s, len, &c);
		switch (c) {
		case '&':
			(void)buf_str(h->out, "&amp;");
			break;
		case '<':
			(void)buf_str(h->out, "&lt;");
			break;
		case '>':
			(void)buf_str(h->out, "&gt;");
			break;
		case '"':
			(void)buf_str(h->out, "&quot;");
			break;
		case '\'':
			(void)buf_str(h->out, "&#39;");
			break;
		case 0xFFFD:
			(void)buf_str(h->out, "\xEF\xBF\xBD");
			break;
		default:
			if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t') (void)buf_add(h->out, s, n);
		}
		s += n;
		len -= n;
	}
}

void html_int(struct html *h, int64_t v) {
	(void)buf_fmt(h->out, "%lld", (long long)v);
}

void html_attr_(struct html *h, const char *open, const char *value) {
	(void)buf_str(h->out, open);
	html_text(h, value);
	(void)buf_char(h->out, '"');
}

static int url_is_safe(const char *v) {
	if (v[0] == '/') return v[1] != '/' && v[1] != '\\';
	return v[0] == '#' || !strncmp(v, "https:", 6) || !strncmp(v, "mailto:", 7) || !strncmp(v, "tel:", 4);
}

void html_url_(struct html *h, const char *open, const char *value) {
	html_attr_(h, open, value && url_is_safe(value) ? value : "#");
}

void html_png(struct html *h, const void *png, size_t len) {
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *s = png;
	(void)buf_str(h->out, " src=\"data:image/png;base64,");
	char *to = buf_room(h->out, (len + 2) / 3 * 4);
	if (!to) return;
	size_t n = 0;
	for (size_t i = 0; i < len; i += 3) {
		unsigned v = (unsigned)s[i] << 16 | (i + 1 < len ? (unsigned)s[i + 1] << 8 : 0) |
			     (i + 2 < len ? s[i + 2] : 0);
		to[n++] = digits[v >> 18];
		to[n++] = digits[v >> 12 & 63];
		to[n++] = i + 1 < len ? digits[v >> 6 & 63] : '=';
		to[n++] = i + 2 < len ? digits[v & 63] : '=';
	}
	buf_grew(h->out, n);
	(void)buf_char(h->out, '"');
}

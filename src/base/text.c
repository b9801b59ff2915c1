/* text.c: see base/text.h. */
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t text_decode(const char *s, size_t len, uint32_t *ret) {
	const unsigned char *p = (const unsigned char *)s;
	*ret = 0xFFFD;
	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
	if (p[0] < 0xC2 || p[0] > 0xF4 || len < n) return 1;
	uint32_t c = p[0] & (0xFFu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80) return 1;
		c = c << 6 | (p[i] & 0x3F);
	}
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 1;
	*ret = c;
	return n;
}

static bool turns_direction(uint32_t c) {
	return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
}

bool text_is_clean(const char *s, size_t len, bool lines) {
	while (len) {
		uint32_t c;
		size_t n = text_decode(s, len, &c);
		bool line = c == '\n' || c == '\t';
		if ((c == 0xFFFD && n == 1) || turns_direction(c)) return false;
		if ((c < 0x20 || (c >= 0x7f && c < 0xA0)) && !(line && lines)) return false;
		s += n;
		len -= n;
	}
	return true;
}

bool text_is_blank(const char *s) {
	return !s || !s[strspn(s, " \t\r\n")];
}

const char *text_hex(const void *data, size_t len, char *out) {
	const unsigned char *p = data;
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = "0123456789abcdef"[p[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
	}
	out[2 * len] = 0;
	return out;
}

static int hex_digit(char c) {
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

int text_unhex(const char *s, void *out, size_t len) {
	unsigned char *p = out;
	if (strlen(s) != 2 * len) return -1;
	for (size_t i = 0; i < len; i++) {
		int hi = hex_digit(s[2 * i]), lo = hex_digit(s[2 * i + 1]);
		if (hi < 0 || lo < 0) return -1;
		p[i] = (unsigned char)(hi << 4 | lo);
	}
	return 0;
}

int text_int(const char *s, int64_t min, int64_t max, int64_t *ret) {
	char *end;
	errno = 0;
	if (!s || !(*s == '-' || (*s >= '0' && *s <= '9'))) return -1;
	long long v = strtoll(s, &end, 10);
	if (errno || *end || v < min || v > max) return -1;
	*ret = v;
	return 0;
}

int text_number(const char *s, double *ret) {
	if (!s || !*s) return -1;
	const char *p = s + (*s == '-');
	double v = 0, place = 1;
	bool digits = false, point = false;
	for (; *p; p++) {
		if (*p == '.' && !point) {
			point = true;
		} else if (*p >= '0' && *p <= '9') {
			digits = true;
			v = v * 10 + (*p - '0');
			if (point) place *= 10;
		} else {
			return -1;
		}
	}
	if (!digits || !isfinite(v) || !isfinite(place)) return -1;
	*ret = (*s == '-' ? -v : v) / place;
	return 0;
}

/* negotiate.c: see negotiate.h. */
#include "negotiate.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Whether the parameters of a list's element (up to its comma) say ";q=0", "q=0.0" and so on. */
static bool weight_is_zero(const char *s, const char *end) {
	const char *q = memchr(s, ';', (size_t)(end - s));
	while (q && q < end && (*q == ';' || *q == ' ' || *q == '\t')) q++;
	if (!q || end - q < 3 || (*q | 32) != 'q' || q[1] != '=') return false;
	for (q += 2; q < end && *q != ' ' && *q != ';'; q++)
		if (*q != '0' && *q != '.') return false;
	return true;
}

enum coding negotiate_coding(const char *s) {
	enum coding best = CODING_NONE;
	while (s && *s) {
		s += strspn(s, " \t,");
		const char *end = s + strcspn(s, ",");
		size_t len = strcspn(s, " \t;,");
		if (!weight_is_zero(s, end)) {
			if (len == 2 && !strncasecmp(s, "br", 2)) best = CODING_BR;
			if (len == 4 && !strncasecmp(s, "gzip", 4) && best == CODING_NONE) best = CODING_GZIP;
		}
		s = end;
	}
	return best;
}

bool negotiate_none_match(const char *s, const char *etag) {
	size_t len = strlen(etag);
	while (s && *s) {
		s += strspn(s, " \t,");
		if (*s == '*') return true;
		if (!strncmp(s, "W/", 2)) s += 2;
		if (*s != '"') return false;
		size_t n = strcspn(s + 1, "\"") + 2;
		if (n > strlen(s)) return false;
		if (n == len && !strncmp(s, etag, len)) return true;
		s += n;
	}
	return false;
}

/* Digits into a number that stops growing at SIZE_MAX / 2; false if there is none. */
static bool digits(const char **s, size_t *ret) {
	const char *start = *s;
	size_t v = 0;
	for (; **s >= '0' && **s <= '9'; (*s)++)
		if (v < SIZE_MAX / 20) v = v * 10 + (size_t)(**s - '0');
	*ret = v;
	return *s != start;
}

enum range negotiate_range(const char *s, size_t size, size_t *ret_first, size_t *ret_len) {
	size_t first = 0, last = 0;
	if (!s || strncasecmp(s, "bytes=", 6) != 0) return RANGE_WHOLE;
	s += 6;
	bool has_first = digits(&s, &first);
	if (*s++ != '-') return RANGE_WHOLE;
	bool has_last = digits(&s, &last);
	if (*s || (!has_first && !has_last) || (has_first && has_last && last < first)) return RANGE_WHOLE;
	if (!has_first) {
		if (!last || !size) return RANGE_NONE;
		first = last < size ? size - last : 0;
		last = size - 1;
	} else if (first >= size) {
		return RANGE_NONE;
	} else if (!has_last || last >= size) {
		last = size - 1;
	}
	*ret_first = first;
	*ret_len = last - first + 1;
	return RANGE_PART;
}

/* http_scan.h: a strict look at what a client sends, byte by byte, beside the HTTP library's own lenient reading of it.
 * Everything two programs could read differently (request smuggling) marks the connection as bad: a bare LF, a folded
 * header, NUL and other control characters, white space before a colon, two Hosts, two Content-Lengths or one that
 * is not a plain number, any Transfer-Encoding, a target that is not a path, a version other than 1.0 and 1.1. No
 * memory, no system call, any split of the bytes gives the same verdict. */
#ifndef OCCLUDE_LIB_HTTP_SCAN_H
#define OCCLUDE_LIB_HTTP_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_scan_state {
	HTTP_SCAN_START, /* between requests */
	HTTP_SCAN_METHOD,
	HTTP_SCAN_TARGET,
	HTTP_SCAN_VERSION,
	HTTP_SCAN_LINE_LF, /* CR seen, LF must follow */
	HTTP_SCAN_LINE,    /* at the first byte of a header line */
	HTTP_SCAN_NAME,
	HTTP_SCAN_VALUE,
	HTTP_SCAN_END_LF, /* the empty line's CR seen */
	HTTP_SCAN_BODY
};

struct http_scan {
	enum http_scan_state state;
	bool bad;           /* from here on nothing of this connection is believed */
	unsigned heads;     /* complete heads so far */
	uint64_t body_left; /* bytes of the body still to come */
	unsigned pos;       /* bytes into the present token */
	unsigned headers, hosts, lengths;
	bool old;        /* HTTP/1.0 */
	char token[24];  /* the present name or version, lower-case, cut */
	uint64_t length; /* Content-Length */
	unsigned digits;
	bool length_ended; /* white space after its digits */
};

void http_scan_init(struct http_scan *s);
/* Reads on. After `bad` it does nothing. */
void http_scan_feed(struct http_scan *s, const void *data, size_t len);
/* Whether a head has begun and not ended. */
bool http_scan_in_head(const struct http_scan *s);

#endif

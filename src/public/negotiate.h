/* negotiate.h: what a client's headers ask for. Pure functions over untrusted text. */
#ifndef OCCLUDE_PUBLIC_NEGOTIATE_H
#define OCCLUDE_PUBLIC_NEGOTIATE_H

#include <stdbool.h>
#include <stddef.h>

enum coding { CODING_NONE, CODING_GZIP, CODING_BR };

/* The best coding Accept-Encoding (NULL: none) takes: br before gzip; a weight of 0 refuses. */
enum coding negotiate_coding(const char *accept_encoding);
/* Whether If-None-Match (a list, "*", weak tags too) names `etag` (with its quotes). */
bool negotiate_none_match(const char *if_none_match, const char *etag);

enum range { RANGE_WHOLE, RANGE_PART, RANGE_NONE };
/* One range in "bytes=a-b", "bytes=a-", "bytes=-n" of `size` bytes: RANGE_PART with first and length. Several ranges, other
 * units and what is not well formed are RANGE_WHOLE (RFC 9110 lets us ignore them); RANGE_NONE: 416. */
enum range negotiate_range(const char *range, size_t size, size_t *ret_first, size_t *ret_len);

#endif

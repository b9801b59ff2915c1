/* http_wire.h: hears every byte that libmicrohttpd reads from its clients (private to src/lib/http.c).
 *
 * libmicrohttpd 0.9.75 reads leniently (a bare LF, folded headers, NUL) and shows none of it to its handler. A look
 * with MSG_PEEK when a connection begins misses what comes later on the same connection. So http_wire.c defines recv()
 * for the whole program, over the C library's, and hands what was read to the strict scanner of lib/http_scan.h before
 * the library sees it. Other users of recv() notice nothing. If a library ever read by another call, no complete
 * head would have been heard when its handler runs, and http.c answers every request with 400: it fails closed. */
#ifndef OCCLUDE_LIB_HTTP_WIRE_H
#define OCCLUDE_LIB_HTTP_WIRE_H

#include <stdatomic.h>
#include <stdint.h>

#include "lib/http_scan.h"

enum { HTTP_WIRE_FD_MAX = 65536 };

struct http_wire {
	struct http_scan scan;      /* only the connection's own thread looks at it */
	_Atomic int64_t head_since; /* monotonic ms at which the present head began; 0: none is under way */
	_Atomic uint64_t heard;     /* bytes */
};

/* Milliseconds of the monotonic clock. */
int64_t http_wire_ms(void);
/* From now on (until NULL) bytes read from `fd` go to `w`. -1 if fd is out of range. */
int http_wire_listen(int fd, struct http_wire *w);

#endif

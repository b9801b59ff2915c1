/* http_wire.c: recv() with ears; see http_wire.h. */
#undef _FORTIFY_SOURCE /* its inline recv() would stand in the way of ours */
#include "http_wire.h"

#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

static _Atomic(struct http_wire *) wires[HTTP_WIRE_FD_MAX];

int64_t http_wire_ms(void) {
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int http_wire_listen(int fd, struct http_wire *w) {
	if (fd < 0 || fd >= HTTP_WIRE_FD_MAX) return -1;
	atomic_store(&wires[fd], w);
	return 0;
}

static void hear(struct http_wire *w, const void *data, size_t len) {
	unsigned before = w->scan.heads;
	atomic_fetch_add_explicit(&w->heard, len, memory_order_relaxed);
	http_scan_feed(&w->scan, data, len);
	if (!http_scan_in_head(&w->scan))
		atomic_store_explicit(&w->head_since, 0, memory_order_relaxed);
	else if (w->scan.heads != before || !atomic_load_explicit(&w->head_since, memory_order_relaxed))
		atomic_store_explicit(&w->head_since, http_wire_ms(), memory_order_relaxed);
}

ssize_t recv(int fd, void *buf, size_t len, int flags) {
	ssize_t n = recvfrom(fd, buf, len, flags, NULL, NULL);
	struct http_wire *w = fd >= 0 && fd < HTTP_WIRE_FD_MAX ? atomic_load(&wires[fd]) : NULL;
	if (n > 0 && w && !(flags & MSG_PEEK)) hear(w, buf, (size_t)n);
	return n;
}

/* http.h: a small HTTP/1.1 server on libmicrohttpd, for the public server and the staff's console. Two threads serve, a third reaps
 * the slow. A handler is called once a request, when its head has passed the checks and its body (if the handler's
 * server takes bodies) is whole.
 *
 * Refused with 400 and the connection closed, before a handler sees it: everything http_scan.h calls bad, and a path
 * with "..", ".", "//", a backslash, or an escape of '.', '/', '\', '%', a control character or no hexadecimal at all.
 * Paths are never unescaped: what is compared is what was sent. */
#ifndef OCCLUDE_LIB_HTTP_H
#define OCCLUDE_LIB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct http_server;
struct http_request;
struct http_response;

/* Zero members take the default in brackets. */
struct http_limits {
	unsigned connections;    /* at once [1000] */
	unsigned per_address;    /* of them from one address [no limit: a proxy in front shares one address] */
	unsigned head_seconds;   /* for a request's head to arrive [15] */
	unsigned idle_seconds;   /* without a byte either way [30] */
	unsigned body_seconds;   /* for a body to arrive [300] */
	unsigned least_rate;     /* bytes a second a client must take or give after 15 s [1024] */
	size_t connection_bytes; /* memory for a request's head and the response's [8192] */
};

struct http_config {
	const char *listen; /* "127.0.0.1:8080", "[::1]:0"; port 0: any free one */
	struct http_limits limits;
	void *ctx; /* handed to the functions below, which run on several threads at once */
	/* Answers with http_reply. */
	void (*handle)(void *ctx, struct http_request *rq);
	/* The most bytes a body of this request may have; NULL: no request may have a body. */
	size_t (*body_max)(void *ctx, struct http_request *rq);
	/* Where bodies are kept while they arrive, in files without a name; -1: in memory files. */
	int body_dir;
	/* Whether what was answered under `tag` may still be sent; asked four times a second while its connection is
	 * open. false resets the connection, and what the kernel has not sent yet is dropped. NULL: always. */
	bool (*still)(void *ctx, void *tag);
	/* Gives up one reference of a tag. */
	void (*release)(void *tag);
};

/* Opens the listening socket; http_start takes it. Returns a descriptor or -1 with a sentence. Ask for the port with
 * http_socket_port. Done apart so that a jail can close in between. */
int http_listen(const char *address, struct err *e);
uint16_t http_socket_port(int fd);
/* Starts serving on `fd`, which the server owns from now on. `config` is copied. */
int http_start(const struct http_config *config, int fd, struct http_server **ret, struct err *e);
/* Ends all connections and threads, and frees the server. Takes NULL. */
void http_stop(struct http_server *s);

/* ---- within a handler ---- */
const char *http_method(const struct http_request *rq);
const char *http_path(const struct http_request *rq);
/* The value of a header (first of that name, case of the name ignored), or NULL. */
const char *http_header(const struct http_request *rq, const char *name);
/* A raw value of the query ("?name=value"), not unescaped, or NULL. */
const char *http_query(const struct http_request *rq, const char *name);
/* The body: a descriptor at its start (the server closes it) and its length; -1 and 0 if there is none. */
int http_body(const struct http_request *rq, size_t *ret_len);

/* An answer of `len` bytes, which stay where they are until `release(owner)` is called (NULL: for ever). It can be
 * given to many requests on many threads. NULL when out of memory (`owner` is then released). */
struct http_response *http_response_new(const void *data, size_t len, void (*release)(void *owner), void *owner);
/* Adds a header before the first reply. 0 or -1. */
int http_response_header(struct http_response *r, const char *name, const char *value);
/* Gives up the caller's reference; running transfers keep theirs. Takes NULL. */
void http_response_free(struct http_response *r);
/* Answers, once a request. `tag` (or NULL) passes one reference to the connection, held until its next request or its
 * end; see http_config.still. HEAD and 304 send no body by themselves. */
void http_reply(struct http_request *rq, unsigned status, struct http_response *r, void *tag);

#endif

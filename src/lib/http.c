/* http.c: see lib/http.h. The only file that knows libmicrohttpd, whose manners FACTS describes: it reads too much as
 * valid (http_wire.h), counts only idle time (the reaper below), and is fastest with persistent responses queued on the
 * second call of its handler. */
#include "lib/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "http_wire.h"

enum { THREADS = 2, TICK_MS = 250, GRACE_MS = 15000, RATE_WINDOW_MS = 5000, BACKLOG = 511 };

struct http_request {
	struct MHD_Connection *mhd;
	const char *method, *path;
	int body;
	size_t body_len, body_max;
	bool replied;
	enum MHD_Result queued;
};

enum phase { PHASE_HEAD, PHASE_BODY, PHASE_SENDING, PHASE_IDLE };

/* One connection: its present request and what the reaper needs. `lock` guards everything below it. */
struct connection {
	struct connection *next, *prev;
	struct http_server *server;
	int fd;
	unsigned requests;
	struct http_wire wire;
	struct http_request rq;
	pthread_mutex_t lock;
	enum phase phase;
	int64_t since;         /* ms: when the phase began */
	int64_t window;        /* ms: when the rate was last looked at */
	uint64_t window_bytes; /* and the bytes by then */
	void *tag;
	bool cut;
};

struct http_server {
	struct http_config config;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock; /* the list of connections, `stopping` */
	pthread_cond_t wake;
	pthread_t reaper;
	bool reaping, stopping;
	struct connection *connections;
	struct http_response *bad, *too_large, *failed;
};

/* ---- the request as handlers see it ---- */

const char *http_method(const struct http_request *rq) {
	return rq->method;
}

const char *http_path(const struct http_request *rq) {
	return rq->path;
}

const char *http_header(const struct http_request *rq, const char *name) {
	return MHD_lookup_connection_value(rq->mhd, MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_request *rq, const char *name) {
	return MHD_lookup_connection_value(rq->mhd, MHD_GET_ARGUMENT_KIND, name);
}

int http_body(const struct http_request *rq, size_t *ret_len) {
	*ret_len = rq->body_len;
	return rq->body;
}

struct http_response *http_response_new(const void *data, size_t len, void (*release)(void *), void *owner) {
	/* libmicrohttpd only reads the buffer, whatever its prototype says */
	union {
		const void *in;
		void *out;
	} bytes = { .in = data };
	struct MHD_Response *r =
		release ? MHD_create_response_from_buffer_with_free_callback_cls(len, bytes.out, release, owner)
			: MHD_create_response_from_buffer(len, bytes.out, MHD_RESPMEM_PERSISTENT);
	if (!r && release) release(owner);
	return (struct http_response *)r;
}

int http_response_header(struct http_response *r, const char *name, const char *value) {
	return MHD_add_response_header((struct MHD_Response *)r, name, value) == MHD_YES ? 0 : -1;
}

void http_response_free(struct http_response *r) {
	if (r) MHD_destroy_response((struct MHD_Response *)r);
}

static struct connection *connection_of(struct MHD_Connection *mhd) {
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

static void set_phase(struct connection *c, enum phase phase) {
	c->phase = phase;
	c->since = c->window = http_wire_ms();
	c->window_bytes = 0;
}

static void set_tag(struct connection *c, void *tag) {
	if (c->tag) c->server->config.release(c->tag);
	c->tag = tag;
}

void http_reply(struct http_request *rq, unsigned status, struct http_response *r, void *tag) {
	struct connection *c = connection_of(rq->mhd);
	if (rq->replied) BUG("a request is answered twice");
	rq->replied = true;
	(void)pthread_mutex_lock(&c->lock);
	set_tag(c, tag);
	set_phase(c, PHASE_SENDING);
	(void)pthread_mutex_unlock(&c->lock);
	rq->queued = r ? MHD_queue_response(rq->mhd, status, (struct MHD_Response *)r) : MHD_NO;
}

/* ---- checks on a head ---- */

static int hex_value(char c) {
	if (c >= '0' && c <= '9') return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Whether the escape at `s` stands for a character no path of ours is asked with for a good reason. */
static bool hostile_escape(const char *s) {
	int hi = hex_value(s[1]), lo = hi < 0 ? -1 : hex_value(s[2]);
	if (lo < 0) return true;
	int c = hi << 4 | lo;
	return c <= 0x20 || c == 0x7f || c == '.' || c == '/' || c == '\\' || c == '%';
}

static bool hostile_path(const char *path) {
	if (path[0] != '/') return true;
	for (const char *s = path; *s; s++) {
		if (*s == '\\' || (*s == '%' && hostile_escape(s))) return true;
		if (*s != '/') continue;
		size_t segment = strcspn(s + 1, "/");
		if (!segment && s[1] == '/') return true;
		if (s[1] == '.' && (segment == 1 || (segment == 2 && s[2] == '.'))) return true;
	}
	return false;
}

/* What the library itself shows in its first call is judged too, apart from the scanner: framing and hosts. */
struct framing {
	unsigned hosts, lengths;
	bool hostile;
};

static enum MHD_Result look_at_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value) {
	struct framing *f = cls;
	(void)kind;
	if (!value) value = "";
	size_t len = strlen(value);
	if (!strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING)) f->hostile = true;
	if (!strcasecmp(name, MHD_HTTP_HEADER_HOST)) f->hosts++;
	if (!strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
		f->lengths++;
		f->hostile |= !len || strspn(value, "0123456789") != len;
	}
	return MHD_YES;
}

static bool hostile_head(const struct http_request *rq) {
	struct framing f = { 0 };
	(void)MHD_get_connection_values(rq->mhd, MHD_HEADER_KIND, look_at_header, &f);
	return f.hostile || f.hosts > 1 || f.lengths > 1 || hostile_path(rq->path);
}

/* ---- a request's way through libmicrohttpd ---- */

static enum MHD_Result refuse(struct connection *c, unsigned status, struct http_response *r) {
	http_reply(&c->rq, status, r, NULL);
	return c->rq.queued;
}

static uint64_t announced_length(struct http_request *rq) {
	const char *v = http_header(rq, "Content-Length");
	return v ? strtoull(v, NULL, 10) : 0;
}

static int open_body(const struct http_server *s) {
	if (s->config.body_dir < 0) return memfd_create("body", MFD_CLOEXEC);
	return openat(s->config.body_dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static void close_body(struct http_request *rq) {
	if (rq->body >= 0) close(rq->body);
	rq->body = -1;
	rq->body_len = 0;
}

/* The first call: the head alone. Refuses, or lets the rest come. */
static enum MHD_Result begin(struct connection *c, struct MHD_Connection *mhd, const char *path, const char *method) {
	struct http_server *s = c->server;
	c->requests++;
	close_body(&c->rq);
	c->rq = (struct http_request){ .mhd = mhd, .method = method, .path = path, .body = -1 };
	if (c->wire.scan.bad || c->wire.scan.heads < c->requests || hostile_head(&c->rq))
		return refuse(c, MHD_HTTP_BAD_REQUEST, s->bad);
	uint64_t length = announced_length(&c->rq);
	if (!length) return MHD_YES;
	c->rq.body_max = s->config.body_max ? s->config.body_max(s->config.ctx, &c->rq) : 0;
	if (length > c->rq.body_max) return refuse(c, MHD_HTTP_CONTENT_TOO_LARGE, s->too_large);
	c->rq.body = open_body(s);
	if (c->rq.body < 0) return refuse(c, MHD_HTTP_INTERNAL_SERVER_ERROR, s->failed);
	(void)pthread_mutex_lock(&c->lock);
	set_phase(c, PHASE_BODY);
	(void)pthread_mutex_unlock(&c->lock);
	return MHD_YES;
}

/* Bytes of a body. */
static enum MHD_Result upload(struct connection *c, const char *data, size_t *len) {
	struct http_request *rq = &c->rq;
	if (rq->body < 0 || *len > rq->body_max - rq->body_len || file_write_all(rq->body, data, *len, NULL))
		return MHD_NO;
	rq->body_len += *len;
	*len = 0;
	return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *path, const char *method,
	const char *version, const char *data, size_t *len, void **state) {
	struct http_server *s = cls;
	struct connection *c = connection_of(mhd);
	(void)version;
	if (!c) return MHD_NO; /* there was no memory for it */
	if (!*state) {
		*state = c;
		return begin(c, mhd, path, method);
	}
	if (*len) return upload(c, data, len);
	if (c->rq.replied) return MHD_YES;
	if (c->rq.body >= 0 && lseek(c->rq.body, 0, SEEK_SET) < 0) return MHD_NO;
	s->config.handle(s->config.ctx, &c->rq);
	if (!c->rq.replied) http_reply(&c->rq, MHD_HTTP_INTERNAL_SERVER_ERROR, s->failed, NULL);
	return c->rq.queued;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode why) {
	struct connection *c = *state;
	(void)cls, (void)mhd, (void)why;
	if (!c) return;
	close_body(&c->rq);
	(void)pthread_mutex_lock(&c->lock);
	set_phase(c, PHASE_IDLE); /* the tag stays: the kernel may not have sent everything yet */
	(void)pthread_mutex_unlock(&c->lock);
}

/* ---- connections ---- */

static struct connection *connection_new(struct http_server *s, int fd) {
	struct connection *c = calloc(1, sizeof *c);
	if (!c) return NULL;
	if (pthread_mutex_init(&c->lock, NULL)) {
		free(c);
		return NULL;
	}
	c->server = s;
	c->fd = fd;
	c->rq.body = -1;
	http_scan_init(&c->wire.scan);
	set_phase(c, PHASE_HEAD);
	(void)http_wire_listen(fd, &c->wire);
	(void)pthread_mutex_lock(&s->lock);
	c->next = s->connections;
	if (c->next) c->next->prev = c;
	s->connections = c;
	(void)pthread_mutex_unlock(&s->lock);
	return c;
}

static void connection_free(struct connection *c) {
	struct http_server *s = c->server;
	(void)http_wire_listen(c->fd, NULL);
	(void)pthread_mutex_lock(&s->lock);
	if (c->next) c->next->prev = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	else
		s->connections = c->next;
	(void)pthread_mutex_unlock(&s->lock);
	set_tag(c, NULL);
	close_body(&c->rq);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

static void on_connection(
	void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code) {
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		*context = info ? connection_new(cls, info->connect_fd) : NULL;
	} else if (*context) {
		connection_free(*context);
		*context = NULL;
	}
}

/* ---- the reaper ---- */

/* Drops what the kernel has not sent and ends the connection with a reset: lingering for 0 s makes the close that
 * follows a reset, and the shutdown makes libmicrohttpd close. The descriptor is still the connection's: it is taken
 * from the list, under the lock we hold, before it is closed. */
static void cut(struct connection *c) {
	struct linger none = { .l_onoff = 1, .l_linger = 0 };
	c->cut = true;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	(void)shutdown(c->fd, SHUT_RDWR);
}

/* Bytes the client has taken so far; without the kernel's word 0. */
static uint64_t bytes_taken(int fd) {
	struct tcp_info info = { 0 };
	socklen_t len = sizeof info;
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ? 0 : info.tcpi_bytes_acked;
}

/* Whether fewer bytes than the least rate went by since the last look; looks every five seconds after the grace. */
static bool too_slow(struct connection *c, int64_t now, uint64_t bytes) {
	int64_t elapsed = now - c->window;
	bool slow = c->window != c->since && bytes - c->window_bytes < (uint64_t)c->server->config.limits.least_rate *
									       (uint64_t)elapsed / 1000;
	c->window = now;
	c->window_bytes = bytes;
	return slow;
}

static bool due(const struct connection *c, int64_t now) {
	return now - c->since >= GRACE_MS - RATE_WINDOW_MS && now - c->window >= RATE_WINDOW_MS;
}

static bool must_go(struct connection *c, int64_t now) {
	const struct http_limits *l = &c->server->config.limits;
	if (c->tag && c->server->config.still && !c->server->config.still(c->server->config.ctx, c->tag)) return true;
	int64_t head = atomic_load_explicit(&c->wire.head_since, memory_order_relaxed);
	switch (c->phase) {
	case PHASE_HEAD:
		return now - c->since > (int64_t)l->head_seconds * 1000;
	case PHASE_IDLE:
		return head && now - head > (int64_t)l->head_seconds * 1000;
	case PHASE_BODY:
		if (now - c->since > (int64_t)l->body_seconds * 1000) return true;
		return due(c, now) && too_slow(c, now, atomic_load_explicit(&c->wire.heard, memory_order_relaxed));
	case PHASE_SENDING:
		return due(c, now) && too_slow(c, now, bytes_taken(c->fd));
	}
	return false;
}

static void reap(struct http_server *s) {
	int64_t now = http_wire_ms();
	for (struct connection *c = s->connections; c; c = c->next) {
		(void)pthread_mutex_lock(&c->lock);
		if (!c->cut && must_go(c, now)) cut(c);
		(void)pthread_mutex_unlock(&c->lock);
	}
}

static void *reaper(void *cls) {
	struct http_server *s = cls;
	(void)pthread_mutex_lock(&s->lock);
	while (!s->stopping) {
		struct timespec t;
		(void)clock_gettime(CLOCK_MONOTONIC, &t);
		t.tv_nsec += TICK_MS * 1000000L;
		t.tv_sec += t.tv_nsec / 1000000000L;
		t.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(&s->wake, &s->lock, &t);
		if (!s->stopping) reap(s);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* ---- starting and stopping ---- */

/* "1.2.3.4:80" or "[::1]:80" into a socket address. */
static int parse_address(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len, struct err *e) {
	char host[64] = "";
	int port = -1, end = 0;
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)ret;
	*ret = (struct sockaddr_storage){ 0 };
	bool six = text[0] == '[';
	int n = sscanf(text, six ? "[%63[0-9a-fA-F:.]]:%5d%n" : "%63[0-9.]:%5d%n", host, &port, &end);
	bool ok = n == 2 && !text[end] && port >= 0 && port <= 65535;
	if (ok && six && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		*ret_len = sizeof *v6;
		return 0;
	}
	if (ok && !six && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*ret_len = sizeof *v4;
		return 0;
	}
	return err_set(e, ERR_USAGE,
		"\"%.80s\" is no address to listen on; write one like 127.0.0.1:8080 or [::1]:8080", text);
}

int http_listen(const char *address, struct err *e) {
	struct sockaddr_storage a;
	socklen_t len = 0;
	int on = 1;
	if (parse_address(address, &a, &len, e)) return -1;
	auto_fd int fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return err_sys(e, "cannot open a socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (const struct sockaddr *)&a, len) || listen(fd, BACKLOG)) {
		if (errno == EADDRINUSE)
			return err_set(e, ERR_OUTSIDE,
				"another program already listens on %s; choose another port with --listen", address);
		return err_sys(e, "cannot listen on %s", address);
	}
	return TAKE_FD(fd);
}

uint16_t http_socket_port(int fd) {
	struct sockaddr_storage a = { 0 };
	socklen_t len = sizeof a;
	if (getsockname(fd, (struct sockaddr *)&a, &len)) return 0;
	if (a.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)(void *)&a)->sin6_port);
	return ntohs(((struct sockaddr_in *)(void *)&a)->sin_port);
}

/* Leaves every escape as it is. */
static size_t no_unescape(void *cls, struct MHD_Connection *mhd, char *s) {
	(void)cls, (void)mhd;
	return strlen(s);
}

/* A short answer that ends the connection. */
static struct http_response *closing(const char *text) {
	struct http_response *r = http_response_new(text, strlen(text), NULL, NULL);
	if (!r) return NULL;
	if (http_response_header(r, "Content-Type", "text/plain; charset=utf-8") ||
		http_response_header(r, "X-Content-Type-Options", "nosniff") ||
		http_response_header(r, "Cache-Control", "no-store") ||
		http_response_header(r, "Connection", "close")) {
		http_response_free(r);
		return NULL;
	}
	return r;
}

static void fill_limits(struct http_limits *l) {
	if (!l->connections) l->connections = 1000;
	if (!l->head_seconds) l->head_seconds = 15;
	if (!l->idle_seconds) l->idle_seconds = 30;
	if (!l->body_seconds) l->body_seconds = 300;
	if (!l->least_rate) l->least_rate = 1024;
	if (!l->connection_bytes) l->connection_bytes = 8192;
}

static int start_daemon(struct http_server *s, int fd, struct err *e) {
	const struct http_limits *l = &s->config.limits;
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, s,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
		MHD_OPTION_CONNECTION_LIMIT, l->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, l->per_address,
		MHD_OPTION_CONNECTION_TIMEOUT, l->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		l->connection_bytes, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
		MHD_OPTION_END);
	return s->daemon ? 0 : err_set(e, ERR_OUTSIDE, "the web server does not start");
}

static int start_reaper(struct http_server *s, struct err *e) {
	if (pthread_create(&s->reaper, NULL, reaper, s)) return err_set(e, ERR_OUTSIDE, "cannot start a thread");
	s->reaping = true;
	return 0;
}

int http_start(const struct http_config *config, int fd, struct http_server **ret, struct err *e) {
	auto_fd int owned = fd;
	struct http_server *s = calloc(1, sizeof *s);
	if (!s) return err_nomem(e);
	pthread_condattr_t monotonic;
	s->config = *config;
	fill_limits(&s->config.limits);
	s->bad = closing("400 This request is not valid.\n");
	s->too_large = closing("413 This is more than can be sent here.\n");
	s->failed = closing("500 Something went wrong here. Please try again later.\n");
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&s->wake, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	if (!s->bad || !s->too_large || !s->failed) {
		(void)err_nomem(e);
		goto fail;
	}
	if (start_reaper(s, e) || start_daemon(s, owned, e)) goto fail;
	(void)TAKE_FD(owned);
	*ret = s;
	return 0;
fail:
	http_stop(s);
	return -1;
}

void http_stop(struct http_server *s) {
	if (!s) return;
	if (s->daemon) MHD_stop_daemon(s->daemon);
	(void)pthread_mutex_lock(&s->lock);
	s->stopping = true;
	(void)pthread_cond_signal(&s->wake);
	(void)pthread_mutex_unlock(&s->lock);
	if (s->reaping) (void)pthread_join(s->reaper, NULL);
	http_response_free(s->bad);
	http_response_free(s->too_large);
	http_response_free(s->failed);
	(void)pthread_cond_destroy(&s->wake);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

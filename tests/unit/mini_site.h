/* mini_site.h: a small signed site in a temporary directory, the real occlude-serve on it, and a client that speaks raw
 * bytes. Every function fails the test if it cannot do its work. */
#ifndef OCCLUDE_TESTS_MINI_SITE_H
#define OCCLUDE_TESTS_MINI_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/manifest.h"
#include "lib/sign.h"

/* The two cases every mini site can have. */
#define MINI_A "aaaaaaaaaaaaaaaa"
#define MINI_B "bbbbbbbbbbbbbbbb"
#define MINI_X "xxxxxxxxxxxxxxxx" /* a tombstone from the start */

struct mini {
	char dir[64]; /* holds site/, inbox/ and key.pub */
	int site_fd, files_fd, inbox_fd;
	struct sign_key key;
	struct manifest root;
	pid_t server;
	uint16_t port;
};

/* Real UTC seconds (the tests' own clock stands still). */
int64_t mini_now(void);
int64_t mini_ms(void);

void mini_open(struct mini *m);
/* Ends the server and removes the directory. */
void mini_close(struct mini *m);
/* Stores bytes under a new name. */
void mini_store(struct mini *m, const void *data, size_t len, char ret_store[MANIFEST_STORE_LEN + 1],
	uint8_t ret_sha[SHA256_LEN]);
/* Adds a case with a page ("page of ID"), a small picture and, if `big`, a picture of that many bytes at big.jpg. */
void mini_case(struct mini *m, const char *id, int64_t lease, size_t big);
/* Adds a shared file. */
void mini_file(struct mini *m, const char *path, enum manifest_type type, const char *text);
/* Adds the page "/": a head, one segment a case ("card of ID"), a foot. */
void mini_index(struct mini *m, const char *const *ids, size_t count);
/* Cases A and B until `lease_a` and an hour from now, a tombstone for X, style sheet, index. */
void mini_fill(struct mini *m, int64_t lease_a, size_t big);
/* Signs and replaces the root; its serial goes up by one, signed now. */
void mini_publish(struct mini *m);
/* The same with the given serial, signing time and key. */
void mini_publish_as(struct mini *m, int64_t serial, int64_t signed_at, const struct sign_key *key);
/* Starts build/occlude-serve (beside this test's own directory) and waits until it is ready. */
void mini_serve(struct mini *m);
/* Sends `signal` and returns the exit status; *ret_ms is how long it took. */
int mini_end(struct mini *m, int signal, int64_t *ret_ms);
/* Runs occlude-serve with these arguments (ended by NULL) to its end: exit status, and what it printed to stderr. */
int mini_run(char *const *args, char *ret_text, size_t size);

struct answer {
	int status; /* 0: the connection ended without one */
	char head[4096];
	unsigned char *body;
	size_t body_len; /* as received */
	long length;     /* Content-Length, -1 if there was none */
	bool closed;     /* the server closed after it (only looked at where asked) */
};

/* A connection; 5 s limit on every read. */
int mini_dial(const struct mini *m);
void mini_send(int fd, const void *data, size_t len);
/* Reads one answer; `head_only`: it has no body (HEAD, 304). Free with answer_clear. */
void mini_answer(int fd, bool head_only, struct answer *ret);
/* One request on a connection of its own: GET, with extra header lines ("A: b\r\n") or NULL. */
void mini_get(const struct mini *m, const char *path, const char *headers, struct answer *ret);
void mini_ask(const struct mini *m, const char *method, const char *path, const char *headers, struct answer *ret);
int mini_status(const struct mini *m, const char *path);
/* Waits up to `ms` until the path answers with `status`; returns the milliseconds it took, or -1. */
int64_t mini_wait_status(const struct mini *m, const char *path, int status, int64_t ms);
void answer_clear(struct answer *a);
/* A header's value, or NULL; valid until the next call. */
const char *answer_header(const struct answer *a, const char *name);
bool answer_has(const struct answer *a, const char *text);
/* Whether the peer closes (or resets) within `ms`. */
bool mini_closes(int fd, int64_t ms);

#endif

/* mini_site.c: see mini_site.h. */
#include "mini_site.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { HOUR = 3600 };

static void must(int bad, const struct err *e) {
	if (bad) fail_msg("%s", e->text);
}

int64_t mini_now(void) {
	return time(NULL);
}

int64_t mini_ms(void) {
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the site ---- */

void mini_open(struct mini *m) {
	struct err e = { 0 };
	*m = (struct mini){ 0 };
	(void)snprintf(m->dir, sizeof m->dir, "/tmp/occlude-serve-XXXXXX");
	assert_non_null(mkdtemp(m->dir));
	auto_fd int dir = file_open_dir(m->dir, &e);
	m->site_fd = file_open_subdir(dir, "site", true, 0755, &e);
	m->inbox_fd = file_open_subdir(dir, "inbox", true, 0700, &e);
	m->files_fd = file_open_subdir(m->site_fd, "f", true, 0755, &e);
	assert_true(m->site_fd >= 0 && m->inbox_fd >= 0 && m->files_fd >= 0);
	must(sign_key_new(&m->key, &e), &e);
	must(sign_public_write(dir, "key.pub", m->key.pub, &e), &e);
	manifest_init(&m->root);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void mini_close(struct mini *m) {
	if (m->server > 0) (void)mini_end(m, SIGTERM, NULL);
	close(m->site_fd);
	close(m->inbox_fd);
	close(m->files_fd);
	manifest_free(&m->root);
	(void)nftw(m->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void mini_store(struct mini *m, const void *data, size_t len, char ret_store[MANIFEST_STORE_LEN + 1],
	uint8_t ret_sha[SHA256_LEN]) {
	static unsigned count;
	struct err e = { 0 };
	unsigned n = ++count;
	memset(ret_store, 'k', MANIFEST_STORE_LEN);
	ret_store[MANIFEST_STORE_LEN] = 0;
	for (int i = 0; n; i++, n /= 26) ret_store[i] = (char)('a' + n % 26);
	sha256(data, len, ret_sha);
	must(file_create(m->files_fd, ret_store, data, len, 0644, true, &e), &e);
}

static void add_to_case(struct mini *m, struct manifest_files *f, const char *name, enum manifest_type type,
	const void *data, size_t len) {
	struct err e = { 0 };
	char path[MANIFEST_PATH_MAX], store[MANIFEST_STORE_LEN + 1];
	uint8_t sha[SHA256_LEN];
	(void)snprintf(path, sizeof path, "/c/%s/%s", f->id, name);
	mini_store(m, data, len, store, sha);
	must(manifest_files_add(f, path, store, (int64_t)len, sha, type, &e), &e);
}

void mini_case(struct mini *m, const char *id, int64_t lease, size_t big) {
	struct err e = { 0 };
	struct manifest_files f;
	auto_buf struct buf text;
	char page[4096], store[MANIFEST_STORE_LEN + 1];
	uint8_t sha[SHA256_LEN];
	must(manifest_files_init(&f, id, &e), &e);
	int n = snprintf(page, sizeof page, "<!doctype html><title>case</title>page of %s", id);
	while (n < 2000) n += snprintf(page + n, sizeof page - (size_t)n, "<p>the same again and again</p>");
	add_to_case(m, &f, "", MANIFEST_HTML, page, (size_t)n);
	add_to_case(m, &f, "1.jpg", MANIFEST_JPEG, "0123456789", 10);
	if (big) {
		auto_free unsigned char *bytes = malloc(big);
		assert_non_null(bytes);
		for (size_t i = 0; i < big; i++) bytes[i] = (unsigned char)(i * 7 + i / 251);
		add_to_case(m, &f, "big.jpg", MANIFEST_JPEG, bytes, big);
	}
	buf_init(&text, MANIFEST_CASE_MAX);
	must(manifest_files_encode(&f, &text, &e), &e);
	mini_store(m, text.data, text.len, store, sha);
	must(manifest_add_case(&m->root, id, store, sha, lease, &e), &e);
	manifest_files_free(&f);
}

void mini_file(struct mini *m, const char *path, enum manifest_type type, const char *text) {
	struct err e = { 0 };
	char store[MANIFEST_STORE_LEN + 1];
	uint8_t sha[SHA256_LEN];
	mini_store(m, text, strlen(text), store, sha);
	must(manifest_add_file(&m->root, path, store, (int64_t)strlen(text), sha, type, &e), &e);
}

static void add_part(struct mini *m, const char *text, const char *id) {
	struct err e = { 0 };
	char store[MANIFEST_STORE_LEN + 1];
	uint8_t sha[SHA256_LEN];
	mini_store(m, text, strlen(text), store, sha);
	must(manifest_add_part(&m->root, store, (int64_t)strlen(text), sha, id, &e), &e);
}

void mini_index(struct mini *m, const char *const *ids, size_t count) {
	struct err e = { 0 };
	must(manifest_add_page(&m->root, "/", MANIFEST_HTML, &e), &e);
	add_part(m, "<!doctype html><title>cases</title>", NULL);
	for (size_t i = 0; i < count; i++) {
		char card[100];
		(void)snprintf(card, sizeof card, "<p>card of %s</p>", ids[i]);
		add_part(m, card, ids[i]);
	}
	add_part(m, "<footer>foot</footer>", NULL);
}

void mini_fill(struct mini *m, int64_t lease_a, size_t big) {
	static const char *const ids[] = { MINI_A, MINI_B };
	static const char css[] = "body{margin:0;padding:0;color:#123456;background:#ffffff}"
				  "main{margin:0;padding:0;color:#123456;background:#ffffff}";
	struct err e = { 0 };
	mini_case(m, MINI_A, lease_a, big);
	mini_case(m, MINI_B, mini_now() + HOUR, 0);
	must(manifest_add_gone(&m->root, MINI_X, &e), &e);
	mini_file(m, "/site.css", MANIFEST_CSS, css);
	mini_index(m, ids, 2);
}

void mini_publish_as(struct mini *m, int64_t serial, int64_t signed_at, const struct sign_key *key) {
	struct err e = { 0 };
	auto_buf struct buf text;
	uint8_t sig[SIGN_LEN];
	buf_init(&text, MANIFEST_ROOT_MAX);
	m->root.serial = serial;
	m->root.signed_at = signed_at;
	must(manifest_encode(&m->root, &text, &e), &e);
	must(sign_make(key, text.data, text.len, sig, &e), &e);
	must(manifest_add_signature(&text, sig, &e), &e);
	must(file_replace(m->site_fd, "manifest", text.data, text.len, 0600, &e), &e);
}

void mini_publish(struct mini *m) {
	mini_publish_as(m, m->root.serial + 1, mini_now(), &m->key);
}

/* ---- the server ---- */

static void server_path(char *out, size_t size) {
	char exe[400];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	assert_true(n > 0);
	exe[n] = 0;
	for (int i = 0; i < 2; i++) *strrchr(exe, '/') = 0;
	(void)snprintf(out, size, "%s/occlude-serve", exe);
}

static pid_t spawn(char *const *args, int out, int err) {
	char path[500];
	server_path(path, sizeof path);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid) return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setenv(
		"ASAN_OPTIONS", "detect_leaks=0", 1); /* LeakSanitizer attaches to its process: no jail allows that */
	if (out >= 0) (void)dup2(out, 1);
	if (err >= 0) (void)dup2(err, 2);
	execv(path, args);
	_exit(127);
}

void mini_serve(struct mini *m) {
	char site[100], key[100], inbox[100], line[100] = "";
	int p[2];
	unsigned port = 0;
	(void)snprintf(site, sizeof site, "%s/site", m->dir);
	(void)snprintf(key, sizeof key, "%s/key.pub", m->dir);
	(void)snprintf(inbox, sizeof inbox, "%s/inbox", m->dir);
	char name[] = "occlude-serve", a1[] = "--site", a2[] = "--key", a3[] = "--inbox", a4[] = "--listen",
	     any[] = "127.0.0.1:0";
	char *args[] = { name, a1, site, a2, key, a3, inbox, a4, any, NULL };
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	m->server = spawn(args, p[1], -1);
	close(p[1]);
	for (size_t n = 0; n < sizeof line - 1 && !strchr(line, '\n'); n++)
		if (read(p[0], line + n, 1) != 1) fail_msg("occlude-serve ended before it was ready");
	close(p[0]);
	assert_int_equal(sscanf(line, "serving http://127.0.0.1:%u/", &port), 1);
	m->port = (uint16_t)port;
}

int mini_end(struct mini *m, int signal, int64_t *ret_ms) {
	int status = 0;
	int64_t start = mini_ms();
	(void)kill(m->server, signal);
	assert_int_equal(waitpid(m->server, &status, 0), m->server);
	if (ret_ms) *ret_ms = mini_ms() - start;
	m->server = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int mini_run(char *const *args, char *ret_text, size_t size) {
	int p[2], status = 0;
	size_t n = 0;
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	pid_t pid = spawn(args, -1, p[1]);
	close(p[1]);
	for (ssize_t got; n < size - 1 && (got = read(p[0], ret_text + n, size - 1 - n)) > 0;) n += (size_t)got;
	ret_text[n] = 0;
	close(p[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- the client ---- */

int mini_dial(const struct mini *m) {
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(m->port) };
	struct timeval limit = { .tv_sec = 5 };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

void mini_send(int fd, const void *data, size_t len) {
	assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), len);
}

void answer_clear(struct answer *a) {
	free(a->body);
	*a = (struct answer){ 0 };
}

const char *answer_header(const struct answer *a, const char *name) {
	static char value[1024];
	size_t len = strlen(name);
	for (const char *line = strchr(a->head, '\n'); line; line = strchr(line + 1, '\n')) {
		if (strncasecmp(line + 1, name, len) != 0 || line[1 + len] != ':') continue;
		const char *v = line + 2 + len;
		v += strspn(v, " ");
		(void)snprintf(value, sizeof value, "%.*s", (int)strcspn(v, "\r\n"), v);
		return value;
	}
	return NULL;
}

bool answer_has(const struct answer *a, const char *text) {
	return a->body_len && memmem(a->body, a->body_len, text, strlen(text));
}

void mini_answer(int fd, bool head_only, struct answer *ret) {
	*ret = (struct answer){ .length = -1 };
	size_t n = 0;
	while (n < sizeof ret->head - 1 && (n < 4 || memcmp(ret->head + n - 4, "\r\n\r\n", 4) != 0)) {
		if (recv(fd, ret->head + n, 1, 0) != 1) return;
		n++;
	}
	(void)sscanf(ret->head, "HTTP/1.1 %d", &ret->status);
	const char *length = answer_header(ret, "Content-Length");
	if (length) ret->length = strtol(length, NULL, 10);
	if (head_only || ret->length <= 0) return;
	ret->body = malloc((size_t)ret->length);
	assert_non_null(ret->body);
	while (ret->body_len < (size_t)ret->length) {
		ssize_t got = recv(fd, ret->body + ret->body_len, (size_t)ret->length - ret->body_len, 0);
		if (got <= 0) return;
		ret->body_len += (size_t)got;
	}
}

void mini_ask(const struct mini *m, const char *method, const char *path, const char *headers, struct answer *ret) {
	char text[4096];
	int n = snprintf(
		text, sizeof text, "%s %s HTTP/1.1\r\nHost: t\r\n%s\r\n", method, path, headers ? headers : "");
	auto_fd int fd = mini_dial(m);
	mini_send(fd, text, (size_t)n);
	mini_answer(fd, !strcmp(method, "HEAD"), ret);
}

void mini_get(const struct mini *m, const char *path, const char *headers, struct answer *ret) {
	mini_ask(m, "GET", path, headers, ret);
}

int mini_status(const struct mini *m, const char *path) {
	struct answer a;
	mini_get(m, path, NULL, &a);
	int status = a.status;
	answer_clear(&a);
	return status;
}

int64_t mini_wait_status(const struct mini *m, const char *path, int status, int64_t ms) {
	int64_t start = mini_ms();
	while (mini_ms() - start < ms) {
		if (mini_status(m, path) == status) return mini_ms() - start;
		(void)usleep(20000);
	}
	return -1;
}

bool mini_closes(int fd, int64_t ms) {
	char c[4096];
	int64_t end = mini_ms() + ms;
	for (int64_t left = ms; left > 0; left = end - mini_ms()) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, (int)left) <= 0) return false;
		if (recv(fd, c, sizeof c, 0) <= 0) return true;
	}
	return false;
}

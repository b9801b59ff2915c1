/* test_serve.c: the real occlude-serve on a small signed site, asked by a client that speaks raw bytes: hostile paths,
 * request smuggling, conditions, ranges, codings, headers. Time and withdrawal: test_serve_lease.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <brotli/decode.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "mini_site.h"

static struct mini site;

#define CASE_A "/c/" MINI_A "/"

static int set_up(void **state) {
	(void)state;
	mini_open(&site);
	mini_fill(&site, mini_now() + 3600, 0);
	mini_file(&site, "/404.html", MANIFEST_HTML, "<title>own 404</title>");
	mini_publish(&site);
	mini_serve(&site);
	return 0;
}

static int tear_down(void **state) {
	(void)state;
	mini_close(&site);
	return 0;
}

/* ---- paths ---- */

static void P5_only_what_the_manifest_names_is_served(void **state) {
	(void)state;
	char stored[64], own[64];
	(void)snprintf(stored, sizeof stored, "/f/%s", site.root.cases[0].store);
	(void)snprintf(own, sizeof own, "/%s", site.root.files[0].store);
	const struct {
		const char *path;
		int status;
	} table[] = {
		{ "/", 200 },
		{ CASE_A, 200 },
		{ CASE_A "1.jpg", 200 },
		{ "/site.css", 200 },
		{ "/?a=b&c", 200 },
		{ "/?a=%2e%2e/", 200 },
		{ "/c/" MINI_A, 301 },
		{ "/c/" MINI_X "/", 410 },
		{ "/c/" MINI_X, 410 },
		{ "/c/" MINI_X "/any/thing.jpg", 410 },
		{ CASE_A "2.jpg", 404 },
		{ "/c/cccccccccccccccc/", 404 },
		{ "/c/", 404 },
		{ "/c/short/", 404 },
		{ "/manifest", 404 },
		{ "/site/manifest", 404 },
		{ stored, 404 },
		{ own, 404 },
		{ "/f", 404 },
		{ "/f/", 404 },
		{ "/SITE.CSS", 404 },
		{ "/site.css/", 404 },
		{ "/site%41.css", 404 },
		{ "/caf%C3%A9", 404 },
		{ "//", 400 },
		{ "//site.css", 400 },
		{ "/c//" MINI_A "/", 400 },
		{ "/../site.css", 400 },
		{ "/..", 400 },
		{ "/./site.css", 400 },
		{ "/c/../manifest", 400 },
		{ "/%2e%2e/manifest", 400 },
		{ "/%2E%2E%2Fmanifest", 400 },
		{ "/..%2fmanifest", 400 },
		{ "/c/%2e/" MINI_A, 400 },
		{ "/%252e%252e/manifest", 400 },
		{ "/site.css%00.jpg", 400 },
		{ "/site.css%0d%0aX:y", 400 },
		{ "/%", 400 },
		{ "/%4", 400 },
		{ "/%zz", 400 },
		{ "/..\\manifest", 400 },
		{ "/%5c..%5cmanifest", 400 },
		{ "http://t/site.css", 400 },
		{ "t:80", 400 },
		{ "*", 400 },
		{ "../manifest", 400 },
		{ "?", 400 },
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int status = mini_status(&site, table[i].path);
		if (status != table[i].status) fail_msg("%s gave %d, not %d", table[i].path, status, table[i].status);
	}
}

static void P5_very_long_paths_are_refused(void **state) {
	(void)state;
	char path[3000];
	const size_t lengths[] = { 199, 201, 1000, 2900 };
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		memset(path, 'a', lengths[i]);
		path[0] = '/';
		path[lengths[i]] = 0;
		int status = mini_status(&site, path);
		if (status != 404 && status != 414 && status != 431)
			fail_msg("%zu bytes gave %d", lengths[i], status);
	}
	auto_fd int fd = mini_dial(&site);
	static char endless[60000];
	memset(endless, 'a', sizeof endless);
	mini_send(fd, "GET /", 5);
	(void)send(fd, endless, sizeof endless, MSG_NOSIGNAL);
	assert_true(mini_closes(fd, 3000));
	assert_int_equal(mini_status(&site, "/"), 200);
}

/* ---- smuggling ---- */

#define ROW(text)                                                                                                    \
	{ text, sizeof(text) - 1 }

static const struct {
	const char *text;
	size_t len;
} smuggling[] = {
	ROW("GET / HTTP/1.1\nHost: t\n\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\n\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nA: b\r\n c\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nA: b\r\n\tc\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nA: b\0c\r\n\r\n"),
	ROW("GET /\0 HTTP/1.1\r\nHost: t\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nA\0: b\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nA: b\rc\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nA: b\x01\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nHost: u\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost : t\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\n Host: t\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nno colon\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\n: b\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 3, 3\r\n\r\nabc"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length : 3\r\n\r\nabc"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length: +3\r\n\r\nabc"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 0x3\r\n\r\nabc"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length:\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 1 2\r\n\r\nab"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999\r\n\r\n"),
	ROW("GET / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	ROW("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
	ROW("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	ROW("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: identity\r\n\r\n"),
	ROW("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: xchunked\r\n\r\n"),
	ROW("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
	ROW("GET / HTTP/1.2\r\nHost: t\r\n\r\n"),
	ROW("GET / HTTP/2.0\r\nHost: t\r\n\r\n"),
	ROW("GET / http/1.1\r\nHost: t\r\n\r\n"),
	ROW("GET  / HTTP/1.1\r\nHost: t\r\n\r\n"),
	ROW("GET / HTTP/1.1 \r\nHost: t\r\n\r\n"),
	ROW("GET /a b HTTP/1.1\r\nHost: t\r\n\r\n"),
	ROW("GET\t/\tHTTP/1.1\r\nHost: t\r\n\r\n"),
	ROW("G\xc3\x84T / HTTP/1.1\r\nHost: t\r\n\r\n"),
	ROW("get / HTTP/1.1\r\nHost: t\r\n\r\n"),
	ROW("\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n"),
};

/* 400 (or an answer of the library's own that refuses) and the connection ends; never a 200. */
static void refused(int fd, size_t row) {
	struct answer a;
	mini_answer(fd, false, &a);
	if (a.status && (a.status < 400 || a.status >= 600)) fail_msg("row %zu gave %d", row, a.status);
	answer_clear(&a);
	if (!mini_closes(fd, 3000)) fail_msg("row %zu: the connection stays open", row);
}

static void what_could_be_read_two_ways_is_refused(void **state) {
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(smuggling); i++) {
		auto_fd int fd = mini_dial(&site);
		mini_send(fd, smuggling[i].text, smuggling[i].len);
		(void)shutdown(fd, SHUT_WR);
		refused(fd, i);
	}
}

static void also_as_the_second_request_of_a_connection(void **state) {
	(void)state;
	static const char good[] = "GET /site.css HTTP/1.1\r\nHost: t\r\n\r\n";
	for (size_t i = 0; i < ARRAY_LEN(smuggling); i++) {
		struct answer a;
		auto_fd int fd = mini_dial(&site);
		mini_send(fd, good, sizeof good - 1);
		mini_answer(fd, false, &a);
		assert_int_equal(a.status, 200);
		answer_clear(&a);
		mini_send(fd, smuggling[i].text, smuggling[i].len);
		(void)shutdown(fd, SHUT_WR);
		refused(fd, i);
	}
}

static void also_byte_by_byte(void **state) {
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(smuggling); i += 5) {
		auto_fd int fd = mini_dial(&site);
		for (size_t k = 0; k < smuggling[i].len; k++) {
			if (send(fd, smuggling[i].text + k, 1, MSG_NOSIGNAL) != 1) break;
			(void)usleep(300);
		}
		(void)shutdown(fd, SHUT_WR);
		refused(fd, i);
	}
}

static void a_hidden_second_request_is_never_answered(void **state) {
	(void)state;
	static const char both[] = "GET / HTTP/1.1\r\nHost: t\r\nX: y\n\nGET /site.css HTTP/1.1\r\nHost: t\r\n\r\n";
	char all[8192];
	size_t n = 0;
	auto_fd int fd = mini_dial(&site);
	mini_send(fd, both, sizeof both - 1);
	for (ssize_t got; n < sizeof all - 1 && (got = recv(fd, all + n, sizeof all - 1 - n, 0)) > 0;)
		n += (size_t)got;
	all[n] = 0;
	assert_null(strstr(all, "HTTP/1.1 200"));
	assert_non_null(strstr(all, "HTTP/1.1 400"));
}

static void pipelined_requests_are_answered_in_order(void **state) {
	(void)state;
	static const char three[] = "GET /site.css HTTP/1.1\r\nHost: t\r\n\r\nHEAD / HTTP/1.1\r\nHost: t\r\n\r\n"
				    "GET " CASE_A "1.jpg HTTP/1.1\r\nHost: t\r\n\r\n";
	struct answer a;
	auto_fd int fd = mini_dial(&site);
	mini_send(fd, three, sizeof three - 1);
	mini_answer(fd, false, &a);
	assert_true(a.status == 200 && answer_has(&a, "margin"));
	answer_clear(&a);
	mini_answer(fd, true, &a);
	assert_int_equal(a.status, 200);
	answer_clear(&a);
	mini_answer(fd, false, &a);
	assert_true(a.status == 200 && answer_has(&a, "0123456789"));
	answer_clear(&a);
}

static void a_body_is_not_taken(void **state) {
	(void)state;
	struct answer a;
	mini_ask(&site, "GET", "/", "Content-Length: 3\r\n", &a);
	assert_int_equal(a.status, 413);
	answer_clear(&a);
	mini_ask(&site, "POST", "/", "Content-Length: 3\r\n", &a);
	assert_int_equal(a.status, 413);
	answer_clear(&a);
	const char *const methods[] = { "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND" };
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		mini_ask(&site, methods[i], "/", NULL, &a);
		assert_int_equal(a.status, 405);
		assert_string_equal(answer_header(&a, "Allow"), "GET, HEAD");
		answer_clear(&a);
	}
}

/* ---- conditions, ranges, codings ---- */

static void a_known_tag_gives_304(void **state) {
	(void)state;
	struct answer a;
	char etag[64], ask[200];
	mini_get(&site, CASE_A "1.jpg", NULL, &a);
	(void)snprintf(etag, sizeof etag, "%s", answer_header(&a, "ETag"));
	answer_clear(&a);
	const char *const yes[] = { "%s", "W/%s", "\"x\", %s", "*" }, *const no[] = { "\"x\"", "x", "" };
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		const char *at = strstr(yes[i], "%s");
		int before = at ? (int)(at - yes[i]) : (int)strlen(yes[i]);
		(void)snprintf(ask, sizeof ask, "If-None-Match: %.*s%s\r\n", before, yes[i], at ? etag : "");
		auto_fd int fd = mini_dial(&site);
		char text[400];
		int n = snprintf(text, sizeof text, "GET " CASE_A "1.jpg HTTP/1.1\r\nHost: t\r\n%s\r\n", ask);
		mini_send(fd, text, (size_t)n);
		mini_answer(fd, true, &a);
		assert_int_equal(a.status, 304);
		assert_string_equal(answer_header(&a, "ETag"), etag);
		assert_non_null(answer_header(&a, "Cache-Control"));
		answer_clear(&a);
		mini_send(fd, "GET / HTTP/1.1\r\nHost: t\r\n\r\n", 27); /* no body came after it */
		mini_answer(fd, false, &a);
		assert_int_equal(a.status, 200);
		answer_clear(&a);
	}
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		(void)snprintf(ask, sizeof ask, "If-None-Match: %s\r\n", no[i]);
		mini_get(&site, CASE_A "1.jpg", ask, &a);
		assert_int_equal(a.status, 200);
		answer_clear(&a);
	}
}

static void ranges(void **state) {
	(void)state;
	const struct {
		const char *range, *body, *content_range;
		int status;
	} table[] = {
		{ "bytes=0-0", "0", "bytes 0-0/10", 206 },
		{ "bytes=2-4", "234", "bytes 2-4/10", 206 },
		{ "bytes=7-", "789", "bytes 7-9/10", 206 },
		{ "bytes=-2", "89", "bytes 8-9/10", 206 },
		{ "bytes=-99", "0123456789", "bytes 0-9/10", 206 },
		{ "bytes=5-99", "56789", "bytes 5-9/10", 206 },
		{ "bytes=10-", NULL, "bytes */10", 416 },
		{ "bytes=-0", NULL, "bytes */10", 416 },
		{ "bytes=99999999999999999999999-", NULL, "bytes */10", 416 },
		{ "bytes=4-2", "0123456789", NULL, 200 },
		{ "bytes=1-2,4-5", "0123456789", NULL, 200 },
		{ "bytes=a-b", "0123456789", NULL, 200 },
		{ "bytes=-", "0123456789", NULL, 200 },
		{ "lines=1-2", "0123456789", NULL, 200 },
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char ask[100];
		struct answer a;
		(void)snprintf(ask, sizeof ask, "Range: %s\r\n", table[i].range);
		mini_get(&site, CASE_A "1.jpg", ask, &a);
		if (a.status != table[i].status) fail_msg("%s gave %d", table[i].range, a.status);
		const char *cr = answer_header(&a, "Content-Range");
		if (table[i].content_range) {
			assert_non_null(cr);
			assert_string_equal(cr, table[i].content_range);
		} else {
			assert_null(cr);
		}
		if (table[i].body) {
			assert_int_equal(a.body_len, strlen(table[i].body));
			assert_memory_equal(a.body, table[i].body, a.body_len);
		}
		answer_clear(&a);
	}
}

static void if_range_needs_the_very_tag(void **state) {
	(void)state;
	struct answer a;
	char ask[200];
	mini_get(&site, CASE_A "1.jpg", NULL, &a);
	(void)snprintf(ask, sizeof ask, "Range: bytes=1-2\r\nIf-Range: %s\r\n", answer_header(&a, "ETag"));
	answer_clear(&a);
	mini_get(&site, CASE_A "1.jpg", ask, &a);
	assert_int_equal(a.status, 206);
	answer_clear(&a);
	mini_get(&site, CASE_A "1.jpg", "Range: bytes=1-2\r\nIf-Range: \"other\"\r\n", &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, 10);
	answer_clear(&a);
}

static void head_says_what_get_would(void **state) {
	(void)state;
	const char *const paths[] = { "/", CASE_A, CASE_A "1.jpg", "/site.css" };
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct answer g, h;
		mini_get(&site, paths[i], NULL, &g);
		mini_ask(&site, "HEAD", paths[i], NULL, &h);
		assert_int_equal(h.status, 200);
		assert_int_equal(h.length, g.body_len);
		char etag[64];
		(void)snprintf(etag, sizeof etag, "%s", answer_header(&g, "ETag"));
		assert_string_equal(answer_header(&h, "ETag"), etag);
		answer_clear(&g);
		answer_clear(&h);
	}
}

static size_t unpack(const char *coding, const struct answer *a, unsigned char *out, size_t room) {
	if (!strcmp(coding, "br")) {
		return BrotliDecoderDecompress(a->body_len, a->body, &room, out) == BROTLI_DECODER_RESULT_SUCCESS
			       ? room
			       : 0;
	}
	z_stream z = { .next_in = a->body, .avail_in = (uInt)a->body_len, .next_out = out, .avail_out = (uInt)room };
	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	int r = inflate(&z, Z_FINISH);
	size_t got = r == Z_STREAM_END ? z.total_out : 0;
	(void)inflateEnd(&z);
	return got;
}

static void texts_are_compressed_where_the_client_takes_it(void **state) {
	(void)state;
	const struct {
		const char *accept, *coding;
	} table[] = {
		{ "gzip, deflate, br", "br" },
		{ "gzip", "gzip" },
		{ "br;q=0, gzip", "gzip" },
		{ "GZIP;q=0.5", "gzip" },
		{ "br; q=0.0, gzip; q=0", NULL },
		{ "identity", NULL },
		{ "brotli", NULL },
		{ "", NULL },
	};
	struct answer plain, a;
	mini_get(&site, CASE_A, NULL, &plain);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char ask[100];
		unsigned char out[8192];
		(void)snprintf(ask, sizeof ask, "Accept-Encoding: %s\r\n", table[i].accept);
		mini_get(&site, CASE_A, ask, &a);
		assert_int_equal(a.status, 200);
		assert_string_equal(answer_header(&a, "Vary"), "Accept-Encoding");
		const char *coding = answer_header(&a, "Content-Encoding");
		if (!table[i].coding) {
			assert_null(coding);
			assert_int_equal(a.body_len, plain.body_len);
		} else {
			assert_non_null(coding);
			assert_string_equal(coding, table[i].coding);
			assert_true(a.body_len < plain.body_len / 4);
			assert_int_equal(unpack(table[i].coding, &a, out, sizeof out), plain.body_len);
			assert_memory_equal(out, plain.body, plain.body_len);
			char etag[64];
			(void)snprintf(etag, sizeof etag, "%s", answer_header(&a, "ETag"));
			assert_string_not_equal(etag, answer_header(&plain, "ETag"));
		}
		answer_clear(&a);
	}
	answer_clear(&plain);
	mini_get(&site, CASE_A "1.jpg", "Accept-Encoding: gzip, br\r\n", &a);
	assert_null(answer_header(&a, "Content-Encoding"));
	assert_null(answer_header(&a, "Vary"));
	answer_clear(&a);
}

/* ---- headers ---- */

static void P6_every_answer_is_quiet_and_locked_down(void **state) {
	(void)state;
	const char *const paths[] = { "/", CASE_A, CASE_A "1.jpg", "/site.css", "/nothing", "/c/" MINI_X "/",
		"/c/" MINI_A };
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct answer a;
		mini_get(&site, paths[i], NULL, &a);
		assert_string_equal(answer_header(&a, "X-Content-Type-Options"), "nosniff");
		assert_string_equal(answer_header(&a, "Referrer-Policy"), "no-referrer");
		assert_string_equal(answer_header(&a, "X-Frame-Options"), "DENY");
		assert_string_equal(answer_header(&a, "Cross-Origin-Opener-Policy"), "same-origin");
		assert_string_equal(answer_header(&a, "Cross-Origin-Resource-Policy"), "same-origin");
		assert_non_null(answer_header(&a, "Permissions-Policy"));
		assert_string_equal(answer_header(&a, "Content-Security-Policy"),
			"default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; script-src 'self'; "
			"base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
		assert_null(answer_header(&a, "Set-Cookie"));
		assert_null(answer_header(&a, "Server"));
		assert_null(answer_header(&a, "Last-Modified")); /* I2 */
		answer_clear(&a);
	}
}

static void P6_patients_are_cached_for_five_minutes_at_most(void **state) {
	(void)state;
	const struct {
		const char *path, *cache, *type;
	} table[] = {
		{ "/", "public, max-age=300", "text/html; charset=utf-8" },
		{ CASE_A, "public, max-age=300", "text/html; charset=utf-8" },
		{ CASE_A "1.jpg", "public, max-age=300", "image/jpeg" },
		{ "/site.css", "public, max-age=3600", "text/css; charset=utf-8" },
		{ "/nothing", "no-store", "text/html; charset=utf-8" },
		{ "/c/" MINI_X "/", "no-store", "text/html; charset=utf-8" },
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct answer a;
		mini_get(&site, table[i].path, NULL, &a);
		assert_string_equal(answer_header(&a, "Cache-Control"), table[i].cache);
		assert_string_equal(answer_header(&a, "Content-Type"), table[i].type);
		answer_clear(&a);
	}
}

static void the_site_may_bring_its_own_404(void **state) {
	(void)state;
	struct answer a;
	mini_get(&site, "/nothing", NULL, &a);
	assert_int_equal(a.status, 404);
	assert_true(answer_has(&a, "own 404"));
	answer_clear(&a);
	mini_get(&site, "/c/" MINI_X "/", NULL, &a);
	assert_true(answer_has(&a, "No longer shown"));
	answer_clear(&a);
}

/* ---- the process ---- */

static void P5_the_server_sits_in_its_jail(void **state) {
	(void)state;
	char path[64], line[200];
	int found = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)site.server);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		found += !strcmp(line, "NoNewPrivs:\t1\n") || !strcmp(line, "Seccomp:\t2\n");
	(void)fclose(f);
	assert_int_equal(found, 2);
}

/* Landlock keeps it from opening; what it was handed open must go too. */
static void P5_the_server_inherits_no_open_file(void **state) {
	(void)state;
	struct mini m;
	char path[64];
	enum { HANDED = 77 };
	mini_open(&m);
	mini_fill(&m, mini_now() + 3600, 0);
	mini_publish(&m);
	int database = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	assert_int_equal(dup2(database, HANDED), HANDED); /* without O_CLOEXEC */
	mini_serve(&m);
	(void)close(HANDED);
	(void)close(database);
	(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)m.server, (int)HANDED);
	assert_int_equal(access(path, F_OK), -1);
	(void)snprintf(path, sizeof path, "/proc/%d/fd/1", (int)m.server);
	assert_int_equal(access(path, F_OK), 0); /* it could be seen */
	assert_int_equal(mini_end(&m, SIGTERM, NULL), 0);
	mini_close(&m);
}

static void P6_views_are_counted_by_case_and_day(void **state) {
	(void)state;
	struct err e = { 0 };
	struct mini m;
	char text[400] = "", want[100];
	mini_open(&m);
	mini_fill(&m, mini_now() + 3600, 0);
	mini_publish(&m);
	mini_serve(&m);
	for (int i = 0; i < 3; i++) assert_int_equal(mini_status(&m, CASE_A), 200);
	assert_int_equal(mini_status(&m, CASE_A "1.jpg"), 200);
	assert_int_equal(mini_end(&m, SIGTERM, NULL), 0);
	auto_fd int fd = openat(m.inbox_fd, "views", O_RDONLY);
	assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
	time_t now = (time_t)mini_now();
	struct tm day;
	(void)gmtime_r(&now, &day);
	(void)strftime(want, sizeof want, "views %Y-%m-%d " MINI_A " 3\n", &day);
	assert_string_equal(text, want);
	(void)e;
	mini_close(&m);
}

static void wrong_words_and_broken_sites_are_said_in_one_sentence(void **state) {
	(void)state;
	char key[100], dir[100], text[1000], name[] = "occlude-serve", s[] = "--site", k[] = "--key",
					     l[] = "--listen", bad[] = "localhost", nowhere[] = "/nonexistent",
					     what[] = "--what", port[40];
	(void)snprintf(key, sizeof key, "%s/key.pub", site.dir);
	(void)snprintf(dir, sizeof dir, "%s/site", site.dir);
	(void)snprintf(port, sizeof port, "127.0.0.1:%u", site.port);
	const struct {
		char *args[8];
		int status;
		const char *says;
	} table[] = {
		{ { name }, 2, "--site and --key" },
		{ { name, what }, 2, "--what" },
		{ { name, s, dir, k, key, l, bad }, 2, "no address" },
		{ { name, s, nowhere, k, key }, 3, "/nonexistent" },
		{ { name, s, dir, k, nowhere }, 3, "/nonexistent" },
		{ { name, s, dir, k, dir }, 3, "" },
		{ { name, s, dir, k, key, l, port }, 3, "another program" },
		{ { name, s, site.dir, k, key, l, (char[]){ "127.0.0.1:0" } }, 3, "f" },
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int status = mini_run(table[i].args, text, sizeof text);
		if (status != table[i].status || !strstr(text, table[i].says))
			fail_msg("row %zu: %d %s", i, status, text);
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* one line */
	}
}

/* ---- many at once ---- */

static void *hammer(void *arg) {
	static const char *const paths[] = { "/", CASE_A, CASE_A "1.jpg", "/site.css", "/nothing", "/c/" MINI_X "/" };
	(void)arg;
	for (int i = 0; i < 200; i++) (void)mini_status(&site, paths[i % 6]);
	return NULL;
}

static void many_clients_while_roots_come_and_go(void **state) {
	(void)state;
	pthread_t t[4];
	for (size_t i = 0; i < ARRAY_LEN(t); i++) assert_int_equal(pthread_create(&t[i], NULL, hammer, NULL), 0);
	for (int i = 0; i < 4; i++) {
		(void)usleep(300000);
		mini_publish(&site);
	}
	for (size_t i = 0; i < ARRAY_LEN(t); i++) (void)pthread_join(t[i], NULL);
	assert_int_equal(mini_status(&site, "/"), 200);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(P5_only_what_the_manifest_names_is_served),
		cmocka_unit_test(P5_very_long_paths_are_refused),
		cmocka_unit_test(what_could_be_read_two_ways_is_refused),
		cmocka_unit_test(also_as_the_second_request_of_a_connection),
		cmocka_unit_test(also_byte_by_byte),
		cmocka_unit_test(a_hidden_second_request_is_never_answered),
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(a_body_is_not_taken),
		cmocka_unit_test(a_known_tag_gives_304),
		cmocka_unit_test(ranges),
		cmocka_unit_test(if_range_needs_the_very_tag),
		cmocka_unit_test(head_says_what_get_would),
		cmocka_unit_test(texts_are_compressed_where_the_client_takes_it),
		cmocka_unit_test(P6_every_answer_is_quiet_and_locked_down),
		cmocka_unit_test(P6_patients_are_cached_for_five_minutes_at_most),
		cmocka_unit_test(the_site_may_bring_its_own_404),
		cmocka_unit_test(P5_the_server_sits_in_its_jail),
		cmocka_unit_test(P5_the_server_inherits_no_open_file),
		cmocka_unit_test(P6_views_are_counted_by_case_and_day),
		cmocka_unit_test(wrong_words_and_broken_sites_are_said_in_one_sentence),
		cmocka_unit_test(many_clients_while_roots_come_and_go),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

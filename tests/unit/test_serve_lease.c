/* test_serve_lease.c: the real occlude-serve while time passes and roots change: leases that run out, withdrawals,
 * forged and old roots, running transfers, files that vanish, slow clients, an end in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "mini_site.h"

#define CASE_A "/c/" MINI_A "/"
#define CASE_B "/c/" MINI_B "/"

enum { BIG = 24 << 20, HOUR = 3600 };

static struct mini site;

/* A site whose case A lasts `seconds`. */
static void begin(int64_t seconds, size_t big) {
	mini_open(&site);
	mini_fill(&site, mini_now() + seconds, big);
	mini_publish(&site);
	mini_serve(&site);
}

static int finish(void **state) {
	(void)state;
	mini_close(&site);
	return 0;
}

static bool index_has(const char *text) {
	struct answer a;
	mini_get(&site, "/", NULL, &a);
	assert_int_equal(a.status, 200);
	bool has = answer_has(&a, text);
	answer_clear(&a);
	return has;
}

static long max_age_of(const char *path) {
	struct answer a;
	long age = -1;
	mini_get(&site, path, NULL, &a);
	const char *cc = answer_header(&a, "Cache-Control");
	if (a.status == 200 && cc) (void)sscanf(cc, "public, max-age=%ld", &age);
	answer_clear(&a);
	return age;
}

static void P4_a_lease_ends_on_time_with_nobody_there(void **state) {
	(void)state;
	begin(3, 0);
	int64_t lease = site.root.cases[0].lease;
	assert_int_equal(mini_status(&site, CASE_A "1.jpg"), 200);
	assert_true(index_has("card of " MINI_A));
	long age = max_age_of(CASE_A), index_age = max_age_of("/");
	assert_in_range(age, 0, 3);
	assert_in_range(index_age, 0, 3);
	assert_int_equal(max_age_of(CASE_B), 300);
	while (mini_now() < lease) (void)usleep(5000);
	assert_int_equal(mini_status(&site, CASE_A), 410);
	assert_int_equal(mini_status(&site, CASE_A "1.jpg"), 410);
	assert_false(index_has("card of " MINI_A)); /* the shared page is put together without it */
	assert_true(index_has("card of " MINI_B));
	assert_true(index_has("foot"));
	assert_int_equal(max_age_of("/"), 300);
	assert_int_equal(mini_status(&site, CASE_B), 200);
}

static void P4_a_condition_does_not_outlive_the_lease(void **state) {
	(void)state;
	struct answer a;
	char ask[200];
	begin(2, 0);
	mini_get(&site, CASE_A "1.jpg", NULL, &a);
	(void)snprintf(ask, sizeof ask, "If-None-Match: %s\r\nRange: bytes=0-1\r\n", answer_header(&a, "ETag"));
	answer_clear(&a);
	assert_int_equal(mini_wait_status(&site, CASE_A, 410, 4000) >= 0, 1);
	mini_get(&site, CASE_A "1.jpg", ask, &a);
	assert_int_equal(a.status, 410);
	answer_clear(&a);
}

/* Starts to read a large picture slowly and has its first bytes. */
static int begin_transfer(const char *path) {
	char text[300], first[2000];
	int fd = mini_dial(&site);
	int n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: t\r\n\r\n", path);
	mini_send(fd, text, (size_t)n);
	assert_true(recv(fd, first, sizeof first, 0) > 0);
	assert_memory_equal(first, "HTTP/1.1 200", 12);
	return fd;
}

/* Reads until nothing comes for five seconds and returns how many bytes came. */
static size_t drain(int fd) {
	static char block[1 << 16];
	size_t sum = 0;
	for (ssize_t n; (n = recv(fd, block, sizeof block, 0)) > 0;) sum += (size_t)n;
	return sum;
}

static void P4_a_running_transfer_is_reset_when_the_lease_ends(void **state) {
	(void)state;
	begin(2, BIG);
	auto_fd int fd = begin_transfer(CASE_A "big.jpg");
	while (mini_now() < site.root.cases[0].lease) (void)usleep(5000);
	(void)usleep(700000);
	assert_in_range(drain(fd), 0, BIG / 2);
}

static void C6_a_running_transfer_is_reset_when_its_case_is_withdrawn(void **state) {
	(void)state;
	struct err e = { 0 };
	begin(HOUR, BIG);
	auto_fd int fd = begin_transfer(CASE_A "big.jpg");
	auto_fd int other = mini_dial(&site); /* an idle connection that has seen only case B stays */
	mini_send(other, "GET " CASE_B " HTTP/1.1\r\nHost: t\r\n\r\n",
		strlen("GET " CASE_B " HTTP/1.1\r\nHost: t\r\n\r\n"));
	struct answer a;
	mini_answer(other, false, &a);
	assert_int_equal(a.status, 200);
	answer_clear(&a);
	assert_int_equal(manifest_withdraw(&site.root, MINI_A, &e), 0);
	mini_publish(&site);
	(void)usleep(1000000);
	assert_in_range(drain(fd), 0, BIG / 2);
	assert_false(mini_closes(other, 300));
}

static void another_root_does_not_disturb_a_transfer(void **state) {
	(void)state;
	begin(HOUR, BIG);
	auto_fd int fd = begin_transfer(CASE_A "big.jpg");
	mini_publish(&site);
	(void)usleep(1000000);
	assert_true(drain(fd) > BIG - 4096);
}

static void C6_a_withdrawn_case_is_gone_within_a_second(void **state) {
	(void)state;
	struct err e = { 0 };
	begin(HOUR, 0);
	for (int round = 0; round < 3; round++) {
		const char *path = round % 2 ? CASE_B : CASE_A, *id = round % 2 ? MINI_B : MINI_A;
		if (round == 2) break;
		assert_int_equal(mini_status(&site, path), 200);
		assert_int_equal(manifest_withdraw(&site.root, id, &e), 0);
		mini_publish(&site);
		int64_t took = mini_wait_status(&site, path, 410, 3000);
		assert_in_range(took, 0, 999);
		char card[60];
		(void)snprintf(card, sizeof card, "card of %s", id);
		assert_false(index_has(card));
		if (!round) assert_int_equal(mini_status(&site, CASE_B), 200);
	}
	assert_true(index_has("foot"));
}

static void P4_a_root_may_shorten_a_lease(void **state) {
	(void)state;
	begin(HOUR, 0);
	assert_int_equal(mini_status(&site, CASE_A), 200);
	site.root.cases[0].lease = mini_now();
	mini_publish(&site);
	assert_in_range(mini_wait_status(&site, CASE_A, 410, 3000), 0, 999);
}

static void P4_a_clock_before_the_signing_shows_no_patient(void **state) {
	(void)state;
	begin(HOUR, 0);
	mini_publish_as(&site, site.root.serial + 1, mini_now() + 600, &site.key);
	assert_in_range(mini_wait_status(&site, CASE_A, 503, 3000), 0, 999);
	assert_int_equal(mini_status(&site, CASE_A "1.jpg"), 503);
	assert_int_equal(mini_status(&site, "/"), 503);
	assert_int_equal(mini_status(&site, "/site.css"), 200);
	mini_publish(&site);
	assert_in_range(mini_wait_status(&site, CASE_A, 200, 3000), 0, 999);
}

static void P5_a_root_of_another_key_or_an_older_one_is_refused(void **state) {
	(void)state;
	struct err e = { 0 };
	struct sign_key stranger;
	begin(HOUR, 0);
	mini_publish(&site);
	mini_publish(&site);
	(void)usleep(700000);
	int64_t good = site.root.serial;
	assert_int_equal(sign_key_new(&stranger, &e), 0);
	struct manifest empty;
	manifest_init(&empty);
	struct manifest full = site.root;
	site.root = empty;
	mini_publish_as(&site, good + 1, mini_now(), &stranger);
	(void)usleep(700000);
	assert_int_equal(mini_status(&site, CASE_A), 200);
	mini_publish_as(&site, good - 1, mini_now(), &site.key);
	(void)usleep(700000);
	assert_int_equal(mini_status(&site, CASE_A), 200);
	mini_publish_as(&site, good, mini_now(), &site.key);
	(void)usleep(700000);
	assert_int_equal(mini_status(&site, CASE_A), 200);
	assert_int_equal(file_replace(site.site_fd, "manifest", "rubbish\n", 8, 0600, &e), 0);
	(void)usleep(700000);
	assert_int_equal(mini_status(&site, CASE_A), 200);
	mini_publish_as(&site, good + 1, mini_now(), &site.key);
	assert_in_range(mini_wait_status(&site, CASE_A, 404, 3000), 0, 999);
	manifest_free(&site.root);
	site.root = full;
}

static void P5_one_changed_byte_in_the_root_is_refused_at_the_start(void **state) {
	(void)state;
	struct err e = { 0 };
	char dir[100], key[100], text[500], name[] = "occlude-serve", s[] = "--site", k[] = "--key";
	begin(HOUR, 0);
	auto_buf struct buf root;
	buf_init(&root, MANIFEST_ROOT_MAX);
	assert_int_equal(file_read(site.site_fd, "manifest", &root, &e), 0);
	char *lease = memmem(root.data, root.len, "sample 0", 8);
	assert_non_null(lease);
	lease[7] = '1';
	assert_int_equal(file_replace(site.site_fd, "manifest", root.data, root.len, 0600, &e), 0);
	(void)snprintf(dir, sizeof dir, "%s/site", site.dir);
	(void)snprintf(key, sizeof key, "%s/key.pub", site.dir);
	char *args[] = { name, s, dir, k, key, (char[]){ "--listen" }, (char[]){ "127.0.0.1:0" }, NULL };
	assert_int_equal(mini_run(args, text, sizeof text), 1);
	assert_non_null(strstr(text, "signature"));
}

static void P5_a_changed_or_missing_file_is_not_served(void **state) {
	(void)state;
	struct err e = { 0 };
	begin(HOUR, 0);
	/* never asked for before, so nothing is in memory */
	struct manifest_files f;
	auto_buf struct buf text;
	buf_init(&text, MANIFEST_CASE_MAX);
	assert_int_equal(file_read(site.files_fd, site.root.cases[0].store, &text, &e), 0);
	assert_int_equal(manifest_files_decode(text.data, text.len, MINI_A, &f, &e), 0);
	const struct manifest_file *jpg = manifest_files_find(&f, CASE_A "1.jpg");
	assert_int_equal(file_replace(site.files_fd, jpg->store, "012345678x", 10, 0644, &e), 0);
	assert_int_equal(mini_status(&site, CASE_A "1.jpg"), 410);
	assert_int_equal(file_replace(site.files_fd, jpg->store, "01234567890", 11, 0644, &e), 0);
	assert_int_equal(mini_status(&site, CASE_A "1.jpg"), 410);
	assert_int_equal(file_remove(site.files_fd, jpg->store, &e), 0);
	assert_int_equal(mini_status(&site, CASE_A "1.jpg"), 410);
	assert_int_equal(file_replace(site.files_fd, jpg->store, "0123456789", 10, 0644, &e), 0);
	assert_int_equal(mini_status(&site, CASE_A "1.jpg"), 200);
	manifest_files_free(&f);
	assert_int_equal(file_remove(site.files_fd, site.root.cases[1].store, &e), 0);
	assert_int_equal(mini_status(&site, CASE_B), 410);
	assert_int_equal(file_remove(site.files_fd, site.root.files[0].store, &e), 0);
	assert_int_equal(mini_status(&site, "/site.css"), 503);
	/* a case's card that is gone is left out, and the page still stands */
	for (size_t i = 0; i < site.root.part_count; i++)
		if (site.root.parts[i].id[0])
			assert_int_equal(file_remove(site.files_fd, site.root.parts[i].store, &e), 0);
	assert_false(index_has("card of"));
	assert_true(index_has("foot"));
}

/* ---- slow clients ---- */

struct drip {
	const char *text;
	int64_t lasted;
};

/* Sends a byte every half second until the server has had enough. */
static void *drip(void *arg) {
	struct drip *d = arg;
	int64_t start = mini_ms();
	auto_fd int fd = mini_dial(&site);
	for (const char *c = d->text; mini_ms() - start < 30000; c += *c != 0) {
		if (*c && send(fd, c, 1, MSG_NOSIGNAL) != 1) break;
		if (mini_closes(fd, 500)) break;
	}
	d->lasted = mini_ms() - start;
	return NULL;
}

/* Takes 100 bytes every half second of a large picture. */
static void *sip(void *arg) {
	struct drip *d = arg;
	char bytes[100];
	int64_t start = mini_ms();
	auto_fd int fd = begin_transfer(CASE_A "big.jpg");
	while (mini_ms() - start < 30000) {
		struct pollfd reset = {
			.fd = fd
		}; /* what the kernel has here already could be read even after a reset */
		if (recv(fd, bytes, sizeof bytes, 0) <= 0 || poll(&reset, 1, 500) > 0) break;
	}
	d->lasted = mini_ms() - start;
	return NULL;
}

static void slow_clients_are_reaped_and_others_are_not(void **state) {
	(void)state;
	begin(HOUR, BIG);
	struct drip d[4] = { { .text = "" },
		{ .text = "GET / HTTP/1.1\r\nHost: t\r\nA: "
			  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
		{ .text = "GET" } };
	pthread_t t[4];
	for (size_t i = 0; i < 3; i++) assert_int_equal(pthread_create(&t[i], NULL, drip, &d[i]), 0);
	assert_int_equal(pthread_create(&t[3], NULL, sip, &d[3]), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(mini_status(&site, CASE_A), 200);
		(void)usleep(200000);
	}
	for (size_t i = 0; i < 4; i++) (void)pthread_join(t[i], NULL);
	for (size_t i = 0; i < 3; i++) assert_in_range(d[i].lasted, 14000, 18000);
	assert_in_range(d[3].lasted, 12000, 25000);
	assert_int_equal(mini_status(&site, CASE_A), 200);
}

static void ends_within_two_seconds_whatever_runs(void **state) {
	(void)state;
	int64_t took;
	begin(HOUR, BIG);
	auto_fd int fd = begin_transfer(CASE_A "big.jpg");
	auto_fd int idle = mini_dial(&site);
	assert_int_equal(mini_end(&site, SIGTERM, &took), 0);
	assert_in_range(took, 0, 2000);
}

int main(int argc, char **argv) {
	if (argc > 1) cmocka_set_test_filter(argv[1]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(P4_a_lease_ends_on_time_with_nobody_there, finish),
		cmocka_unit_test_teardown(P4_a_condition_does_not_outlive_the_lease, finish),
		cmocka_unit_test_teardown(P4_a_running_transfer_is_reset_when_the_lease_ends, finish),
		cmocka_unit_test_teardown(C6_a_running_transfer_is_reset_when_its_case_is_withdrawn, finish),
		cmocka_unit_test_teardown(another_root_does_not_disturb_a_transfer, finish),
		cmocka_unit_test_teardown(C6_a_withdrawn_case_is_gone_within_a_second, finish),
		cmocka_unit_test_teardown(P4_a_root_may_shorten_a_lease, finish),
		cmocka_unit_test_teardown(P4_a_clock_before_the_signing_shows_no_patient, finish),
		cmocka_unit_test_teardown(P5_a_root_of_another_key_or_an_older_one_is_refused, finish),
		cmocka_unit_test_teardown(P5_one_changed_byte_in_the_root_is_refused_at_the_start, finish),
		cmocka_unit_test_teardown(P5_a_changed_or_missing_file_is_not_served, finish),
		cmocka_unit_test_teardown(slow_clients_are_reaped_and_others_are_not, finish),
		cmocka_unit_test_teardown(ends_within_two_seconds_whatever_runs, finish),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

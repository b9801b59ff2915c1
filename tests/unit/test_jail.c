/* test_jail.c: forked children close the real jails of lib/jail.c and then try what they must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/jail.h"

/* ---- what a prisoner tries: 0 it worked, else errno ------------------------------------------------------------- */

#define TRY(expr) ((errno = 0), (expr) < 0 ? errno : 0)

static int site_fd = -1, inbox_fd = -1, other_fd = -1, listen_fd = -1, memory_fd = -1;
static pid_t bystander;

static int open_passwd(void) {
	return TRY(open("/etc/passwd", O_RDONLY));
}
static int open_write(void) {
	return TRY(open("/tmp/occlude-jail-test", O_WRONLY | O_CREAT, 0600));
}
static int openat2_passwd(void) {
	uint64_t how[3] = { O_RDONLY, 0, 0 };
	return TRY(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof(how)));
}
static int stat_passwd(void) {
	struct stat s;
	return TRY(stat("/etc/passwd", &s));
}
static int read_link(void) {
	char b[64];
	return TRY(readlink("/proc/self/exe", b, sizeof(b)));
}
static int unlink_file(void) {
	return TRY(unlink("/tmp/occlude-jail-test"));
}
static int make_dir(void) {
	return TRY(mkdir("/tmp/occlude-jail-test", 0700));
}
static int memfd(void) {
	return TRY(memfd_create("x", 0));
}
static int raise_limit(void) {
	struct rlimit r = { 1, 1 };
	return TRY(setrlimit(RLIMIT_CORE, &r));
}
static int exec_memory(void) {
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}
static int dumpable(void) {
	return TRY(prctl(PR_SET_DUMPABLE, 1));
}

static int try_exec(void) {
	char *a[] = { NULL };
	return TRY(execve("/bin/true", a, a));
}
static int try_exec_memory(void) {
	char *a[] = { NULL };
	return TRY(syscall(SYS_execveat, memory_fd, "", a, a, AT_EMPTY_PATH));
}
static int try_fork(void) {
	return TRY(syscall(SYS_fork));
}
static int try_clone(void) {
	return TRY(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}
static int try_socket(void) {
	return TRY(socket(AF_INET, SOCK_STREAM, 0));
}
static int try_unix(void) {
	return TRY(socket(AF_UNIX, SOCK_STREAM, 0));
}
static int try_netlink(void) {
	return TRY(socket(AF_NETLINK, SOCK_RAW, 0));
}
static int try_connect(void) {
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
	return TRY(connect(listen_fd, (struct sockaddr *)&a, sizeof(a)));
}
static int try_ptrace(void) {
	return TRY(ptrace(PTRACE_ATTACH, bystander, NULL, NULL));
}
static int try_traceme(void) {
	return TRY(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}
static int try_peek(void) {
	char b[8];
	struct iovec l = { b, 8 }, r = { &site_fd, 4 };
	return TRY(process_vm_readv(bystander, &l, 1, &r, 1, 0));
}
static int try_kill(void) {
	return TRY(kill(bystander, SIGTERM));
}
static int try_tgkill(void) {
	return TRY(syscall(SYS_tgkill, bystander, bystander, SIGTERM));
}
static int try_uring(void) {
	return TRY(syscall(SYS_io_uring_setup, 1, NULL));
}
static int try_bpf(void) {
	return TRY(syscall(SYS_bpf, 0, NULL, 0));
}
static int try_32bit(void) {
	long r = 20; /* getpid by the 32-bit door */
#ifdef __x86_64__
	__asm__ volatile("int $0x80" : "+a"(r) : : "memory", "r8", "r9", "r10", "r11");
#endif
	return r < 0 ? (int)-r : 0;
}

/* ---- what a prisoner must still be able to do: 0 it worked -------------------------------------------------------- */

static void *add_one(void *p) {
	++*(int *)p;
	return NULL;
}
static int compute(void) {
	pthread_t t;
	int n = 1;
	if (pthread_create(&t, NULL, add_one, &n) != 0 || pthread_join(t, NULL) != 0 || n != 2) return 1;
	char *big = malloc(64 << 20), got[4] = "";
	if (!big) return 2;
	memset(big, 1, 64 << 20);
	free(big);
	struct stat st;
	if (fstat(memory_fd, &st) < 0 || pread(memory_fd, got, 4, 0) != 4 || memcmp(got, "held", 4) != 0) return 3;
	void *m = mmap(NULL, 4096, PROT_READ, MAP_SHARED, memory_fd, 0);
	if (m == MAP_FAILED || memcmp(m, "held", 4) != 0) return 4;
	return pwrite(memory_fd, "more", 4, 4) == 4 ? 0 : 5;
}
static int abort_itself(void) {
	signal(SIGABRT, SIG_DFL);
	abort();
}

static int site_read(void) {
	int fd = openat(site_fd, "page", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char b[4];
	return fd >= 0 && read(fd, b, 4) == 4 && memcmp(b, "page", 4) == 0 ? 0 : errno;
}
static int site_write(void) {
	return TRY(openat(site_fd, "page", O_WRONLY));
}
static int site_create(void) {
	return TRY(openat(site_fd, "new", O_WRONLY | O_CREAT | O_EXCL, 0600));
}
static int site_truncate(void) {
	return TRY(openat(site_fd, "page", O_RDONLY | O_TRUNC));
}
static int site_remove(void) {
	return TRY(unlinkat(site_fd, "page", 0));
}
static int site_up(void) {
	return TRY(openat(site_fd, "../other/key", O_RDONLY));
}
static int other_read(void) {
	return TRY(openat(other_fd, "key", O_RDONLY));
}
static int inbox_add(void) {
	int fd = openat(inbox_fd, "note", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	return fd >= 0 && write(fd, "note", 4) == 4 && fsync(fd) == 0 ? 0 : errno;
}
static int inbox_read(void) {
	return TRY(openat(inbox_fd, "kept", O_RDONLY));
}
static int inbox_truncate(void) {
	return TRY(openat(inbox_fd, "kept", O_WRONLY | O_TRUNC));
}
static int inbox_remove(void) {
	return TRY(unlinkat(inbox_fd, "kept", 0));
}
static int inbox_rename(void) {
	return TRY(renameat(inbox_fd, "kept", inbox_fd, "gone"));
}
static int inbox_link(void) {
	return TRY(symlinkat("/etc/passwd", inbox_fd, "link"));
}
static int serve(void) {
	int c = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	char b[8];
	if (c < 0 || recv(c, b, 4, 0) != 4) return errno ? errno : 1;
	int fd = openat(site_fd, "page", O_RDONLY);
	off_t at = 0;
	if (fd < 0 || send(c, b, 4, 0) != 4 || sendfile(c, fd, &at, 4) != 4) return errno ? errno : 2;
	return shutdown(c, SHUT_RDWR);
}

/* ---- running them --------------------------------------------------------------------------------------------------- */

/* How a child ended that closed the jail and then tried `what`: its errno (0: it worked), or -signal. */
static int behind_bars(int server, int (*what)(void)) {
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct jail_server j = { site_fd, inbox_fd };
		struct err e = { 0 };
		int bad = server ? jail_server(&j, &e)
				 : jail_worker_limits(1 << 20, &e) < 0 || jail_worker(100, &e) < 0;
		if (bad) fprintf(stderr, "# %s\n", e.text);
		_exit(bad ? 200 : what());
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

struct attempt {
	const char *name;
	int (*what)(void);
	int ends; /* errno, 0, or -signal */
};
#define ROW(f, ends)                                                                                                 \
	{ #f, f, ends }

static void try_all(int server, const struct attempt *row, size_t n) {
	for (size_t i = 0; i < n; i++) {
		int got = behind_bars(server, row[i].what);
		if (got != row[i].ends) fail_msg("%s ended with %d, not %d", row[i].name, got, row[i].ends);
	}
}

static const struct attempt deadly[] = {
	ROW(try_exec, -SIGSYS),
	ROW(try_exec_memory, -SIGSYS),
	ROW(try_fork, -SIGSYS),
	ROW(try_clone, -SIGSYS),
	ROW(try_socket, -SIGSYS),
	ROW(try_unix, -SIGSYS),
	ROW(try_netlink, -SIGSYS),
	ROW(try_connect, -SIGSYS),
	ROW(try_ptrace, -SIGSYS),
	ROW(try_traceme, -SIGSYS),
	ROW(try_peek, -SIGSYS),
	ROW(try_kill, -SIGSYS),
	ROW(try_tgkill, -SIGSYS),
	ROW(try_uring, -SIGSYS),
	ROW(try_bpf, -SIGSYS),
#ifdef __x86_64__
	ROW(try_32bit, -SIGSYS),
#endif
};

static void the_worker_only_computes(void **state) {
	(void)state;
	static const struct attempt row[] = { ROW(compute, 0), ROW(abort_itself, -SIGABRT), ROW(open_passwd, EPERM),
		ROW(open_write, EPERM), ROW(openat2_passwd, EPERM), ROW(stat_passwd, EPERM), ROW(read_link, EPERM),
		ROW(unlink_file, EPERM), ROW(make_dir, EPERM), ROW(memfd, EPERM), ROW(raise_limit, EPERM),
		ROW(exec_memory, EPERM), ROW(dumpable, EPERM), ROW(site_read, EPERM), ROW(inbox_add, EPERM) };
	try_all(0, row, sizeof(row) / sizeof(row[0]));
	try_all(0, deadly, sizeof(deadly) / sizeof(deadly[0]));
	assert_int_equal(kill(bystander, 0), 0);
}

static int burn(void) {
	static volatile unsigned turns;
	while (turns < 0xffffffffU) turns = (turns + 1) & 0xffff;
	return 1;
}
static int overfill(void) {
	return TRY(pwrite(memory_fd, "x", 1, 2 << 20));
}
#ifndef OCCLUDE_SANITIZED /* whose shadow memory needs more than the limit */
static int swallow(void) {
	for (size_t got = 0; got < (size_t)4 << 30; got += 64 << 20)
		if (mmap(NULL, 64 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			return got < JAIL_MEMORY ? errno : 1;
	return 0;
}
#endif

static int cpu_limit(void) {
	struct rlimit r;
	return getrlimit(RLIMIT_CPU, &r) == 0 && r.rlim_cur == JAIL_CPU_SECONDS ? 0 : 1;
}
static int burn_a_second(void) {
	struct rlimit r = { 1, 2 };
	return setrlimit(RLIMIT_CPU, &r) < 0 ? 1 : burn();
}

static void the_worker_is_bounded(void **state) {
	(void)state;
	assert_int_equal(behind_bars(0, overfill), -SIGXFSZ);
	assert_int_equal(behind_bars(0, cpu_limit), 0);
#ifndef OCCLUDE_SANITIZED
	assert_int_equal(behind_bars(0, swallow), ENOMEM);
#endif
	/* the limit's effect, at one second so that the test is short */
	pid_t pid = fork();
	if (pid == 0) _exit(burn_a_second());
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
}

static void P5_the_server_reads_one_directory(void **state) {
	(void)state;
	static const struct attempt row[] = { ROW(site_read, 0), ROW(site_write, EPERM), ROW(site_create, EPERM),
		ROW(site_truncate, EPERM), ROW(site_remove, EPERM), ROW(inbox_add, 0), ROW(inbox_read, 0),
		ROW(inbox_truncate, EPERM), ROW(inbox_remove, EPERM), ROW(inbox_rename, EPERM),
		ROW(inbox_link, EPERM), ROW(open_write, EPERM), ROW(unlink_file, EPERM), ROW(make_dir, EPERM),
		ROW(exec_memory, EPERM), ROW(openat2_passwd, EPERM), ROW(dumpable, EPERM) };
	try_all(1, row, sizeof(row) / sizeof(row[0]));
	try_all(1, deadly, sizeof(deadly) / sizeof(deadly[0]));
}

/* What Landlock alone keeps: other directories, by absolute path, by "..", or through a directory held open. */
static void P5_the_server_reads_nothing_else(void **state) {
	(void)state;
	if (jail_landlock() == 0) {
		print_message("# skipped: this kernel has no Landlock\n");
		skip();
	}
	static const struct attempt row[] = { ROW(open_passwd, EACCES), ROW(site_up, EACCES),
		ROW(other_read, EACCES) };
	try_all(1, row, sizeof(row) / sizeof(row[0]));
}

static void the_server_serves(void **state) {
	(void)state;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(getsockname(listen_fd, (struct sockaddr *)&a, &len), 0);
	assert_int_equal(connect(s, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(send(s, "ping", 4, 0), 4);
	assert_int_equal(behind_bars(1, serve), 0);
	char got[9] = "";
	assert_int_equal(recv(s, got, 8, MSG_WAITALL), 8);
	assert_string_equal(got, "pingpage");
	close(s);
}

static void the_kernel_is_described(void **state) {
	(void)state;
	char words[120];
	assert_non_null(strstr(jail_describe(words, sizeof(words)), "seccomp"));
	if (jail_landlock() > 0) assert_non_null(strstr(words, "Landlock "));
}

static void put(int dirfd, const char *name) {
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && write(fd, name, 4) >= 0);
	close(fd);
}

static char home[] = "/tmp/occlude-jail-XXXXXX";

static int set_up(void **state) {
	(void)state;
	if (!mkdtemp(home)) return -1;
	int dir = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(dir, "site", 0700);
	mkdirat(dir, "inbox", 0700);
	mkdirat(dir, "other", 0700);
	site_fd = openat(dir, "site", O_RDONLY | O_DIRECTORY);
	inbox_fd = openat(dir, "inbox", O_RDONLY | O_DIRECTORY);
	other_fd = openat(dir, "other", O_RDONLY | O_DIRECTORY);
	close(dir);
	put(site_fd, "page");
	put(inbox_fd, "kept");
	put(other_fd, "key");
	memory_fd = memfd_create("held", 0);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	listen_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (write(memory_fd, "held", 4) != 4 || bind(listen_fd, (struct sockaddr *)&a, sizeof(a)) < 0) return -1;
	if (listen(listen_fd, 8) < 0) return -1;
	bystander = fork();
	if (bystander == 0)
		for (;;) pause();
	return bystander < 0 ? -1 : 0;
}

static int tear_down(void **state) {
	(void)state;
	kill(bystander, SIGKILL);
	waitpid(bystander, NULL, 0);
	unlinkat(site_fd, "page", 0);
	unlinkat(inbox_fd, "kept", 0);
	unlinkat(inbox_fd, "note", 0);
	unlinkat(other_fd, "key", 0);
	char path[64];
	static const char *const sub[] = { "/site", "/inbox", "/other", "" };
	for (size_t i = 0; i < sizeof(sub) / sizeof(sub[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", home, sub[i]);
		if (rmdir(path) < 0) return -1;
	}
	return 0;
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worker_only_computes),
		cmocka_unit_test(the_worker_is_bounded),
		cmocka_unit_test(P5_the_server_reads_one_directory),
		cmocka_unit_test(P5_the_server_reads_nothing_else),
		cmocka_unit_test(the_server_serves),
		cmocka_unit_test(the_kernel_is_described),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

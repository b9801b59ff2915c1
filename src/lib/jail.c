/* jail.c: closes the jails of the worker and of the public server (Landlock, seccomp, rlimits). The lists below are
 * the whole policy: what is on none of them fails with EPERM. */
#include "lib/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

/* Landlock's names that Debian 12's header does not have yet; their numbers are the kernel's interface. */
enum {
	FS_TRUNCATE = 1 << 14,  /* version 3 */
	FS_IOCTL_DEV = 1 << 15, /* version 5 */
	NET_BIND = 1 << 0,      /* version 4 */
	NET_CONNECT = 1 << 1,
	SCOPE_ABSTRACT_SOCKET = 1 << 0, /* version 6 */
	SCOPE_SIGNAL = 1 << 1
};
struct ruleset {
	uint64_t fs, net, scoped;
};

/* ---- limits -------------------------------------------------------------------------------------------------- */

static int limit(int what, rlim_t value, const char *name, struct err *e) {
	struct rlimit r = { value, value };
	if (setrlimit(what, &r) < 0) return err_sys(e, "cannot limit %s", name);
	return 0;
}

int jail_worker_limits(size_t output_max, struct err *e) {
#ifndef OCCLUDE_SANITIZED
	if (limit(RLIMIT_AS, JAIL_MEMORY, "memory", e) < 0) return -1;
#endif
	/* SIGXCPU at the limit, which says what happened; SIGKILL two seconds later for who would not hear it */
	struct rlimit cpu = { JAIL_CPU_SECONDS, JAIL_CPU_SECONDS + 2 };
	if (setrlimit(RLIMIT_CPU, &cpu) < 0) return err_sys(e, "cannot limit CPU time");
	if (limit(RLIMIT_CORE, 0, "core dumps", e) < 0) return -1;
	if (limit(RLIMIT_NOFILE, 64, "open files", e) < 0) return -1;
	return limit(RLIMIT_FSIZE, output_max, "the size of files", e);
}

static int give_up_privileges(struct err *e) {
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return err_sys(e, "cannot give up new privileges");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) return err_sys(e, "cannot forbid core dumps");
	return 0;
}

/* ---- Landlock -------------------------------------------------------------------------------------------------- */

/* Everything this version can forbid. */
static struct ruleset landlock_all(int version, size_t *ret_size) {
	struct ruleset r = { .fs = (1 << 13) - 1 };
	if (version >= 2) r.fs |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3) r.fs |= FS_TRUNCATE;
	if (version >= 4) r.net = NET_BIND | NET_CONNECT;
	if (version >= 5) r.fs |= FS_IOCTL_DEV;
	if (version >= 6) r.scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
	*ret_size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
	return r;
}

static int landlock_allow(int rules, int dirfd, uint64_t access, struct err *e) {
	struct landlock_path_beneath_attr a = { .allowed_access = access, .parent_fd = dirfd };
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &a, 0) < 0)
		return err_sys(e, "cannot name a directory to Landlock");
	return 0;
}

/* Forbids every file and port except what `j` (which may be NULL) names. Does nothing where the kernel has none. */
static int landlock_close(const struct jail_server *j, struct err *e) {
	int version = jail_landlock();
	if (version == 0) return 0;
	size_t size = 0;
	struct ruleset all = landlock_all(version, &size);
	auto_fd int rules = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
	if (rules < 0) return err_sys(e, "cannot set up Landlock");
	const uint64_t look = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	const uint64_t add = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG;
	if (j && landlock_allow(rules, j->site_fd, look, e) < 0) return -1;
	if (j && j->inbox_fd >= 0 && landlock_allow(rules, j->inbox_fd, look | add, e) < 0) return -1;
	if (syscall(SYS_landlock_restrict_self, rules, 0) < 0) return err_sys(e, "cannot close the Landlock jail");
	return 0;
}

/* ---- seccomp --------------------------------------------------------------------------------------------------- */

#define CALL(name) SCMP_SYS(name)

/* What only an attacker would try: the process is killed. */
static const int killing[] = {
	CALL(execve),
	CALL(execveat),
	CALL(fork),
	CALL(vfork),
	CALL(ptrace),
	CALL(process_vm_readv),
	CALL(process_vm_writev),
	CALL(socket),
	CALL(socketpair),
	CALL(connect),
	CALL(bind),
	CALL(listen),
	CALL(bpf),
	CALL(perf_event_open),
	CALL(userfaultfd),
	CALL(io_uring_setup),
	CALL(io_uring_enter),
	CALL(io_uring_register),
	CALL(mount),
	CALL(umount2),
	CALL(pivot_root),
	CALL(chroot),
	CALL(unshare),
	CALL(setns),
	CALL(init_module),
	CALL(finit_module),
	CALL(delete_module),
	CALL(kexec_load),
	CALL(add_key),
	CALL(request_key),
	CALL(keyctl),
	CALL(pidfd_send_signal),
	CALL(pidfd_getfd),
	CALL(setuid),
	CALL(setgid),
	CALL(setresuid),
	CALL(setresgid),
	CALL(personality),
	CALL(open_by_handle_at),
	CALL(reboot),
};

/* What computing needs: memory, threads, clocks, and descriptors that are open already. */
static const int computing[] = {
	CALL(read),
	CALL(write),
	CALL(pread64),
	CALL(pwrite64),
	CALL(readv),
	CALL(writev),
	CALL(lseek),
	CALL(fstat),
	CALL(close),
	CALL(ftruncate),
	CALL(munmap),
	CALL(mremap),
	CALL(madvise),
	CALL(brk),
	CALL(futex),
	CALL(set_robust_list),
	CALL(rseq),
	CALL(set_tid_address),
	CALL(sched_yield),
	CALL(sched_getaffinity),
	CALL(sched_getattr),
	CALL(clock_gettime),
	CALL(clock_getres),
	CALL(clock_nanosleep),
	CALL(nanosleep),
	CALL(gettimeofday),
	CALL(time),
	CALL(times),
	CALL(getrusage),
	CALL(getpid),
	CALL(gettid),
	CALL(getuid),
	CALL(geteuid),
	CALL(getgid),
	CALL(getegid),
	CALL(getrandom),
	CALL(getcpu),
	CALL(sysinfo),
	CALL(uname),
	CALL(poll),
	CALL(ppoll),
	CALL(membarrier),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(rt_sigreturn),
	CALL(sigaltstack),
	CALL(restart_syscall),
	CALL(exit),
	CALL(exit_group),
};

/* What serving adds: connections of a socket that listens already, and reading files (Landlock says which). */
static const int serving[] = {
	CALL(accept),
	CALL(accept4),
	CALL(recvfrom),
	CALL(recvmsg),
	CALL(sendto),
	CALL(sendmsg),
	CALL(sendfile),
	CALL(shutdown),
	CALL(getsockopt),
	CALL(setsockopt),
	CALL(getsockname),
	CALL(getpeername),
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(epoll_wait),
	CALL(epoll_pwait),
	CALL(epoll_pwait2),
	CALL(eventfd2),
	CALL(pipe2),
	CALL(select),
	CALL(pselect6),
	CALL(signalfd4),
	CALL(timerfd_create),
	CALL(timerfd_settime),
	CALL(rt_sigtimedwait),
	CALL(rt_sigsuspend),
	CALL(getdents64),
	CALL(newfstatat),
	CALL(statx),
	CALL(fsync),
	CALL(fdatasync),
	CALL(flock),
	CALL(fadvise64),
	CALL(dup),
	CALL(readlinkat),
};

static int allow_all(scmp_filter_ctx f, const int *calls, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0) < 0) return -1;
	return 0;
}

/* Rules that look at arguments, for both jails: no memory that is both new and executable; threads but no
 * processes; a signal only to oneself (abort); naming threads; asking for a limit but not setting one. */
static int allow_some(scmp_filter_ctx f) {
	const uint64_t self = (uint64_t)getpid();
	const uint64_t thread = CLONE_THREAD;
	int bad = 0;
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread));
	bad |= seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, CALL(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, thread, 0));
	/* clone3 hides its flags behind a pointer; told that there is none, the C library uses clone */
	bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0);
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, self));
	bad |= seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, CALL(tgkill), 1, SCMP_A0(SCMP_CMP_NE, self));
	bad |= seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, CALL(kill), 1, SCMP_A0(SCMP_CMP_NE, self));
	bad |= seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, CALL(tkill), 0);
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0));
	const int looking[] = { F_GETFD, F_GETFL, F_SETFD, F_SETFL, F_GET_SEALS };
	for (size_t i = 0; i < ARRAY_LEN(looking); i++)
		bad |= seccomp_rule_add(
			f, SCMP_ACT_ALLOW, CALL(fcntl), 1, SCMP_A1(SCMP_CMP_EQ, (uint64_t)looking[i]));
	return bad ? -1 : 0;
}

/* fstat as the C library spells it: a descriptor and an empty path. */
static int allow_fstat(scmp_filter_ctx f) {
	return seccomp_rule_add(
		f, SCMP_ACT_ALLOW, CALL(newfstatat), 1, SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
}

/* Opening to read; opening to write only below the inbox (new files and appends). */
static int allow_open(scmp_filter_ctx f, const struct jail_server *j) {
	const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
	int bad =
		seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
	if (j->inbox_fd >= 0)
		bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(openat), 2,
			SCMP_A0(SCMP_CMP_EQ, (uint64_t)j->inbox_fd),
			SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_WRONLY));
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, 0x5421 /* FIONBIO */));
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, 0x541b /* FIONREAD */));
	return bad ? -1 : 0;
}

static int build_filter(scmp_filter_ctx f, const struct jail_server *j) {
	/* all threads at once; a foreign architecture (32-bit calls) kills; the fast order is the library's business */
	if (seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1) < 0) return -1;
	if (seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) < 0) return -1;
	for (size_t i = 0; i < ARRAY_LEN(killing); i++)
		if (seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, killing[i], 0) < 0) return -1;
	if (allow_all(f, computing, ARRAY_LEN(computing)) < 0 || allow_some(f) < 0) return -1;
	if (!j) return allow_fstat(f);
	if (allow_all(f, serving, ARRAY_LEN(serving)) < 0) return -1;
	return allow_open(f, j);
}

static int seccomp_close(const struct jail_server *j, struct err *e) {
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!f) return err_nomem(e);
	int bad = build_filter(f, j) < 0 ? -EINVAL : seccomp_load(f);
	seccomp_release(f);
	if (bad < 0) {
		errno = -bad;
		return err_sys(e, "cannot close the seccomp jail");
	}
	return 0;
}

/* ---- the two jails --------------------------------------------------------------------------------------------- */

int jail_worker(int first_fd, struct err *e) {
	if (close_range((unsigned)first_fd, ~0U, 0) < 0) return err_sys(e, "cannot close open files");
	if (give_up_privileges(e) < 0 || landlock_close(NULL, e) < 0) return -1;
	return seccomp_close(NULL, e);
}

int jail_server(const struct jail_server *j, struct err *e) {
	if (limit(RLIMIT_CORE, 0, "core dumps", e) < 0) return -1;
	if (give_up_privileges(e) < 0 || landlock_close(j, e) < 0) return -1;
	return seccomp_close(j, e);
}

/* jail.h: how a process gives up what it does not need, for good: resource limits, no new privileges, no core dump,
 * Landlock for files and ports where the kernel has it, a seccomp filter for everything else. What was opened before
 * stays open. A call that libraries make in good faith (open, stat, ...) fails with EPERM, so that they fail softly; what
 * only an attacker would try (exec, fork, ptrace, a socket, a signal to another process) kills the process. */
#ifndef OCCLUDE_LIB_JAIL_H
#define OCCLUDE_LIB_JAIL_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

enum {
	JAIL_CPU_SECONDS = 20,
	JAIL_WALL_SECONDS = 30, /* kept by flow/worker.c */
	JAIL_MEMORY = 1536 * 1024 * 1024,
};

/* The worker's limits: address space 1.5 GB (not in sanitizer builds, which cannot start under one), CPU 20 s, no
 * core, 64 descriptors, and no file larger than `output_max` bytes. Called first thing in the worker, before any
 * library allocates. */
int jail_worker_limits(size_t output_max, struct err *e);
/* Closes the worker's jail, for every thread there is: from here it computes on what it holds (read, write and
 * map open descriptors, memory without execute permission, threads, clocks) and nothing else. Descriptors from
 * `first_fd` on are closed. -1 if the seccomp filter could not be put in place; then the caller must end. */
int jail_worker(int first_fd, struct err *e);

/* What the public server keeps (P5). Both are open directories; call before any thread is started and after the
 * listening socket is bound and the key was read. */
struct jail_server {
	int site_fd; /* may be read below */
	int inbox_fd; /* may be read and added to below; nothing in it can be truncated, renamed or removed; -1: none */
};
/* Closes the server's jail: reads below site_fd, new files and appends below inbox_fd, serves connections of the socket
 * that is already bound; no other file, no other port, no connection outwards. Without Landlock in the kernel the
 * filter alone holds: then reading is not bound to the directory, writing, exec, ptrace and sockets still are
 * refused. Threads started later inherit it. */
int jail_server(const struct jail_server *j, struct err *e);

/* The Landlock version the kernel offers, 0 for none. */
int jail_landlock(void);
/* Writes what this kernel offers in words for `occlude doctor`: "Landlock 7 and seccomp". Returns `out`. Needs no
 * libseccomp (jail_probe.c), so every program may call it. */
const char *jail_describe(char *out, size_t size);

#endif

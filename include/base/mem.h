/* mem.h: ownership helpers. A variable marked `auto_free` is freed when it goes out of scope; TAKE_PTR hands
 * its value on and leaves NULL behind. Other modules define their own `auto_x` the same way with MEM_AUTO. */
#ifndef OCCLUDE_BASE_MEM_H
#define OCCLUDE_BASE_MEM_H

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define TAKE_PTR(p)                                                                                                  \
	__extension__({                                                                                              \
		__typeof__(p) _t = (p);                                                                              \
		(p) = NULL;                                                                                          \
		_t;                                                                                                  \
	})

#define TAKE_FD(fd)                                                                                                  \
	__extension__({                                                                                              \
		int _t = (fd);                                                                                       \
		(fd) = -1;                                                                                           \
		_t;                                                                                                  \
	})

static inline void mem_free_ptr(void *pp) {
	free(*(void **)pp);
}

static inline void mem_close_fd(const int *fd) {
	if (*fd >= 0) close(*fd);
}

#define auto_free __attribute__((cleanup(mem_free_ptr)))
#define auto_fd   __attribute__((cleanup(mem_close_fd)))

/* Defines `name_cleanup`, which calls `fn` on a non-NULL pointer variable that leaves its scope. */
#define MEM_AUTO(type, name, fn)                                                                                     \
	static inline void name##_cleanup(type **p) {                                                                \
		if (*p) fn(*p);                                                                                      \
	}

#endif

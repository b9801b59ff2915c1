/* file.c: see base/file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

int file_open_dir(const char *path, struct err *e) {
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) return err_sys(e, "%s cannot be opened", path);
	return fd;
}

int file_open_subdir(int dirfd, const char *name, bool make, mode_t mode, struct err *e) {
	if (make && mkdirat(dirfd, name, mode) && errno != EEXIST) return err_sys(e, "%s cannot be made", name);
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) return err_sys(e, "%s cannot be opened", name);
	return fd;
}

int file_read_fd(int fd, const char *name, struct buf *out, struct err *e) {
	for (;;) {
		size_t want = out->max - out->len;
		char probe = 0;
		if (want > 65536) want = 65536;
		char *to = want ? buf_room(out, want) : &probe;
		if (!to) return err_nomem(e);
		ssize_t n = read(fd, to, want ? want : 1);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_sys(e, "%s cannot be read", name);
		if (n == 0) return 0;
		if (!want) {
			out->failed = true;
			return buf_check(out, name, e);
		}
		buf_grew(out, (size_t)n);
	}
}

int file_read(int dirfd, const char *name, struct buf *out, struct err *e) {
	auto_fd int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) return err_sys(e, "%s cannot be opened", name);
	struct stat st;
	if (fstat(fd, &st)) return err_sys(e, "%s cannot be read", name);
	if (!S_ISREG(st.st_mode)) return err_set(e, ERR_OUTSIDE, "%s is not a plain file", name);
	return file_read_fd(fd, name, out, e);
}

int file_exists(int dirfd, const char *name, struct err *e) {
	struct stat st;
	if (!fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW)) return 1;
	if (errno == ENOENT) return 0;
	return err_sys(e, "%s cannot be looked up", name);
}

int file_write_all(int fd, const void *data, size_t len, struct err *e) {
	const char *p = data;
	while (len) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_sys(e, "writing failed");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int fill_and_sync(int fd, const void *data, size_t len, bool timeless, struct err *e) {
	if (file_write_all(fd, data, len, e)) return -1;
	if (timeless) {
		const struct timespec zero[2] = { { 0, 0 }, { 0, 0 } };
		if (futimens(fd, zero)) return err_sys(e, "setting the time failed");
	}
	if (fsync(fd)) return err_sys(e, "writing to the disk failed");
	return 0;
}

int file_replace(int dirfd, const char *name, const void *data, size_t len, mode_t mode, struct err *e) {
	char tmp[300];
	uint64_t r = 0;
	if (getrandom(&r, sizeof r, 0) != (ssize_t)sizeof r) return err_sys(e, "no random number");
	if ((size_t)snprintf(tmp, sizeof tmp, "%s.new-%016llx", name, (unsigned long long)r) >= sizeof tmp)
		return err_set(e, ERR_OUTSIDE, "the name %s is too long", name);
	if (file_create(dirfd, tmp, data, len, mode, false, e)) return err_prefix(e, "%s", name);
	if (renameat(dirfd, tmp, dirfd, name)) {
		int bad = err_sys(e, "%s cannot be replaced", name);
		(void)unlinkat(dirfd, tmp, 0);
		return bad;
	}
	return file_sync_dir(dirfd, e);
}

int file_create(
	int dirfd, const char *name, const void *data, size_t len, mode_t mode, bool timeless, struct err *e) {
	auto_fd int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0) return err_sys(e, "%s cannot be made", name);
	if (fill_and_sync(fd, data, len, timeless, e)) {
		(void)unlinkat(dirfd, name, 0);
		return err_prefix(e, "%s", name);
	}
	return 0;
}

int file_remove(int dirfd, const char *name, struct err *e) {
	if (unlinkat(dirfd, name, 0) && errno != ENOENT) return err_sys(e, "%s cannot be removed", name);
	return 0;
}

int file_sync_dir(int dirfd, struct err *e) {
	if (fsync(dirfd)) return err_sys(e, "writing the directory to the disk failed");
	return 0;
}

int file_lock(int dirfd, const char *name, int seconds, struct err *e) {
	auto_fd int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) return err_sys(e, "%s cannot be opened", name);
	for (int tries = 0;; tries++) {
		if (!flock(fd, LOCK_EX | LOCK_NB)) return TAKE_FD(fd);
		if (errno != EWOULDBLOCK && errno != EINTR) return err_sys(e, "%s cannot be locked", name);
		if (tries >= seconds * 20)
			return err_set(e, ERR_OUTSIDE,
				"another occlude command is at work here: try again when it has ended");
		const struct timespec pause = { 0, 50 * 1000 * 1000 };
		(void)nanosleep(&pause, NULL);
	}
}

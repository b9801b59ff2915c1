/* token.c: the file that holds this user's `occlude login` token for a practice; see record/staff.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "record/staff.h"

/* Opens (and with `make`, makes) the directory of token files. -2: not there. */
static int open_state(bool make, struct err *e) {
	char path[PATH_MAX];
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n;
	if (state && *state == '/')
		n = snprintf(path, sizeof path, "%s/occlude", state);
	else if (home && *home == '/')
		n = snprintf(path, sizeof path, "%s/.local/state/occlude", home);
	else
		return err_set(e, ERR_OUTSIDE,
			"there is no home directory to keep a sign-in in: name the account with --as");
	if (n < 0 || (size_t)n >= sizeof path)
		return err_set(e, ERR_OUTSIDE, "the home directory's name is too long");
	for (char *slash = strchr(path + 1, '/'); make && slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		(void)mkdir(path, 0700); /* the open below tells if it failed */
		*slash = '/';
	}
	if (make) (void)mkdir(path, 0700);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !make) return -2;
	return fd < 0 ? err_sys(e, "%s cannot be opened", path) : fd;
}

/* One file a practice, named by its place. */
static int token_name(const struct practice *p, char out[32], struct err *e) {
	char link[32], path[PATH_MAX], hash[SHA256_HEX];
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", p->dirfd);
	ssize_t n = readlink(link, path, sizeof path);
	if (n <= 0) return err_sys(e, "%s cannot be looked up", p->path);
	(void)snprintf(out, 32, "token-%.20s", seal_sha256(path, (size_t)n, hash));
	return 0;
}

int staff_token_keep(const struct practice *p, const char *token, struct err *e) {
	char name[32];
	auto_fd int dir = open_state(true, e);
	if (dir < 0 || token_name(p, name, e)) return -1;
	if (file_replace(dir, name, token, strlen(token), 0600, e)) return err_prefix(e, "the sign-in");
	return 0;
}

int staff_token_read(const struct practice *p, char token[STAFF_TOKEN], struct err *e) {
	char name[32];
	struct stat st;
	int dir_or_none = open_state(false, e);
	if (dir_or_none == -2) return 0;
	auto_fd int dir = dir_or_none;
	if (dir < 0 || token_name(p, name, e)) return -1;
	int there = file_exists(dir, name, e);
	if (there <= 0) return there;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) return err_sys(e, "the sign-in cannot be read");
	if (st.st_uid != geteuid() || (st.st_mode & 077))
		return err_rule(
			e, "S2", "others may have read this sign-in: run `occlude logout`, then `occlude login`");
	auto_buf struct buf b;
	buf_init(&b, STAFF_TOKEN);
	if (file_read(dir, name, &b, e)) return -1;
	if (b.len != STAFF_TOKEN - 1) return 0;
	memcpy(token, buf_text(&b), STAFF_TOKEN);
	return 1;
}

int staff_token_forget(const struct practice *p, struct err *e) {
	char name[32];
	int dir_or_none = open_state(false, e);
	if (dir_or_none == -2) return 0;
	auto_fd int dir = dir_or_none;
	if (dir < 0 || token_name(p, name, e)) return -1;
	return file_remove(dir, name, e);
}

/* people.c: see people.h. */
#include "cmd/people.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "lib/clock.h"
#include "record/patient.h"

enum { SECRET_MAX = 1024 };

void secret_free(char **s) {
	if (*s) explicit_bzero(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

static int from_file(const char *file, char **ret, struct err *e) {
	struct buf b;
	buf_init(&b, SECRET_MAX);
	auto_fd int opened = strcmp(file, "-") == 0 ? -1 : open(file, O_RDONLY | O_CLOEXEC);
	int fd = strcmp(file, "-") == 0 ? STDIN_FILENO : opened;
	if (fd < 0) return err_sys(e, "%s cannot be opened", file);
	int bad = file_read_fd(fd, file, &b, e);
	if (!bad) {
		*ret = strndup(buf_text(&b), strcspn(buf_text(&b), "\r\n"));
		if (!*ret) bad = err_nomem(e);
	}
	if (b.data) explicit_bzero(b.data, b.len);
	buf_free(&b);
	return bad;
}

int secret_read(const char *file, const char *question, const char *credential, bool twice, const char *what,
	char **ret, struct err *e) {
	auto_secret char *s = NULL, *again = NULL;
	if (file) {
		if (from_file(file, &s, e)) return -1;
	} else {
		s = cmd_ask_secret(question, credential);
		if (!s)
			return err_set(e, ERR_USAGE,
				"%s is needed: run this on a terminal, or name a file that holds it (--help shows "
				"the option)",
				what);
		/* A credential gives the same again; on a terminal a slip shows. */
		if (twice) again = cmd_ask_secret("Once more: ", credential);
		if (twice && (!again || strcmp(s, again) != 0))
			return err_set(e, ERR_USAGE, "The two did not match: nothing was changed, try again");
	}
	if (!*s) return err_set(e, ERR_USAGE, "%s is empty", what);
	*ret = TAKE_PTR(s);
	return 0;
}

int patient_operand(struct cmd *c, const char *reference, int64_t *ret, struct err *e) {
	return patient_find(c->practice, reference, ret, e);
}

int number_operand(const char *what, const char *s, int64_t *ret, struct err *e) {
	if (text_int(s, 1, INT64_MAX, ret))
		return err_set(e, ERR_USAGE, "\"%.40s\" is not the number of %s", s, what);
	return 0;
}

const char *last_day(const char *zone, int64_t at, char out[24]) {
	(void)clock_format_local(zone, at - 1, out);
	out[DATE_TEXT - 1] = 0;
	return out;
}

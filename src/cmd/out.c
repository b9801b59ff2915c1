/* out.c: what commands print and ask; see cmd.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/cmd.h"

int cmd_print(const struct buf *b, struct err *e) {
	if (b->failed) return err_set(e, ERR_OUTSIDE, "the output is too long");
	if (fwrite(buf_text(b), 1, b->len, stdout) != b->len && errno != EPIPE)
		return err_sys(e, "the output cannot be written");
	return 0;
}

void cmd_say(const struct cmd *c, const char *fmt, ...) {
	if (c->json) return;
	va_list ap;
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)putchar('\n');
}

int cmd_json_line(struct buf *b, struct err *e) {
	(void)buf_char(b, '\n');
	int r = cmd_print(b, e);
	buf_clear(b);
	return r;
}

bool cmd_is_terminal(void) {
	return isatty(STDERR_FILENO) == 1;
}

/* The first line of a file of $CREDENTIALS_DIRECTORY (systemd), or NULL. */
static char *read_credential(const char *name) {
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	if (!dir || !*dir) return NULL;
	auto_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf auto_buf b;
	buf_init(&b, 4096);
	if (fd < 0 || file_read(fd, name, &b, NULL)) return NULL;
	char *s = strdup(buf_text(&b));
	if (s) s[strcspn(s, "\r\n")] = 0;
	return s;
}

char *cmd_ask_secret(const char *question, const char *credential) {
	char *s = credential ? read_credential(credential) : NULL;
	if (s) return s;
	auto_fd int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios old;
	if (fd < 0 || tcgetattr(fd, &old)) return NULL;
	struct termios quiet = old;
	quiet.c_lflag &= (tcflag_t)~ECHO;
	(void)file_write_all(fd, question, strlen(question), NULL);
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	char line[1024];
	ssize_t n = read(fd, line, sizeof line - 1);
	(void)tcsetattr(fd, TCSAFLUSH, &old);
	(void)file_write_all(fd, "\n", 1, NULL);
	if (n <= 0) return NULL;
	line[n] = 0;
	line[strcspn(line, "\r\n")] = 0;
	s = strdup(line);
	explicit_bzero(line, sizeof line);
	return s;
}

/* intake_files.c: which files are to be taken, and what their names say about stage and view; see flow/intake.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "flow/intake.h"

enum { PATH_BYTES_MAX = 4096, NAME_PARTS_MAX = 3, LIST_BYTES_MAX = 1024 * 1024 };

/* ---- names ----------------------------------------------------------------------------------------------------- */

/* Whether `word` (with '-' also written '_', ' ' or not at all) begins at s and ends where a word ends. */
static bool word_at(const char *s, const char *end, const char *word) {
	for (; *word; word++) {
		if (*word == '-') {
			if (s < end && (*s == '-' || *s == '_' || *s == ' ')) s++;
			continue;
		}
		if (s >= end || tolower((unsigned char)*s) != tolower((unsigned char)*word)) return false;
		s++;
	}
	return s >= end || !isalnum((unsigned char)*s);
}

static enum wire_view view_in(const char *s, const char *end) {
	for (const char *c = s; c < end; c++) {
		if (c > s && isalnum((unsigned char)c[-1])) continue;
		for (int v = VIEW_EO_FR; v <= VIEW_OT; v++)
			if (word_at(c, end, view_name((enum wire_view)v))) return (enum wire_view)v;
	}
	return 0;
}

/* "T1", "t2.3", "T4"; "T2" is T2.1. A '.' belongs to the word only if a digit follows it. */
static int stage_in(const char *s, const char *end) {
	for (const char *c = s; c < end; c++) {
		if (tolower((unsigned char)*c) != 't' || (c > s && isalnum((unsigned char)c[-1]))) continue;
		char word[8];
		size_t n = 0;
		const char *d = c + 1;
		word[n++] = 'T';
		while (d < end && n < sizeof word - 1 &&
			(isdigit((unsigned char)*d) || (*d == '.' && d + 1 < end && isdigit((unsigned char)d[1]))))
			word[n++] = *d++;
		word[n] = 0;
		int stage = 0;
		if ((d == end || !isalnum((unsigned char)*d)) && stage_parse(word, &stage, NULL) == 0) return stage;
	}
	return 0;
}

void intake_guess(const char *path, int *ret_stage, enum wire_view *ret_view) {
	const char *end = path + strlen(path);
	*ret_stage = 0;
	*ret_view = 0;
	for (int part = 0; part < NAME_PARTS_MAX && end > path; part++) {
		const char *s = end;
		while (s > path && s[-1] != '/') s--;
		const char *dot = NULL;
		if (part == 0)
			for (const char *c = s; c < end; c++)
				if (*c == '.' && !isdigit((unsigned char)c[1])) dot = c;
		if (!*ret_view) *ret_view = view_in(s, dot ? dot : end);
		if (!*ret_stage) *ret_stage = stage_in(s, dot ? dot : end);
		end = s > path ? s - 1 : s;
	}
}

/* ---- collecting ------------------------------------------------------------------------------------------------ */

void intake_files_free(struct intake_files *fs) {
	if (!fs) return;
	for (size_t i = 0; i < fs->n; i++) free(fs->file[i].path);
	free(fs->file);
	*fs = (struct intake_files){ 0 };
}

static int add_file(struct intake_files *fs, const char *path, const struct intake_wish *w, struct intake_file **ret,
	struct err *e) {
	if (fs->n == INTAKE_FILES_MAX)
		return err_set(
			e, ERR_USAGE, "more than %d files at once; give them in several parts", INTAKE_FILES_MAX);
	struct intake_file *more = reallocarray(fs->file, fs->n + 1, sizeof *more);
	if (!more) return err_nomem(e);
	fs->file = more;
	struct intake_file *f = &fs->file[fs->n];
	*f = (struct intake_file){ .path = strdup(path), .mirror = w->mirror };
	if (!f->path) return err_nomem(e);
	fs->n++;
	intake_guess(path, &f->stage, &f->view);
	if (w->stage) f->stage = w->stage;
	if (w->view) f->view = w->view;
	if (w->taken_on) (void)snprintf(f->taken_on, sizeof f->taken_on, "%s", w->taken_on);
	if (ret) *ret = f;
	return 0;
}

static int by_name(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	char **name;
	size_t n;
};

static void names_free(struct names *l) {
	for (size_t i = 0; i < l->n; i++) free(l->name[i]);
	free(l->name);
}

/* The names in a directory, sorted; hidden ones are counted as skipped. */
static int read_names(int fd, const char *path, struct names *l, size_t *skipped, struct err *e) {
	DIR *d = fdopendir(fd);
	if (!d) {
		close(fd);
		return err_sys(e, "%s cannot be read", path);
	}
	const struct dirent *x;
	int r = 0;
	while (!r && (x = readdir(d))) {
		if (x->d_name[0] == '.') {
			*skipped += strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0;
			continue;
		}
		char **more = l->n < INTAKE_FILES_MAX ? reallocarray(l->name, l->n + 1, sizeof *more) : NULL;
		if (!more)
			r = err_set(e, ERR_USAGE, "%s holds more than %d files", path, INTAKE_FILES_MAX);
		else if (!((l->name = more)[l->n] = strdup(x->d_name)))
			r = err_nomem(e);
		else
			l->n++;
	}
	closedir(d);
	if (!r && l->n) qsort(l->name, l->n, sizeof *l->name, by_name);
	return r;
}

/* Takes the files of a directory and those below. Links and devices are never followed or opened. */
static int collect_dir(
	struct intake_files *fs, int fd, const char *path, int depth, const struct intake_wish *w, struct err *e) {
	__attribute__((cleanup(names_free))) struct names l = { 0 };
	int copy = dup(fd), r = 0;
	if (copy < 0) return err_sys(e, "%s cannot be read", path);
	if (read_names(copy, path, &l, &fs->skipped, e)) return -1;
	for (size_t i = 0; i < l.n && !r; i++) {
		char below[PATH_BYTES_MAX];
		struct stat st;
		int n = snprintf(below, sizeof below, "%s/%s", path, l.name[i]);
		if (n < 0 || (size_t)n >= sizeof below || fstatat(fd, l.name[i], &st, AT_SYMLINK_NOFOLLOW)) {
			fs->skipped++;
		} else if (S_ISREG(st.st_mode)) {
			r = add_file(fs, below, w, NULL, e);
		} else if (S_ISDIR(st.st_mode) && depth < INTAKE_DEPTH_MAX) {
			auto_fd int sub = openat(fd, l.name[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			r = sub < 0 ? err_sys(e, "%s cannot be read", below)
				    : collect_dir(fs, sub, below, depth + 1, w, e);
		} else {
			fs->skipped++;
		}
	}
	return r;
}

int intake_collect(struct intake_files *fs, const char *path, const struct intake_wish *w, struct err *e) {
	struct stat st;
	char clean[PATH_BYTES_MAX];
	size_t n = strlen(path);
	if (n == 0 || n >= sizeof clean) return err_set(e, ERR_USAGE, "this is no file name");
	memcpy(clean, path, n + 1);
	while (n > 1 && clean[n - 1] == '/') clean[--n] = 0;
	if (stat(clean, &st)) return err_sys(e, "%s cannot be read", clean);
	if (!S_ISDIR(st.st_mode)) return add_file(fs, clean, w, NULL, e);
	auto_fd int fd = file_open_dir(clean, e);
	return fd < 0 ? -1 : collect_dir(fs, fd, clean, 1, w, e);
}

/* ---- lists ----------------------------------------------------------------------------------------------------- */

enum { LIST_FIELDS = 5 };

/* One line of a list, cut into fields in place. */
static int take_line(
	struct intake_files *fs, const char *dir, char *line, const struct intake_wish *w, struct err *e) {
	char *field[LIST_FIELDS] = { NULL }, path[PATH_BYTES_MAX];
	int n = 0;
	for (char *s = line; s && n < LIST_FIELDS; n++) field[n] = strsep(&s, "\t");
	struct intake_file *f;
	int len = field[0][0] == '/' ? snprintf(path, sizeof path, "%s", field[0])
				     : snprintf(path, sizeof path, "%s%s", dir, field[0]);
	if (len < 0 || (size_t)len >= sizeof path) return err_set(e, ERR_USAGE, "a file name is too long");
	if (add_file(fs, path, w, &f, e)) return -1;
	if (field[1] && field[1][0] && stage_parse(field[1], &f->stage, e)) return -1;
	if (field[2] && field[2][0] && view_parse(field[2], &f->view, e)) return -1;
	if (field[3] && field[3][0]) {
		struct date d;
		if (date_parse(field[3], &d, e)) return -1;
		(void)date_format(d, f->taken_on);
	}
	if (field[4] && strcasecmp(field[4], "mirror") == 0) f->mirror = true;
	return 0;
}

int intake_collect_list(struct intake_files *fs, const char *list, const struct intake_wish *w, struct err *e) {
	auto_buf struct buf text;
	buf_init(&text, LIST_BYTES_MAX);
	auto_fd int fd = open(list, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) return err_sys(e, "%s cannot be read", list);
	if (file_read_fd(fd, list, &text, e)) return -1;
	const char *slash = strrchr(list, '/');
	auto_free char *dir = strndup(list, slash ? (size_t)(slash - list) + 1 : 0);
	if (!dir) return err_nomem(e);
	if (text.len && memchr(text.data, 0, text.len)) return err_set(e, ERR_USAGE, "%s is no list of files", list);
	char *rest = text.data, *line;
	for (int no = 1; rest && (line = strsep(&rest, "\n")); no++) {
		line[strcspn(line, "\r")] = 0;
		if (!line[0] || line[0] == '#') continue;
		if (take_line(fs, dir, line, w, e)) return err_prefix(e, "%s, line %d", list, no);
	}
	return 0;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

int intake_read(const char *path, struct buf *out, struct err *e) {
	struct stat st;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st)) return err_sys(e, "the file cannot be read");
	if (!S_ISREG(st.st_mode)) return err_set(e, ERR_REFUSED, "this is no file (a directory, a device or a pipe)");
	if (st.st_size == 0) return err_set(e, ERR_REFUSED, "the file is empty; copy it from the camera again");
	if (st.st_size > PICTURE_BYTES_MAX)
		return err_set(e, ERR_REFUSED, "the file is larger than %d MB, which no photo here may be",
			PICTURE_BYTES_MAX / 1024 / 1024);
	return file_read_fd(fd, path, out, e);
}

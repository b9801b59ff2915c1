/* key.c: see key.h. keys/master is a few lines "word value"; a key file is one title line and the key in hexadecimal. */
#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

static const char title[] = "occlude master key 1\n";
static const char wrap_about[] = "master key";
enum { PLACE_MAX = 4096, KEY_FILE_MAX = 256 };

static int make_check(const struct seal_key *master, unsigned char out[SEAL_MAC], struct err *e) {
	auto_seal_key struct seal_key *k = NULL;
	if (seal_key_derive(master, "check", &k, e)) return -1;
	memcpy(out, seal_key_bytes(k), SEAL_MAC);
	return 0;
}

int key_fits(const struct key_place *place, const struct seal_key *master, struct err *e) {
	unsigned char check[SEAL_MAC];
	if (make_check(master, check, e)) return -1;
	if (seal_equal(check, place->check, sizeof check)) return 0;
	return err_set(e, ERR_REFUSED, "this is the key of another practice");
}

/* ---- the key file ---------------------------------------------------------------------------------------------- */

int key_file_read(const char *path, struct seal_key **ret, struct err *e) {
	char text[KEY_FILE_MAX + 1];
	unsigned char bytes[SEAL_KEY];
	struct stat st;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) return err_sys(e, "the master key cannot be read from %s", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) return err_set(e, ERR_OUTSIDE, "%s is not a key file", path);
	if (st.st_mode & 077)
		return err_rule(e, "I9", "others on this machine may read the key file %s: chmod 600 it first", path);
	ssize_t n = read(fd, text, KEY_FILE_MAX);
	if (n < 0) return err_sys(e, "the master key cannot be read from %s", path);
	text[n] = 0;
	char *hex = text + sizeof title - 1;
	int bad = strncmp(text, title, sizeof title - 1) != 0;
	if (!bad) {
		hex[strcspn(hex, "\r\n")] = 0;
		bad = text_unhex(hex, bytes, sizeof bytes);
	}
	explicit_bzero(text, sizeof text);
	if (bad) return err_set(e, ERR_OUTSIDE, "%s does not hold an Occlude key", path);
	bad = seal_key_from(bytes, sizeof bytes, ret, e);
	explicit_bzero(bytes, sizeof bytes);
	return bad;
}

static int split_path(const char *path, char dir[KEY_PATH_MAX], const char **ret_name, struct err *e) {
	const char *slash = strrchr(path, '/');
	*ret_name = slash ? slash + 1 : path;
	int n = slash == path ? snprintf(dir, KEY_PATH_MAX, "/")
		: slash       ? snprintf(dir, KEY_PATH_MAX, "%.*s", (int)(slash - path), path)
			      : snprintf(dir, KEY_PATH_MAX, ".");
	if (n < 0 || n >= KEY_PATH_MAX || !**ret_name)
		return err_set(e, ERR_USAGE, "\"%.80s\" is no name for a key file", path);
	return 0;
}

/* The absolute path of a file that does not exist yet. */
static int absolute(const char *path, char out[KEY_PATH_MAX], struct err *e) {
	char dir[KEY_PATH_MAX];
	const char *name;
	if (split_path(path, dir, &name, e)) return -1;
	auto_free char *real = realpath(dir, NULL);
	if (!real) return err_sys(e, "the key file's directory %s cannot be opened", dir);
	int n = snprintf(out, KEY_PATH_MAX, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
	if (n < 0 || n >= KEY_PATH_MAX || strchr(out, '\n'))
		return err_set(e, ERR_USAGE, "\"%.80s\" is no name for a key file", path);
	return 0;
}

/* I9: a key inside the practice would go into every backup of it. */
static int check_outside(int keys, const char *path, struct err *e) {
	char link[32], practice[KEY_PATH_MAX];
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", keys);
	ssize_t n = readlink(link, practice, sizeof practice - 1);
	if (n <= 0) return err_sys(e, "the practice's directory cannot be looked up");
	practice[n] = 0;
	char *slash = strrchr(practice, '/'); /* of "/keys" */
	if (slash) slash[1] = 0;
	if (strncmp(path, practice, strlen(practice)) != 0) return 0;
	return err_rule(
		e, "I9", "the key file must not lie inside the practice, where every backup would take it along");
}

static int key_file_write(const char *path, const struct seal_key *master, struct err *e) {
	char dir[KEY_PATH_MAX], text[sizeof title + 2 * SEAL_KEY + 1];
	const char *name;
	if (split_path(path, dir, &name, e)) return -1;
	auto_fd int fd = file_open_dir(dir, e);
	if (fd < 0) return -1;
	memcpy(text, title, sizeof title - 1);
	(void)text_hex(seal_key_bytes(master), SEAL_KEY, text + sizeof title - 1);
	text[sizeof title - 1 + 2 * SEAL_KEY] = '\n';
	int bad = file_create(fd, name, text, sizeof title + 2 * SEAL_KEY, 0600, false, e);
	explicit_bzero(text, sizeof text);
	if (bad) return err_prefix(e, "the key file %s", path);
	return file_sync_dir(fd, e);
}

/* ---- keys/master ----------------------------------------------------------------------------------------------- */

static void add_hex(struct buf *b, const char *word, const void *data, size_t len) {
	char hex[2 * SEAL_WRAPPED + 1];
	if (len > SEAL_WRAPPED) BUG("too long for a line of keys/master");
	(void)buf_fmt(b, "%s %s\n", word, text_hex(data, len, hex));
}

int key_check_passphrase(const char *passphrase, struct err *e) {
	if (!passphrase || strlen(passphrase) >= 16) return 0;
	return err_rule(e, "I9", "the passphrase has at least 16 characters: five unrelated words are good");
}

int key_store(int keys, const struct seal_key *master, const char *key_file, const char *passphrase, struct err *e) {
	struct key_place place = { 0 };
	auto_buf struct buf b;
	buf_init(&b, PLACE_MAX);
	(void)buf_str(&b, title);
	if (make_check(master, place.check, e)) return -1;
	if (key_file) {
		if (absolute(key_file, place.path, e) || check_outside(keys, place.path, e)) return -1;
		int there = file_exists(AT_FDCWD, place.path, e);
		if (there < 0) return -1;
		if (there) return err_set(e, ERR_REFUSED, "%s exists already: name a file that does not", place.path);
		(void)buf_fmt(&b, "kind file\npath %s\n", place.path);
	} else {
		auto_seal_key struct seal_key *outer = NULL;
		if (!passphrase) BUG("a master key without a place");
		seal_random(place.salt, sizeof place.salt);
		if (password_key(passphrase, place.salt, &outer, e) ||
			seal_wrap(outer, wrap_about, master, place.wrapped, e))
			return -1;
		(void)buf_str(&b, "kind passphrase\n");
		add_hex(&b, "salt", place.salt, sizeof place.salt);
		add_hex(&b, "wrapped", place.wrapped, sizeof place.wrapped);
	}
	add_hex(&b, "check", place.check, sizeof place.check);
	if (buf_check(&b, "keys/master", e)) return -1;
	/* This file first: a key file that it does not name could not be told from somebody's own (practice_init). */
	if (file_replace(keys, "master", b.data, b.len, 0600, e)) return err_prefix(e, "keys/master");
	return key_file ? key_file_write(place.path, master, e) : 0;
}

/* The value of the line "word value", cut out of `text` in place, or NULL. */
static const char *line_value(const char *text, const char *word, char *out, size_t size) {
	size_t n = strlen(word);
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t len = strcspn(p, "\n");
		if (len <= n + 1 || strncmp(p, word, n) != 0 || p[n] != ' ' || len - n - 1 >= size) continue;
		memcpy(out, p + n + 1, len - n - 1);
		out[len - n - 1] = 0;
		return out;
	}
	return NULL;
}

static int hex_value(const char *text, const char *word, void *out, size_t len) {
	char hex[2 * SEAL_WRAPPED + 1];
	return line_value(text, word, hex, sizeof hex) ? text_unhex(hex, out, len) : -1;
}

int key_place_read(int keys, struct key_place *ret, struct err *e) {
	struct key_place place = { 0 };
	char kind[16];
	auto_buf struct buf b;
	buf_init(&b, PLACE_MAX);
	int there = file_exists(keys, "master", e);
	if (there <= 0) return there;
	if (file_read(keys, "master", &b, e)) return err_prefix(e, "keys/master");
	const char *text = buf_text(&b);
	bool ok = strncmp(text, title, sizeof title - 1) == 0 && line_value(text, "kind", kind, sizeof kind) &&
		  !hex_value(text, "check", place.check, sizeof place.check);
	if (ok && strcmp(kind, "file") == 0) {
		place.kind = KEY_IN_FILE;
		ok = line_value(text, "path", place.path, sizeof place.path) && place.path[0] == '/';
	} else if (ok && strcmp(kind, "passphrase") == 0) {
		place.kind = KEY_UNDER_PASSPHRASE;
		ok = !hex_value(text, "salt", place.salt, sizeof place.salt) &&
		     !hex_value(text, "wrapped", place.wrapped, sizeof place.wrapped);
	} else {
		ok = false;
	}
	if (!ok)
		return err_set(e, ERR_OUTSIDE,
			"keys/master is damaged: bring the key back from the recovery sheet with `occlude doctor "
			"--recover`");
	*ret = place;
	return 1;
}

int key_load(const struct key_place *place, const char *key_file, char *(*ask)(void *), void *arg,
	struct seal_key **ret, struct err *e) {
	auto_seal_key struct seal_key *k = NULL;
	if (key_file || place->kind == KEY_IN_FILE) {
		if (key_file_read(key_file ? key_file : place->path, &k, e)) return -1;
	} else {
		auto_seal_key struct seal_key *outer = NULL;
		char *passphrase = ask ? ask(arg) : NULL;
		if (!passphrase)
			return err_set(e, ERR_OUTSIDE,
				"the passphrase of the practice's key is needed: run this on a terminal, or give it "
				"as the "
				"credential occlude-passphrase");
		int bad = password_key(passphrase, place->salt, &outer, e);
		explicit_bzero(passphrase, strlen(passphrase));
		free(passphrase);
		if (bad) return -1;
		if (seal_unwrap(outer, wrap_about, place->wrapped, sizeof place->wrapped, &k, NULL))
			return err_set(e, ERR_REFUSED, "the passphrase is wrong");
	}
	if (key_fits(place, k, e)) return -1;
	*ret = TAKE_PTR(k);
	return 0;
}

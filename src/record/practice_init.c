/* practice_init.c: makes a new practice directory; see practice_init in record/practice.h. A mark lies in it until all is
 * done: what a killed init left behind bears it, holds nothing of value, and is made anew by the next one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "key.h"
#include "lib/clock.h"
#include "practice_impl.h"
#include "record/audit.h"
#include "record/recovery.h"
#include "record/staff.h"

static const char *const parts[] = { "vault", "keys", "masters", "site", "site-inbox" };

/* ---- the directory --------------------------------------------------------------------------------------------- */

/* Removes plain files: everything in `dirfd` that is not a directory. */
static int remove_files(int dirfd, struct err *e) {
	int again = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	if (!d) {
		if (again >= 0) (void)close(again);
		return err_sys(e, "the unfinished practice cannot be listed");
	}
	int bad = 0;
	const struct dirent *entry;
	while (!bad && (entry = readdir(d))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
		if (unlinkat(dirfd, entry->d_name, 0) && errno != EISDIR && errno != EPERM)
			bad = err_sys(e, "%s cannot be removed", entry->d_name);
	}
	(void)closedir(d);
	return bad;
}

/* The key file that the killed init had made, and only that one: keys/master names it and it fits. */
static void remove_its_key_file(int keys) {
	struct key_place place;
	auto_seal_key struct seal_key *k = NULL;
	if (key_place_read(keys, &place, NULL) != 1 || place.kind != KEY_IN_FILE) return;
	if (key_file_read(place.path, &k, NULL) || key_fits(&place, k, NULL)) return;
	(void)unlink(place.path);
}

static int clear_unfinished(int dirfd, struct err *e) {
	static const char *const files[] = { "occlude.db-wal", "occlude.db-shm", "occlude.db-journal", "occlude.db" };
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		int there = file_exists(dirfd, parts[i], e);
		if (there < 0) return -1;
		if (!there) continue;
		auto_fd int fd = file_open_subdir(dirfd, parts[i], false, 0, e);
		if (fd < 0) return -1;
		if (!strcmp(parts[i], "keys")) remove_its_key_file(fd);
		if (remove_files(fd, e)) return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (file_remove(dirfd, files[i], e)) return -1;
	return 0;
}

/* 1 = it holds nothing, 0 = it does, -1. */
static int is_empty(int dirfd, struct err *e) {
	int again = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	if (!d) {
		if (again >= 0) (void)close(again);
		return err_sys(e, "the directory cannot be listed");
	}
	int empty = 1;
	const struct dirent *entry;
	while ((entry = readdir(d)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) empty = 0;
	(void)closedir(d);
	return empty;
}

static int make_dir(struct practice *p, struct err *e) {
	if (mkdir(p->path, 0700) && errno != EEXIST) return err_sys(e, "%s cannot be made", p->path);
	p->dirfd = file_open_dir(p->path, e);
	if (p->dirfd < 0) return -1;
	int unfinished = file_exists(p->dirfd, PRACTICE_UNFINISHED, e), empty = is_empty(p->dirfd, e);
	if (unfinished < 0 || empty < 0) return -1;
	if (!unfinished && !empty)
		return err_set(
			e, ERR_REFUSED, "%s is not empty: name a directory that is, or does not exist yet", p->path);
	if (unfinished && clear_unfinished(p->dirfd, e)) return -1;
	if (fchmod(p->dirfd, 0700)) return err_sys(e, "%s cannot be made private", p->path);
	if (!unfinished && file_create(p->dirfd, PRACTICE_UNFINISHED, "", 0, 0600, false, e)) return -1;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		auto_fd int fd = file_open_subdir(p->dirfd, parts[i], true, 0700, e);
		if (fd < 0) return -1;
	}
	return file_sync_dir(p->dirfd, e);
}

/* ---- what is in it --------------------------------------------------------------------------------------------- */

static int check_new(const struct practice_new *n, struct err *e) {
	const struct {
		const char *what, *value;
	} needed[] = { { "The practice's name", n->name }, { "The location's name", n->location },
		{ "The location's address", n->address }, { "The location's town", n->town },
		{ "The location's phone number", n->phone }, { "The emergency number", n->emergency } };
	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		if (text_is_blank(needed[i].value)) return err_set(e, ERR_USAGE, "%s is missing", needed[i].what);
		if (strlen(needed[i].value) > 200 || !text_is_clean(needed[i].value, strlen(needed[i].value), false))
			return err_set(e, ERR_USAGE, "%s is too long or holds characters that cannot be printed",
				needed[i].what);
	}
	if (strcmp(n->profile, "US") != 0 && strcmp(n->profile, "EU") != 0 && strcmp(n->profile, "both") != 0)
		return err_set(e, ERR_USAGE, "the profile is one of US, EU, both");
	if (!n->key_file == !n->passphrase) return err_set(e, ERR_USAGE, "the key needs a passphrase or a key file");
	if (key_check_passphrase(n->passphrase, e)) return -1;
	struct date today;
	return clock_date(n->zone, clock_now(), &today, e);
}

static int add_rows(struct practice *p, const struct practice_new *n, struct err *e) {
	int64_t id;
	if (db_run(p->db, e,
		    "INSERT INTO practice (id, name, profile, is_sample, created_at) VALUES (1, ?1, ?2, ?3, ?4)",
		    "ttii", n->name, n->profile, (int64_t)n->sample, clock_now()) ||
		audit_add(p, NULL, "practice.init", "practice", 1, e, "profile=%s sample=%d", n->profile,
			(int)n->sample) ||
		db_run(p->db, e,
			"INSERT INTO location (name, address, town, phone, email, emergency, zone, majority_age, "
			"assent_age, lang)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
			"tttttttiit", n->location, n->address, n->town, n->phone, n->email, n->emergency, n->zone,
			n->majority_age ? n->majority_age : 18, n->assent_age ? n->assent_age : 14,
			n->lang ? n->lang : "en"))
		return -1;
	id = db_last_id(p->db);
	if (audit_add(p, NULL, "location.add", "location", id, e, "%s", "")) return -1;
	const struct staff_new admin = {
		.login = n->login, .name = n->staff_name, .password = n->password, .role = ROLE_ADMIN
	};
	return staff_add(p, NULL, &admin, &id, e);
}

static int fill(struct practice *p, const struct practice_new *n, struct buf *sheet, struct err *e) {
	struct seal_key *master;
	auto_fd int keys = file_open_subdir(p->dirfd, "keys", false, 0, e);
	if (keys < 0 || seal_key_new(&master, e) || practice_take_key(p, master, e) ||
		key_store(keys, p->master, n->key_file, n->passphrase, e) || practice_site_key_make(p, e) ||
		db_open(p->dirfd, "occlude.db", schema_assets, true, &p->db, e) || db_begin(p->db, e))
		return -1;
	if (add_rows(p, n, e)) {
		db_rollback(p->db);
		return -1;
	}
	if (db_commit(p->db, e) || recovery_sheet(n->name, p->master, clock_now(), sheet, e)) return -1;
	/* From here on it is a practice. */
	return file_remove(p->dirfd, PRACTICE_UNFINISHED, e) || file_sync_dir(p->dirfd, e);
}

/* A refused init leaves nothing: neither its directory's content nor its key file. */
static void take_back(struct practice *p) {
	if (p->db) {
		db_close(p->db);
		p->db = NULL;
	}
	if (clear_unfinished(p->dirfd, NULL)) return;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) (void)unlinkat(p->dirfd, parts[i], AT_REMOVEDIR);
	(void)unlinkat(p->dirfd, PRACTICE_UNFINISHED, 0);
	(void)rmdir(p->path);
}

int practice_init(
	const char *dir, const struct practice_new *n, struct buf *sheet, struct practice **ret, struct err *e) {
	if (seal_init(e) || check_new(n, e)) return -1;
	auto_practice struct practice *p = practice_alloc(dir, e);
	if (!p || make_dir(p, e)) return -1;
	if (fill(p, n, sheet, e)) {
		take_back(p);
		return -1;
	}
	*ret = TAKE_PTR(p);
	return 0;
}

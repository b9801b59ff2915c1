/* vault.c: patients' keys, and sealed files below vault/ and masters/ (I9, C7); see record/practice.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "record/practice.h"
#include "vault.h"

/* A sealed file is larger than what it holds by its header and 17 bytes a chunk of 64 KB. */
enum { SEAL_EXTRA = 64 };

static const char *const vault_dirs[] = { "vault", "masters" };

/* While a program puts files it holds vault/.lock shared. vault/.pending says that some program did since the last
 * sweep: then, once nobody holds the lock, what no row names is what a killed program left. */
static const char lock_name[] = ".lock", pending_name[] = ".pending";

static int open_vault(struct practice *p, enum vault where, struct err *e) {
	return file_open_subdir(p->dirfd, vault_dirs[where], false, 0, e);
}

static const char *seal_about(const char *name, char out[VAULT_NAME + 8]) {
	(void)snprintf(out, VAULT_NAME + 8, "vault %s", name);
	return out;
}

static bool is_vault_name(const char *name) {
	return strlen(name) == VAULT_NAME && strspn(name, "abcdefghijklmnopqrstuvwxyz234567") == VAULT_NAME;
}

/* ---- patients' keys -------------------------------------------------------------------------------------------- */

static const char *key_about(int64_t patient_id, enum patient_key which, char out[64]) {
	(void)snprintf(
		out, 64, "patient %lld %s", (long long)patient_id, which == KEY_PICTURES ? "pictures" : "evidence");
	return out;
}

static int need_master(const struct practice *p, struct err *e) {
	return p->master ? 0 : err_set(e, ERR_OUTSIDE, "the practice's key is needed for this");
}

int practice_patient_key(
	struct practice *p, int64_t patient_id, enum patient_key which, struct seal_key **ret, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	char about[64];
	size_t n;
	if (need_master(p, e) || db_query(p->db, &q, e,
					 "SELECT CASE ?2 WHEN 0 THEN key_pictures ELSE key_evidence END"
					 " FROM patient WHERE id = ?1",
					 "ii", patient_id, (int64_t)which))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row) return err_set(e, ERR_REFUSED, "there is no patient %lld", (long long)patient_id);
	if (stmt_is_null(q, 0)) {
		return err_rule(e, "C7", "the %s of patient %lld were erased: their key is destroyed",
			which == KEY_PICTURES ? "pictures" : "documents", (long long)patient_id);
	}
	const void *wrapped = stmt_blob(q, 0, &n);
	if (seal_unwrap(p->master, key_about(patient_id, which, about), wrapped, n, ret, e))
		return err_prefix(e, "the keys of patient %lld", (long long)patient_id);
	return 0;
}

int practice_patient_key_new(struct practice *p, int64_t patient_id, enum patient_key which, struct err *e) {
	auto_seal_key struct seal_key *k = NULL;
	unsigned char wrapped[SEAL_WRAPPED];
	char about[64];
	if (need_master(p, e) || seal_key_new(&k, e) ||
		seal_wrap(p->master, key_about(patient_id, which, about), k, wrapped, e))
		return -1;
	const char *sql = which == KEY_PICTURES ? "UPDATE patient SET key_pictures = ?2 WHERE id = ?1"
						: "UPDATE patient SET key_evidence = ?2 WHERE id = ?1";
	return db_run(p->db, e, sql, "ib", patient_id, (const void *)wrapped, sizeof wrapped);
}

/* ---- sealed files ---------------------------------------------------------------------------------------------- */

/* Takes the shared lock and leaves the mark, once a program. */
static int begin_putting(struct practice *p, struct err *e) {
	if (p->vault_lock >= 0) return 0;
	auto_fd int dir = open_vault(p, VAULT_ORIGINALS, e);
	if (dir < 0) return -1;
	auto_fd int fd = openat(dir, lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) return err_sys(e, "vault/%s cannot be opened", lock_name);
	while (flock(fd, LOCK_SH))
		if (errno != EINTR) return err_sys(e, "vault/%s cannot be locked", lock_name);
	auto_fd int mark = openat(dir, pending_name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (mark < 0) return err_sys(e, "vault/%s cannot be made", pending_name);
	if (file_sync_dir(dir, e)) return -1;
	p->vault_lock = TAKE_FD(fd);
	return 0;
}

int vault_put(struct practice *p, enum vault where, const struct seal_key *k, const void *data, size_t len,
	char ret_name[VAULT_NAME + 1], struct err *e) {
	char name[VAULT_NAME + 1], about[VAULT_NAME + 8];
	auto_buf struct buf sealed;
	buf_init(&sealed, len + len / 1024 + SEAL_EXTRA);
	seal_random_name(name, VAULT_NAME);
	if (begin_putting(p, e) || seal_bytes(k, seal_about(name, about), data, len, &sealed, e)) return -1;
	auto_fd int dir = open_vault(p, where, e);
	if (dir < 0 || file_create(dir, name, sealed.data, sealed.len, 0600, true, e) || file_sync_dir(dir, e))
		return err_prefix(e, "%s", vault_dirs[where]);
	memcpy(ret_name, name, sizeof name);
	return 0;
}

int vault_get(struct practice *p, enum vault where, const struct seal_key *k, const char *name, size_t max,
	struct buf *out, struct err *e) {
	char about[VAULT_NAME + 8];
	auto_buf struct buf sealed;
	buf_init(&sealed, max + max / 1024 + SEAL_EXTRA);
	if (!is_vault_name(name)) return err_set(e, ERR_OUTSIDE, "%s/: there is no such file", vault_dirs[where]);
	auto_fd int dir = open_vault(p, where, e);
	if (dir < 0) return -1;
	if (file_read(dir, name, &sealed, e) ||
		unseal_bytes(k, seal_about(name, about), buf_text(&sealed), sealed.len, out, e))
		return err_prefix(e, "%s/%s", vault_dirs[where], name);
	return 0;
}

int vault_remove(struct practice *p, enum vault where, const char *name, struct err *e) {
	if (!is_vault_name(name)) return err_set(e, ERR_OUTSIDE, "%s/: there is no such file", vault_dirs[where]);
	auto_fd int dir = open_vault(p, where, e);
	if (dir < 0 || file_remove(dir, name, e)) return -1;
	return file_sync_dir(dir, e);
}

/* ---- what a killed program left -------------------------------------------------------------------------------- */

static int is_named(struct practice *p, enum vault where, const char *name, struct err *e) {
	int64_t n = 0;
	const char *sql = where == VAULT_MASTERS ? "SELECT count(*) FROM master WHERE vault_name = ?1"
						 : "SELECT (SELECT count(*) FROM photo WHERE vault_name = ?1)"
						   " + (SELECT count(*) FROM consent WHERE document_name = ?1)";
	if (db_get_int(p->db, &n, e, sql, "t", name) < 0) return -1;
	return n > 0;
}

static bool is_leftover_name(const char *name) {
	return is_vault_name(name) || strstr(name, ".new-") != NULL;
}

static int sweep_dir(struct practice *p, enum vault where, struct err *e) {
	auto_fd int dir = open_vault(p, where, e);
	if (dir < 0) return -1;
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	if (!d) {
		if (again >= 0) (void)close(again);
		return err_sys(e, "%s cannot be listed", vault_dirs[where]);
	}
	int bad = 0;
	const struct dirent *entry;
	while (!bad && (entry = readdir(d))) {
		if (!is_leftover_name(entry->d_name)) continue;
		int named = is_named(p, where, entry->d_name, e);
		if (named < 0 || (!named && file_remove(dir, entry->d_name, e))) bad = -1;
	}
	(void)closedir(d);
	return bad ? -1 : file_sync_dir(dir, e);
}

int vault_sweep(struct practice *p, struct err *e) {
	auto_fd int dir = open_vault(p, VAULT_ORIGINALS, e);
	if (dir < 0) return -1;
	int pending = file_exists(dir, pending_name, e);
	if (pending <= 0) return pending;
	auto_fd int lock = openat(dir, lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0) return err_sys(e, "vault/%s cannot be opened", lock_name);
	if (flock(lock, LOCK_EX | LOCK_NB)) return 0; /* somebody is putting files: their next opener sweeps */
	if (sweep_dir(p, VAULT_ORIGINALS, e) || sweep_dir(p, VAULT_MASTERS, e)) return -1;
	return file_remove(dir, pending_name, e);
}

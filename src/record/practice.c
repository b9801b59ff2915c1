/* practice.c: opening a practice, its master key, and who may act; see record/practice.h. */
#include "record/practice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "key.h"
#include "lib/clock.h"
#include "practice_impl.h"
#include "record/audit.h"
#include "record/recovery.h"
#include "vault.h"

static const char site_about[] = "site signing key";

struct practice *practice_alloc(const char *dir, struct err *e) {
	struct practice *p = calloc(1, sizeof *p);
	if (p) p->path = strdup(dir);
	if (!p || !p->path) {
		free(p);
		(void)err_nomem(e);
		return NULL;
	}
	p->dirfd = p->vault_lock = -1;
	return p;
}

void practice_close(struct practice *p) {
	if (!p) return;
	db_close(p->db);
	seal_key_free(p->audit);
	seal_key_free(p->master);
	if (p->vault_lock >= 0) (void)close(p->vault_lock);
	if (p->dirfd >= 0) (void)close(p->dirfd);
	free(p->path);
	free(p);
}

static int check_dir(const struct practice *p, struct err *e) {
	struct stat st;
	int there = file_exists(p->dirfd, "occlude.db", e),
	    unfinished = file_exists(p->dirfd, PRACTICE_UNFINISHED, e);
	if (there < 0 || unfinished < 0) return -1;
	if (unfinished)
		return err_set(e, ERR_REFUSED,
			"%s was not set up to its end: run `occlude init %s` again, it starts anew", p->path,
			p->path);
	if (!there)
		return err_set(e, ERR_OUTSIDE,
			"%s is not a practice: name one with -C, or make one with `occlude init`", p->path);
	if (fstat(p->dirfd, &st)) return err_sys(e, "%s cannot be read", p->path);
	if (st.st_mode & 077) /* I9 */
		return err_rule(e, "I9", "others on this machine may look into %s: run `chmod 700 %s` first", p->path,
			p->path);
	return 0;
}

int practice_open(const char *dir, struct practice **ret, struct err *e) {
	auto_practice struct practice *p = practice_alloc(dir, e);
	if (!p || seal_init(e)) return -1;
	p->dirfd = file_open_dir(dir, e);
	if (p->dirfd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(e, ERR_OUTSIDE,
			"%s is not a practice (there is no such directory): name one with -C, or make one with "
			"`occlude init`",
			p->path);
	if (p->dirfd < 0 || check_dir(p, e) || db_open(p->dirfd, "occlude.db", schema_assets, false, &p->db, e) ||
		vault_sweep(p, e))
		return -1;
	*ret = TAKE_PTR(p);
	return 0;
}

/* ---- the master key -------------------------------------------------------------------------------------------- */

int practice_take_key(struct practice *p, struct seal_key *master, struct err *e) {
	struct seal_key *audit;
	if (seal_key_derive(master, "audit", &audit, e)) {
		seal_key_free(master);
		return -1;
	}
	seal_key_free(p->master);
	seal_key_free(p->audit);
	p->master = master;
	p->audit = audit;
	return 0;
}

static int open_keys(const struct practice *p, struct err *e) {
	return file_open_subdir(p->dirfd, "keys", true, 0700, e);
}

int practice_unlock_with(struct practice *p, const char *key_file, char *(*ask)(void *), void *arg, struct err *e) {
	struct key_place place;
	struct seal_key *master;
	if (p->master) return 0;
	auto_fd int keys = open_keys(p, e);
	if (keys < 0) return -1;
	int there = key_place_read(keys, &place, e);
	if (there < 0) return -1;
	if (!there)
		return err_set(e, ERR_OUTSIDE,
			"%s has no key, as a restored backup has none: bring it back from the recovery sheet with "
			"`occlude doctor --recover`",
			p->path);
	if (key_load(&place, key_file, ask, arg, &master, e)) return -1;
	return practice_take_key(p, master, e);
}

int practice_key_place(struct practice *p, struct buf *out, struct err *e) {
	struct key_place place;
	auto_fd int keys = open_keys(p, e);
	if (keys < 0) return -1;
	int there = key_place_read(keys, &place, e);
	if (there < 0) return -1;
	if (!there)
		(void)buf_str(out, "nowhere: bring it back from the recovery sheet");
	else if (place.kind == KEY_IN_FILE)
		(void)buf_fmt(out, "in the key file %s", place.path);
	else
		(void)buf_str(out, "wrapped under a passphrase in keys/master");
	return buf_check(out, "the key's place", e);
}

/* The log's first entries fit only under the right key (A1): that is how a recovered key proves itself. */
static int prove_key(struct practice *p, struct err *e) {
	struct err why = { 0 };
	int64_t entries = 0;
	if (db_get_int(p->db, &entries, e, "SELECT count(*) FROM audit", "") < 0) return -1;
	if (entries && !audit_verify(p, 0, NULL, &why)) return 0;
	if (entries && !strstr(why.text, "entry 1 ")) return 0; /* damage further on is `audit verify`'s to tell */
	return err_set(e, ERR_REFUSED, "this code is another practice's: it does not open %s", p->path);
}

static int recover(struct practice *p, const char *key_file, const char *passphrase, struct err *e) {
	if (prove_key(p, e)) return -1;
	auto_fd int keys = open_keys(p, e);
	if (keys < 0 || key_store(keys, p->master, key_file, passphrase, e)) return -1;
	int site = file_exists(keys, "site.key", e);
	if (site < 0 || (!site && practice_site_key_make(p, e))) return -1;
	return audit_add(p, NULL, "key.recover", "practice", 1, e, "place=%s site_key=%s",
		key_file ? "file" : "passphrase", site ? "kept" : "new");
}

int practice_recover(
	struct practice *p, const char *code, const char *key_file, const char *passphrase, struct err *e) {
	struct seal_key *master;
	if (!key_file == !passphrase) return err_set(e, ERR_USAGE, "the key needs a passphrase or a key file");
	if (key_check_passphrase(passphrase, e)) return -1;
	if (recovery_decode(code, &master, e) || practice_take_key(p, master, e)) return -1;
	if (!recover(p, key_file, passphrase, e)) return 0;
	seal_key_free(TAKE_PTR(p->master));
	seal_key_free(TAKE_PTR(p->audit));
	return -1;
}

int practice_sheet(struct practice *p, const struct actor *a, struct buf *out, struct err *e) {
	auto_free char *name = NULL;
	if (practice_may(p, a, CAN_ADMIN, e)) return -1;
	if (!p->master) return err_set(e, ERR_OUTSIDE, "the practice's key is needed for the recovery sheet");
	if (db_get_text(p->db, &name, e, "SELECT name FROM practice", "") != 1) return -1;
	if (recovery_sheet(name, p->master, clock_now(), out, e)) return -1;
	return audit_add(p, a, "key.sheet", "practice", 1, e, "%s", "");
}

/* ---- the key that signs the site ------------------------------------------------------------------------------- */

int practice_site_key_make(struct practice *p, struct err *e) {
	auto_sign_key struct sign_key key = { 0 };
	auto_seal_key struct seal_key *under = NULL;
	uint8_t seed[SIGN_SEED_LEN];
	auto_buf struct buf sealed;
	buf_init(&sealed, 512);
	auto_fd int keys = open_keys(p, e);
	if (keys < 0 || sign_key_new(&key, e) || seal_key_derive(p->master, "site", &under, e)) return -1;
	sign_key_seed(&key, seed);
	int bad = seal_bytes(under, site_about, seed, sizeof seed, &sealed, e);
	explicit_bzero(seed, sizeof seed);
	if (bad || file_replace(keys, "site.key", sealed.data, sealed.len, 0600, e)) return -1;
	return sign_public_write(keys, "site.pub", key.pub, e);
}

int practice_sign_key(struct practice *p, struct sign_key *ret, struct err *e) {
	auto_seal_key struct seal_key *under = NULL;
	auto_buf struct buf sealed, seed;
	buf_init(&sealed, 512);
	buf_init(&seed, SIGN_SEED_LEN);
	if (!p->master) return err_set(e, ERR_OUTSIDE, "the practice's key is needed to sign the site");
	auto_fd int keys = open_keys(p, e);
	if (keys < 0 || seal_key_derive(p->master, "site", &under, e)) return -1;
	if (file_read(keys, "site.key", &sealed, e) ||
		unseal_bytes(under, site_about, buf_text(&sealed), sealed.len, &seed, e))
		return err_prefix(e, "keys/site.key");
	if (seed.len != SIGN_SEED_LEN) return err_set(e, ERR_OUTSIDE, "keys/site.key is damaged");
	int bad = sign_key_from_seed((const uint8_t *)buf_text(&seed), ret, e);
	explicit_bzero(seed.data, seed.len);
	return bad;
}

/* ---- who may act (S1, S2) -------------------------------------------------------------------------------------- */

static int has_role(const struct actor *a, enum can what, struct err *e) {
	switch (what) {
	case CAN_LOOK:
	case CAN_RECORD:
		return 0;
	case CAN_APPROVE:
		if (a->role == ROLE_CLINICIAN) return 0;
		return err_rule(e, "S2", "only a clinician may approve pictures, and %s is not one", a->login);
	case CAN_PUBLISH:
		if (a->is_publisher) return 0;
		return err_rule(e, "S2",
			"%s does not have the publisher's right: an admin gives it with `occlude staff publisher %s "
			"on`",
			a->login, a->login);
	case CAN_ADMIN:
		if (a->role == ROLE_ADMIN) return 0;
		return err_rule(e, "S2", "only an admin may do this, and %s is not one", a->login);
	}
	BUG("an unknown right");
}

/* S1: the policy in force is acknowledged, or its days of grace run. The view staff_policy decides. */
static int has_policy(struct practice *p, const struct actor *a, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, "SELECT may_act, version FROM staff_policy WHERE staff_id = ?1", "i", a->staff_id))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (row && stmt_int(q, 0)) return 0;
	if (!row || stmt_is_null(q, 1))
		return err_rule(e, "S1",
			"the practice has no photo policy yet: an admin sets one with `occlude policy set` (a "
			"template is in "
			"`occlude policy template`)");
	return err_rule(e, "S1",
		"%s has not acknowledged version %lld of the photo policy: read it with `occlude policy show`, then "
		"run "
		"`occlude policy acknowledge`",
		a->login, (long long)stmt_int(q, 1));
}

int practice_may(struct practice *p, const struct actor *a, enum can what, struct err *e) {
	/* The account may have been changed since the actor was made: the database knows. */
	int64_t active = 0;
	if (db_get_int(p->db, &active, e, "SELECT deactivated_at IS NULL FROM staff WHERE id = ?1", "i",
		    a->staff_id) < 0)
		return -1;
	if (!active) return err_rule(e, "S2", "the account %s is deactivated", a->login);
	if (has_role(a, what, e)) return -1;
	return what == CAN_LOOK || what == CAN_ADMIN ? 0 : has_policy(p, a, e);
}

/* audit.c: the chain of record/audit.h (A1). Each entry's mac covers all its fields and the mac before it; the key is
 * derived from the master key, so that whoever can only write the database cannot make a chain that fits. */
#include "record/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lib/clock.h"

enum { DETAIL_MAX = 2000 };

struct entry {
	int64_t seq, at, staff_id; /* staff_id: DB_NULL for the program itself */
	const char *act, *subject, *detail;
	int64_t subject_id;
};

static void put64(unsigned char out[8], int64_t v) {
	for (int i = 0; i < 8; i++) out[i] = (unsigned char)((uint64_t)v >> (8 * i));
}

static void entry_mac(const struct seal_key *k, const struct entry *t, const unsigned char before[SEAL_MAC],
	unsigned char out[SEAL_MAC]) {
	unsigned char seq[8], at[8], staff[8], id[8];
	put64(seq, t->seq);
	put64(at, t->at);
	put64(staff, t->staff_id);
	put64(id, t->subject_id);
	const struct seal_part parts[] = { { before, SEAL_MAC }, { seq, 8 }, { at, 8 }, { staff, 8 },
		{ t->act, strlen(t->act) }, { t->subject, strlen(t->subject) }, { id, 8 },
		{ t->detail, strlen(t->detail) } };
	seal_mac(k, parts, ARRAY_LEN(parts), out);
}

/* The last entry's number and mac; 0 and zeros if there is none. */
static int last_entry(struct practice *p, int64_t *ret_seq, unsigned char ret_mac[SEAL_MAC], struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, "SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1", "")) return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	memset(ret_mac, 0, SEAL_MAC);
	*ret_seq = row ? stmt_int(q, 0) : 0;
	if (row) {
		size_t n;
		const void *mac = stmt_blob(q, 1, &n);
		if (n != SEAL_MAC) return err_rule(e, "A1", "entry %lld is damaged", (long long)*ret_seq);
		memcpy(ret_mac, mac, SEAL_MAC);
	}
	return 0;
}

static int append(struct practice *p, struct entry *t, struct err *e) {
	unsigned char before[SEAL_MAC], mac[SEAL_MAC];
	if (last_entry(p, &t->seq, before, e)) return -1;
	t->seq++;
	entry_mac(p->audit, t, before, mac);
	return db_run(p->db, e,
		"INSERT INTO audit (seq, at, staff_id, act, subject, subject_id, detail, mac)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		"iiottitb", t->seq, t->at, t->staff_id, t->act, t->subject, t->subject_id, t->detail,
		(const void *)mac, sizeof mac);
}

int audit_add(struct practice *p, const struct actor *a, const char *act, const char *subject, int64_t subject_id,
	struct err *e, const char *detail_fmt, ...) {
	auto_buf struct buf detail;
	buf_init(&detail, DETAIL_MAX);
	if (!p->audit) return err_set(e, ERR_OUTSIDE, "the practice's key is needed to write the log");
	va_list ap, again;
	va_start(ap, detail_fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, detail_fmt, ap);
	va_end(ap);
	char *room = n < 0 ? NULL : buf_room(&detail, (size_t)n);
	if (room) {
		(void)vsnprintf(room, (size_t)n + 1, detail_fmt, again);
		buf_grew(&detail, (size_t)n);
	}
	va_end(again);
	if (!room) return err_set(e, ERR_REFUSED, "A1: the details of an act are too long for the log");
	struct entry t = { .at = clock_now(),
		.staff_id = a ? a->staff_id : DB_NULL,
		.act = act,
		.subject = subject,
		.subject_id = subject_id,
		.detail = buf_text(&detail) };
	if (db_begin(p->db, e)) return -1; /* number and mac of the last entry must still hold at the insert */
	if (append(p, &t, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

static int verify_row(
	struct practice *p, const struct stmt *q, int64_t expected, unsigned char mac[SEAL_MAC], struct err *e) {
	unsigned char want[SEAL_MAC];
	size_t n;
	struct entry t = { .seq = stmt_int(q, 0),
		.at = stmt_int(q, 1),
		.staff_id = stmt_is_null(q, 2) ? DB_NULL : stmt_int(q, 2),
		.act = stmt_text(q, 3),
		.subject = stmt_text(q, 4),
		.subject_id = stmt_int(q, 5),
		.detail = stmt_text(q, 6) };
	const void *have = stmt_blob(q, 7, &n);
	if (t.seq != expected) return err_rule(e, "A1", "entry %lld is missing from the log", (long long)expected);
	if (!t.act || !t.subject || !t.detail || n != SEAL_MAC)
		return err_rule(e, "A1", "entry %lld was changed", (long long)expected);
	entry_mac(p->audit, &t, mac, want);
	if (!seal_equal(want, have, SEAL_MAC))
		return err_rule(e, "A1", "entry %lld was changed, or one before it taken out", (long long)expected);
	memcpy(mac, want, SEAL_MAC);
	return 0;
}

int audit_verify(struct practice *p, int64_t count, const char *head_hex, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	unsigned char mac[SEAL_MAC] = { 0 };
	char hex[2 * SEAL_MAC + 1];
	if (!p->audit) return err_set(e, ERR_OUTSIDE, "the practice's key is needed to check the log");
	if (db_query(p->db, &q, e,
		    "SELECT seq, at, staff_id, act, subject, subject_id, detail, mac FROM audit ORDER BY seq", ""))
		return -1;
	int64_t n = 0;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		if (verify_row(p, q, n + 1, mac, e)) return -1;
		n++;
		if (n == count && head_hex && strcmp(text_hex(mac, SEAL_MAC, hex), head_hex) != 0)
			return err_rule(e, "A1",
				"entry %lld is not the one that was there before: the log was made anew",
				(long long)n);
	}
	if (row < 0) return -1;
	if (n < count) return err_rule(e, "A1", "entries after %lld are missing from the log", (long long)n);
	return 0;
}

int audit_head(struct practice *p, int64_t *ret_count, char ret_head[65], struct err *e) {
	unsigned char mac[SEAL_MAC];
	int64_t seq;
	if (last_entry(p, &seq, mac, e)) return -1;
	*ret_count = seq;
	(void)text_hex(mac, sizeof mac, ret_head);
	return 0;
}

int audit_last_at(struct practice *p, int64_t *ret, struct err *e) {
	int64_t at = 0;
	if (db_get_int(p->db, &at, e, "SELECT coalesce(max(at), 0) FROM audit", "") < 0) return -1;
	*ret = at;
	return 0;
}

int audit_list(struct practice *p, int64_t last, int (*each)(void *arg, const struct audit_row *r), void *arg,
	struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT a.seq, a.at, a.subject_id, s.login, a.act, a.subject, a.detail FROM audit a"
		    " LEFT JOIN staff s ON s.id = a.staff_id"
		    " WHERE ?1 = 0 OR a.seq > (SELECT max(seq) FROM audit) - ?1 ORDER BY a.seq",
		    "i", last))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		const struct audit_row r = { stmt_int(q, 0), stmt_int(q, 1), stmt_int(q, 2), stmt_text(q, 3),
			stmt_text(q, 4), stmt_text(q, 5), stmt_text(q, 6) };
		if (each(arg, &r)) return 0;
	}
	return row;
}

/* consent_list.c: the listing of consents, those that lapse first first, with the marks at which re-consent falls due (C4, C5). */
#include <string.h>

#include "lib/clock.h"
#include "record/consent_impl.h"

enum { DAY = 86400 };

static bool stands(const char *state) {
	return !strcmp(state, "active") || !strcmp(state, "expiring") || !strcmp(state, "paused");
}

/* The mark of 90, 30, 7 days that was passed; expired and aged out: 7, the nearest. */
static int due_mark(const char *state, int64_t days) {
	if (!strcmp(state, "expired") || !strcmp(state, "aged_out")) return 7;
	if (!stands(state) || days == DB_NULL || days > 90) return 0;
	return days <= 7 ? 7 : days <= 30 ? 30 : 90;
}

/* Whole days, rounded down: a consent that lapses in 6.5 days has 6 days left. */
static int64_t days_until(int64_t at, int64_t now) {
	int64_t d = at - now;
	return d >= 0 ? d / DAY : -((-d + DAY - 1) / DAY);
}

static void line_fill(struct consent_line *l, const struct stmt *q, int64_t now) {
	*l = (struct consent_line){ .id = stmt_int(q, 0),
		.patient_id = stmt_int(q, 1),
		.code = stmt_text(q, 2),
		.reference = stmt_text(q, 3),
		.state = stmt_text(q, 4),
		.signed_at = stmt_is_null(q, 5) ? DB_NULL : stmt_int(q, 5),
		.lapses_at = stmt_is_null(q, 6) ? DB_NULL : stmt_int(q, 6),
		.public_lapses_at = stmt_is_null(q, 7) ? DB_NULL : stmt_int(q, 7),
		.expires_on = stmt_text(q, 8) };
	if (!l->expires_on) l->expires_on = "";
	int64_t first = l->public_lapses_at; /* never later than lapses_at */
	l->due_days = first == DB_NULL ? DB_NULL : days_until(first, now);
	l->due_mark = due_mark(l->state, l->due_days);
}

int consent_list(struct practice *p, const struct consent_filter *f,
	int (*each)(void *arg, const struct consent_line *l), void *arg, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	int64_t now = clock_now();
	if (db_query(p->db, &q, e,
		    "SELECT c.id, c.patient_id, c.code, r.reference, s.state, s.signed_at, s.lapses_at, "
		    "s.public_lapses_at,"
		    " c.expires_on FROM consent c JOIN consent_standing s ON s.consent_id = c.id"
		    " JOIN patient r ON r.id = c.patient_id"
		    " WHERE (?1 = 0 OR c.patient_id = ?1) AND (?2 IS NULL OR s.state = ?2)"
		    " AND (?3 = 0 OR (s.state IN ('active', 'expiring', 'paused') AND s.public_lapses_at <= ?4))"
		    " ORDER BY s.public_lapses_at IS NULL, s.public_lapses_at, c.id",
		    "itii", f->patient_id, f->state, f->due_days, now + f->due_days * DAY))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) > 0) {
		struct consent_line l;
		line_fill(&l, q, now);
		if (each(arg, &l)) return 0;
	}
	return row;
}

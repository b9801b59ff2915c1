/* patient.c: patients and the dates their birth date makes (C4); see record/patient.h. Guardians and contacts are in
 * guardian.c. */
#include "record/patient.h"

#include <stdio.h>
#include <string.h>

#include "field.h"
#include "lib/clock.h"
#include "record/audit.h"

static const char *const guardian_words[] = { "one", "all", NULL };

/* ---- C4 -------------------------------------------------------------------------------------------------------- */

static int one_age(
	struct date born, const char *zone, int64_t age, int64_t *ret_at, int64_t *ret_public_at, struct err *e) {
	struct date day = date_birthday(born, (int)age);
	return clock_local(zone, day, 0, ret_at, e) ||
			       clock_local(zone, date_quarter_before(day), 0, ret_public_at, e)
		       ? -1
		       : 0;
}

int patient_dates(struct date born, const char *zone, int64_t majority_age, int64_t assent_age,
	struct patient_dates *ret, struct err *e) {
	struct patient_dates d;
	if (one_age(born, zone, majority_age, &d.majority_at, &d.majority_public_at, e) ||
		one_age(born, zone, assent_age, &d.assent_at, &d.assent_public_at, e))
		return -1;
	*ret = d;
	return 0;
}

/* The dates of a birth date at a location. */
static int dates_at(
	struct practice *p, struct date born, int64_t location_id, struct patient_dates *ret, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	struct date today;
	if (db_query(p->db, &q, e, "SELECT zone, majority_age, assent_age FROM location WHERE id = ?1", "i",
		    location_id))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row) return err_set(e, ERR_REFUSED, "there is no location %lld", (long long)location_id);
	if (clock_date(stmt_text(q, 0), clock_now(), &today, e)) return -1;
	if (date_cmp(born, today) > 0) return err_rule(e, "C4", "the date of birth lies in the future");
	if (today.year - born.year > 130) return err_rule(e, "C4", "the date of birth is more than 130 years ago");
	return patient_dates(born, stmt_text(q, 0), stmt_int(q, 1), stmt_int(q, 2), ret, e);
}

/* ---- checks ---------------------------------------------------------------------------------------------------- */

static int check_facts(const struct patient_facts *f, bool all, struct err *e) {
	if ((all || f->reference) && field_line("The reference (chart number)", f->reference, 40, e)) return -1;
	if ((all || f->given) && field_line("The given name", f->given, 120, e)) return -1;
	if ((all || f->family) && field_line("The family name", f->family, 120, e)) return -1;
	if (all && !f->born_on) return err_rule(e, "C4", "the date of birth is missing");
	if (f->lang && field_word("The language", f->lang, field_langs, e)) return -1;
	if (f->guardians && *f->guardians && field_word("The number of guardians", f->guardians, guardian_words, e))
		return -1;
	if (f->court_order && *f->court_order && field_line("The court order", f->court_order, 1000, e)) return -1;
	return 0;
}

static int check_reference_free(struct practice *p, const char *reference, int64_t id, struct err *e) {
	int64_t other = 0;
	int row = db_get_int(
		p->db, &other, e, "SELECT id FROM patient WHERE reference = ?1 AND id <> ?2", "ti", reference, id);
	if (row < 0) return -1;
	return row ? err_set(e, ERR_REFUSED, "there is a patient with the reference %.40s already", reference) : 0;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static int default_location(struct practice *p, int64_t *ret, struct err *e) {
	return db_get_int(p->db, ret, e, "SELECT min(id) FROM location", "") == 1 ? 0 : -1;
}

static int add_within(
	struct practice *p, const struct actor *a, const struct patient_facts *f, int64_t *ret_id, struct err *e) {
	struct date born;
	struct patient_dates d;
	int64_t location = f->location_id;
	if (check_facts(f, true, e) || date_parse(f->born_on, &born, e) ||
		check_reference_free(p, f->reference, 0, e) || (!location && default_location(p, &location, e)) ||
		dates_at(p, born, location, &d, e))
		return -1;
	if (db_run(p->db, e,
		    "INSERT INTO patient (reference, location_id, given, family, born_on, lang, guardians, "
		    "court_order,"
		    " majority_at, majority_public_at, assent_at, assent_public_at, created_at)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, ''), nullif(?8, ''), ?9, ?10, ?11, ?12, ?13)",
		    "tittttttiiiii", f->reference, location, f->given, f->family, f->born_on,
		    f->lang ? f->lang : "en", f->guardians, f->court_order, d.majority_at, d.majority_public_at,
		    d.assent_at, d.assent_public_at, clock_now()))
		return -1;
	int64_t id = db_last_id(p->db);
	if (practice_patient_key_new(p, id, KEY_PICTURES, e) || practice_patient_key_new(p, id, KEY_EVIDENCE, e))
		return -1;
	*ret_id = id;
	return audit_add(p, a, "patient.add", "patient", id, e, "location=%lld", (long long)location);
}

int patient_add(
	struct practice *p, const struct actor *a, const struct patient_facts *f, int64_t *ret_id, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	if (add_within(p, a, f, ret_id, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

static int store_dates(struct practice *p, int64_t id, struct date born, int64_t location, struct err *e) {
	struct patient_dates d;
	char text[DATE_TEXT];
	if (dates_at(p, born, location, &d, e)) return -1;
	return db_run(p->db, e,
		"UPDATE patient SET born_on = ?2, location_id = ?3, majority_at = ?4, majority_public_at = ?5,"
		" assent_at = ?6, assent_public_at = ?7 WHERE id = ?1",
		"itiiiii", id, date_format(born, text), location, d.majority_at, d.majority_public_at, d.assent_at,
		d.assent_public_at);
}

static int set_within(
	struct practice *p, const struct actor *a, int64_t id, const struct patient_facts *f, struct err *e) {
	struct patient_row now;
	if (check_facts(f, false, e) || patient_get(p, id, &now, e)) return -1;
	struct date born = now.born;
	int64_t location = f->location_id ? f->location_id : now.location_id;
	if (f->born_on && date_parse(f->born_on, &born, e)) return -1;
	if (f->reference && check_reference_free(p, f->reference, id, e)) return -1;
	if (db_run(p->db, e,
		    "UPDATE patient SET reference = coalesce(?2, reference), given = coalesce(?3, given),"
		    " family = coalesce(?4, family), lang = coalesce(?5, lang),"
		    " guardians = nullif(coalesce(?6, guardians), ''), court_order = nullif(coalesce(?7, "
		    "court_order), '')"
		    " WHERE id = ?1",
		    "itttttt", id, f->reference, f->given, f->family, f->lang, f->guardians, f->court_order) ||
		store_dates(p, id, born, location, e))
		return -1;
	/* which, never what */
	return audit_add(p, a, "patient.set", "patient", id, e, "fields=%s%s%s%s%s%s%s%s", f->reference ? "r" : "",
		f->given ? "g" : "", f->family ? "f" : "", f->born_on ? "b" : "", f->lang ? "l" : "",
		f->location_id ? "p" : "", f->guardians ? "n" : "", f->court_order ? "c" : "");
}

int patient_set(struct practice *p, const struct actor *a, int64_t id, const struct patient_facts *f, struct err *e) {
	if (practice_may(p, a, CAN_RECORD, e) || db_begin(p->db, e)) return -1;
	if (set_within(p, a, id, f, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

static int died_within(struct practice *p, const struct actor *a, int64_t id, const char *died_on, struct err *e) {
	struct patient_row now;
	struct date died, today;
	if (patient_get(p, id, &now, e) || date_parse(died_on, &died, e) ||
		clock_date(now.zone, clock_now(), &today, e))
		return -1;
	if (date_cmp(died, today) > 0 || date_cmp(died, now.born) < 0)
		return err_rule(e, "C8", "the date of death lies %s",
			date_cmp(died, today) > 0 ? "in the future" : "before the date of birth");
	int64_t at;
	if (clock_local(now.zone, died, 0, &at, e) ||
		db_run(p->db, e, "UPDATE patient SET died_on = ?2, died_at = ?3 WHERE id = ?1", "iti", id, died_on,
			at))
		return -1;
	return audit_add(p, a, "patient.died", "patient", id, e, "%s", "");
}

int patient_died(struct practice *p, const struct actor *a, int64_t id, const char *died_on, struct err *e) {
	if ((a && practice_may(p, a, CAN_RECORD, e)) || db_begin(p->db, e)) return -1;
	if (died_within(p, a, id, died_on, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

int patient_recompute(struct practice *p, int64_t location_id, struct err *e) {
	int64_t after = 0;
	for (;;) {
		struct patient_row r;
		int row = db_get_int(p->db, &after, e,
			"SELECT id FROM patient WHERE location_id = ?1 AND id > ?2 ORDER BY id LIMIT 1", "ii",
			location_id, after);
		if (row <= 0) return row;
		if (patient_get(p, after, &r, e) || store_dates(p, after, r.born, location_id, e)) return -1;
	}
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* The columns that read_row wants, in its order. */
#define PATIENT_COLUMNS                                                                                              \
	"SELECT p.id, p.location_id, p.created_at, coalesce(p.erased_at, 0), p.majority_at, p.majority_public_at,"   \
	" p.assent_at, p.assent_public_at, p.reference, p.given, p.family, l.name, p.lang, coalesce(p.guardians, "   \
	"''),"                                                                                                       \
	" coalesce(p.died_on, ''), l.zone, p.born_on, unixepoch('now') < p.majority_at"                              \
	" FROM patient p JOIN location l ON l.id = p.location_id "

static int read_row(const struct stmt *q, struct patient_row *r, struct err *e) {
	*r = (struct patient_row){ .id = stmt_int(q, 0),
		.location_id = stmt_int(q, 1),
		.created_at = stmt_int(q, 2),
		.erased_at = stmt_int(q, 3),
		.dates = { stmt_int(q, 4), stmt_int(q, 5), stmt_int(q, 6), stmt_int(q, 7) },
		.is_minor = stmt_int(q, 17) != 0 };
	(void)snprintf(r->reference, sizeof r->reference, "%s", stmt_text(q, 8));
	(void)snprintf(r->given, sizeof r->given, "%s", stmt_text(q, 9));
	(void)snprintf(r->family, sizeof r->family, "%s", stmt_text(q, 10));
	(void)snprintf(r->location, sizeof r->location, "%s", stmt_text(q, 11));
	(void)snprintf(r->lang, sizeof r->lang, "%s", stmt_text(q, 12));
	(void)snprintf(r->guardians, sizeof r->guardians, "%s", stmt_text(q, 13));
	(void)snprintf(r->died_on, sizeof r->died_on, "%s", stmt_text(q, 14));
	(void)snprintf(r->zone, sizeof r->zone, "%s", stmt_text(q, 15));
	return date_parse(stmt_text(q, 16), &r->born, e);
}

int patient_get(struct practice *p, int64_t id, struct patient_row *ret, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, PATIENT_COLUMNS "WHERE p.id = ?1", "i", id)) return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row) return err_set(e, ERR_USAGE, "there is no patient %lld", (long long)id);
	return read_row(q, ret, e);
}

int patient_find(struct practice *p, const char *reference, int64_t *ret, struct err *e) {
	int row = db_get_int(p->db, ret, e, "SELECT id FROM patient WHERE reference = ?1", "t", reference);
	if (row == 0)
		return err_set(e, ERR_USAGE,
			"there is no patient with the reference \"%.40s\": `occlude patient list` shows them",
			reference);
	return row < 0 ? -1 : 0;
}

int patient_list(struct practice *p, int (*each)(void *arg, const struct patient_row *r), void *arg, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, PATIENT_COLUMNS "ORDER BY p.family, p.given, p.id", "")) return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		struct patient_row r;
		if (read_row(q, &r, e)) return -1;
		if (each(arg, &r)) return 0;
	}
	return row;
}

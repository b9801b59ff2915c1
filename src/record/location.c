/* location.c: settings of the practice, its locations, and their statements (P7); see record/location.h. */
#include "record/location.h"

#include <stdio.h>
#include <string.h>

#include "field.h"
#include "lib/clock.h"
#include "record/audit.h"
#include "record/patient.h"

static const char *const profiles[] = { "US", "EU", "both", NULL };
static const char *const guardian_words[] = { "one", "all", NULL };
static const char *const statements[] = { "actual_patients", "results_vary", "not_advice", "takedown", "privacy",
	"consent", NULL };

static int end_with(struct practice *p, int bad, struct err *e) {
	if (!bad) return db_commit(p->db, e);
	db_rollback(p->db);
	return -1;
}

/* ---- the practice ---------------------------------------------------------------------------------------------- */

static int practice_update(struct practice *p, const struct actor *a, const struct practice_facts *f, struct err *e) {
	struct practice_row now;
	if ((f->name && field_line("The practice's name", f->name, 200, e)) ||
		(f->profile && field_word("The profile", f->profile, profiles, e)) ||
		(f->guardians && field_word("The number of guardians", f->guardians, guardian_words, e)) ||
		(f->successor && *f->successor && field_line("The successor", f->successor, 500, e)) ||
		(f->controller && *f->controller && field_line("The controller's contact", f->controller, 500, e)) ||
		practice_get(p, &now, e))
		return -1;
	if (f->keep_years && f->keep_years < now.keep_years) /* C7 */
		return err_rule(e, "C7", "evidence is kept for %lld years already; the time can only grow",
			(long long)now.keep_years);
	if (db_run(p->db, e,
		    "UPDATE practice SET name = coalesce(?1, name), profile = coalesce(?2, profile),"
		    " guardians = coalesce(?3, guardians), successor = nullif(coalesce(?4, successor), ''),"
		    " controller = nullif(coalesce(?5, controller), ''), keep_years = coalesce(?6, keep_years) WHERE "
		    "id = 1",
		    "ttttto", f->name, f->profile, f->guardians, f->successor, f->controller,
		    f->keep_years ? f->keep_years : DB_NULL))
		return -1;
	return audit_add(p, a, "practice.set", "practice", 1, e, "profile=%s guardians=%s keep_years=%lld",
		f->profile ? f->profile : now.profile, f->guardians ? f->guardians : now.guardians,
		(long long)(f->keep_years ? f->keep_years : now.keep_years));
}

int practice_set(struct practice *p, const struct actor *a, const struct practice_facts *f, struct err *e) {
	if (practice_may(p, a, CAN_ADMIN, e) || db_begin(p->db, e)) return -1;
	return end_with(p, practice_update(p, a, f, e), e);
}

int practice_get(struct practice *p, struct practice_row *ret, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT name, profile, guardians, coalesce(successor, ''), coalesce(controller, ''), keep_years,"
		    " created_at, is_sample FROM practice",
		    ""))
		return -1;
	int row = stmt_row(q, e);
	if (row < 0) return -1;
	if (!row) return err_set(e, ERR_OUTSIDE, "the practice has no settings: restore a backup");
	struct practice_row r = {
		.keep_years = stmt_int(q, 5), .created_at = stmt_int(q, 6), .is_sample = stmt_int(q, 7) != 0
	};
	(void)snprintf(r.name, sizeof r.name, "%s", stmt_text(q, 0));
	(void)snprintf(r.profile, sizeof r.profile, "%s", stmt_text(q, 1));
	(void)snprintf(r.guardians, sizeof r.guardians, "%s", stmt_text(q, 2));
	(void)snprintf(r.successor, sizeof r.successor, "%s", stmt_text(q, 3));
	(void)snprintf(r.controller, sizeof r.controller, "%s", stmt_text(q, 4));
	*ret = r;
	return 0;
}

/* ---- locations ------------------------------------------------------------------------------------------------- */

static int check_location(const struct location_facts *f, bool all, struct err *e) {
	const struct {
		const char *what, *value;
	} lines[] = { { "The location's name", f->name }, { "The address", f->address }, { "The town", f->town },
		{ "The phone number", f->phone }, { "The emergency number", f->emergency } };
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if ((all || lines[i].value) && field_line(lines[i].what, lines[i].value, 200, e)) return -1;
	if (f->email && *f->email && field_line("The e-mail address", f->email, 200, e)) return -1;
	if (f->lang && field_word("The language", f->lang, field_langs, e)) return -1;
	if ((f->majority_age && (f->majority_age < 16 || f->majority_age > 21)) ||
		(f->assent_age && (f->assent_age < 7 || f->assent_age > 21)))
		return err_rule(e, "C4", "the age of majority is 16 to 21, the assent age 7 to 21");
	if (all && !f->zone) return err_set(e, ERR_USAGE, "The time zone is missing, like Europe/Berlin");
	struct date today;
	return f->zone ? clock_date(f->zone, clock_now(), &today, e) : 0;
}

static int location_insert(
	struct practice *p, const struct actor *a, const struct location_facts *f, int64_t *ret_id, struct err *e) {
	int64_t taken = 0;
	if (check_location(f, true, e) ||
		db_get_int(p->db, &taken, e, "SELECT count(*) FROM location WHERE name = ?1", "t", f->name) < 0)
		return -1;
	if (taken) return err_set(e, ERR_REFUSED, "there is a location \"%.60s\" already", f->name);
	if (db_run(p->db, e,
		    "INSERT INTO location (name, address, town, phone, email, emergency, zone, majority_age, "
		    "assent_age, lang)"
		    " VALUES (?1, ?2, ?3, ?4, nullif(?5, ''), ?6, ?7, ?8, ?9, ?10)",
		    "tttttttiit", f->name, f->address, f->town, f->phone, f->email, f->emergency, f->zone,
		    f->majority_age ? f->majority_age : 18, f->assent_age ? f->assent_age : 14,
		    f->lang ? f->lang : "en"))
		return -1;
	*ret_id = db_last_id(p->db);
	return audit_add(p, a, "location.add", "location", *ret_id, e, "%s", "");
}

int location_add(
	struct practice *p, const struct actor *a, const struct location_facts *f, int64_t *ret_id, struct err *e) {
	if (practice_may(p, a, CAN_ADMIN, e) || db_begin(p->db, e)) return -1;
	return end_with(p, location_insert(p, a, f, ret_id, e), e);
}

static int location_update(
	struct practice *p, const struct actor *a, int64_t id, const struct location_facts *f, struct err *e) {
	int64_t changed;
	if (check_location(f, false, e) ||
		db_run_count(p->db, &changed, e,
			"UPDATE location SET name = coalesce(?2, name), address = coalesce(?3, address),"
			" town = coalesce(?4, town), phone = coalesce(?5, phone), email = nullif(coalesce(?6, "
			"email), ''),"
			" emergency = coalesce(?7, emergency), zone = coalesce(?8, zone),"
			" majority_age = coalesce(?9, majority_age), assent_age = coalesce(?10, assent_age),"
			" lang = coalesce(?11, lang) WHERE id = ?1",
			"itttttttoot", id, f->name, f->address, f->town, f->phone, f->email, f->emergency, f->zone,
			f->majority_age ? f->majority_age : DB_NULL, f->assent_age ? f->assent_age : DB_NULL,
			f->lang))
		return -1;
	if (!changed) return err_set(e, ERR_REFUSED, "there is no location %lld", (long long)id);
	if ((f->zone || f->majority_age || f->assent_age) && patient_recompute(p, id, e)) return -1; /* C4 */
	return audit_add(p, a, "location.set", "location", id, e, "majority=%lld assent=%lld zone=%s",
		(long long)f->majority_age, (long long)f->assent_age, f->zone ? f->zone : "");
}

int location_set(
	struct practice *p, const struct actor *a, int64_t id, const struct location_facts *f, struct err *e) {
	if (practice_may(p, a, CAN_ADMIN, e) || db_begin(p->db, e)) return -1;
	return end_with(p, location_update(p, a, id, f, e), e);
}

int location_find(struct practice *p, const char *name, int64_t *ret, struct err *e) {
	int row = db_get_int(p->db, ret, e, "SELECT id FROM location WHERE name = ?1", "t", name);
	if (row == 0)
		return err_set(
			e, ERR_REFUSED, "there is no location \"%.60s\": `occlude settings show` lists them", name);
	return row < 0 ? -1 : 0;
}

int location_list(
	struct practice *p, int (*each)(void *arg, const struct location_row *r), void *arg, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT id, majority_age, assent_age, (SELECT count(*) FROM patient WHERE location_id = l.id), "
		    "name, address,"
		    " town, phone, email, emergency, zone, lang FROM location l ORDER BY id",
		    ""))
		return -1;
	int row;
	while ((row = stmt_row(q, e)) == 1) {
		const struct location_row r = { stmt_int(q, 0), stmt_int(q, 1), stmt_int(q, 2), stmt_int(q, 3),
			stmt_text(q, 4), stmt_text(q, 5), stmt_text(q, 6), stmt_text(q, 7), stmt_text(q, 8),
			stmt_text(q, 9), stmt_text(q, 10), stmt_text(q, 11) };
		if (each(arg, &r)) return 0;
	}
	return row;
}

/* ---- statements ------------------------------------------------------------------------------------------------ */

static int statement_store(struct practice *p, const struct actor *a, int64_t location_id, const char *key,
	const char *lang, const char *text, struct err *e) {
	if (field_word("The statement", key, statements, e) || field_word("The language", lang, field_langs, e))
		return -1;
	if (!text) {
		if (db_run(p->db, e, "DELETE FROM statement WHERE location_id = ?1 AND key = ?2 AND lang = ?3", "itt",
			    location_id, key, lang))
			return -1;
	} else {
		/* P7: the wording can be changed, not emptied */
		if (field_line("The statement", text, 1000, e)) return -1;
		if (strlen(text) < 20)
			return err_rule(
				e, "P7", "a statement can be changed, not emptied: write at least 20 characters");
		if (db_run(p->db, e,
			    "INSERT INTO statement (location_id, key, lang, text) VALUES (?1, ?2, ?3, ?4)"
			    " ON CONFLICT (location_id, key, lang) DO UPDATE SET text = excluded.text",
			    "ittt", location_id, key, lang, text))
			return -1;
	}
	return audit_add(p, a, text ? "statement.set" : "statement.reset", "location", location_id, e,
		"key=%s lang=%s", key, lang);
}

int statement_set(struct practice *p, const struct actor *a, int64_t location_id, const char *key, const char *lang,
	const char *text, struct err *e) {
	if (practice_may(p, a, CAN_ADMIN, e) || db_begin(p->db, e)) return -1;
	return end_with(p, statement_store(p, a, location_id, key, lang, text, e), e);
}

int statement_get(
	struct practice *p, int64_t location_id, const char *key, const char *lang, char **ret, struct err *e) {
	return db_get_text(p->db, ret, e,
		"SELECT text FROM statement WHERE location_id = ?1 AND key = ?2 AND lang = ?3", "itt", location_id,
		key, lang);
}

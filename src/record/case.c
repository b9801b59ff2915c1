/* case.c: the table `cases`; see record/case.h. */
#include "record/case.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "lib/clock.h"
#include "lib/db.h"
#include "lib/seal.h"
#include "record/audit.h"

static const char *const problems[] = { "crowding", "gaps", "overbite", "underbite", "crossbite", "open_bite",
	"protrusion", "canine", "other", NULL };
static const char *const treatments[] = { "braces", "aligners", "expander", "functional", "surgery_braces",
	"retainer", "other", NULL };

/* The word of the list that was meant ('-' and '_' are the same), or NULL with a sentence that lists them. */
static const char *pick(const char *const *list, const char *what, const char *s, struct err *e) {
	char all[200] = "";
	for (; *list; list++) {
		size_t i = 0;
		while (s[i] && (s[i] == '-' ? '_' : s[i]) == (*list)[i]) i++;
		if (!s[i] && !(*list)[i]) return *list;
		size_t at = strlen(all);
		(void)snprintf(all + at, sizeof all - at, "%s%s", at ? ", " : "", *list);
	}
	(void)err_set(e, ERR_USAGE, "'%.40s' is not a %s; use one of %s", s, what, all);
	return NULL;
}

int case_months(struct date from, struct date to) {
	int64_t days = date_to_days(to) - date_to_days(from);
	int months = (int)((double)days / 30.436875 + 0.5); /* the mean Gregorian month */
	return months < 1 ? 1 : months > 120 ? 120 : months;
}

const char *case_age_band(struct date born, struct date on) {
	int age = date_age(born, on);
	return age <= 6 ? "0-6" : age <= 12 ? "7-12" : age <= 17 ? "13-17" : age <= 39 ? "18-39" : "40+";
}

/* ---- facts ----------------------------------------------------------------------------------------------------- */

/* The facts of a case while they are being changed. */
struct facts {
	char born_on[DATE_TEXT], started_on[DATE_TEXT], ended_on[DATE_TEXT];
	const char *problem, *treatment;
	int64_t months, orthodontist_id;
};

static int take_date(const char *what, const char *s, char out[DATE_TEXT], struct err *e) {
	struct date d;
	if (!s) return 0;
	if (date_parse(s, &d, e)) return err_prefix(e, "%s", what);
	(void)date_format(d, out);
	return 0;
}

/* I8: whoever did it is a clinician of this practice. */
static int take_orthodontist(struct practice *p, const char *login, int64_t *ret, struct err *e) {
	if (!login) return 0;
	int r = db_get_int(p->db, ret, e, "SELECT id FROM staff WHERE login = ?1 AND role = 'clinician'", "t", login);
	if (r < 0) return -1;
	return r ? 0
		 : err_set(e, ERR_USAGE,
			   "there is no clinician with the login '%.40s'; `occlude staff list` shows all accounts",
			   login);
}

static int take_facts(struct practice *p, const struct case_facts *f, struct facts *to, struct err *e) {
	if (f->problem && !(to->problem = pick(problems, "problem", f->problem, e))) return -1;
	if (f->treatment && !(to->treatment = pick(treatments, "treatment", f->treatment, e))) return -1;
	if (take_date("the start of the treatment", f->started_on, to->started_on, e)) return -1;
	if (take_date("the end of the treatment", f->ended_on, to->ended_on, e)) return -1;
	if (take_orthodontist(p, f->orthodontist, &to->orthodontist_id, e)) return -1;
	if (to->started_on[0] && strcmp(to->started_on, to->born_on) < 0)
		return err_set(e, ERR_USAGE, "the treatment cannot start before the patient was born");
	if (to->started_on[0] && to->ended_on[0] && strcmp(to->ended_on, to->started_on) < 0)
		return err_set(e, ERR_USAGE, "the treatment cannot end (%s) before it starts (%s)", to->ended_on,
			to->started_on);
	if (f->months < 0 || f->months > 120) return err_set(e, ERR_USAGE, "months of treatment go from 1 to 120");
	if (f->months) to->months = f->months;
	struct date from, till;
	if (to->started_on[0] && to->ended_on[0]) {
		if (date_parse(to->started_on, &from, e) || date_parse(to->ended_on, &till, e)) return -1;
		to->months = case_months(from, till);
	}
	return 0;
}

static const char *band_of(const struct facts *f) {
	struct date born, on;
	if (!f->started_on[0] || date_parse(f->born_on, &born, NULL) || date_parse(f->started_on, &on, NULL))
		return NULL;
	return case_age_band(born, on);
}

static const char *or_null(const char *s) {
	return s && s[0] ? s : NULL;
}

static int64_t or_db_null(int64_t v) {
	return v > 0 ? v : DB_NULL;
}

static int born_on(struct practice *p, int64_t patient_id, char out[DATE_TEXT], struct err *e) {
	auto_free char *s = NULL;
	int r = db_get_text(p->db, &s, e, "SELECT born_on FROM patient WHERE id = ?1", "i", patient_id);
	if (r < 0) return -1;
	if (!r) return err_set(e, ERR_USAGE, "there is no such patient; `occlude patient list` shows all");
	(void)snprintf(out, DATE_TEXT, "%s", s);
	return 0;
}

/* ---- acts ------------------------------------------------------------------------------------------------------ */

static int add_row(struct practice *p, const struct actor *a, int64_t patient_id, const struct facts *f,
	int64_t *ret_id, struct err *e) {
	if (db_run(p->db, e,
		    "INSERT INTO cases (patient_id, location_id, problem, treatment, months, age_band, "
		    "orthodontist_id,"
		    " started_on, ended_on, created_at, staff_id)"
		    " SELECT id, location_id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM patient WHERE id = ?1",
		    "ittotottii", patient_id, f->problem, f->treatment, or_db_null(f->months), band_of(f),
		    or_db_null(f->orthodontist_id), or_null(f->started_on), or_null(f->ended_on), clock_now(),
		    a->staff_id))
		return -1;
	*ret_id = db_last_id(p->db);
	return audit_add(p, a, "case.add", "case", *ret_id, e, "patient %lld, %s, %s", (long long)patient_id,
		f->problem, f->treatment);
}

int case_add(struct practice *p, const struct actor *a, int64_t patient_id, const struct case_facts *f,
	int64_t *ret_id, struct err *e) {
	struct facts to = { 0 };
	int64_t id = 0;
	if (practice_may(p, a, CAN_RECORD, e) || born_on(p, patient_id, to.born_on, e) || take_facts(p, f, &to, e))
		return -1;
	if (!to.problem || !to.treatment)
		return err_set(
			e, ERR_USAGE, "a case needs its problem and its treatment (P2): --problem and --treatment");
	if (db_begin(p->db, e)) return -1;
	if (add_row(p, a, patient_id, &to, &id, e)) {
		db_rollback(p->db);
		return -1;
	}
	if (db_commit(p->db, e)) return -1;
	*ret_id = id;
	return 0;
}

static int set_row(struct practice *p, const struct actor *a, int64_t id, const struct facts *f, struct err *e) {
	if (db_run(p->db, e,
		    "UPDATE cases SET problem = ?2, treatment = ?3, months = ?4, age_band = ?5, orthodontist_id = ?6,"
		    " started_on = ?7, ended_on = ?8 WHERE id = ?1",
		    "ittotott", id, f->problem, f->treatment, or_db_null(f->months), band_of(f),
		    or_db_null(f->orthodontist_id), or_null(f->started_on), or_null(f->ended_on)))
		return -1;
	return audit_add(p, a, "case.set", "case", id, e, "%s, %s, %lld months", f->problem, f->treatment,
		(long long)f->months);
}

int case_set(struct practice *p, const struct actor *a, int64_t case_id, const struct case_facts *f, struct err *e) {
	struct case_row c;
	struct facts to = { 0 };
	if (practice_may(p, a, CAN_RECORD, e) || case_get(p, case_id, &c, e)) return -1;
	to.problem = c.problem;
	to.treatment = c.treatment;
	to.months = c.months;
	to.orthodontist_id = c.orthodontist_id;
	(void)snprintf(to.started_on, sizeof to.started_on, "%s", c.started_on);
	(void)snprintf(to.ended_on, sizeof to.ended_on, "%s", c.ended_on);
	if (born_on(p, c.patient_id, to.born_on, e) || take_facts(p, f, &to, e)) return -1;
	if (db_begin(p->db, e)) return -1;
	if (set_row(p, a, case_id, &to, e)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void copy(char *to, size_t size, const char *from) {
	(void)snprintf(to, size, "%s", from ? from : "");
}

#define CASE_COLUMNS                                                                                                 \
	"SELECT c.id, c.patient_id, c.location_id, p.reference, c.problem, c.treatment, c.months, c.age_band,"       \
	" c.orthodontist_id, coalesce(s.credential, s.name), c.started_on, c.ended_on, c.suitable, c.withdrawn_at,"  \
	" c.public_id, (SELECT count(*) FROM photo f WHERE f.case_id = c.id AND f.in_gallery = 1)"                   \
	" FROM cases c JOIN patient p ON p.id = c.patient_id LEFT JOIN staff s ON s.id = c.orthodontist_id"

static void read_case(const struct stmt *q, struct case_row *c) {
	*c = (struct case_row){ .id = stmt_int(q, 0), .patient_id = stmt_int(q, 1), .location_id = stmt_int(q, 2) };
	copy(c->reference, sizeof c->reference, stmt_text(q, 3));
	copy(c->problem, sizeof c->problem, stmt_text(q, 4));
	copy(c->treatment, sizeof c->treatment, stmt_text(q, 5));
	c->months = stmt_int(q, 6);
	copy(c->age_band, sizeof c->age_band, stmt_text(q, 7));
	c->orthodontist_id = stmt_int(q, 8);
	copy(c->orthodontist, sizeof c->orthodontist, stmt_text(q, 9));
	copy(c->started_on, sizeof c->started_on, stmt_text(q, 10));
	copy(c->ended_on, sizeof c->ended_on, stmt_text(q, 11));
	c->suitable = stmt_is_null(q, 12) ? -1 : stmt_int(q, 12);
	c->withdrawn_at = stmt_int(q, 13);
	copy(c->public_id, sizeof c->public_id, stmt_text(q, 14));
	c->photos = stmt_int(q, 15);
}

int case_get(struct practice *p, int64_t case_id, struct case_row *ret, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	if (db_query(p->db, &q, e, CASE_COLUMNS " WHERE c.id = ?1", "i", case_id)) return -1;
	int r = stmt_row(q, e);
	if (r < 0) return -1;
	if (!r)
		return err_set(
			e, ERR_USAGE, "there is no case %lld; `occlude case list` shows all", (long long)case_id);
	read_case(q, ret);
	return 0;
}

int case_list(struct practice *p, int64_t patient_id, int (*each)(void *arg, const struct case_row *c), void *arg,
	struct err *e) {
	struct stmt auto_stmt *q = NULL;
	struct case_row c;
	if (db_query(p->db, &q, e, CASE_COLUMNS " WHERE ?1 = 0 OR c.patient_id = ?1 ORDER BY c.id", "i", patient_id))
		return -1;
	int r;
	while ((r = stmt_row(q, e)) == 1) {
		read_case(q, &c);
		if (each(arg, &c)) break;
	}
	return r < 0 ? -1 : 0;
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

/* Runs one UPDATE of a case with its audit entry in a transaction. */
static int act(struct practice *p, const struct actor *a, const char *name, int64_t id, const char *detail,
	int (*change)(struct practice *p, const struct actor *a, int64_t id, struct err *e), struct err *e) {
	if (db_begin(p->db, e)) return -1;
	if (change(p, a, id, e) || audit_add(p, a, name, "case", id, e, "%s", detail)) {
		db_rollback(p->db);
		return -1;
	}
	return db_commit(p->db, e);
}

static int answer(struct practice *p, const struct actor *a, int64_t id, int64_t suitable, struct err *e) {
	return db_run(p->db, e, "UPDATE cases SET suitable = ?2, suitable_by = ?3, suitable_at = ?4 WHERE id = ?1",
		"iiii", id, suitable, a->staff_id, clock_now());
}

static int change_suitable(struct practice *p, const struct actor *a, int64_t id, struct err *e) {
	return answer(p, a, id, 1, e);
}

static int change_unsuitable(struct practice *p, const struct actor *a, int64_t id, struct err *e) {
	return answer(p, a, id, 0, e);
}

/* I5 */
int case_suitable(struct practice *p, const struct actor *a, int64_t case_id, bool suitable, struct err *e) {
	struct case_row c;
	if (practice_may(p, a, CAN_APPROVE, e) || case_get(p, case_id, &c, e)) return -1;
	return act(p, a, "case.suitable", case_id, suitable ? "yes" : "no",
		suitable ? change_suitable : change_unsuitable, e);
}

static int change_withdraw(struct practice *p, const struct actor *a, int64_t id, struct err *e) {
	(void)a;
	return db_run(p->db, e,
		"UPDATE cases SET withdrawn_at = coalesce(withdrawn_at, ?2), public_id = NULL WHERE id = ?1", "ii",
		id, clock_now());
}

static int change_reopen(struct practice *p, const struct actor *a, int64_t id, struct err *e) {
	(void)a;
	return db_run(p->db, e, "UPDATE cases SET withdrawn_at = NULL WHERE id = ?1", "i", id);
}

int case_withdraw(struct practice *p, const struct actor *a, int64_t case_id, struct err *e) {
	struct case_row c;
	if ((a && practice_may(p, a, CAN_PUBLISH, e)) || case_get(p, case_id, &c, e)) return -1;
	return act(p, a, "case.withdraw", case_id, "", change_withdraw, e);
}

int case_reopen(struct practice *p, const struct actor *a, int64_t case_id, struct err *e) {
	struct case_row c;
	if (practice_may(p, a, CAN_PUBLISH, e) || case_get(p, case_id, &c, e)) return -1;
	return act(p, a, "case.reopen", case_id, "", change_reopen, e);
}

int case_public_id(struct practice *p, int64_t case_id, char ret[CASE_PUBLIC_ID + 1], struct err *e) {
	struct case_row c;
	if (case_get(p, case_id, &c, e)) return -1;
	if (!c.public_id[0]) {
		seal_random_name(c.public_id, CASE_PUBLIC_ID); /* I2 */
		if (db_run(p->db, e, "UPDATE cases SET public_id = ?2 WHERE id = ?1 AND public_id IS NULL", "it",
			    case_id, c.public_id))
			return -1;
	}
	memcpy(ret, c.public_id, CASE_PUBLIC_ID + 1);
	return 0;
}

/* case.c: `occlude case ...`: a patient's published story, its facts and its photos. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/people.h"
#include "cmd/photo_cmd.h"
#include "flow/form.h"
#include "record/case.h"

/* The options that say something about a case. */
#define FACTS(f)                                                                                                     \
	{ "problem", OPT_TEXT, &(f).problem, "WORD",                                                                 \
		"crowding, gaps, overbite, underbite, crossbite, open_bite, protrusion, canine, other", false, 0,    \
		0 },                                                                                                 \
		{ "treatment", OPT_TEXT, &(f).treatment, "WORD",                                                     \
			"braces, aligners, expander, functional, surgery_braces, retainer, other", false, 0, 0 },    \
		{ "started", OPT_DATE, &(f).started_on, "DATE", "first day of the treatment, YYYY-MM-DD", false, 0,  \
			0 },                                                                                         \
		{ "ended", OPT_DATE, &(f).ended_on, "DATE", "its last day: \"after\" photos need it", false, 0, 0 }, \
		{ "orthodontist", OPT_TEXT, &(f).orthodontist, "LOGIN", "who did it: a clinician's account", false,  \
			0, 0 },                                                                                      \
	{                                                                                                            \
		"months", OPT_INT, &(f).months, "N", "length so far, while the treatment runs", false, 1, 120        \
	}

int cmd_case_add(struct cmd *c, int argc, char **argv, struct err *e) {
	struct case_facts f = { 0 };
	const struct opt opts[] = { FACTS(f), { .name = NULL } };
	size_t n;
	bool helped;
	int64_t patient, id;
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (patient_operand(c, argv[0], &patient, e) || case_add(c->practice, &c->actor, patient, &f, &id, e))
		return -1;
	cmd_say(c, "Case %lld is open. Take in its photos: occlude ingest %lld FILES", (long long)id, (long long)id);
	if (!c->json) return 0;
	auto_buf struct buf b;
	struct json j;
	buf_init(&b, 256);
	json_init(&j, &b);
	json_object(&j);
	json_key_int(&j, "case", id);
	json_object_end(&j);
	return cmd_json_line(&b, e);
}

int cmd_case_set(struct cmd *c, int argc, char **argv, struct err *e) {
	struct case_facts f = { 0 };
	const struct opt opts[] = { FACTS(f), { .name = NULL } };
	size_t n;
	bool helped;
	int64_t id;
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (!f.problem && !f.treatment && !f.started_on && !f.ended_on && !f.orthodontist && !f.months)
		return err_set(e, ERR_USAGE, "Say what is to change: `occlude case set --help` lists it");
	if (number_operand("a case", argv[0], &id, e) || case_set(c->practice, &c->actor, id, &f, e)) return -1;
	cmd_say(c, "Case %lld is changed.", (long long)id);
	return 0;
}

static const char *or_dash(const char *s) {
	return s[0] ? s : "-";
}

static void print_case_head(const struct cmd *c) {
	cmd_say(c, "%5s  %-12s %-10s %-15s %6s  %-6s %6s", "CASE", "PATIENT", "PROBLEM", "TREATMENT", "MONTHS", "AGE",
		"PHOTOS");
}

static int print_case(const struct cmd *c, const struct case_row *r, struct err *e) {
	if (!c->json) {
		char months[24] = "-";
		if (r->months) (void)snprintf(months, sizeof months, "%lld", (long long)r->months);
		cmd_say(c, "%5lld  %-12s %-10s %-15s %6s  %-6s %6lld%s%s", (long long)r->id, r->reference, r->problem,
			r->treatment, months, or_dash(r->age_band), (long long)r->photos,
			r->suitable == 0 ? "  not suitable" : "", r->withdrawn_at ? "  withdrawn" : "");
		return 0;
	}
	auto_buf struct buf b;
	struct json j;
	buf_init(&b, 4096);
	json_init(&j, &b);
	json_object(&j);
	json_key_int(&j, "case", r->id);
	json_key_text(&j, "patient", r->reference);
	json_key_text(&j, "problem", r->problem);
	json_key_text(&j, "treatment", r->treatment);
	json_key_int(&j, "months", r->months);
	json_key_text(&j, "age_band", r->age_band[0] ? r->age_band : NULL);
	json_key_text(&j, "orthodontist", r->orthodontist[0] ? r->orthodontist : NULL);
	json_key_text(&j, "started_on", r->started_on[0] ? r->started_on : NULL);
	json_key_text(&j, "ended_on", r->ended_on[0] ? r->ended_on : NULL);
	json_key_int(&j, "photos", r->photos);
	json_key_text(&j, "suitable", r->suitable < 0 ? NULL : r->suitable ? "yes" : "no");
	json_key_bool(&j, "withdrawn", r->withdrawn_at != 0);
	json_object_end(&j);
	return cmd_json_line(&b, e);
}

struct listing {
	const struct cmd *c;
	struct err *e;
	int bad;
	size_t n;
};

static int list_one(void *arg, const struct case_row *r) {
	struct listing *l = arg;
	if (!l->n++) print_case_head(l->c);
	return l->bad = print_case(l->c, r, l->e);
}

int cmd_case_list(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *reference = NULL;
	const struct opt opts[] = {
		{ "patient", OPT_TEXT, &reference, "PATIENT", "only this patient's", false, 0, 0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped;
	int64_t patient = 0;
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (reference && patient_operand(c, reference, &patient, e)) return -1;
	struct listing l = { .c = c, .e = e };
	if (case_list(c->practice, patient, list_one, &l, e) || l.bad) return -1;
	if (!l.n) cmd_say(c, "There is no case yet: occlude case add PATIENT --problem WORD --treatment WORD");
	return 0;
}

int cmd_case_show(struct cmd *c, int argc, char **argv, struct err *e) {
	static const struct opt none[] = { { .name = NULL } };
	auto_free struct photo_row *photos = NULL;
	struct case_row r;
	size_t n, count = 0;
	bool helped;
	int64_t id;
	if (opt_parse(c, none, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (number_operand("a case", argv[0], &id, e) || case_get(c->practice, id, &r, e) ||
		photo_list(c->practice, id, true, &photos, &count, e))
		return -1;
	print_case_head(c);
	if (print_case(c, &r, e)) return -1;
	cmd_say(c, "       treated %s to %s, by %s", or_dash(r.started_on), or_dash(r.ended_on),
		or_dash(r.orthodontist));
	if (count) photo_print_head(c);
	for (size_t i = 0; i < count; i++)
		if (photo_print(c, &photos[i], e)) return -1;
	return 0;
}

int cmd_case_photo(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *stage = NULL, *view = NULL, *radiograph = NULL;
	bool hide = false, show = false, helped, yes = false;
	struct photo_change change = { .in_gallery = -1, .radiograph = -1 };
	const struct opt opts[] = {
		{ "stage", OPT_TEXT, &stage, "STAGE", "T1 before, T2.1 progress, T3 after, T4 retention", false, 0,
			0 },
		{ "view", OPT_TEXT, &view, "VIEW", "EO-FR, EO-FS, ... (its finished picture is made anew)", false, 0,
			0 },
		{ "taken", OPT_DATE, &change.taken_on, "DATE", "the day it was taken on", false, 0, 0 },
		{ "hide", OPT_FLAG, &hide, NULL, "keep it, show it nowhere", false, 0, 0 },
		{ "show", OPT_FLAG, &show, NULL, "show it again", false, 0, 0 },
		{ "radiograph", OPT_TEXT, &radiograph, "yes|no", "whether it is a radiograph", false, 0, 0 },
		{ .name = NULL },
	};
	size_t n;
	int64_t id;
	struct photo_row f;
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	int rank;
	enum wire_view v;
	char word[STAGE_TEXT];
	if (number_operand("a photo", argv[0], &id, e)) return -1;
	if (hide && show) return err_set(e, ERR_USAGE, "--hide and --show cannot both be");
	if (stage && stage_parse(stage, &rank, e)) return -1;
	if (stage) change.stage = stage_format(rank, word);
	if (view && view_parse(view, &v, e)) return -1;
	if (view) change.view = view_name(v);
	if (radiograph && photo_yes_no("radiograph", radiograph, &yes, e)) return -1;
	if (radiograph) change.radiograph = yes;
	if (hide || show) change.in_gallery = show;
	if (photo_set(c->practice, &c->actor, id, &change, e) || photo_get(c->practice, id, &f, e)) return -1;
	return photo_print(c, &f, e);
}

int cmd_case_reopen(struct cmd *c, int argc, char **argv, struct err *e) {
	static const struct opt none[] = { { .name = NULL } };
	size_t n;
	bool helped;
	int64_t id;
	if (opt_parse(c, none, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	struct case_row r;
	if (number_operand("a case", argv[0], &id, e) || case_get(c->practice, id, &r, e)) return -1;
	if (!r.withdrawn_at)
		return err_set(e, ERR_USAGE, "case %lld is not withdrawn: `occlude gate %lld` says how it stands",
			(long long)id, (long long)id);
	if (case_reopen(c->practice, &c->actor, id, e)) return -1;
	cmd_say(c, "Case %lld may be published again, under a new address: occlude publish", (long long)id);
	return 0;
}

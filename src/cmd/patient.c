/* patient.c: `occlude patient ...`: patients, who may sign for them, how to reach them. */
#include <stdio.h>
#include <string.h>

#include "cmd/people.h"
#include "flow/withdraw.h"
#include "lib/clock.h"
#include "record/hold.h"
#include "record/location.h"
#include "record/patient.h"

static const struct opt no_opts[] = { { .name = NULL } };

/* ---- add and set ----------------------------------------------------------------------------------------------- */

/* Both take the same options. `location` is resolved after parsing. */
static int parse_facts(
	struct cmd *c, int argc, char **argv, bool add, struct patient_facts *f, bool *ret_helped, struct err *e) {
	const char *location = NULL;
	size_t n;
	const struct opt opts[] = {
		{ "given", OPT_TEXT, &f->given, "NAME", "given name", add, 0, 0 },
		{ "family", OPT_TEXT, &f->family, "NAME", "family name", add, 0, 0 },
		{ "born", OPT_DATE, &f->born_on, "YYYY-MM-DD", "date of birth; it never leaves the practice", add, 0,
			0 },
		{ "lang", OPT_TEXT, &f->lang, "en|de|es|fr", "language of forms and letters (en)", false, 0, 0 },
		{ "location", OPT_TEXT, &location, "NAME", "where they are treated (the first location)", false, 0,
			0 },
		{ "guardians", OPT_TEXT, &f->guardians, "one|all", "a court order's word on how many guardians sign",
			false, 0, 0 },
		{ "court-order", OPT_TEXT, &f->court_order, "TEXT", "what it says and where it is filed", false, 0,
			0 },
		{ "reference", OPT_TEXT, &f->reference, "TEXT", "another chart number", false, 0, 0 },
		{ .name = NULL },
	};
	struct opt shown[sizeof opts / sizeof opts[0]];
	memcpy(shown, opts, sizeof opts);
	if (add) shown[7] = (struct opt){ .name = NULL }; /* the operand is the reference */
	if (opt_parse(c, shown, argc, argv, 1, 1, &n, ret_helped, e)) return -1;
	return location && !*ret_helped ? location_find(c->practice, location, &f->location_id, e) : 0;
}

int cmd_patient_add(struct cmd *c, int argc, char **argv, struct err *e) {
	struct patient_facts f = { 0 };
	struct patient_row r;
	bool helped;
	int64_t id;
	if (parse_facts(c, argc, argv, true, &f, &helped, e)) return -1;
	if (helped) return 0;
	f.reference = argv[0];
	if (patient_add(c->practice, &c->actor, &f, &id, e) || patient_get(c->practice, id, &r, e)) return -1;
	cmd_say(c, "Patient %s is there (%s). Next: occlude %s %s", f.reference, r.is_minor ? "a minor" : "of age",
		r.is_minor ? "patient guardian add" : "consent form", f.reference);
	return 0;
}

int cmd_patient_set(struct cmd *c, int argc, char **argv, struct err *e) {
	struct patient_facts f = { 0 };
	bool helped;
	int64_t id;
	if (parse_facts(c, argc, argv, false, &f, &helped, e)) return -1;
	if (helped) return 0;
	if (patient_operand(c, argv[0], &id, e) || patient_set(c->practice, &c->actor, id, &f, e)) return -1;
	cmd_say(c, "Patient %s is changed.%s", argv[0],
		f.born_on || f.location_id ? " The dates that hang on it were worked out anew: run `occlude publish`."
					   : "");
	return 0;
}

/* ---- list and show --------------------------------------------------------------------------------------------- */

struct listing {
	const struct cmd *c;
	struct buf out;
	struct json j;
	const char *zone; /* the patient's location's */
};

static void patient_json(struct json *j, const struct patient_row *r) {
	char born[DATE_TEXT];
	json_key_int(j, "id", r->id);
	json_key_text(j, "reference", r->reference);
	json_key_text(j, "given", r->given);
	json_key_text(j, "family", r->family);
	json_key_text(j, "born_on", date_format(r->born, born));
	json_key_text(j, "lang", r->lang);
	json_key_text(j, "location", r->location);
	json_key_bool(j, "minor", r->is_minor);
	json_key_text(j, "guardians_needed", *r->guardians ? r->guardians : NULL);
	json_key_int(j, "majority_at", r->dates.majority_at);
	json_key_int(j, "majority_public_at", r->dates.majority_public_at);
	json_key_int(j, "assent_at", r->dates.assent_at);
	json_key_int(j, "assent_public_at", r->dates.assent_public_at);
	json_key_text(j, "died_on", *r->died_on ? r->died_on : NULL);
	json_key_bool(j, "erased", r->erased_at != 0);
}

static int list_one(void *arg, const struct patient_row *r) {
	struct listing *l = arg;
	char born[DATE_TEXT];
	if (!l->c->json) {
		(void)buf_fmt(&l->out, "%-12s %s, %s  born %s%s%s\n", r->reference, r->family, r->given,
			date_format(r->born, born), r->is_minor ? "  minor" : "", *r->died_on ? "  died" : "");
		return 0;
	}
	json_init(&l->j, &l->out);
	json_object(&l->j);
	patient_json(&l->j, r);
	json_object_end(&l->j);
	(void)buf_char(&l->out, '\n');
	return 0;
}

int cmd_patient_list(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	if (opt_parse(c, no_opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	struct listing l = { .c = c };
	buf_init(&l.out, 256 << 20);
	int bad = patient_list(c->practice, list_one, &l, e) || cmd_print(&l.out, e) ? -1 : 0;
	if (!bad && !l.out.len) cmd_say(c, "There is no patient yet: occlude patient add REFERENCE");
	buf_free(&l.out);
	return bad;
}

static int show_guardian(void *arg, const struct guardian_row *g) {
	struct listing *l = arg;
	if (!l->c->json) {
		(void)buf_fmt(&l->out, "  %s %lld: %s, %s%s%s%s\n", g->kind, (long long)g->id, g->name,
			g->relationship, g->authority ? ", " : "", g->authority ? g->authority : "",
			g->ended_at ? "  (no longer)" : "");
		return 0;
	}
	json_object(&l->j);
	json_key_int(&l->j, "id", g->id);
	json_key_text(&l->j, "kind", g->kind);
	json_key_text(&l->j, "name", g->name);
	json_key_text(&l->j, "relationship", g->relationship);
	json_key_text(&l->j, "authority", g->authority);
	json_key_bool(&l->j, "ended", g->ended_at != 0);
	json_object_end(&l->j);
	return 0;
}

static int show_contact(void *arg, const struct contact_row *k) {
	struct listing *l = arg;
	if (!l->c->json) {
		(void)buf_fmt(&l->out, "  contact %lld: %s %s\n", (long long)k->id, k->kind, k->value);
		return 0;
	}
	json_object(&l->j);
	json_key_int(&l->j, "id", k->id);
	json_key_text(&l->j, "kind", k->kind);
	json_key_text(&l->j, "value", k->value);
	json_object_end(&l->j);
	return 0;
}

static int show_hold(void *arg, const struct hold_row *h) {
	struct listing *l = arg;
	char when[24];
	if (!l->c->json) {
		(void)buf_fmt(&l->out, "  %s %lld since %s by the %s: %s\n", h->kind, (long long)h->id,
			clock_format_local(l->zone, h->since_at, when), h->who, h->how);
		return 0;
	}
	json_object(&l->j);
	json_key_int(&l->j, "id", h->id);
	json_key_text(&l->j, "kind", h->kind);
	json_key_text(&l->j, "who", h->who);
	json_key_text(&l->j, "how", h->how);
	json_key_int(&l->j, "since_at", h->since_at);
	json_object_end(&l->j);
	return 0;
}

static int show_as_json(struct listing *l, struct practice *p, const struct patient_row *r, struct err *e) {
	json_init(&l->j, &l->out);
	json_object(&l->j);
	patient_json(&l->j, r);
	json_key(&l->j, "guardians");
	json_array(&l->j);
	if (guardian_list(p, r->id, show_guardian, l, e)) return -1;
	json_array_end(&l->j);
	json_key(&l->j, "contacts");
	json_array(&l->j);
	if (contact_list(p, r->id, show_contact, l, e)) return -1;
	json_array_end(&l->j);
	json_key(&l->j, "holds");
	json_array(&l->j);
	if (hold_list(p, r->id, true, show_hold, l, e)) return -1;
	json_array_end(&l->j);
	json_object_end(&l->j);
	return buf_char(&l->out, '\n');
}

static int show_as_text(struct listing *l, struct practice *p, const struct patient_row *r, struct err *e) {
	char born[DATE_TEXT], of_age[24], public_end[24];
	(void)buf_fmt(&l->out, "%s  %s, %s\n  born %s, at %s, language %s\n", r->reference, r->family, r->given,
		date_format(r->born, born), r->location, r->lang);
	if (r->is_minor)
		(void)buf_fmt(&l->out,
			"  of age %.10s; what a guardian signs stays public until the end of %s at most (C4)\n",
			clock_format_local(r->zone, r->dates.majority_at, of_age),
			last_day(r->zone, r->dates.majority_public_at, public_end));
	if (*r->guardians)
		(void)buf_fmt(&l->out, "  by court order %s sign%s\n",
			strcmp(r->guardians, "all") == 0 ? "all guardians" : "one guardian",
			strcmp(r->guardians, "all") == 0 ? "" : "s");
	if (*r->died_on) (void)buf_fmt(&l->out, "  died %s\n", r->died_on);
	return guardian_list(p, r->id, show_guardian, l, e) || contact_list(p, r->id, show_contact, l, e) ||
			       hold_list(p, r->id, true, show_hold, l, e)
		       ? -1
		       : 0;
}

int cmd_patient_show(struct cmd *c, int argc, char **argv, struct err *e) {
	struct patient_row r;
	size_t n;
	bool helped;
	int64_t id;
	if (opt_parse(c, no_opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (patient_operand(c, argv[0], &id, e) || patient_get(c->practice, id, &r, e)) return -1;
	struct listing l = { .c = c, .zone = r.zone };
	buf_init(&l.out, 1 << 20);
	int bad = c->json ? show_as_json(&l, c->practice, &r, e) : show_as_text(&l, c->practice, &r, e);
	if (!bad) bad = cmd_print(&l.out, e);
	buf_free(&l.out);
	return bad;
}

/* ---- guardians, contacts, death -------------------------------------------------------------------------------- */

int cmd_patient_guardian(struct cmd *c, int argc, char **argv, struct err *e) {
	struct guardian_row g = { .kind = "guardian" };
	bool representative = false, helped;
	size_t n;
	int64_t id;
	const struct opt opts[] = {
		{ "name", OPT_TEXT, &g.name, "NAME", "add: who", false, 0, 0 },
		{ "relationship", OPT_TEXT, &g.relationship, "TEXT", "add: mother, father, foster parent, ...", false,
			0, 0 },
		{ "representative", OPT_FLAG, &representative, NULL, "add: signs for an adult, or after a death",
			false, 0, 0 },
		{ "authority", OPT_TEXT, &g.authority, "TEXT", "add: the document that gives it", false, 0, 0 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 2, 2, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (representative) g.kind = "representative";
	if (strcmp(argv[0], "add") == 0) {
		if (patient_operand(c, argv[1], &id, e) || guardian_add(c->practice, &c->actor, id, &g, &id, e))
			return -1;
		cmd_say(c, "%s is %s %lld of patient %s.", g.name, g.kind, (long long)id, argv[1]);
		return 0;
	}
	if (strcmp(argv[0], "end") != 0)
		return err_set(e, ERR_USAGE,
			"`occlude patient guardian` is followed by `add PATIENT`, or `end NUMBER` (`patient show` "
			"lists them)");
	if (number_operand("a guardian", argv[1], &id, e) || guardian_end(c->practice, &c->actor, id, e)) return -1;
	cmd_say(c, "Guardian %lld no longer signs.", (long long)id);
	return 0;
}

int cmd_patient_contact(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	int64_t id;
	if (opt_parse(c, no_opts, argc, argv, 2, 4, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (strcmp(argv[0], "add") == 0 && n == 4) {
		if (patient_operand(c, argv[1], &id, e) ||
			contact_add(c->practice, &c->actor, id, argv[2], argv[3], &id, e))
			return -1;
		cmd_say(c, "Contact %lld of patient %s is there.", (long long)id, argv[1]);
		return 0;
	}
	if (strcmp(argv[0], "remove") != 0 || n != 2)
		return err_set(e, ERR_USAGE,
			"`occlude patient contact` is followed by `add PATIENT email|phone|letter VALUE`, or `remove "
			"NUMBER`");
	if (number_operand("a contact", argv[1], &id, e) || contact_remove(c->practice, &c->actor, id, e)) return -1;
	cmd_say(c, "Contact %lld is gone.", (long long)id);
	return 0;
}

int cmd_patient_died(struct cmd *c, int argc, char **argv, struct err *e) {
	struct intent it = { .act = "died", .who = "practice", .how = "a death was recorded" };
	const char *on = NULL;
	size_t n;
	bool helped;
	const struct opt opts[] = {
		{ "on", OPT_DATE, &on, "YYYY-MM-DD", "the day", true, 0, 0 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (patient_operand(c, argv[0], &it.patient_id, e)) return -1;
	(void)snprintf(it.on_date, sizeof it.on_date, "%s", on);
	/* C6, C8: the site first, then the record */
	if (withdraw_act(c->practice, &c->actor, &it, e)) return -1;
	cmd_say(c, "Recorded. Everything of patient %s is dark until a personal representative signs.", argv[0]);
	return 0;
}

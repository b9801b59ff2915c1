/* settings.c: `occlude settings ...`: the practice, its locations, and their wording of the statements (P7). */
#include <string.h>

#include "cmd/people.h"
#include "record/location.h"

/* ---- show ------------------------------------------------------------------------------------------------------ */

struct listing {
	const struct cmd *c;
	struct buf out;
};

static int show_location(void *arg, const struct location_row *r) {
	struct listing *l = arg;
	if (!l->c->json) {
		(void)buf_fmt(&l->out,
			"\nLocation:      %s\n  address      %s, %s\n  phone        %s\n  e-mail       %s\n  "
			"emergency    %s\n"
			"  time zone    %s\n  of age at    %lld (a minor signs too from %lld)\n  language     %s\n"
			"  patients     %lld\n",
			r->name, r->address, r->town, r->phone, r->email ? r->email : "-", r->emergency, r->zone,
			(long long)r->majority_age, (long long)r->assent_age, r->lang, (long long)r->patients);
		return 0;
	}
	struct json j;
	json_init(&j, &l->out);
	json_object(&j);
	json_key_text(&j, "kind", "location");
	json_key_int(&j, "id", r->id);
	json_key_text(&j, "name", r->name);
	json_key_text(&j, "address", r->address);
	json_key_text(&j, "town", r->town);
	json_key_text(&j, "phone", r->phone);
	json_key_text(&j, "email", r->email);
	json_key_text(&j, "emergency", r->emergency);
	json_key_text(&j, "zone", r->zone);
	json_key_int(&j, "majority_age", r->majority_age);
	json_key_int(&j, "assent_age", r->assent_age);
	json_key_text(&j, "lang", r->lang);
	json_key_int(&j, "patients", r->patients);
	json_object_end(&j);
	(void)buf_char(&l->out, '\n');
	return 0;
}

static void show_practice(struct listing *l, const struct practice_row *r) {
	if (!l->c->json) {
		(void)buf_fmt(&l->out,
			"Practice:      %s%s\n  profile      %s\n  guardians    %s signs for a minor\n  successor    "
			"%s\n"
			"  controller   %s\n  evidence     kept %lld years\n",
			r->name, r->is_sample ? " [sample]" : "", r->profile,
			strcmp(r->guardians, "all") == 0 ? "every one" : "one", *r->successor ? r->successor : "-",
			*r->controller ? r->controller : "-", (long long)r->keep_years);
		return;
	}
	struct json j;
	json_init(&j, &l->out);
	json_object(&j);
	json_key_text(&j, "kind", "practice");
	json_key_text(&j, "name", r->name);
	json_key_text(&j, "profile", r->profile);
	json_key_text(&j, "guardians", r->guardians);
	json_key_text(&j, "successor", *r->successor ? r->successor : NULL);
	json_key_text(&j, "controller", *r->controller ? r->controller : NULL);
	json_key_int(&j, "keep_years", r->keep_years);
	json_key_bool(&j, "sample", r->is_sample);
	json_object_end(&j);
	(void)buf_char(&l->out, '\n');
}

int cmd_settings_show(struct cmd *c, int argc, char **argv, struct err *e) {
	const struct opt opts[] = { { .name = NULL } };
	struct practice_row r;
	size_t n;
	bool helped;
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	struct listing l = { .c = c };
	buf_init(&l.out, 4 << 20);
	int bad = practice_get(c->practice, &r, e);
	if (!bad) show_practice(&l, &r);
	bad = bad || location_list(c->practice, show_location, &l, e) || cmd_print(&l.out, e) ? -1 : 0;
	buf_free(&l.out);
	return bad;
}

/* ---- set ------------------------------------------------------------------------------------------------------- */

int cmd_settings_set(struct cmd *c, int argc, char **argv, struct err *e) {
	struct practice_facts f = { 0 };
	size_t n;
	bool helped;
	const struct opt opts[] = {
		{ "name", OPT_TEXT, &f.name, "NAME", "the practice's name", false, 0, 0 },
		{ "profile", OPT_TEXT, &f.profile, "US|EU|both", "which law's elements consents need", false, 0, 0 },
		{ "guardians", OPT_TEXT, &f.guardians, "one|all", "how many guardians sign for a minor", false, 0,
			0 },
		{ "successor", OPT_TEXT, &f.successor, "TEXT", "who may disclose after a sale of the practice", false,
			0, 0 },
		{ "controller", OPT_TEXT, &f.controller, "TEXT", "contact for data protection (GDPR art. 13)", false,
			0, 0 },
		{ "keep-years", OPT_INT, &f.keep_years, "YEARS", "how long evidence is kept (6; can only grow)",
			false, 6, 60 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (practice_set(c->practice, &c->actor, &f, e)) return -1;
	cmd_say(c, "The settings are changed.");
	return 0;
}

/* ---- locations ------------------------------------------------------------------------------------------------- */

int cmd_settings_location(struct cmd *c, int argc, char **argv, struct err *e) {
	struct location_facts f = { 0 };
	size_t n;
	bool helped;
	int64_t id;
	const struct opt opts[] = {
		{ "rename", OPT_TEXT, &f.name, "NAME", "set: another name", false, 0, 0 },
		{ "address", OPT_TEXT, &f.address, "TEXT", "its street", false, 0, 0 },
		{ "town", OPT_TEXT, &f.town, "TEXT", "its town", false, 0, 0 },
		{ "phone", OPT_TEXT, &f.phone, "NUMBER", "its phone number", false, 0, 0 },
		{ "email", OPT_TEXT, &f.email, "ADDRESS", "its e-mail address", false, 0, 0 },
		{ "emergency", OPT_TEXT, &f.emergency, "NUMBER", "the emergency number there: 911, 112", false, 0,
			0 },
		{ "zone", OPT_TEXT, &f.zone, "ZONE", "its time zone: Europe/Berlin", false, 0, 0 },
		{ "lang", OPT_TEXT, &f.lang, "en|de|es|fr", "language of its public pages", false, 0, 0 },
		{ "majority", OPT_INT, &f.majority_age, "YEARS", "age of majority there (18)", false, 16, 21 },
		{ "assent", OPT_INT, &f.assent_age, "YEARS", "from this age a minor signs too (14)", false, 7, 21 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 2, 2, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (strcmp(argv[0], "add") == 0) {
		f.name = argv[1];
		if (location_add(c->practice, &c->actor, &f, &id, e)) return -1;
		cmd_say(c, "Location %s is there.", argv[1]);
		return 0;
	}
	if (strcmp(argv[0], "set") != 0)
		return err_set(e, ERR_USAGE,
			"`occlude settings location` is followed by add or set and the location's name");
	if (location_find(c->practice, argv[1], &id, e) || location_set(c->practice, &c->actor, id, &f, e)) return -1;
	cmd_say(c, "Location %s is changed.%s", argv[1],
		f.zone || f.majority_age || f.assent_age
			? " The dates of its patients were worked out anew: run `occlude publish`."
			: "");
	return 0;
}

int cmd_settings_statement(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *location = NULL, *lang = "en", *text = NULL;
	bool reset = false, helped;
	size_t n;
	int64_t id;
	const struct opt opts[] = {
		{ "location", OPT_TEXT, &location, "NAME", "whose pages", true, 0, 0 },
		{ "lang", OPT_TEXT, &lang, "en|de|es|fr", "in which language (en)", false, 0, 0 },
		{ "text", OPT_TEXT, &text, "TEXT", "the wording, 20 to 1000 characters", false, 0, 0 },
		{ "reset", OPT_FLAG, &reset, NULL, "back to the built-in wording", false, 0, 0 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (reset == (text != NULL)) return err_set(e, ERR_USAGE, "Give the wording with --text, or --reset");
	if (location_find(c->practice, location, &id, e) ||
		statement_set(c->practice, &c->actor, id, argv[0], lang, text, e))
		return -1;
	cmd_say(c, reset ? "The built-in wording stands again."
			 : "The statement is changed; `occlude publish` shows it.");
	return 0;
}

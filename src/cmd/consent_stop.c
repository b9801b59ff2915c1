/* consent_stop.c: `occlude consent pause|resume|object|revoke|exclude|error|event`: taking back is as easy as giving (C6). What
 * takes something away goes dark on the site first (flow/withdraw). */
#include <stdio.h>
#include <string.h>

#include "cmd/consent_cmd.h"
#include "flow/withdraw.h"
#include "record/hold.h"
#include "record/patient.h"

static int hold(struct cmd *c, const char *act, const char *default_who, int argc, char **argv, struct err *e) {
	const char *who = default_who, *how = NULL;
	bool helped;
	size_t n;
	struct intent it = { 0 };
	const struct opt opts[] = {
		{ .name = "who",
			.kind = OPT_TEXT,
			.to = &who,
			.arg = "WHO",
			.help = "patient, minor, guardian:NUMBER, representative:NUMBER or practice",
			.required = !default_who },
		{ .name = "how",
			.kind = OPT_TEXT,
			.to = &how,
			.arg = "TEXT",
			.help = "how it was said: \"by phone, to the front desk\"",
			.required = true },
		{ .name = NULL }
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	if (patient_find(c->practice, argv[0], &it.patient_id, e) ||
		consent_who_parse(who, it.who, &it.guardian_id, e))
		return -1;
	if (strlen(how) > 400) return err_set(e, ERR_USAGE, "--how: at most 400 bytes");
	(void)snprintf(it.act, sizeof it.act, "%s", act);
	(void)snprintf(it.how, sizeof it.how, "%s", how);
	if (withdraw_act(c->practice, &c->actor, &it, e)) return -1;
	cmd_say(c, "Done. Nothing of patient %s is shown any more, until `occlude consent resume %s`.", argv[0],
		argv[0]);
	return 0;
}

int cmd_consent_pause(struct cmd *c, int argc, char **argv, struct err *e) {
	return hold(c, "pause", "patient", argc, argv, e);
}

int cmd_consent_object(struct cmd *c, int argc, char **argv, struct err *e) {
	return hold(c, "objection", NULL, argc, argv, e);
}

/* The open holds of a patient: pauses are ended together, an objection only by its number. */
struct open_holds {
	int64_t wanted, pause[64];
	size_t pauses, objections;
	bool found;
};
static int collect(void *arg, const struct hold_row *h) {
	struct open_holds *o = arg;
	if (h->id == o->wanted) o->found = true;
	if (!strcmp(h->kind, "objection")) {
		o->objections++;
		if (h->id != o->wanted) return 0;
	}
	if ((o->wanted == 0 || h->id == o->wanted) && o->pauses < ARRAY_LEN(o->pause)) o->pause[o->pauses++] = h->id;
	return 0;
}

int cmd_consent_resume(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *how = NULL;
	struct open_holds o = { 0 };
	bool helped;
	size_t n;
	int64_t patient;
	const struct opt opts[] = { { .name = "how",
					    .kind = OPT_TEXT,
					    .to = &how,
					    .arg = "TEXT",
					    .help = "who agreed and how",
					    .required = true },
		{ .name = "hold",
			.kind = OPT_INT,
			.to = &o.wanted,
			.arg = "NUMBER",
			.help = "only this one; an objection is ended only so",
			.min = 1,
			.max = INT64_MAX },
		{ .name = NULL } };
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	if (patient_find(c->practice, argv[0], &patient, e) || hold_list(c->practice, patient, true, collect, &o, e))
		return -1;
	if (o.pauses == 0)
		return err_rule(e, o.objections ? "C4" : "C6",
			o.objections ? "patient %.40s is held by an objection; who objected must agree, then --hold "
				       "NUMBER ends it (occlude patient show %.40s)"
				     : "nothing of patient %.40s is paused",
			argv[0], argv[0]);
	if (db_begin(c->practice->db, e)) return -1;
	for (size_t i = 0; i < o.pauses; i++) {
		if (!hold_end(c->practice, &c->actor, o.pause[i], how, e)) continue;
		db_rollback(c->practice->db);
		return -1;
	}
	if (db_commit(c->practice->db, e)) return -1;
	cmd_say(c, "Resumed. `occlude publish` shows again what the consent allows.");
	return 0;
}

/* The consent by its code, or the one that stands for a patient. */
static int which(struct cmd *c, const char *code, const char *reference, int64_t *ret, struct err *e) {
	int64_t patient;
	if (!code == !reference)
		return err_set(e, ERR_USAGE, "Give either the consent's code or --patient REFERENCE");
	if (code) return consent_find(c->practice, code, ret, e);
	if (patient_find(c->practice, reference, &patient, e)) return -1;
	int there = consent_of_patient(c->practice, patient, ret, e);
	if (there < 0) return -1;
	return there ? 0 : err_rule(e, "C6", "patient %.40s has no consent that stands", reference);
}

static int end(struct cmd *c, const char *act, int64_t id, const char *who, const char *how, struct err *e) {
	struct consent auto_consent x = { 0 };
	struct intent it = { .consent_id = id };
	if (how && strlen(how) > 400) return err_set(e, ERR_USAGE, "The words are too long: at most 400 bytes");
	if (consent_get(c->practice, id, &x, e) || consent_who_parse(who, it.who, &it.guardian_id, e)) return -1;
	it.patient_id = x.patient_id;
	(void)snprintf(it.act, sizeof it.act, "%s", act);
	(void)snprintf(it.how, sizeof it.how, "%s", how ? how : "recorded");
	if (withdraw_act(c->practice, &c->actor, &it, e) || consent_print_state(c, id, e)) return -1;
	cmd_say(c, "What it allowed is off the website.");
	return 0;
}

int cmd_consent_revoke(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *who = "patient", *how = NULL, *patient = NULL;
	bool helped;
	size_t n;
	int64_t id;
	const struct opt opts[] = {
		{ .name = "who",
			.kind = OPT_TEXT,
			.to = &who,
			.arg = "WHO",
			.help = "who takes it back: patient, minor, guardian:NUMBER, representative:NUMBER" },
		{ .name = "how",
			.kind = OPT_TEXT,
			.to = &how,
			.arg = "TEXT",
			.help = "\"letter of 3 May\", \"at the desk\"",
			.required = true },
		{ .name = "patient",
			.kind = OPT_TEXT,
			.to = &patient,
			.arg = "REFERENCE",
			.help = "instead of a code: the consent that stands" },
		{ .name = NULL }
	};
	if (opt_parse(c, opts, argc, argv, 0, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	if (which(c, n ? argv[0] : NULL, patient, &id, e)) return -1;
	return end(c, "revoke", id, who, how, e);
}

int cmd_consent_event(struct cmd *c, int argc, char **argv, struct err *e) {
	bool helped;
	size_t n;
	int64_t id;
	if (opt_parse(c, NULL, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	return consent_find(c->practice, argv[0], &id, e) ? -1 : end(c, "event", id, "practice", NULL, e);
}

int cmd_consent_error(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *why = NULL;
	bool helped;
	size_t n;
	int64_t id;
	const struct opt opts[] = { { .name = "why",
					    .kind = OPT_TEXT,
					    .to = &why,
					    .arg = "TEXT",
					    .help = "\"belongs to another patient\"",
					    .required = true },
		{ .name = NULL } };
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	struct consent auto_consent x = { 0 };
	if (consent_find(c->practice, argv[0], &id, e) || consent_get(c->practice, id, &x, e)) return -1;
	if (strcmp(x.state, "draft") != 0) return end(c, "error", id, "practice", why, e);
	/* a draft shows nothing, so nothing need go dark */
	return consent_error(c->practice, &c->actor, id, why, e) || consent_print_state(c, id, e) ? -1 : 0;
}

int cmd_consent_exclude(struct cmd *c, int argc, char **argv, struct err *e) {
	int64_t id, photo = 0;
	bool helped;
	size_t n;
	const struct opt opts[] = { { .name = "photo",
					    .kind = OPT_INT,
					    .to = &photo,
					    .arg = "NUMBER",
					    .help = "the picture that is taken out again",
					    .required = true,
					    .min = 1,
					    .max = INT64_MAX },
		{ .name = NULL } };
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	if (consent_find(c->practice, argv[0], &id, e) || consent_exclude(c->practice, &c->actor, id, photo, e) ||
		consent_settle(c, e))
		return -1;
	cmd_say(c,
		"Photo %lld is no longer covered. `occlude publish` shows its case without it once it has left the "
		"gallery.",
		(long long)photo);
	return 0;
}

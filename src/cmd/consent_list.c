/* consent_list.c: `occlude consent list` and `occlude consent show`. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/consent_cmd.h"
#include "cmd/people.h"
#include "flow/consent_form.h"
#include "flow/form.h"
#include "lib/clock.h"
#include "record/patient.h"

struct listing {
	struct cmd *c;
	size_t n;
	struct err *e;
	int bad;
};

static int print_json(const struct consent_line *l, struct err *e) {
	struct buf auto_buf b;
	struct json j;
	char code[CONSENT_CODE + 2], when[24];
	buf_init(&b, 8192);
	json_init(&j, &b);
	json_object(&j);
	json_key_int(&j, "id", l->id);
	json_key_text(&j, "code", consent_code_text(l->code, code));
	json_key_text(&j, "patient", l->reference);
	json_key_text(&j, "state", l->state);
	json_key_text(&j, "signed_at", l->signed_at == DB_NULL ? NULL : clock_format(l->signed_at, when));
	json_key_text(&j, "expires_on", *l->expires_on ? l->expires_on : NULL);
	json_key_text(&j, "lapses_at", l->lapses_at == DB_NULL ? NULL : clock_format(l->lapses_at, when));
	json_key_text(&j, "public_lapses_at",
		l->public_lapses_at == DB_NULL ? NULL : clock_format(l->public_lapses_at, when));
	json_key(&j, "due_days");
	if (l->due_days == DB_NULL)
		json_null(&j);
	else
		json_int(&j, l->due_days);
	json_key(&j, "due");
	if (l->due_mark)
		json_int(&j, l->due_mark);
	else
		json_null(&j);
	json_object_end(&j);
	return cmd_json_line(&b, e);
}

static int print_line(void *arg, const struct consent_line *l) {
	struct listing *t = arg;
	char code[CONSENT_CODE + 2], due[80] = "";
	if (t->c->json) {
		t->bad = print_json(l, t->e);
		return t->bad;
	}
	if (t->n++ == 0)
		cmd_say(t->c, "%-12s %-16s %-17s %-11s %s", "CODE", "PATIENT", "STATE", "LAST DAY", "RE-CONSENT");
	if (l->due_mark && l->due_days >= 0)
		(void)snprintf(due, sizeof due, "due (%d days): lapses in public in %lld days", l->due_mark,
			(long long)l->due_days);
	else if (l->due_mark)
		(void)snprintf(due, sizeof due, "due: lapsed");
	cmd_say(t->c, "%-12s %-16s %-17s %s%s%s", consent_code_text(l->code, code), l->reference, l->state,
		l->expires_on, *due ? "  " : "", due);
	return 0;
}

/* "90d" or "90". */
static int parse_days(const char *s, int64_t *ret, struct err *e) {
	char number[16];
	size_t len = strlen(s);
	(void)snprintf(number, sizeof number, "%.*s", (int)(len && s[len - 1] == 'd' ? len - 1 : len), s);
	if (text_int(number, 1, 4000, ret))
		return err_set(e, ERR_USAGE, "--due takes a number of days such as 90d, not \"%.20s\"", s);
	return 0;
}

int cmd_consent_list(struct cmd *c, int argc, char **argv, struct err *e) {
	static const char *const states[] = { "draft", "active", "expiring", "expired", "aged_out", "paused",
		"revoked", "superseded", "entered_in_error" };
	const char *due = NULL, *patient = NULL;
	struct consent_filter f = { 0 };
	bool helped;
	size_t n;
	const struct opt opts[] = { { .name = "due",
					    .kind = OPT_TEXT,
					    .to = &due,
					    .arg = "DAYS",
					    .help = "only what stands and lapses within so many days: 90d" },
		{ .name = "patient",
			.kind = OPT_TEXT,
			.to = &patient,
			.arg = "REFERENCE",
			.help = "only this patient's" },
		{ .name = "state",
			.kind = OPT_TEXT,
			.to = &f.state,
			.arg = "STATE",
			.help = "only those in this state" },
		{ .name = NULL } };
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e) || helped) return helped ? 0 : -1;
	bool known = !f.state;
	for (size_t i = 0; !known && i < ARRAY_LEN(states); i++) known = !strcmp(states[i], f.state);
	if (!known)
		return err_set(e, ERR_USAGE,
			"\"%.30s\" is no state: draft, active, expiring, expired, aged_out, paused, revoked, "
			"superseded, entered_in_error",
			f.state);
	if ((due && parse_days(due, &f.due_days, e)) ||
		(patient && patient_find(c->practice, patient, &f.patient_id, e)))
		return -1;
	struct listing t = { .c = c, .e = e };
	if (consent_list(c->practice, &f, print_line, &t, e) || t.bad) return -1;
	if (t.n == 0 && due)
		cmd_say(c, "No consent that stands lapses within %lld days.", (long long)f.due_days);
	else if (t.n == 0)
		cmd_say(c, "There is no such consent. A new one: occlude consent form PATIENT");
	return 0;
}

static void say_terms(struct cmd *c, const struct consent_terms *t) {
	for (size_t i = 0; i < t->channels; i++) {
		const struct consent_channel *h = &t->channel[i];
		cmd_say(c, "  %s, up to %s: seen by %s. For: %s", h->name, exposure_name((enum exposure)h->exposure),
			h->recipients, h->purpose);
	}
	struct buf auto_buf views;
	buf_init(&views, 200);
	for (size_t i = 0; i < t->views; i++) (void)buf_fmt(&views, "%s%s", i ? ", " : "", t->view[i]);
	if (t->views)
		cmd_say(c, "  Photos: %s, taken %s to %s", buf_text(&views), t->from_on, t->to_on);
	else
		cmd_say(c, "  Photos: exactly %zu pictures that were seen before signing", t->pictures);
	cmd_say(c, "  Shown by: %s", t->discloser);
	cmd_say(c, "  Last day: %s%s%s", t->expires_on, t->expiry_event[0] ? ", or when this happens: " : "",
		t->expiry_event);
}

/* Moments are said as the clock at the patient's location shows them. */
static void say_facts(struct cmd *c, const struct consent *x, const char *zone) {
	char when[24];
	cmd_say(c, "  Form: version %s, %s, sha256 %s", x->form_version, x->form_lang, x->form_sha256);
	if (x->document_kind[0]) cmd_say(c, "  Document: %s, sha256 %s", x->document_kind, x->document_sha256);
	for (size_t i = 0; i < x->signatures; i++) {
		const struct consent_signature *s = &x->signature[i];
		cmd_say(c, "  Signed %s by the %s: %s%s%s%s%s", s->signed_on, s->who, s->name,
			s->relationship[0] ? ", " : "", s->relationship, s->authority[0] ? ", authority: " : "",
			s->authority);
	}
	if (x->copy_given_on[0]) cmd_say(c, "  Copy given: %s", x->copy_given_on);
	if (x->benefit[0]) cmd_say(c, "  Payment or benefit: %s", x->benefit);
	if (x->excluded) cmd_say(c, "  %lld single pictures excluded", (long long)x->excluded);
	if (x->event_at != DB_NULL)
		cmd_say(c, "  The event happened: %s", clock_format_local(zone, x->event_at, when));
	if (x->revoked_at != DB_NULL)
		cmd_say(c, "  Revoked %s by %s: %s", clock_format_local(zone, x->revoked_at, when), x->revoked_by,
			x->revoked_how);
	if (x->error_at != DB_NULL)
		cmd_say(c, "  Entered in error %s: %s", clock_format_local(zone, x->error_at, when), x->error_why);
	if (x->lapses_at != DB_NULL)
		cmd_say(c, "  Lapses, at the latest, at the end of %s", last_day(zone, x->lapses_at, when));
}

int cmd_consent_show(struct cmd *c, int argc, char **argv, struct err *e) {
	bool helped;
	size_t n;
	int64_t id;
	if (opt_parse(c, NULL, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	struct consent auto_consent x = { 0 };
	if (consent_find(c->practice, argv[0], &id, e) || consent_print_state(c, id, e)) return -1;
	if (c->json) return 0;
	struct patient_row patient;
	if (consent_get(c->practice, id, &x, e) || patient_get(c->practice, x.patient_id, &patient, e)) return -1;
	say_terms(c, &x.terms);
	say_facts(c, &x, patient.zone);
	return 0;
}

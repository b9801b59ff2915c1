/* consent_cmd.c: see consent_cmd.h. */
#include "cmd/consent_cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/people.h"
#include "flow/consent_form.h"
#include "flow/publish.h"
#include "lib/clock.h"
#include "record/patient.h"

int consent_who_parse(const char *s, char word[16], int64_t *ret_id, struct err *e) {
	static const char *const alone[] = { "patient", "minor", "practice" };
	static const char *const numbered[] = { "guardian", "representative" };
	for (size_t i = 0; i < ARRAY_LEN(alone); i++) {
		if (strcmp(s, alone[i]) != 0) continue;
		(void)snprintf(word, 16, "%s", s);
		*ret_id = 0;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(numbered); i++) {
		size_t len = strlen(numbered[i]);
		if (strncmp(s, numbered[i], len) != 0 || s[len] != ':' || text_int(s + len + 1, 1, INT64_MAX, ret_id))
			continue;
		(void)snprintf(word, 16, "%s", numbered[i]);
		return 0;
	}
	return err_set(e, ERR_USAGE,
		"\"%.60s\" is nobody: use patient, minor, guardian:NUMBER or representative:NUMBER (`occlude patient "
		"show` has "
		"the numbers)",
		s);
}

static void json_state(struct json *j, const struct consent *x, const struct consent_lack *lack, size_t n) {
	char code[CONSENT_CODE + 2], when[24];
	json_object(j);
	json_key_int(j, "id", x->id);
	json_key_text(j, "code", consent_code_text(x->code, code));
	json_key_text(j, "patient", x->reference);
	json_key_text(j, "state", x->state);
	json_key_text(j, "signed_at", x->signed_at == DB_NULL ? NULL : clock_format(x->signed_at, when));
	json_key_text(j, "lapses_at", x->lapses_at == DB_NULL ? NULL : clock_format(x->lapses_at, when));
	json_key_text(j, "public_lapses_at",
		x->public_lapses_at == DB_NULL ? NULL : clock_format(x->public_lapses_at, when));
	json_key(j, "missing");
	json_array(j);
	for (size_t i = 0; i < n; i++) {
		json_object(j);
		json_key_text(j, "rule", lack[i].rule);
		json_key_text(j, "what", lack[i].what);
		json_key_text(j, "text", lack[i].sentence);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

/* What a complete consent does as it stands. */
static int say_standing(struct cmd *c, const struct consent *x, struct err *e) {
	struct patient_row patient;
	char day[24];
	if (patient_get(c->practice, x->patient_id, &patient, e)) return -1;
	if (!strcmp(x->state, "paused"))
		cmd_say(c, "Nothing of this patient is shown until `occlude consent resume %s`.", x->reference);
	else if ((!strcmp(x->state, "active") || !strcmp(x->state, "expiring")) && x->public_lapses_at != DB_NULL)
		cmd_say(c, "Nothing is missing. It counts for the public until the end of %s.",
			last_day(patient.zone, x->public_lapses_at, day));
	else
		cmd_say(c, "It publishes nothing any more.");
	return 0;
}

int consent_print_state(struct cmd *c, int64_t id, struct err *e) {
	struct consent auto_consent x = { 0 };
	struct consent_lack lack[CONSENT_MISSING];
	size_t n;
	char code[CONSENT_CODE + 2];
	if (consent_get(c->practice, id, &x, e) || consent_missing(c->practice, id, lack, &n, e)) return -1;
	if (c->json) {
		struct buf auto_buf b;
		struct json j;
		buf_init(&b, 65536);
		json_init(&j, &b);
		json_state(&j, &x, lack, n);
		return cmd_json_line(&b, e);
	}
	cmd_say(c, "Consent %s of patient %s: %s.", consent_code_text(x.code, code), x.reference, x.state);
	if (n == 0) {
		return say_standing(c, &x, e);
	}
	cmd_say(c, "It publishes nothing while this is missing:");
	for (size_t i = 0; i < n; i++) cmd_say(c, "  %s  %s", lack[i].rule, lack[i].sentence);
	return 0;
}

static void note_dark(void *arg, int64_t case_id, enum publish_result r, const char *text) {
	if (r == PUBLISH_DARK) cmd_say(arg, "Case %lld went dark: %s", (long long)case_id, text);
}

int consent_settle(struct cmd *c, struct err *e) {
	const struct publish_options o = { .only_dark = true, .note = note_dark, .arg = c };
	return publish_run(c->practice, NULL, &o, e);
}

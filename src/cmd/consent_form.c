/* consent_form.c: `occlude consent form`: opens a draft and writes the form to print. */
#include "flow/consent_form.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cmd/consent_cmd.h"
#include "flow/form.h"
#include "record/patient.h"

struct asked {
	struct opt_list channel, recipients, purpose;
	const char *views, *from, *to, *expires, *event, *lang, *out;
	int64_t case_id;
};

static int parse_channel(const char *s, struct consent_terms *t, struct err *e) {
	static const char *const names[] = { "website", "social", "print", "teaching" };
	const char *colon = strchr(s, ':');
	enum exposure x;
	if (!colon)
		return err_set(e, ERR_USAGE,
			"--channel takes a channel and an exposure, such as website:smile, not \"%.40s\"", s);
	if (exposure_parse(colon + 1, &x, e)) return -1;
	if (x == EXPOSURE_NONE) return err_rule(e, "C3", "the exposure is teeth, smile or veiled");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t len = strlen(names[i]);
		if ((size_t)(colon - s) != len || memcmp(s, names[i], len) != 0) continue;
		for (size_t k = 0; k < t->channels; k++)
			if (!strcmp(t->channel[k].name, names[i]))
				return err_set(e, ERR_USAGE, "The channel %s is given twice", names[i]);
		struct consent_channel *c = &t->channel[t->channels++];
		memcpy(c->name, names[i], len + 1);
		c->exposure = x;
		return 0;
	}
	return err_set(e, ERR_USAGE, "\"%.40s\" is no channel: website, social, print or teaching", s);
}

/* --recipients website=TEXT. */
static int parse_own_text(const char *opt, const char *s, struct consent_terms *t, bool purpose, struct err *e) {
	const char *eq = strchr(s, '=');
	for (size_t i = 0; eq && i < t->channels; i++) {
		struct consent_channel *c = &t->channel[i];
		if (strlen(c->name) != (size_t)(eq - s) || memcmp(s, c->name, (size_t)(eq - s)) != 0) continue;
		if (strlen(eq + 1) > CONSENT_TEXT)
			return err_set(e, ERR_USAGE, "--%s: at most %d bytes", opt, CONSENT_TEXT);
		(void)snprintf(purpose ? c->purpose : c->recipients, CONSENT_TEXT + 1, "%s", eq + 1);
		return 0;
	}
	return err_set(e, ERR_USAGE, "--%s takes a channel of this consent and a text: website=\"...\"", opt);
}

static int parse_views(const char *s, struct consent_terms *t, struct err *e) {
	char word[24];
	while (*s) {
		size_t len = strcspn(s, ", ");
		enum wire_view v;
		if (len == 0) {
			s++;
			continue;
		}
		(void)snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1), s);
		if (view_parse(word, &v, e)) return -1;
		bool again = false;
		for (size_t i = 0; i < t->views; i++) again |= !strcmp(t->view[i], view_name(v));
		if (!again) (void)snprintf(t->view[t->views++], sizeof t->view[0], "%s", view_name(v));
		s += len;
	}
	return 0;
}

static int parse_terms(
	struct cmd *c, const struct asked *q, int64_t patient, struct consent_terms *t, struct err *e) {
	struct date last;
	for (size_t i = 0; i < q->channel.n; i++)
		if (parse_channel(q->channel.value[i], t, e)) return -1;
	for (size_t i = 0; i < q->recipients.n; i++)
		if (parse_own_text("recipients", q->recipients.value[i], t, false, e)) return -1;
	for (size_t i = 0; i < q->purpose.n; i++)
		if (parse_own_text("purpose", q->purpose.value[i], t, true, e)) return -1;
	if ((q->views != NULL) == (q->case_id != 0))
		return err_set(e, ERR_USAGE,
			"Give either --views with --from and --to, or --case for the pictures of a case");
	if (q->views && (!q->from || !q->to))
		return err_rule(e, "C3", "--views needs a range of dates: --from and --to");
	if (q->views && parse_views(q->views, t, e)) return -1;
	if (q->case_id && consent_case_pictures(c->practice, patient, q->case_id, &t->picture, &t->pictures, e))
		return -1;
	if (consent_expiry_parse(c->practice, patient, q->expires, &last, e)) return -1;
	date_format(last, t->expires_on);
	if (q->views) {
		(void)snprintf(t->from_on, sizeof t->from_on, "%s", q->from);
		(void)snprintf(t->to_on, sizeof t->to_on, "%s", q->to);
	}
	if (q->event && strlen(q->event) > CONSENT_TEXT)
		return err_set(e, ERR_USAGE, "--event: at most %d bytes", CONSENT_TEXT);
	(void)snprintf(t->expiry_event, sizeof t->expiry_event, "%s", q->event ? q->event : "");
	return 0;
}

/* The directory and last part of the path to write to; `copy` holds the directory's text. */
static int open_parent(const char *path, char copy[4096], const char **ret_base, struct err *e) {
	if (strlen(path) >= 4096) return err_set(e, ERR_USAGE, "The path of --out is too long");
	(void)snprintf(copy, 4096, "%s", path);
	char *slash = strrchr(copy, '/');
	*ret_base = slash ? path + (slash - copy) + 1 : path;
	if (slash) slash[slash == copy ? 1 : 0] = 0;
	if (!**ret_base) return err_set(e, ERR_USAGE, "--out needs the name of a file, not of a directory");
	return file_open_dir(slash ? copy : ".", e);
}

static int make(struct cmd *c, const struct asked *q, int64_t patient, struct consent_terms *t, struct err *e) {
	struct consent_people who;
	struct buf auto_buf html;
	char dir[4096], code[CONSENT_CODE + 1], text[CONSENT_CODE + 2];
	const char *base = NULL;
	int64_t id;
	buf_init(&html, CONSENT_FORM_MAX);
	if (consent_people(c->practice, patient, &who, e)) return -1;
	const char *lang = q->lang ? q->lang : who.lang;
	auto_fd int fd = open_parent(q->out, dir, &base, e);
	if (fd < 0 || consent_form_defaults(&who, lang, t, e) || db_begin(c->practice->db, e)) return -1;
	if (consent_open(c->practice, &c->actor, patient, t, &id, code, e) ||
		consent_form_make(c->practice, &c->actor, id, lang, &html, e) ||
		file_replace(fd, base, html.data, html.len, 0600, e)) {
		db_rollback(c->practice->db);
		return -1;
	}
	if (db_commit(c->practice->db, e)) return -1;
	if (c->json) return consent_print_state(c, id, e);
	cmd_say(c, "The form is in %s. Its code is %s.", q->out, consent_code_text(code, text));
	cmd_say(c,
		"Print it, have it read and signed, give a copy, then: occlude consent record %s --document SCAN ...",
		text);
	return 0;
}

int cmd_consent_form(struct cmd *c, int argc, char **argv, struct err *e) {
	struct asked q = { .out = NULL };
	bool helped;
	size_t n;
	int64_t patient;
	const struct opt opts[] = {
		{ .name = "channel",
			.kind = OPT_MANY,
			.to = &q.channel,
			.arg = "CHANNEL:EXPOSURE",
			.help = "website, social, print or teaching, up to teeth, smile or veiled",
			.required = true },
		{ .name = "views",
			.kind = OPT_TEXT,
			.to = &q.views,
			.arg = "VIEW,VIEW",
			.help = "the views it covers: IO-FR,EO-FS" },
		{ .name = "from",
			.kind = OPT_DATE,
			.to = &q.from,
			.arg = "DATE",
			.help = "photos taken from this day" },
		{ .name = "to", .kind = OPT_DATE, .to = &q.to, .arg = "DATE", .help = "photos taken up to this day" },
		{ .name = "case",
			.kind = OPT_INT,
			.to = &q.case_id,
			.arg = "NUMBER",
			.help = "instead of views: the approved pictures of this case",
			.min = 1,
			.max = INT64_MAX },
		{ .name = "expires",
			.kind = OPT_TEXT,
			.to = &q.expires,
			.arg = "DATE",
			.help = "the last day",
			.required = true },
		{ .name = "event",
			.kind = OPT_TEXT,
			.to = &q.event,
			.arg = "TEXT",
			.help = "ends earlier when this happens" },
		{ .name = "recipients",
			.kind = OPT_MANY,
			.to = &q.recipients,
			.arg = "CHANNEL=TEXT",
			.help = "own words for who can see it" },
		{ .name = "purpose",
			.kind = OPT_MANY,
			.to = &q.purpose,
			.arg = "CHANNEL=TEXT",
			.help = "own words for what it is for" },
		{ .name = "lang",
			.kind = OPT_TEXT,
			.to = &q.lang,
			.arg = "LANGUAGE",
			.help = "en, de, es, fr; else the patient's" },
		{ .name = "out",
			.kind = OPT_TEXT,
			.to = &q.out,
			.arg = "FILE",
			.help = "the HTML file to print",
			.required = true },
		{ .name = NULL }
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	if (patient_find(c->practice, argv[0], &patient, e)) return -1;
	struct consent_terms t = { 0 };
	int r = parse_terms(c, &q, patient, &t, e) || make(c, &q, patient, &t, e);
	free(t.picture);
	return r ? -1 : 0;
}

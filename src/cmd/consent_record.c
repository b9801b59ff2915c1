/* consent_record.c: `occlude consent record`: what came back signed. One call is recorded whole or not at all; what is still
 * missing is said, rule by rule, and can be added by another call. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cmd/consent_cmd.h"

struct given {
	const char *document, *signed_on, *witness, *interpreter;
	struct opt_list signer;
	struct consent_elements el;
};

/* Reads the scan; its size is asked first, so that nobody waits for what is refused. */
static int read_document(const char *path, struct buf *out, struct err *e) {
	struct stat st;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st)) return err_sys(e, "%s cannot be read", path);
	if (!S_ISREG(st.st_mode)) return err_set(e, ERR_REFUSED, "%s is not a file", path);
	if (st.st_size > CONSENT_DOCUMENT_MAX)
		return err_rule(e, "C1", "%s is larger than %d MB; scan it in grey at 200 dots per inch", path,
			CONSENT_DOCUMENT_MAX / (1024 * 1024));
	return file_read_fd(fd, path, out, e);
}

/* "guardian:3" or "guardian:3@2026-11-20", with its own day. */
static int sign_one(struct cmd *c, int64_t id, const char *s, const char *signed_on, struct err *e) {
	char who[16], word[80];
	int64_t number;
	const char *at = strchr(s, '@');
	size_t len = at ? (size_t)(at - s) : strlen(s);
	if (len >= sizeof word) return err_set(e, ERR_USAGE, "\"%.60s\" is no signer", s);
	memcpy(word, s, len);
	word[len] = 0;
	if (consent_who_parse(word, who, &number, e)) return -1;
	const char *day = at ? at + 1 : signed_on;
	if (!day) return err_rule(e, "C2", "a signature has a date: give --signed");
	return consent_sign(c->practice, &c->actor, id, who, number, NULL, day, e);
}

/* The document comes last: with it a consent is mostly complete, and then takes nothing more. */
static int record(struct cmd *c, int64_t id, const struct given *g, const struct buf *doc, struct err *e) {
	const struct {
		const char *who, *name;
	} helpers[] = { { "witness", g->witness }, { "interpreter", g->interpreter } };
	for (size_t i = 0; i < ARRAY_LEN(helpers); i++) {
		if (!helpers[i].name) continue;
		if (!g->signed_on) return err_rule(e, "C2", "a signature has a date: give --signed");
		if (consent_sign(c->practice, &c->actor, id, helpers[i].who, 0, helpers[i].name, g->signed_on, e))
			return -1;
	}
	for (size_t i = 0; i < g->signer.n; i++)
		if (sign_one(c, id, g->signer.value[i], g->signed_on, e)) return -1;
	const struct consent_elements *el = &g->el;
	if ((el->benefit || el->copy_given_on || el->not_combined || el->gdpr_explicit) &&
		consent_set(c->practice, &c->actor, id, el, e))
		return -1;
	if (!g->document) return 0;
	return consent_attach(c->practice, &c->actor, id, doc->data, doc->len, e);
}

int cmd_consent_record(struct cmd *c, int argc, char **argv, struct err *e) {
	struct given g = { .document = NULL };
	bool helped;
	size_t n;
	int64_t id;
	const struct opt opts[] = { { .name = "document",
					    .kind = OPT_TEXT,
					    .to = &g.document,
					    .arg = "FILE",
					    .help = "the signed paper: PDF, JPEG, PNG or HEIC" },
		{ .name = "signer",
			.kind = OPT_MANY,
			.to = &g.signer,
			.arg = "WHO",
			.help = "patient, minor, guardian:NUMBER or representative:NUMBER; @DATE for a day of its "
				"own" },
		{ .name = "signed",
			.kind = OPT_DATE,
			.to = &g.signed_on,
			.arg = "DATE",
			.help = "the day on the paper" },
		{ .name = "copy-given",
			.kind = OPT_DATE,
			.to = &g.el.copy_given_on,
			.arg = "DATE",
			.help = "the day the signer got a copy" },
		{ .name = "benefit",
			.kind = OPT_TEXT,
			.to = &g.el.benefit,
			.arg = "TEXT",
			.help = "\"none\", or who pays or gives what" },
		{ .name = "not-combined",
			.kind = OPT_FLAG,
			.to = &g.el.not_combined,
			.help = "it is not part of a consent to treatment" },
		{ .name = "explicit",
			.kind = OPT_FLAG,
			.to = &g.el.gdpr_explicit,
			.help = "the explicit words of GDPR art. 9 are ticked" },
		{ .name = "witness", .kind = OPT_TEXT, .to = &g.witness, .arg = "NAME", .help = "who witnessed it" },
		{ .name = "interpreter",
			.kind = OPT_TEXT,
			.to = &g.interpreter,
			.arg = "NAME",
			.help = "who interpreted" },
		{ .name = NULL } };
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e) || helped) return helped ? 0 : -1;
	struct buf auto_buf doc;
	buf_init(&doc, CONSENT_DOCUMENT_MAX);
	if (consent_find(c->practice, argv[0], &id, e) || (g.document && read_document(g.document, &doc, e)) ||
		db_begin(c->practice->db, e))
		return -1;
	if (record(c, id, &g, &doc, e)) {
		db_rollback(c->practice->db);
		return -1;
	}
	if (db_commit(c->practice->db, e)) return -1;
	/* C3: a newer consent may cover less than what is shown */
	return consent_settle(c, e) || consent_print_state(c, id, e) ? -1 : 0;
}

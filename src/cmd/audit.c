/* audit.c: `occlude audit log`, `occlude audit verify` (A1). */
#include <string.h>

#include "base/text.h"
#include "cmd/people.h"
#include "flow/site.h"
#include "lib/clock.h"
#include "record/audit.h"

struct listing {
	const struct cmd *c;
	struct buf out;
};

static int log_one(void *arg, const struct audit_row *r) {
	struct listing *l = arg;
	char when[24];
	if (!l->c->json) {
		(void)buf_fmt(&l->out, "%6lld  %s  %-12s %-20s %s %lld%s%s\n", (long long)r->seq,
			clock_format(r->at, when), r->login ? r->login : "(program)", r->act, r->subject,
			(long long)r->subject_id, *r->detail ? "  " : "", r->detail);
	} else {
		struct json j;
		json_init(&j, &l->out);
		json_object(&j);
		json_key_int(&j, "seq", r->seq);
		json_key_int(&j, "at", r->at);
		json_key_text(&j, "login", r->login);
		json_key_text(&j, "act", r->act);
		json_key_text(&j, "subject", r->subject);
		json_key_int(&j, "subject_id", r->subject_id);
		json_key_text(&j, "detail", r->detail);
		json_object_end(&j);
		(void)buf_char(&l->out, '\n');
	}
	if (l->out.len > 1 << 16) { /* a log may be long: print it in pieces */
		int bad = cmd_print(&l->out, NULL);
		buf_clear(&l->out);
		return bad;
	}
	return 0;
}

int cmd_audit_log(struct cmd *c, int argc, char **argv, struct err *e) {
	int64_t last = 0;
	size_t n;
	bool helped;
	const struct opt opts[] = {
		{ "last", OPT_INT, &last, "N", "only the last N entries", false, 1, 1000000000 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	struct listing l = { .c = c };
	buf_init(&l.out, 1 << 20);
	int bad = audit_list(c->practice, last, log_one, &l, e) || cmd_print(&l.out, e) ? -1 : 0;
	buf_free(&l.out);
	return bad;
}

/* The length and head of the log that the site's root was signed with: what a cut-off tail shows against. */
static int held_head(struct practice *p, int64_t *ret_count, char ret_head[65], struct err *e) {
	auto_site struct site s = { .dirfd = -1, .filesfd = -1, .lockfd = -1 };
	if (site_open(p, false, &s, e)) return -1;
	*ret_count = s.has_root ? s.root.audit_count : 0;
	(void)text_hex(s.root.audit_head, sizeof s.root.audit_head, ret_head);
	return 0;
}

int cmd_audit_verify(struct cmd *c, int argc, char **argv, struct err *e) {
	const char *head = NULL;
	int64_t count = 0, held = 0, entries;
	char now[65], held_hex[65];
	size_t n;
	bool helped;
	const struct opt opts[] = {
		{ "count", OPT_INT, &count, "N", "the number of entries noted earlier", false, 1, INT64_MAX },
		{ "head", OPT_TEXT, &head, "HEX", "and the head noted with it", false, 0, 0 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (head && (!count || strlen(head) != 64))
		return err_set(e, ERR_USAGE, "--head takes 64 hexadecimal digits, and --count");
	if (held_head(c->practice, &held, held_hex, e)) return -1;
	if (audit_verify(c->practice, held, held ? held_hex : NULL, e) ||
		(count && audit_verify(c->practice, count, head, e)) || audit_head(c->practice, &entries, now, e))
		return -1;
	if (c->json) {
		struct json j;
		auto_buf struct buf b;
		buf_init(&b, 1024);
		json_init(&j, &b);
		json_object(&j);
		json_key_bool(&j, "sound", true);
		json_key_int(&j, "count", entries);
		json_key_text(&j, "head", now);
		json_object_end(&j);
		return cmd_json_line(&b, e);
	}
	cmd_say(c, "The log is sound: %lld entries%s.", (long long)entries,
		held ? ", and it fits the published site" : "");
	cmd_say(c, "Note this down to check against later: --count %lld --head %s", (long long)entries, now);
	return 0;
}

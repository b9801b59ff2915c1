/* gate.c: `occlude gate`: for every case and channel whether it may be published, and if not, every reason and what
 * would mend it (P1). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/people.h"
#include "lib/clock.h"
#include "record/case.h"
#include "record/gate.h"

struct look {
	struct cmd *c;
	struct err *e;
	const char *channel; /* or NULL: all */
	size_t cases, open, closed;
	int bad;
};

static int print_json(const struct look *l, int64_t case_id, const char *channel,
	const struct gate_permit_row *permit, const struct gate_reason *why, size_t n) {
	auto_buf struct buf b;
	struct json j;
	char when[24];
	buf_init(&b, 1024 * 1024);
	json_init(&j, &b);
	json_object(&j);
	json_key_int(&j, "case", case_id);
	json_key_text(&j, "channel", channel);
	json_key_bool(&j, "permitted", permit != NULL);
	json_key_text(&j, "until", permit ? clock_format(permit->lapses_at, when) : NULL);
	json_key_text(&j, "public_until", permit ? clock_format(permit->lease_at, when) : NULL);
	json_key(&j, "reasons");
	json_array(&j);
	for (size_t i = 0; i < n; i++) {
		json_object(&j);
		json_key_text(&j, "rule", why[i].rule);
		json_key_text(&j, "code", why[i].code);
		if (why[i].photo_id) json_key_int(&j, "photo", why[i].photo_id);
		json_key_text(&j, "text", why[i].sentence);
		json_key_text(&j, "mend", why[i].mend);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	return cmd_json_line(&b, l->e);
}

static int look_channel(struct look *l, int64_t case_id, const char *channel) {
	auto_free struct gate_reason *why = NULL;
	struct gate_permit_row permit;
	size_t n = 0;
	char when[24];
	int r = gate_permit_row(l->c->practice, case_id, channel, &permit, l->e);
	if (r < 0 || gate_reasons(l->c->practice, case_id, channel, &why, &n, l->e)) return -1;
	l->open += r == 1;
	l->closed += r == 0;
	if (l->c->json) return print_json(l, case_id, channel, r ? &permit : NULL, why, n);
	if (r) {
		cmd_say(l->c, "Case %lld, %s: may be published until %s.", (long long)case_id, channel,
			clock_format(permit.lease_at, when));
		return 0;
	}
	cmd_say(l->c, "Case %lld, %s: %zu reason%s why not:", (long long)case_id, channel, n, n == 1 ? "" : "s");
	for (size_t i = 0; i < n; i++)
		cmd_say(l->c, "  %-3s %s\n      mend: %s", why[i].rule, why[i].sentence, why[i].mend);
	return 0;
}

static int look_case(void *arg, const struct case_row *row) {
	struct look *l = arg;
	l->cases++;
	for (size_t i = 0; gate_channels[i] && !l->bad; i++)
		if (!l->channel || strcmp(l->channel, gate_channels[i]) == 0)
			l->bad = look_channel(l, row->id, gate_channels[i]);
	return l->bad;
}

int cmd_gate(struct cmd *c, int argc, char **argv, struct err *e) {
	struct look l = { .c = c, .e = e };
	const struct opt opts[] = {
		{ "channel", OPT_TEXT, &l.channel, "NAME", "only website, social, print or teaching", false, 0, 0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped, known = false;
	int64_t id;
	struct case_row row;
	if (opt_parse(c, opts, argc, argv, 0, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	for (size_t i = 0; gate_channels[i]; i++) known |= !l.channel || strcmp(l.channel, gate_channels[i]) == 0;
	if (!known)
		return err_set(
			e, ERR_USAGE, "'%.20s' is not a channel; use website, social, print or teaching", l.channel);
	if (n) {
		if (number_operand("a case", argv[0], &id, e) || case_get(c->practice, id, &row, e)) return -1;
		return look_case(&l, &row) ? -1 : 0;
	}
	if (case_list(c->practice, 0, look_case, &l, e) || l.bad) return -1;
	if (!l.cases) cmd_say(c, "There is no case yet.");
	return 0;
}

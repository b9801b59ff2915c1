/* gate.c: `occlude gate`: for every case and channel whether it may be published, and if not, every reason and what
 * would mend it (P1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/people.h"
#include "lib/clock.h"
#include "record/case.h"
#include "record/gate.h"
#include "record/patient.h"

struct look {
	struct cmd *c;
	struct err *e;
	const char *channel; /* or NULL: all */
	size_t cases;
	int bad;
	/* of the case at hand: the last channel that was printed whole, and its reasons */
	char zone[64];
	const char *said;
	struct gate_reason *why;
	size_t n;
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

/* Reasons of one code, a line for all their photos, and what mends them. */
static void print_reasons(const struct look *l, const struct gate_reason *why, size_t n) {
	for (size_t i = 0, end; i < n; i = end) {
		auto_buf struct buf sentence, mend;
		buf_init(&sentence, 65536);
		buf_init(&mend, 65536);
		for (end = i + 1; end < n && !strcmp(why[end].code, why[i].code);) end++;
		gate_say(why + i, end - i, &sentence, &mend);
		cmd_say(l->c, "  %-3s %s\n      mend: %s", why[i].rule, buf_text(&sentence), buf_text(&mend));
	}
}

/* Leaves out what only says that the consent does not name the channel. */
static size_t but_for_channel(struct gate_reason *why, size_t n) {
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (strcmp(why[i].code, "channel") != 0) why[kept++] = why[i];
	return kept;
}

/* Whether these are the reasons that were printed for another channel of the case. */
static bool is_said(const struct look *l, const struct gate_reason *why, size_t n) {
	if (!l->said || n != l->n) return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(why[i].code, l->why[i].code) != 0 || why[i].photo_id != l->why[i].photo_id) return false;
	return true;
}

/* A channel that the consent does not name is said in a line: what else is against it stands above already. */
static void print_refused(struct look *l, int64_t case_id, const char *channel, struct gate_reason **why, size_t n) {
	size_t rest = but_for_channel(*why, n);
	if (rest < n && is_said(l, *why, rest)) {
		cmd_say(l->c, "Case %lld, %s: C3 the consent does not name it%s%s.", (long long)case_id, channel,
			rest ? "; else as for " : "", rest ? l->said : "");
		return;
	}
	if (rest == n && is_said(l, *why, n)) {
		cmd_say(l->c, "Case %lld, %s: not yet, as for %s.", (long long)case_id, channel, l->said);
		return;
	}
	cmd_say(l->c, "Case %lld, %s: not yet:", (long long)case_id, channel);
	if (rest < n)
		cmd_say(l->c,
			"  C3  the consent does not cover the channel %s\n      mend: a new consent that names it:"
			" occlude consent form %s",
			channel, (*why)[0].patient);
	print_reasons(l, *why, rest);
	free(l->why);
	l->why = TAKE_PTR(*why);
	l->n = rest;
	l->said = channel;
}

static int look_channel(struct look *l, const struct case_row *row, const char *channel) {
	auto_free struct gate_reason *why = NULL;
	struct gate_permit_row permit;
	size_t n = 0;
	char day[24];
	int r = gate_permit_row(l->c->practice, row->id, channel, &permit, l->e);
	if (r < 0 || gate_reasons(l->c->practice, row->id, channel, &why, &n, l->e)) return -1;
	if (l->c->json) return print_json(l, row->id, channel, r ? &permit : NULL, why, n);
	if (r)
		cmd_say(l->c, "Case %lld, %s: may be published, until the end of %s.", (long long)row->id, channel,
			last_day(l->zone, permit.lease_at, day));
	else
		print_refused(l, row->id, channel, &why, n);
	return 0;
}

static int look_case(void *arg, const struct case_row *row) {
	struct look *l = arg;
	struct patient_row patient;
	l->cases++;
	l->said = NULL;
	l->n = 0;
	if (patient_get(l->c->practice, row->patient_id, &patient, l->e)) return l->bad = -1;
	(void)snprintf(l->zone, sizeof l->zone, "%s", patient.zone);
	for (size_t i = 0; gate_channels[i] && !l->bad; i++)
		if (!l->channel || strcmp(l->channel, gate_channels[i]) == 0)
			l->bad = look_channel(l, row, gate_channels[i]);
	return l->bad;
}

static int look(struct look *l, const char *number) {
	int64_t id;
	struct case_row row;
	if (number) {
		if (number_operand("a case", number, &id, l->e) || case_get(l->c->practice, id, &row, l->e))
			return -1;
		return look_case(l, &row) ? -1 : 0;
	}
	if (case_list(l->c->practice, 0, look_case, l, l->e) || l->bad) return -1;
	if (!l->cases) cmd_say(l->c, "There is no case yet: occlude case add PATIENT");
	return 0;
}

int cmd_gate(struct cmd *c, int argc, char **argv, struct err *e) {
	struct look l = { .c = c, .e = e };
	const struct opt opts[] = {
		{ "channel", OPT_TEXT, &l.channel, "NAME", "only website, social, print or teaching", false, 0, 0 },
		{ .name = NULL },
	};
	size_t n;
	bool helped, known = false;
	if (opt_parse(c, opts, argc, argv, 0, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	for (size_t i = 0; gate_channels[i]; i++) known |= !l.channel || strcmp(l.channel, gate_channels[i]) == 0;
	if (!known)
		return err_set(
			e, ERR_USAGE, "'%.20s' is not a channel; use website, social, print or teaching", l.channel);
	int bad = look(&l, n ? argv[0] : NULL);
	free(l.why);
	return bad;
}

/* gate.c: makes permits, and nothing else does (P1); see flow/gate.h. */
#include "flow/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct permit {
	struct gate_permit_row row;
	char channel[GATE_CHANNEL];
};

static int refuse(struct practice *p, int64_t case_id, const char *channel, struct err *e) {
	auto_free struct gate_reason *why = NULL;
	size_t n = 0;
	if (gate_reasons(p, case_id, channel, &why, &n, e)) return -1;
	if (!n)
		return err_set(
			e, ERR_USAGE, "there is no case %lld or no channel '%.20s'", (long long)case_id, channel);
	char more[64] = "";
	if (n > 1)
		(void)snprintf(more, sizeof more, ", and %zu more reason%s (occlude gate %lld)", n - 1,
			n == 2 ? "" : "s", (long long)case_id);
	return err_rule(e, why[0].rule, "%s%s", why[0].sentence, more);
}

int gate_permit(struct practice *p, int64_t case_id, const char *channel, struct permit **ret, struct err *e) {
	struct gate_permit_row row;
	int r = gate_permit_row(p, case_id, channel, &row, e);
	if (r < 0) return -1;
	if (!r) return refuse(p, case_id, channel, e);
	struct permit *t = calloc(1, sizeof *t);
	if (!t) return err_nomem(e);
	t->row = row;
	(void)snprintf(t->channel, sizeof t->channel, "%s", channel);
	*ret = t;
	return 0;
}

void permit_free(struct permit *t) {
	free(t);
}

int64_t permit_case(const struct permit *t) {
	return t->row.case_id;
}

int64_t permit_consent(const struct permit *t) {
	return t->row.consent_id;
}

const char *permit_channel(const struct permit *t) {
	return t->channel;
}

int64_t permit_lapses_at(const struct permit *t) {
	return t->row.lapses_at;
}

int64_t permit_lease_at(const struct permit *t) {
	return t->row.lease_at;
}

/* gate.h: reads the gate's two views, case_reason and case_permit: the one definition of "may be published" (P1). */
#ifndef OCCLUDE_RECORD_GATE_H
#define OCCLUDE_RECORD_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "record/practice.h"

enum { GATE_SENTENCE = 240, GATE_PATIENT = 164, GATE_CODE = 24, GATE_CHANNEL = 12 };

/* Why a case may not be published on a channel. */
struct gate_reason {
	char rule[ERR_RULE_MAX];                           /* "C4" */
	char code[GATE_CODE];                              /* "consent_aged_out": stable, for programs */
	int64_t case_id, photo_id;                         /* photo_id 0: the whole case */
	char channel[GATE_CHANNEL], patient[GATE_PATIENT]; /* patient: the chart number */
	char sentence[GATE_SENTENCE];                      /* what is the matter */
	char mend[GATE_SENTENCE];                          /* what would mend it: mostly a command */
};

/* Says the `n` rows of one code (they stand together, see gate_reasons) in one sentence, and one that mends them all. */
void gate_say(const struct gate_reason *row, size_t n, struct buf *ret_sentence, struct buf *ret_mend);

/* What case_permit has. */
struct gate_permit_row {
	int64_t case_id, consent_id, lapses_at, lease_at;
};

/* All reasons against a case on a channel, each once, by rule; none: *ret_n is 0. The caller frees *ret. */
int gate_reasons(struct practice *p, int64_t case_id, const char *channel, struct gate_reason **ret, size_t *ret_n,
	struct err *e);
/* 1 = the row is there, 0 = refused, -1. */
int gate_permit_row(
	struct practice *p, int64_t case_id, const char *channel, struct gate_permit_row *ret, struct err *e);
/* "website", "social", "print", "teaching", then NULL. */
extern const char *const gate_channels[];

#endif

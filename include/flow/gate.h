/* gate.h: the only place that makes a permit (P1). struct permit is completed in src/flow/gate.c alone, so nothing can be
 * published without asking here, and the database refuses what did not. */
#ifndef OCCLUDE_FLOW_GATE_H
#define OCCLUDE_FLOW_GATE_H

#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "record/gate.h"
#include "record/practice.h"

struct permit;

/* The leave to publish a case on a channel, good at this moment; ask again inside the transaction that publishes. Refused
 * with the first reason and how many more there are. Free with permit_free. */
int gate_permit(struct practice *p, int64_t case_id, const char *channel, struct permit **ret, struct err *e);
void permit_free(struct permit *t);
MEM_AUTO(struct permit, permit, permit_free)
#define auto_permit __attribute__((cleanup(permit_cleanup)))

int64_t permit_case(const struct permit *t);
int64_t permit_consent(const struct permit *t);
const char *permit_channel(const struct permit *t);
int64_t permit_lapses_at(const struct permit *t); /* inside: the moment itself */
int64_t permit_lease_at(const struct permit *t);  /* for the public side: tells no birth date (C4) */

#endif

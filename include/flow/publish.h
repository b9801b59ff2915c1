/* publish.h: makes the website what the gate permits, no more and no less. One run reconciles: it finishes interrupted
 * withdrawals, takes dark what may no longer be shown, renders and checks what is new or changed, records it (the database
 * refuses what the gate refuses), writes the shared pages and commits the root. Running it again changes nothing. */
#ifndef OCCLUDE_FLOW_PUBLISH_H
#define OCCLUDE_FLOW_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "record/practice.h"

enum publish_result { PUBLISH_NEW, PUBLISH_CHANGED, PUBLISH_KEPT, PUBLISH_DARK, PUBLISH_REFUSED };

/* Told about every case as it is settled; `text` is a sentence for PUBLISH_DARK and PUBLISH_REFUSED. */
typedef void publish_note_fn(void *arg, int64_t case_id, enum publish_result r, const char *text);

struct publish_options {
	bool dry_run;   /* says what would happen, changes nothing */
	bool only_dark; /* takes dark and renews nothing: for `tick` and after every act */
	publish_note_fn *note;
	void *arg;
};

/* `a` may be NULL with only_dark (the clock acts, not a person). Needs the master key. A case that fails is refused and
 * noted; -1 only when the run itself could not be finished. */
int publish_run(struct practice *p, const struct actor *a, const struct publish_options *o, struct err *e);

/* Two questions to the database; a run with only_dark if one of them says that something may not stay, or not as long. For
 * the end of every act. */
int publish_take_dark(struct practice *p, struct err *e);

#endif

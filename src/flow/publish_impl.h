/* publish_impl.h: what the files of publishing share. */
#ifndef OCCLUDE_FLOW_PUBLISH_IMPL_H
#define OCCLUDE_FLOW_PUBLISH_IMPL_H

#include "flow/gate.h"
#include "flow/pages.h"
#include "flow/publish.h"
#include "flow/site.h"
#include "record/publication.h"

/* The practice as the pages of a location name it, with what they borrow from. */
enum { OFFICE_STATEMENTS = 6 };
struct office {
	struct page_office page;
	struct words *words;
	char *name, *address, *phone, *email, *emergency;
	char *own[OFFICE_STATEMENTS]; /* P7: own wording, or NULL */
	int64_t location_id;
	char lang[3];
	char css_path[48], icon_path[48];
};
/* Of a location; 0: the first one. Free with office_close. */
int office_open(struct practice *p, int64_t location_id, struct office **ret, struct err *e);
void office_close(struct office *o);
MEM_AUTO(struct office, office, office_close)
#define auto_office __attribute__((cleanup(office_cleanup)))

/* A live publication with what its pages need. */
struct live_case {
	struct shown_case facts;
	struct page_photo *photo;
	size_t photos;
	struct publication_file *file;
	size_t files;
};
/* Only the photos that the publication shows, with the places of their renditions. */
int live_case_load(struct practice *p, const struct publication *pub, struct live_case *ret, struct err *e);
void live_case_free(struct live_case *c);
#define auto_live_case __attribute__((cleanup(live_case_free)))

/* A case as it would be shown now: SHA-256 over its page with masters in place of files, and the recipe. */
void case_fingerprint(const struct office *o, const struct shown_case *c, char ret[65]);
/* Whether the site names exactly the files that the record of `pub` says; and whether they are there, under its lease. */
bool case_has_recorded_files(struct site *s, const struct publication *pub, const struct live_case *live);
bool case_is_shown_as_recorded(struct site *s, const struct publication *pub, const struct live_case *live);

/* Renders, derives and checks a permitted case, stores its files (not yet named), records the publication (replacing
 * `old`, NULL: none) in one transaction, and puts it into the root in memory. ERR_REFUSED: this case only. */
int publish_case(struct practice *p, const struct actor *a, struct site *s, const struct office *o,
	const struct permit *t, const struct shown_case *c, const struct publication *old, struct err *e);

/* Puts the shared files and pages of all live publications into the root in memory. */
int publish_shared(struct practice *p, struct site *s, const struct office *o, struct err *e);

#endif

/* pages.h: the public pages as HTML, from what the public may know (record/publication.h) and the words of a language. Bytes
 * out; no database, no files. Everything that shows a case is a segment of its own, so that the server can leave it out. */
#ifndef OCCLUDE_FLOW_PAGES_H
#define OCCLUDE_FLOW_PAGES_H

#include <stdbool.h>

#include "base/buf.h"
#include "flow/words.h"
#include "record/publication.h"

enum { PAGE_SIZES_MAX = 3, PAGE_CASES = 24 };

/* The practice as its pages name it; all strings belong to the caller. */
struct page_office {
	const char *practice, *address, *phone, *email, *emergency;
	const char *css, *icon; /* paths of the style sheet and the icon */
	bool sample;
	const struct words *words;
	/* P7: the location's own wording of a statement ("not_advice"), or NULL for the built-in one */
	const char *(*statement)(void *arg, const char *key);
	void *statement_arg;
};

/* A photo with the places of its renditions: BASE-WIDTHxHEIGHT.jpg and .avif. */
struct page_photo {
	const struct shown_photo *photo;
	char base[64]; /* "/c/ID/RANDOM" */
	int sizes;
	int width[PAGE_SIZES_MAX], height[PAGE_SIZES_MAX]; /* smallest first */
};

struct page_case {
	const struct shown_case *facts;
	const char *public_id;
	const struct page_photo *photo; /* as facts->photo: by view, then stage */
	size_t photos;
};

/* The path of a rendition: "/c/ID/RANDOM-960x480.jpg" into out[96]; suffix "jpg" or "avif". */
const char *page_photo_path(const struct page_photo *p, int size, const char *suffix, char out[96]);

/* A case's own page. */
void page_write_case(struct html *h, const struct page_office *o, const struct page_case *c);
/* Its card on the index, and its place as the newest at the top. */
void page_write_card(struct html *h, const struct page_office *o, const struct page_case *c);
void page_write_lead(struct html *h, const struct page_office *o, const struct page_case *c);

/* The index page `n` of `of`, numbered from the oldest (so one more case changes few of them): the newest is "/", the
 * others "/p/N/". Its parts in order: open, the lead, lede, the cards, close. */
void page_write_index_open(struct html *h, const struct page_office *o, int n, int of);
void page_write_index_list(struct html *h, const struct page_office *o, int n, int of);
void page_write_index_close(struct html *h, const struct page_office *o, int n, int of);

/* Pages that show nobody. */
enum page_plain { PAGE_PRIVACY, PAGE_GONE, PAGE_MISSING };
void page_write_plain(struct html *h, const struct page_office *o, enum page_plain which);

#endif

/* pages_impl.h: what the files of the public pages share: the frame around every page and a picture of a case. */
#ifndef OCCLUDE_FLOW_PAGES_IMPL_H
#define OCCLUDE_FLOW_PAGES_IMPL_H

#include "base/html.h"
#include "flow/pages.h"

/* From <!doctype> to <main>; `current` is the path that the navigation marks. */
void page_open(struct html *h, const struct page_office *o, const char *title, const char *current);
/* From </main> to </html>, with the statements of P7. */
void page_close(struct html *h, const struct page_office *o);

/* <picture> of a photo: AVIF and JPEG in their sizes; `sizes` is the CSS of how wide it is shown. */
void page_picture(struct html *h, const struct page_office *o, const struct page_case *c, const struct page_photo *p,
	const char *sizes, bool lazy);
/* "Before", "Month 7", "After 18 months". */
void page_stage(struct buf *out, const struct page_office *o, const struct page_case *c, const struct shown_photo *p);
/* "Crowded teeth, treated with braces in 18 months" */
void page_case_title(struct buf *out, const struct page_office *o, const struct page_case *c);
/* The pair that stands for a case: first and last stage of the best view. */
bool page_best_pair(
	const struct page_case *c, const struct page_photo **ret_first, const struct page_photo **ret_last);

/* Text of a key of the office's words. */
#define SAY(key) html_text(h, words_get(o->words, key))

#endif

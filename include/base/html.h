/* html.h: writes HTML into a buffer. Markup must be a string literal (anything else does not compile); values go
 * only through html_text, html_attr and html_url, which escape. There is no raw call for values. */
#ifndef OCCLUDE_BASE_HTML_H
#define OCCLUDE_BASE_HTML_H

#include <stdint.h>

#include "base/buf.h"

struct html {
	struct buf *out;
};

/* Writes literal markup: html_lit(h, "<p>"). */
#define html_lit(h, s) html_literal_((h), "" s "", sizeof(s) - 1)
void html_literal_(struct html *h, const char *s, size_t len);

/* A file of web/ that is built into the program (style sheet, script, drawing): trusted markup, by its asset. */
struct asset; /* base/asset.h */
void html_asset(struct html *h, const struct asset *a);

/* Text content: & < > " ' escaped, control characters dropped, broken UTF-8 replaced by U+FFFD. NULL is "". */
void html_text(struct html *h, const char *s);
void html_int(struct html *h, int64_t v);
/* ` name="value"`, name a literal. */
#define html_attr(h, name, value) html_attr_((h), " " name "=\"", (value))
void html_attr_(struct html *h, const char *open, const char *value);
/* ` name="url"`: only values that start with '/' (not "//"), '#', "https:", "mailto:" or "tel:" are written, any
 * other becomes "#". */
#define html_url(h, name, value) html_url_((h), " " name "=\"", (value))
void html_url_(struct html *h, const char *open, const char *value);

/* ` src="data:image/png;base64,..."`: a picture inside the page, for pages that leave no second file behind. */
void html_png(struct html *h, const void *png, size_t len);

#endif

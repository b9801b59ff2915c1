/* redact_photo.c: the doors of the stage for stripped pictures: only what went through strip can be redacted. */
#include "flow/redact_inner.h"

int redact_photo(const struct stripped *s, const struct decision *d, struct master **ret, struct err *e) {
	return redact_pixels(strip_pixels(s), d, ret, e);
}

int redact_show(const struct stripped *s, const struct decision *d, const struct master *m, struct pixels *ret,
	struct err *e) {
	return redact_show_pixels(strip_pixels(s), d, m, ret, e);
}

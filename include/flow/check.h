/* check.h: the independent look at a published picture (I1, I6): what is in the file beside pixels, by lib/container.h alone, and
 * whether it decodes. The search for faces in its pixels is the worker's (flow/detect.h). */
#ifndef OCCLUDE_FLOW_CHECK_H
#define OCCLUDE_FLOW_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/picture.h"
#include "base/pixels.h"

struct checked {
	enum wire_format format;
	uint32_t left;        /* enum wire_removed bits still there; must be 0 */
	char stray[48];       /* the first of them in words ("an APP1 segment"), or empty */
	struct pixels pixels; /* decoded, for the second look for faces */
};

/* 0 if it is a JPEG, AVIF or PNG that decodes; `ret->left` says whether it is bare. -1 (I1, ERR_REFUSED) for what is none of these
 * or broken: it must not be published either. Free with checked_free. */
int check_published(const void *bytes, size_t size, struct checked *ret, struct err *e);
void checked_free(struct checked *c);
#define auto_checked __attribute__((cleanup(checked_free)))

#endif

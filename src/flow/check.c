/* check.c: the independent check of published pictures (I1, I6); see flow/check.h. */
#include "flow/check.h"

#include <stdio.h>

#include "lib/container.h"
#include "lib/image.h"

_Static_assert(sizeof(((struct checked *)0)->stray) == CONTAINER_STRAY_MAX, "the words fit");

int check_published(const void *bytes, size_t size, struct checked *ret, struct err *e) {
	struct container_report report;
	struct checked c = { 0 };
	bool bare = container_is_bare(bytes, size, &report); /* I1, I6: without libvips */
	c.format = report.format;
	if (c.format != WIRE_JPEG && c.format != WIRE_AVIF && c.format != WIRE_PNG)
		return err_rule(
			e, "I1", "A published picture must be a JPEG, an AVIF or a PNG, and this is none of them");
	if (!bare) c.left = report.kinds;
	(void)snprintf(c.stray, sizeof c.stray, "%s", report.stray);
	struct err why = { 0 };
	if (image_load(c.format, bytes, size, NULL, &c.pixels, &why) < 0)
		return err_rule(e, "I1", "A published picture cannot be read back: %s", why.text);
	*ret = c;
	return 0;
}

void checked_free(struct checked *c) {
	if (!c) return;
	pixels_free(&c->pixels);
	*c = (struct checked){ 0 };
}

/* derive.c: the recipe of sizes and formats; see flow/derive.h. */
#include "flow/derive.h"

#include "base/mem.h"
#include "lib/container.h"
#include "lib/image.h"

static const int sides[] = { 480, 960, 1600 };

static int encode_pair(const struct pixels *p, struct renditions *r, struct err *e) {
	static const enum wire_format formats[2] = { WIRE_JPEG, WIRE_AVIF };
	for (int i = 0; i < 2; i++) {
		struct rendition *one = &r->item[r->count++];
		*one = (struct rendition){ .format = formats[i], .width = p->width, .height = p->height };
		buf_init(&one->bytes, RENDITION_BYTES_MAX);
		int failed = formats[i] == WIRE_JPEG ? image_save_jpeg(p, RENDITION_JPEG_QUALITY, &one->bytes, e)
						     : image_save_avif(p, RENDITION_AVIF_QUALITY, &one->bytes, e);
		if (failed) return -1;
	}
	return 0;
}

/* Every size from the master itself, decoded once; both formats of a size share its pixels. */
static int derive_all(const struct pixels *master, struct renditions *r, struct err *e) {
	int longest = master->width > master->height ? master->width : master->height;
	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		auto_pixels struct pixels small = { 0 };
		bool own = sides[i] >= longest;
		if (!own && image_resize(master, sides[i], &small, e) < 0) return -1;
		if (encode_pair(own ? master : &small, r, e) < 0) return -1;
		if (own) break;
	}
	return 0;
}

int derive_renditions(const void *master, size_t size, struct renditions *ret, struct err *e) {
	struct container_report report;
	auto_pixels struct pixels p = { 0 };
	if (!container_is_bare(master, size, &report) || report.format != WIRE_PNG)
		return err_rule(e, "I1", "This is not a master of Occlude's own making (%s)",
			report.stray[0] ? report.stray : "not a PNG");
	if (image_load(WIRE_PNG, master, size, NULL, &p, e) < 0) return -1;
	struct renditions r = { 0 };
	if (derive_all(&p, &r, e) < 0) {
		renditions_free(&r);
		return -1;
	}
	*ret = r;
	return 0;
}

void renditions_free(struct renditions *r) {
	if (!r) return;
	for (int i = 0; i < r->count; i++) buf_free(&r->item[i].bytes);
	*r = (struct renditions){ 0 };
}

/* intraoral.c: the five views of a mouth, by where the camera stands. */
#include "sample/intraoral.h"

#include <stdlib.h>

static void mirror(uint8_t *rgb, int width, int height) {
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width / 2; x++)
			for (int k = 0; k < 3; k++) {
				uint8_t *a = rgb + ((size_t)y * (size_t)width + (size_t)x) * 3 + k;
				uint8_t *b = rgb + ((size_t)y * (size_t)width + (size_t)(width - 1 - x)) * 3 + k,
					was = *a;
				*a = *b;
				*b = was;
			}
}

int intraoral_draw(const struct mouth *m, enum intraoral view, const struct hold *h, int width, int height,
	uint8_t **ret_rgb, struct err *e) {
	struct canvas c __attribute__((cleanup(canvas_free))) = { 0 };
	if (canvas_init(&c, width, height, e)) return -1;
	struct mouth mouth = *m;
	struct vec at = vec_of(h->aside, .6f + h->above, -4), from = vec_of(h->aside * .5f, h->above * 2, 230),
		   up = vec_of(sinf(h->turn * .01745f), 1, 0);
	float span = 59, distance = 234;
	if (view == IO_RB || view == IO_LB) {
		float side = view == IO_LB ? 1 : -1;
		at = vec_of(side * 19 + h->aside, .4f + h->above, -13);
		from = vec_of(side * 160, 3, 120);
		span = 52;
	} else if (view == IO_UO || view == IO_LO) {
		bool upper = view == IO_UO;
		at = vec_of(h->aside, 0, (upper ? -20.5f : -19.5f) + h->above);
		from = vec_of(h->aside, upper ? -215 : 215, 12);
		up = vec_of(0, 0, upper ? 1 : -1);
		span = 74;
		mouth.jaw = 0;
	}
	distance = vec_len(vec_sub(from, at));
	canvas_look(&c, from, at, up, span / h->close);
	struct look l;
	look_flash(&l, distance, m->seed * 7 + (uint32_t)view);
	if (view == IO_UO || view == IO_LO) {
		if (jaw_draw(&c, &mouth, view == IO_UO, e)) return -1;
	} else if (mouth_draw(&c, &mouth, e))
		return -1;
	if (canvas_shade(&c, &l, ret_rgb, e)) return -1;
	if (view == IO_UO || view == IO_LO) mirror(*ret_rgb, width, height);
	return 0;
}

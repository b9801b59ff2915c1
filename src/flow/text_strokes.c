/* text_strokes.c: whether what the network took for a tall line of text has strokes. Teeth in a row look like letters in a row to it,
 * and arches are tall; but along a line of letters light and dark change sharply and several times for every line height, and along
 * a row of teeth, a chin or a knuckle softly. Measured on the fixtures: lines above 60 pixels change by 48 levels 2.7 to 7 times a
 * line height (one, of little contrast, once), what is no text at most 2.2 times, except where lettered things lie in it; smaller lines by 16
 * levels 4.6 to 12 times, and on teeth and gums 6 of 7 proposals less than once. */
#include <stddef.h>

#include "text_boxes.h"

#define DEVIATION 0.225F /* of the colours the network was trained with, in the middle */

#define JUMP 0.84F  /* 48 of 255 levels, normalized as the network sees them, */
enum { REACH = 3 }; /* within so many pixels */
enum { LINES = 5, CHANNELS = 3 };

/* One channel along a line: every sharp change counts that goes the other way than the one before. */
struct swing {
	float past[REACH];
	int direction; /* 1 brighter, -1 darker, 0 none yet */
	unsigned seen, count;
};

static void follow(struct swing *s, float v, float jump) {
	float *past = &s->past[s->seen % REACH];
	float change = s->seen++ < REACH ? 0 : v - *past;
	int direction = change > jump ? 1 : change < -jump ? -1 : 0;
	*past = v;
	if (!direction || direction == s->direction) return;
	s->direction = direction;
	s->count++;
}

/* Swings of the liveliest channel on the line through the box at `off` from its middle. */
static unsigned swings_along(const struct text_picture *p, const struct text_box *b, float off, float jump) {
	struct swing s[CHANNELS] = { 0 };
	unsigned most = 0, steps = (unsigned)(2 * b->along);
	for (unsigned i = 0; i < steps; i++) {
		float t = (float)i - b->along;
		float x = b->x + t * b->ux - off * b->uy, y = b->y + t * b->uy + off * b->ux;
		if (!(x >= 0 && y >= 0 && x < (float)p->width && y < (float)p->height)) continue;
		const float *at = p->pixel + ((size_t)y * (size_t)p->width + (size_t)x) * CHANNELS;
		for (int c = 0; c < CHANNELS; c++) follow(&s[c], at[c], jump);
	}
	for (int c = 0; c < CHANNELS; c++)
		if (s[c].count > most) most = s[c].count;
	return most;
}

float text_strokes(const struct text_picture *p, const struct text_box *core, float height, int levels) {
	const float jump = (float)levels / 255 / DEVIATION; /* normalized as the network sees it */
	unsigned sum = 0;
	for (int i = 0; i < LINES; i++)
		sum += swings_along(p, core, core->across * (float)(i - LINES / 2) / LINES * 2, jump);
	return (float)sum / LINES * height / (2 * core->along);
}

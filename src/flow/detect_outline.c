/* detect_outline.c: what of a picture a face takes up. */
#include <math.h>

#include "detect_impl.h"

/* How far the cover reaches beyond the detector's box (brow to chin, 70 % of a head), in parts of the box's own size (FACTS). */
#define GROW_UP   0.5F
#define GROW_SIDE 0.35F
#define GROW_DOWN 0.25F

/* The axis from the eyes to the mouth is known if they are at least this part of the box apart. */
#define AXIS_LEAST 0.08F

void face_outline(const struct face *f, bool grown, struct wire_point corner[4]) {
	const float *key = &f->at[FACE_KEY];
	float width = f->at[FACE_WIDTH], height = f->at[FACE_HEIGHT];
	float dx = key[2 * MOUTH] - (key[2 * EYE_RIGHT] + key[2 * EYE_LEFT]) / 2;
	float dy = key[2 * MOUTH + 1] - (key[2 * EYE_RIGHT + 1] + key[2 * EYE_LEFT + 1]) / 2;
	float length = hypotf(dx, dy), side = width / 2, up = height / 2;
	float down = up;
	bool known = length >= AXIS_LEAST * height;
	dx = known ? dx / length : 0;
	dy = known ? dy / length : 1;
	if (grown) {
		side += GROW_SIDE * width;
		up += GROW_UP * height;
		down += GROW_DOWN * height;
		if (!known) side = up = down = fmaxf(width, height) / 2 + GROW_UP * fmaxf(width, height);
	}
	/* (dx, dy) points down the face, (dy, -dx) to its right in the picture */
	const float along[4] = { -up, -up, down, down }, across[4] = { -side, side, side, -side };
	for (int i = 0; i < 4; i++)
		corner[i] = (struct wire_point){ f->at[FACE_X] + dx * along[i] + dy * across[i],
			f->at[FACE_Y] + dy * along[i] - dx * across[i] };
}

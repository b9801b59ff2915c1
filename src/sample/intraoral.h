/* intraoral.h: the five views of a mouth. */
#ifndef OCCLUDE_SAMPLE_INTRAORAL_H
#define OCCLUDE_SAMPLE_INTRAORAL_H

#include "sample/shade.h"
#include "sample/teeth.h"

enum intraoral { IO_FR, IO_RB, IO_LB, IO_UO, IO_LO };

/* How the hand held the camera. */
struct hold {
	float aside, above, turn, close; /* millimetres, millimetres, degrees, 1 as usual */
};

/* `ret_rgb` as canvas_shade; IO_UO and IO_LO come as a mirror shows them: left and right exchanged. */
int intraoral_draw(const struct mouth *m, enum intraoral view, const struct hold *h, int width, int height,
	uint8_t **ret_rgb, struct err *e);

#endif

/* overlay.h: what lies over a picture as text: the name card, the camera's date stamp, a software's label. */
#ifndef OCCLUDE_SAMPLE_OVERLAY_H
#define OCCLUDE_SAMPLE_OVERLAY_H

#include "sample/patients.h"

/* Draws what the shot bears over `rgb`. */
int overlay_draw(uint8_t *rgb, int width, int height, const struct patient *p, const struct shot *s, struct err *e);
/* Where that lies: four corners, x then y, in pixels, from the top left clockwise. */
int overlay_place(int width, int height, const struct patient *p, const struct shot *s, float quad[8], struct err *e);

#endif

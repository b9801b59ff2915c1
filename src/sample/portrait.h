/* portrait.h: made-up people, whole head and shoulders, from any side. */
#ifndef OCCLUDE_SAMPLE_PORTRAIT_H
#define OCCLUDE_SAMPLE_PORTRAIT_H

#include "sample/shade.h"
#include "sample/teeth.h"

enum hair_style { HAIR_LONG, HAIR_TIED, HAIR_SHORT, HAIR_CURLY };

struct person {
	unsigned skin, flush, lips, iris, hair; /* colours */
	enum hair_style style;
	float width, length, jaw,
		chin; /* of the head, 1 as usual; breadth of the lower face; millimetres the chin stands out */
	float nose, nose_width, mouth_width, lip_full, brow, eye; /* 1 as usual */
	float beard, freckles, lines;                             /* 0 to 1 */
	unsigned shirt;
	uint32_t seed;
};

enum extraoral { EO_REST, EO_SMILE, EO_PROFILE, EO_HALF };

/* `turn`, `nod`, `roll`: degrees the head is off; `hair` more or less of it. */
struct pose {
	float turn, nod, aside, above, close;
};

int portrait_draw(const struct person *p, const struct mouth *m, enum extraoral view, const struct pose *pose,
	struct vec wall, int width, int height, uint8_t **ret_rgb, struct err *e);

#endif

/* patients.h: who is in the sample pictures, and which pictures there are. All of them are made up. */
#ifndef OCCLUDE_SAMPLE_PATIENTS_H
#define OCCLUDE_SAMPLE_PATIENTS_H

#include "sample/camera.h"
#include "sample/intraoral.h"
#include "sample/portrait.h"

struct patient {
	const char *ref, *given, *family, *birth; /* birth as YYYY-MM-DD */
	const char *born;                         /* the same as the card words it */
	const char *problem, *treatment;
	struct person person;
	struct mouth mouth; /* its bite is not used */
	struct bite before, after;
	unsigned wall;
	/* at the end of treatment */
	unsigned shirt_after;
	enum hair_style style_after;
	float beard_after, length_after;
};

/* What a picture bears beside the patient. */
enum bears { BEARS_NOTHING, BEARS_CARD, BEARS_STAMP, BEARS_LABEL };

struct shot {
	int patient;
	const char *stage, *view, *taken; /* taken as EXIF words it */
	enum bears bears;
	int orientation; /* 1, 6 or 8 */
	bool phone;      /* taken with the practice's phone */
	float aside, above, turn, close;
};

extern const struct patient patients[];
extern const int patients_count;
extern const struct shot shots[];
extern const int shots_count;
extern const struct camera_body camera_body[2]; /* the practice's camera, its phone */

#endif

/* detect_impl.h: what the files of the face search share: candidates, and the two networks that make and judge them. */
#ifndef OCCLUDE_FLOW_DETECT_IMPL_H
#define OCCLUDE_FLOW_DETECT_IMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "detect_scale.h"
#include "flow/wire.h"
#include "lib/model.h"

enum { EYE_RIGHT, EYE_LEFT, NOSE, MOUTH, EAR_RIGHT, EAR_LEFT, KEYPOINTS };
enum { LIPS = 20 };

/* The detector's score and the mesh's presence together decide (measured on the labelled pictures, whole and set into larger
 * canvases, where faces get small): from SCORE_SURE on, a presence of PRESENCE_FACE makes a face verified and anything less leaves
 * a candidate. Down to SCORE_FAINT, tiny and half hidden faces are many and inventions too: PRESENCE_SURE verifies from SCORE_WEAK
 * on, PRESENCE_FACE makes a candidate, and the rest is dropped. */
#define SCORE_SURE    0.5F
#define SCORE_WEAK    0.3F
#define SCORE_FAINT   0.15F
#define PRESENCE_FACE 0.5F
#define PRESENCE_SURE 0.9F
/* A faint candidate is not asked about again where it overlaps one the mesh denied by this much, the eye lines within 30 degrees. */
#define DENIED_OVERLAP 0.5F
#define DENIED_TURN    0.866F
/* Two boxes that overlap by more than this (intersection over union) are one face. */
#define SAME_FACE 0.3F

/* A candidate, in pixels of the picture. Everything that is averaged when candidates of one face are merged stands together. */
struct face {
	float score;
	float at[4 + 2 * KEYPOINTS]; /* centre x, y; width, height along the face's own axes; keypoints x, y */
	bool sideways; /* found with the picture turned by 90 or 270 degrees: width runs down the picture */
	float presence;
	bool verified;
	struct wire_point lip[LIPS];
};

enum { FACE_X, FACE_Y, FACE_WIDTH, FACE_HEIGHT, FACE_KEY };

struct faces {
	struct face *item;
	size_t count, room;
};

int faces_add(struct faces *f, const struct face *face, struct err *e);
void faces_free(struct faces *f);
#define auto_faces __attribute__((cleanup(faces_free)))

/* Intersection over union of the two boxes. */
float face_overlap(const struct face *a, const struct face *b);
/* The cosine of the angle between their eye lines. */
float face_turn(const struct face *a, const struct face *b);
/* Weighted non-maximum suppression in place: of every group that overlaps its strongest by more than SAME_FACE one face
 * stays, the mean weighted by score. Strongest first. */
void faces_merge(struct faces *f);

/* The rectangle along the eyes-to-mouth axis around the face's box, grown (FACTS) or as it is: right top, left top, left
 * bottom, right bottom as the person has them, that is left top, right top, right bottom, left bottom of an upright face. */
void face_outline(const struct face *f, bool grown, struct wire_point corner[4]);

/* What a network saw: cells of 4 pixels each, into candidates through `to_picture`. `sideways` as in struct face. */
int detect_read(
	const struct model *m, const struct affine *to_picture, bool sideways, struct faces *out, struct err *e);

/* Asks the mesh about a face: its presence, and its lips. */
int detect_mesh(struct model *mesh, struct pyramid *picture, struct face *f, struct err *e);

#endif

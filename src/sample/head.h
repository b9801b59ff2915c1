/* head.h: the shape of a head: origin between the eyes, millimetres. Shared by portrait.c, features.c and hair.c. */
#ifndef OCCLUDE_SAMPLE_HEAD_H
#define OCCLUDE_SAMPLE_HEAD_H

#include "sample/portrait.h"

/* A head as it is drawn now. */
struct head {
	const struct person *person;
	float smile; /* 0 at rest, 1 teeth shown */
};

/* The skull and face without nose, eyes and lips: angle 0 is the front, pi/2 the patient's left. */
struct vec head_at(const struct head *h, float angle, float y);
/* How far nose, brow, cheeks, lips and the rest stand out at x, y. */
float features_at(const struct head *h, float x, float y);
/* 1 where the red of the lips is. */
float lips_at(const struct head *h, float x, float y);
/* Above 0 where there is skin, below in the open mouth and between the lids; about in millimetres. */
float opening_at(const struct head *h, float x, float y);
/* Half width of an eye, its lids' heights at x (from its middle, outward positive). */
void lids_at(const struct head *h, float x, float *ret_upper, float *ret_lower);
enum { EYE_X = 32 };
/* The skin's colour there. */
struct vec skin_at(const struct head *h, struct vec at, float angle);
/* How densely a beard grows there, 0 to 1. */
float beard_at(const struct head *h, float x, float y);
/* 1 where hair grows on the scalp, 0 on the face, smooth between. */
float scalp_at(const struct head *h, float angle, float y);
/* Draws hair, brows, lashes, beard. */
int hair_draw(struct canvas *c, const struct head *h);

#endif

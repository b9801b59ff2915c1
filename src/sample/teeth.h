/* teeth.h: the shape of single teeth, and of two arches of them with gums, palate, tongue, braces. */
#ifndef OCCLUDE_SAMPLE_TEETH_H
#define OCCLUDE_SAMPLE_TEETH_H

#include "sample/raster.h"

enum { TEETH = 14 }; /* a jaw, from the patient's right second molar (0) to the left (13); the midline after 6 */

enum tooth_kind { INCISOR, LATERAL, CANINE, PREMOLAR, MOLAR };

/* Where a tooth stands, against its place in an even arch. */
struct tooth_place {
	float turn;   /* degrees about its own length */
	float out;    /* millimetres towards the lip or cheek */
	float rise;   /* millimetres out of the gum */
	float tip;    /* degrees, crown to the patient's left */
	float along;  /* millimetres, to the patient's left */
	float space;  /* millimetres free towards the midline */
	float torque; /* degrees, edge towards the lip */
};

struct bite {
	struct tooth_place upper[TEETH], lower[TEETH];
	float overbite; /* millimetres the upper front teeth cover the lower; below 0 is an open bite */
	float overjet;  /* millimetres between them, front to back */
	float pack;     /* how closely the front teeth are packed: 1 even, below 1 crowded */
	float shift;    /* millimetres the lower jaw stands to the patient's left */
	float narrow;   /* millimetres the upper arch is too narrow on each side */
};

struct mouth {
	struct bite bite;
	unsigned enamel, gum, gum_deep, mucosa; /* colours, 0xrrggbb */
	float pigment;                          /* 0 to 1: brown patches of the gum */
	bool braces;
	unsigned ligature; /* colour of the elastics */
	bool attachments;  /* aligner attachments on some teeth */
	bool retainer;     /* a wire behind the lower front teeth */
	bool lips;         /* lies behind lips: no cheeks, no folds beyond the gum */
	float jaw;         /* millimetres the lower jaw is dropped */
	uint32_t seed;
};

/* What the rest needs to know of a tooth that stands in its place. */
struct tooth_stand {
	struct vec at, out, right, down; /* middle of the edge; outward, to the left along the arch, edge-ward */
	float s, half, height, margin,
		lip;        /* along the arch, half width, crown height, y of the gum, its distance outward */
	struct vec bracket; /* middle of the outer face */
	enum tooth_kind kind;
};

/* Mixes two bites: k = 0 gives a, 1 gives b. */
struct bite bite_mix(const struct bite *a, const struct bite *b, float k);

/* A single tooth with its edge at the origin, root along +y, outer face to +z: a mesh of the outside. */
int tooth_mesh(struct mesh *m, enum tooth_kind kind, bool upper, float width, float height, float depth,
	unsigned enamel, uint32_t seed, struct err *e);
/* Usual sizes in millimetres of tooth i of a half (0 the middle incisor). */
void tooth_size(int i, bool upper, float *ret_width, float *ret_height, float *ret_depth, enum tooth_kind *ret_kind);

/* Draws one jaw; the whole mouth. */
int jaw_draw(struct canvas *c, const struct mouth *m, bool upper, struct err *e);
int mouth_draw(struct canvas *c, const struct mouth *m, struct err *e);
/* Where the middle of the arch runs: the place and outward direction at arc length s (0 the midline). */
struct vec arch_at(bool upper, float s, float narrow, struct vec *ret_out);
/* Gums, palate, floor and tongue around teeth that stand. */
int gums_draw(struct canvas *c, const struct mouth *m, bool upper, const struct tooth_stand *t, struct err *e);
/* Brackets, wire and elastics; attachments; the retainer. */
int appliance_draw(struct canvas *c, const struct mouth *m, bool upper, const struct tooth_stand *t, struct err *e);

#endif

/* region.h: what was found on a photo or drawn by hand. A region that was found is confirmed or dismissed, one that was
 * drawn can be taken back; none is deleted. Every change asks for a new master (I5; the schema counts). */
#ifndef OCCLUDE_RECORD_REGION_H
#define OCCLUDE_RECORD_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/practice.h"

enum { REGION_POINTS_TEXT = 64 * 24, REGION_KEYS_TEXT = (2 + 6 + 64) * 24 + 8, REGION_PHOTO_MAX = 256 };

struct region_row {
	int64_t id, photo_id;
	char kind[8], shape[8];          /* "face", "polygon" */
	char points[REGION_POINTS_TEXT]; /* "x,y x,y ..." in pixels of the upright picture */
	char keypoints
		[REGION_KEYS_TEXT]; /* faces: box | six points | lips, as flow/outline.h writes them; or empty */
	double score, presence;
	bool verified, must_cover;
	bool confirmed, dismissed, removed;
	bool found; /* by the search, not drawn by a person */
};

/* All regions of a photo, those taken back too, in order of number; the caller frees *ret. */
int region_list(struct practice *p, int64_t photo_id, struct region_row **ret, size_t *ret_n, struct err *e);
int region_get(struct practice *p, int64_t region_id, struct region_row *ret, struct err *e);
/* What the search found: inside the caller's transaction. */
int region_found(struct practice *p, const struct region_row *r, struct err *e);
/* Drawn by a person; kind "drawn", or "face", "text", "code" for what the search missed. CAN_RECORD, as all below. */
int region_draw(struct practice *p, const struct actor *a, int64_t photo_id, const char *kind, const char *shape,
	const char *points, int64_t *ret_id, struct err *e);
/* Gives a drawn region another shape. */
int region_move(struct practice *p, const struct actor *a, int64_t region_id, const char *shape, const char *points,
	struct err *e);
/* Takes a drawn region back. */
int region_remove(struct practice *p, const struct actor *a, int64_t region_id, struct err *e);
/* I4: a person says that a candidate is a face. */
int region_confirm(struct practice *p, const struct actor *a, int64_t region_id, struct err *e);
/* I7: a person says that there is nothing to cover, and why. What names the patient cannot be dismissed. */
int region_dismiss(struct practice *p, const struct actor *a, int64_t region_id, const char *why, struct err *e);

#endif

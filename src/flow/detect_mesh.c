/* detect_mesh.c: asks MediaPipe's face mesh about a candidate. */
#include <math.h>

#include "detect_impl.h"

enum { MESH_POINTS = 468 };

/* The outer contour of the lips among the mesh's points, once round from the right corner of the mouth (FACTS). */
static const int outer_lip[LIPS] = { 61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39,
	40, 185 };

/* From the mesh's input, whose eye line is level, to the picture: a square of 1.5 x the box about its centre. */
static struct affine mesh_frame(const struct face *f, float side) {
	const float *right = &f->at[FACE_KEY + 2 * EYE_RIGHT], *left = &f->at[FACE_KEY + 2 * EYE_LEFT];
	float angle = atan2f(left[1] - right[1], left[0] - right[0]);
	float scale = 1.5F * fmaxf(f->at[FACE_WIDTH], f->at[FACE_HEIGHT]) / side;
	float c = scale * cosf(angle), s = scale * sinf(angle), middle = side / 2;
	return (struct affine){
		.a = c,
		.b = -s,
		.c = f->at[FACE_X] - c * middle + s * middle,
		.d = s,
		.e = c,
		.f = f->at[FACE_Y] - s * middle - c * middle,
	};
}

int detect_mesh(struct model *mesh, struct pyramid *picture, struct face *f, struct err *e) {
	struct model_size size = model_input_size(mesh);
	struct affine to_picture = mesh_frame(f, (float)size.width);
	if (pyramid_cut(picture, &to_picture, 1.0F / 255, 0, model_input(mesh), size.width, size.height, e))
		return -1;
	if (model_run(mesh, e)) return -1;
	size_t points, one;
	const float *point = model_output(mesh, "conv2d_21", &points), *sure = model_output(mesh, "conv2d_31", &one);
	if (!point || !sure || one != 1 || points != 3 * MESH_POINTS || size.width != size.height)
		return err_set(e, ERR_OUTSIDE, "The face model is not the one Occlude knows; install Occlude again.");
	f->presence = 1 / (1 + expf(-fmaxf(-80, fminf(80, *sure))));
	for (int i = 0; i < LIPS; i++) {
		const float *p = point + 3 * (size_t)outer_lip[i];
		f->lip[i] =
			(struct wire_point){ affine_x(&to_picture, p[0], p[1]), affine_y(&to_picture, p[0], p[1]) };
		if (!isfinite(*sure) || !isfinite(p[0]) || !isfinite(p[1]))
			return err_set(e, ERR_OUTSIDE, "The face search failed; try again.");
	}
	return 0;
}

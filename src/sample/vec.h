/* vec.h: points and directions in millimetres. X is the patient's left (right in a picture), Y up, Z forward. */
#ifndef OCCLUDE_SAMPLE_VEC_H
#define OCCLUDE_SAMPLE_VEC_H

#include <math.h>

struct vec {
	float x, y, z;
};

static inline struct vec vec_of(float x, float y, float z) {
	return (struct vec){ x, y, z };
}
static inline struct vec vec_add(struct vec a, struct vec b) {
	return vec_of(a.x + b.x, a.y + b.y, a.z + b.z);
}
static inline struct vec vec_sub(struct vec a, struct vec b) {
	return vec_of(a.x - b.x, a.y - b.y, a.z - b.z);
}
static inline struct vec vec_scale(struct vec a, float k) {
	return vec_of(a.x * k, a.y * k, a.z * k);
}
/* a + b * k */
static inline struct vec vec_along(struct vec a, struct vec b, float k) {
	return vec_of(a.x + b.x * k, a.y + b.y * k, a.z + b.z * k);
}
static inline float vec_dot(struct vec a, struct vec b) {
	return a.x * b.x + a.y * b.y + a.z * b.z;
}
static inline struct vec vec_cross(struct vec a, struct vec b) {
	return vec_of(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}
static inline float vec_len(struct vec a) {
	return sqrtf(vec_dot(a, a));
}
static inline struct vec vec_unit(struct vec a) {
	float l = vec_len(a);
	return l > 0 ? vec_scale(a, 1 / l) : a;
}
static inline struct vec vec_mix(struct vec a, struct vec b, float t) {
	return vec_along(vec_scale(a, 1 - t), b, t);
}
static inline float clampf(float v, float lo, float hi) {
	return v < lo ? lo : v > hi ? hi : v;
}
static inline float mixf(float a, float b, float t) {
	return a + (b - a) * t;
}
/* 0 below `a`, 1 above `b`, smooth between; also falling, with a > b. */
static inline float smoothf(float a, float b, float v) {
	float t = clampf((v - a) / (b - a), 0, 1);
	return t * t * (3 - 2 * t);
}
/* A bell of width `s` around 0. */
static inline float bellf(float v, float s) {
	return expf(-(v * v) / (s * s));
}
/* |v|^p with the sign of v. */
static inline float spowf(float v, float p) {
	return v < 0 ? -powf(-v, p) : powf(v, p);
}
/* sRGB 0..255 as one hexadecimal number, to linear light. */
static inline struct vec vec_colour(unsigned rgb) {
	struct vec c =
		vec_of((float)(rgb >> 16 & 255) / 255, (float)(rgb >> 8 & 255) / 255, (float)(rgb & 255) / 255);
	return vec_of(powf(c.x, 2.2f), powf(c.y, 2.2f), powf(c.z, 2.2f));
}

#endif

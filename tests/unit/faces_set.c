/* faces_set.c: see faces_set.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vips/vips.h>

#include "faces_set.h"

#define COVERED 0.6F

_Noreturn static void stop(const char *what, const char *file) {
	fprintf(stderr, "%s: %s\n", file, what);
	exit(3);
}

const char *faces_dir(void) {
	static char dir[4096];
	const char *root = getenv("OCCLUDE_FIXTURES");
	snprintf(dir, sizeof dir, "%s/faces", root ? root : "../shared/fixtures");
	return access(dir, R_OK) == 0 ? dir : NULL;
}

/* Splits a CSV line in place (double quotes may enclose commas) into at most `max` fields. */
static size_t split(char *line, char **field, size_t max) {
	size_t n = 0;
	while (n < max) {
		bool quoted = *line == '"';
		field[n++] = line += quoted;
		line += strcspn(line, quoted ? "\"" : ",\r\n");
		if (quoted && *line) *line++ = 0;
		if (*line != ',') {
			*line = 0;
			return n;
		}
		*line++ = 0;
	}
	return n;
}

/* "x0 y0 x1 y1;x0 y0 x1 y1" */
static size_t boxes(const char *text, struct faces_box *box, size_t max) {
	size_t n = 0;
	while (n < max && sscanf(text, "%f %f %f %f", &box[n].x0, &box[n].y0, &box[n].x1, &box[n].y1) == 4) {
		n++;
		text = strchr(text, ';');
		if (!text) break;
		text++;
	}
	return n;
}

size_t faces_manifest(const char *dir, struct faces_picture **ret) {
	char path[4200], line[8192], *field[12];
	snprintf(path, sizeof path, "%s/manifest.csv", dir);
	FILE *f = fopen(path, "r");
	if (!f) stop(strerror(errno), path);
	struct faces_picture *all = calloc(256, sizeof *all);
	size_t n = 0;
	if (!all || !fgets(line, sizeof line, f)) stop("no header", path);
	while (n < 256 && fgets(line, sizeof line, f)) {
		if (split(line, field, 12) != 12) stop("a line has not 12 fields", path);
		struct faces_picture *p = &all[n++];
		snprintf(p->file, sizeof p->file, "%s", field[0]);
		snprintf(p->category, sizeof p->category, "%s", field[6]);
		p->faces = boxes(field[8], p->face, FACES_PER_PICTURE);
		p->optional = boxes(field[9], p->option, 8);
		if (p->faces != (size_t)atoi(field[7])) stop("n_faces is not the number of boxes", p->file);
	}
	fclose(f);
	*ret = all;
	return n;
}

void faces_decode(const char *dir, const char *file, struct pixels *ret) {
	char path[4200];
	snprintf(path, sizeof path, "%s/%s", dir, file);
	VipsImage *in = vips_image_new_from_file(path, "access", VIPS_ACCESS_SEQUENTIAL, NULL), *up = NULL,
		  *rgb = NULL, *flat = NULL;
	if (!in || vips_autorot(in, &up, NULL) || vips_colourspace(up, &rgb, VIPS_INTERPRETATION_sRGB, NULL))
		stop("cannot be decoded", path);
	if (vips_image_hasalpha(rgb) ? vips_flatten(rgb, &flat, NULL) : vips_copy(rgb, &flat, NULL))
		stop("cannot be decoded", path);
	size_t size;
	void *data = vips_image_write_to_memory(flat, &size);
	ret->width = vips_image_get_width(flat);
	ret->height = vips_image_get_height(flat);
	ret->bands = vips_image_get_bands(flat);
	ret->data = malloc(size);
	if (!data || !ret->data || ret->bands != 3) stop("cannot be decoded", path);
	memcpy(ret->data, data, size);
	g_free(data);
	g_object_unref(flat);
	g_object_unref(rgb);
	g_object_unref(up);
	g_object_unref(in);
}

/* Even-odd rule. */
static bool in_polygon(const struct wire_region *r, float x, float y) {
	bool in = false;
	for (uint32_t i = 0, j = r->points - 1; i < r->points; j = i++) {
		struct wire_point a = r->polygon[i], b = r->polygon[j];
		if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) in = !in;
	}
	return in;
}

static float covered(const struct wire_region *r, const struct faces_box *b) {
	enum { GRID = 48 };
	unsigned hits = 0;
	for (int i = 0; i < GRID * GRID; i++) {
		float x = b->x0 + (b->x1 - b->x0) * ((float)(i % GRID) + 0.5F) / GRID;
		float y = b->y0 + (b->y1 - b->y0) * ((float)(i / GRID) + 0.5F) / GRID;
		hits += in_polygon(r, x, y);
	}
	return (float)hits / (GRID * GRID);
}

/* Whether the region is about this face: the middle of either lies in the other. */
static bool meets(const struct wire_region *r, const struct faces_box *b) {
	float x = (r->box[0].x + r->box[1].x) / 2, y = (r->box[0].y + r->box[1].y) / 2;
	bool in = x >= b->x0 && x <= b->x1 && y >= b->y0 && y <= b->y1;
	return in || in_polygon(r, (b->x0 + b->x1) / 2, (b->y0 + b->y1) / 2);
}

void faces_judge(
	const struct faces_picture *p, const struct wire_region *r, size_t regions, struct faces_score *ret) {
	*ret = (struct faces_score){ .faces = (unsigned)p->faces };
	for (size_t k = 0; k < p->faces; k++) {
		bool sure = false, any = false;
		for (size_t i = 0; i < regions; i++) {
			if (covered(&r[i], &p->face[k]) < COVERED) continue;
			any = true;
			sure |= r[i].verified;
		}
		ret->verified += sure;
		ret->found += any;
	}
	for (size_t i = 0; i < regions; i++) {
		bool known = false;
		for (size_t k = 0; k < p->faces; k++) known |= meets(&r[i], &p->face[k]);
		for (size_t k = 0; k < p->optional; k++) known |= meets(&r[i], &p->option[k]);
		if (known) continue;
		ret->false_verified += r[i].verified;
		ret->false_candidates += !r[i].verified;
	}
}

/* text_set.c: see text_set.h. */
#include "text_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PICTURES_MAX = 256, FIELDS = 10, ACROSS = 60, DOWN = 20, GRID = 400 };

_Noreturn static void stop(const char *what, const char *file) {
	fprintf(stderr, "%s: %s\n", file, what);
	exit(3);
}

const char *text_set_dir(void) {
	static char dir[4096];
	const char *root = getenv("OCCLUDE_FIXTURES");
	snprintf(dir, sizeof dir, "%s/identifiers", root ? root : "../shared/fixtures");
	return access(dir, R_OK) == 0 ? dir : NULL;
}

/* Splits a CSV line in place (double quotes may enclose commas). */
static size_t split(char *line, char **field) {
	size_t n = 0;
	while (n < FIELDS) {
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

struct table {
	FILE *f;
	char path[4200], line[1024], *field[FIELDS];
	size_t want;
};

static void open_table(struct table *t, const char *dir, const char *name, size_t want) {
	snprintf(t->path, sizeof t->path, "%s/%s", dir, name);
	t->want = want;
	t->f = fopen(t->path, "r");
	if (!t->f || !fgets(t->line, sizeof t->line, t->f)) stop(strerror(errno), t->path);
}

/* The next row; false, and closed, at the end. */
static bool next_row(struct table *t) {
	if (!fgets(t->line, sizeof t->line, t->f)) {
		fclose(t->f);
		return false;
	}
	if (split(t->line, t->field) != t->want) stop("has a row with other fields than expected", t->path);
	return true;
}

static struct text_set_picture *find(struct text_set_picture *all, size_t n, const char *file) {
	for (size_t i = 0; i < n; i++)
		if (!strcmp(all[i].file, file)) return &all[i];
	stop("is not in sources.csv", file);
}

/* truth.csv and quads.csv have the same lines in the same order, but truth.csv also names pictures without any. */
static void read_lines(const char *dir, struct text_set_picture *all, size_t n) {
	struct table truth, quads;
	open_table(&truth, dir, "truth.csv", 7);
	open_table(&quads, dir, "quads.csv", 9);
	while (next_row(&truth)) {
		struct text_set_picture *p = find(all, n, truth.field[0]);
		if (!strcmp(truth.field[6], "none")) continue;
		if (!next_row(&quads) || strcmp(quads.field[0], truth.field[0]) != 0)
			stop("does not go with truth.csv", quads.path);
		if (p->lines == TEXT_SET_LINES) stop("has too many lines", p->file);
		struct text_set_line *l = &p->line[p->lines++];
		snprintf(l->text, sizeof l->text, "%s", truth.field[5]);
		snprintf(l->kind, sizeof l->kind, "%s", truth.field[6]);
		l->code = l->text[0] == '[';
		for (int i = 0; i < 4; i++)
			l->quad[i] = (struct wire_point){ strtof(quads.field[1 + 2 * i], NULL),
				strtof(quads.field[2 + 2 * i], NULL) };
	}
	if (next_row(&quads)) stop("has more lines than truth.csv", quads.path);
}

size_t text_set_read(const char *dir, struct text_set_picture **ret) {
	struct text_set_picture *all = calloc(PICTURES_MAX, sizeof *all);
	struct table t;
	size_t n = 0;
	open_table(&t, dir, "sources.csv", 3);
	while (next_row(&t)) {
		if (!all || n == PICTURES_MAX) stop("has too many pictures", t.path);
		snprintf(all[n].file, sizeof all[n].file, "%s", t.field[0]);
		snprintf(all[n].kind, sizeof all[n].kind, "%s", t.field[2]);
		all[n++].intraoral = strstr(t.field[1], "Intra-oral") != NULL;
	}
	read_lines(dir, all, n);
	*ret = all;
	return n;
}

/* By crossings; corners in any direction. */
static bool holds(const struct wire_region *r, float x, float y) {
	bool in = false;
	for (uint32_t i = 0, k = r->points - 1; i < r->points; k = i++) {
		const struct wire_point *a = &r->polygon[i], *b = &r->polygon[k];
		if ((a->y > y) != (b->y > y) && x < (b->x - a->x) * (y - a->y) / (b->y - a->y) + a->x) in = !in;
	}
	return in;
}

static bool any_holds(const struct wire_region *r, size_t n, float x, float y) {
	for (size_t i = 0; i < n; i++)
		if (holds(&r[i], x, y)) return true;
	return false;
}

float text_set_share(const struct text_set_line *l, const struct wire_region *r, size_t n) {
	const struct wire_point *q = l->quad;
	unsigned in = 0;
	for (int i = 0; i < ACROSS * DOWN; i++) {
		float u = ((float)(i % ACROSS) + 0.5F) / ACROSS, v = ((float)(i / ACROSS) + 0.5F) / DOWN;
		float x = (1 - v) * ((1 - u) * q[0].x + u * q[1].x) + v * ((1 - u) * q[3].x + u * q[2].x);
		float y = (1 - v) * ((1 - u) * q[0].y + u * q[1].y) + v * ((1 - u) * q[3].y + u * q[2].y);
		in += any_holds(r, n, x, y);
	}
	return (float)in / (ACROSS * DOWN);
}

float text_set_area(int width, int height, const struct wire_region *r, size_t n) {
	unsigned in = 0;
	for (int i = 0; i < GRID * GRID; i++)
		in += any_holds(r, n, ((float)(i % GRID) + 0.5F) * (float)width / GRID,
			((float)(i / GRID) + 0.5F) * (float)height / GRID);
	return (float)in / (GRID * GRID);
}

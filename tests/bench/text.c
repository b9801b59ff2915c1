/* text.c: how much of the names, dates and codes in the fixtures the search for text and codes covers (90 % of a line's quad), how much of
 * pictures without any it would cover too, and what it costs. CPU time is this process's user and system time on decoded pixels, the
 * network built anew for every picture as a worker does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <vips/vips.h>

#include "../unit/faces_set.h"
#include "../unit/text_set.h"
#include "flow/code.h"
#include "flow/text.h"

enum { REPEAT = 2, KINDS = 24 };

struct kind {
	char name[24];
	unsigned lines, found;
};

struct totals {
	unsigned lines, found, codes, codes_found, clean, pictures;
	double clean_area, unlikely_area, text_ms, code_ms, worst_ms;
	struct kind kind[KINDS];
};

static double cpu_ms(void) {
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

_Noreturn static void stop(const char *file, const struct err *e) {
	fprintf(stderr, "%s: %s\n", file, e->text);
	exit(3);
}

static struct kind *kind_of(struct totals *t, const char *name) {
	size_t i = 0;
	while (i < KINDS - 1 && t->kind[i].name[0] && strcmp(t->kind[i].name, name) != 0) i++;
	snprintf(t->kind[i].name, sizeof t->kind[i].name, "%s", name);
	return &t->kind[i];
}

static void judge(struct totals *t, const struct text_set_picture *p, const struct pixels *pixels,
	const struct wire_region *r, size_t n) {
	size_t likely = 0;
	while (likely < n && r[likely].verified) likely++;
	for (size_t i = 0; i < p->lines; i++) {
		const struct text_set_line *l = &p->line[i];
		float share = text_set_share(l, r, likely);
		bool found = share >= TEXT_SET_COVERED;
		struct kind *k = kind_of(t, l->kind);
		k->lines++;
		k->found += found;
		t->lines += !l->code;
		t->found += !l->code && found;
		t->codes += l->code;
		t->codes_found += l->code && found;
		if (!found) printf("  %s: %.0f %% of \"%s\" (%s)\n", p->file, (double)share * 100, l->text, l->kind);
	}
	if (p->lines) return;
	float area = text_set_area(pixels->width, pixels->height, r, likely);
	float unlikely = text_set_area(pixels->width, pixels->height, r + likely, n - likely);
	t->clean++;
	t->clean_area += (double)area;
	t->unlikely_area += (double)unlikely;
	if (area + unlikely > 0)
		printf("  %s: %.1f %% of a clean %s picture, and %.1f %% unlikely\n", p->file, (double)area * 100,
			p->intraoral ? "intraoral" : "other", (double)unlikely * 100);
}

static void search(struct totals *t, const struct text_set_picture *p, const struct pixels *pixels) {
	static struct wire_region region[WIRE_REGIONS_MAX];
	struct err e = { 0 };
	size_t n = 0;
	double best[2] = { 1e9, 1e9 };
	for (int i = 0; i < REPEAT; i++) {
		size_t codes = 0;
		double start = cpu_ms(), middle = start;
		if (code_find(pixels, region, WIRE_REGIONS_MAX, &codes, &e)) stop(p->file, &e);
		middle = cpu_ms();
		if (text_find(model_assets, pixels, p->intraoral, region + codes, WIRE_REGIONS_MAX - codes, &n, &e))
			stop(p->file, &e);
		n += codes;
		best[0] = fmin(best[0], middle - start);
		best[1] = fmin(best[1], cpu_ms() - middle);
	}
	t->pictures++;
	t->code_ms += best[0];
	t->text_ms += best[1];
	t->worst_ms = fmax(t->worst_ms, best[0] + best[1]);
	judge(t, p, pixels, region, n);
}

int main(int argc, char **argv) {
	const char *dir = text_set_dir();
	struct text_set_picture *all;
	static struct totals t;
	if (!dir) {
		printf("text: skipped, the pictures are not here (OCCLUDE_FIXTURES)\n");
		return 0;
	}
	if (VIPS_INIT(argv[0])) return 3;
	size_t n = text_set_read(dir, &all);
	for (size_t i = 0; i < n; i++) {
		struct pixels pixels;
		if (argc > 1 && strcmp(all[i].file, argv[1]) != 0) continue;
		faces_decode(dir, all[i].file, &pixels);
		search(&t, &all[i], &pixels);
		pixels_free(&pixels);
	}
	free(all);
	for (int i = 0; i < KINDS && t.kind[i].name[0]; i++)
		printf("%-16s %2u of %2u\n", t.kind[i].name, t.kind[i].found, t.kind[i].lines);
	printf("lines %u of %u, codes %u of %u, %.2f %% of %u clean pictures (unlikely: %.2f %%)\n", t.found, t.lines,
		t.codes_found, t.codes, t.clean ? t.clean_area / t.clean * 100 : 0, t.clean,
		t.clean ? t.unlikely_area / t.clean * 100 : 0);
	printf("CPU ms a picture: text %.0f, codes %.0f; both %.0f at most\n", t.text_ms / t.pictures,
		t.code_ms / t.pictures, t.worst_ms);
	return 0;
}

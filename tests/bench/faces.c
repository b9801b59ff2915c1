/* faces.c: how many faces the search finds, how many it invents, and what it costs, by category, on the labelled pictures.
 * CPU time is this process's user and system time; "search" has decoded pixels given, the detector loaded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <vips/vips.h>

#include "../unit/faces_set.h"
#include "flow/detect.h"

enum { REPEAT = 3, CATEGORIES = 24 };

struct row {
	char category[40];
	unsigned pictures;
	struct faces_score sum;
	double decode, search;
};

static double cpu_ms(void) {
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

_Noreturn static void stop(const struct err *e) {
	fprintf(stderr, "%s\n", e->text);
	exit(3);
}

static void add(struct row *to, const struct row *one) {
	to->pictures += one->pictures;
	to->sum.faces += one->sum.faces;
	to->sum.verified += one->sum.verified;
	to->sum.found += one->sum.found;
	to->sum.false_verified += one->sum.false_verified;
	to->sum.false_candidates += one->sum.false_candidates;
	to->decode += one->decode;
	to->search += one->search;
}

static void print(const struct row *r) {
	printf("%-32s %8u %6u %9u %11u %7u %11u %8.1f %8.1f\n", r->category, r->pictures, r->sum.faces,
		r->sum.verified, r->sum.found, r->sum.false_verified, r->sum.false_candidates,
		r->search / r->pictures, (r->search + r->decode) / r->pictures);
}

/* The fastest of REPEAT searches, each with a detector of its own, as a worker has. */
static void measure(const char *dir, const struct faces_picture *p, struct row *ret, int verbose) {
	static struct wire_region region[WIRE_REGIONS_MAX];
	struct err e = { 0 };
	auto_pixels struct pixels pixels = { 0 };
	double before = cpu_ms();
	faces_decode(dir, p->file, &pixels);
	*ret = (struct row){ .pictures = 1, .decode = cpu_ms() - before, .search = 1e9 };
	snprintf(ret->category, sizeof ret->category, "%s", p->category);
	for (int i = 0; i < REPEAT; i++) {
		auto_detector struct detector *d = NULL;
		auto_found struct found *f = NULL;
		if (detector_new(&d, &e)) stop(&e);
		before = cpu_ms();
		if (detect_faces(d, &pixels, &f, &e)) stop(&e);
		double took = cpu_ms() - before;
		if (took < ret->search) ret->search = took;
		faces_judge(p, region, found_regions(f, region, WIRE_REGIONS_MAX), &ret->sum);
	}
	if (verbose || ret->sum.found < ret->sum.faces || ret->sum.false_verified)
		printf("  %s: %u faces, %u verified, %u with candidates, %u false, %u false candidates, %.1f ms\n",
			p->file, ret->sum.faces, ret->sum.verified, ret->sum.found, ret->sum.false_verified,
			ret->sum.false_candidates, ret->search);
}

int main(int argc, char **argv) {
	const char *dir = faces_dir();
	if (!dir) {
		printf("faces: skipped, the labelled pictures are not here (OCCLUDE_FIXTURES)\n");
		return 0;
	}
	if (VIPS_INIT(argv[0])) return 3;
	vips_concurrency_set(1);
	struct faces_picture *picture;
	size_t n = faces_manifest(dir, &picture), rows = 0;
	struct row row[CATEGORIES] = { 0 }, all = { .category = "all" }, one;
	for (size_t i = 0; i < n; i++) {
		measure(dir, &picture[i], &one, argc > 1 && strcmp(argv[1], "-v") == 0);
		size_t k = 0;
		while (k < rows && strcmp(row[k].category, one.category) != 0) k++;
		if (k == CATEGORIES) return 3;
		if (k == rows) memcpy(row[rows++].category, one.category, sizeof one.category);
		add(&row[k], &one);
		add(&all, &one);
	}
	printf("%-32s %8s %6s %9s %11s %7s %11s %8s %8s\n", "faces", "pictures", "faces", "verified", "+candidates",
		"false", "false cand.", "ms", "+decode");
	for (size_t k = 0; k < rows; k++) print(&row[k]);
	print(&all);
	free(picture);
	vips_shutdown();
	return 0;
}

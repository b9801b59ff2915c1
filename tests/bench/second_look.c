/* second_look.c: how often the second look (I6) still finds a face in finished pictures: every labelled picture with faces is
 * stripped, searched, covered in each form as the worker does it, and looked at again. Prints how many were finished, in how
 * many a face was recognised (strength of DETECT_AGAIN_STRENGTH or more), and the strongest candidate that was left. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/faces_set.h"
#include "base/file.h"
#include "flow/detect.h"
#include "flow/redact.h"
#include "flow/strip.h"
#include "lib/image.h"

struct row {
	const char *name;
	enum wire_form form;
	enum wire_view view;
	unsigned finished, refused, recognised;
	float strongest;
	char where[64];
};

_Noreturn static void stop(const struct err *e) {
	fprintf(stderr, "%s\n", e->text);
	exit(3);
}

/* One picture in one form. A form that does not fit (a profile has no smile crop) is refused, and counted. */
static void finish(struct detector *d, const struct stripped *s, const struct wire_region *region, size_t n,
	const char *file, struct row *r) {
	static struct wire_decision w;
	struct decision auto_decision *decision = NULL;
	struct master auto_master *m = NULL;
	struct again again;
	struct err e = { 0 };
	w = (struct wire_decision){ .form = r->form, .tone_gain = { 1, 1, 1 }, .regions = (uint32_t)n };
	memcpy(w.region, region, n * sizeof *region);
	if (decision_make(&w, r->view, &decision, &e) || redact_photo(s, decision, &m, &e)) {
		r->refused++;
		return;
	}
	if (detect_again(d, master_pixels(m), &again, &e)) stop(&e);
	r->finished++;
	r->recognised += again.faces > 0;
	if (again.strength > r->strongest) {
		r->strongest = again.strength;
		snprintf(r->where, sizeof r->where, "%s", file);
	}
}

static void one_picture(struct detector *d, const char *dir, const char *file, struct row *rows, size_t n) {
	static struct wire_region region[WIRE_REGIONS_MAX];
	char path[512];
	struct err e = { 0 };
	struct buf auto_buf bytes;
	struct stripped *s = NULL;
	struct found auto_found *found = NULL;
	buf_init(&bytes, WIRE_INPUT_MAX);
	snprintf(path, sizeof path, "%s/%s", dir, file);
	if (file_read(AT_FDCWD, path, &bytes, &e) || strip_photo(buf_text(&bytes), bytes.len, &s, &e) ||
		detect_faces(d, strip_pixels(s), &found, &e))
		stop(&e);
	size_t count = found_regions(found, region, WIRE_REGIONS_MAX);
	for (size_t i = 0; i < n; i++) finish(d, s, region, count, file, &rows[i]);
	strip_free(s);
}

int main(void) {
	struct row rows[] = { { .name = "veil", .form = FORM_VEIL, .view = VIEW_EO_FR },
		{ .name = "veil, mouth free", .form = FORM_VEIL_MOUTH, .view = VIEW_EO_FS },
		{ .name = "smile crop", .form = FORM_SMILE, .view = VIEW_EO_FS } };
	struct err e = { 0 };
	struct detector auto_detector *d = NULL;
	struct faces_picture *set = NULL;
	const char *dir = faces_dir();
	if (!dir) {
		puts("the face fixtures are not here: skipped");
		return 0;
	}
	if (image_init(&e) || detector_new(&d, &e)) stop(&e);
	size_t n = faces_manifest(dir, &set);
	for (size_t i = 0; i < n; i++)
		if (set[i].faces) one_picture(d, dir, set[i].file, rows, sizeof rows / sizeof *rows);
	printf("%-18s %9s %8s %11s %10s\n", "form", "finished", "refused", "recognised", "strongest");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		printf("%-18s %9u %8u %11u %10.2f  %s\n", rows[i].name, rows[i].finished, rows[i].refused,
			rows[i].recognised, (double)rows[i].strongest, rows[i].where);
	printf("A face counts as recognised from a strength of %.2f on.\n", (double)DETECT_AGAIN_STRENGTH);
	free(set);
	return 0;
}

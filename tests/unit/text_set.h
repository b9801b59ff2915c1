/* text_set.h: the pictures with names, dates and codes in them (truth.csv, quads.csv, sources.csv) for tests and measurements: where each
 * line and code lies, and how much of it a search covered. Pictures are decoded by libvips directly, apart from the code
 * under test. */
#ifndef OCCLUDE_TESTS_TEXT_SET_H
#define OCCLUDE_TESTS_TEXT_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pixels.h"
#include "flow/wire.h"

enum { TEXT_SET_LINES = 16 };
#define TEXT_SET_COVERED 0.9F

struct text_set_line {
	char text[80], kind[24];
	struct wire_point quad[4];
	bool code;
};

struct text_set_picture {
	char file[32], kind[24];
	bool intraoral;
	size_t lines; /* 0: nothing to find */
	struct text_set_line line[TEXT_SET_LINES];
};

/* The directory of the fixtures ($OCCLUDE_FIXTURES/identifiers, else ../shared/fixtures/identifiers), or NULL if there is none. */
const char *text_set_dir(void);
/* Reads the tables; free the array with free. Exits with a message if they are there but not as expected. */
size_t text_set_read(const char *dir, struct text_set_picture **ret);
/* How much of a line or code lies under the regions, 0 to 1. */
float text_set_share(const struct text_set_line *l, const struct wire_region *r, size_t n);
/* How much of a picture of that size lies under the regions. */
float text_set_area(int width, int height, const struct wire_region *r, size_t n);

#endif

/* sample_practice.h: a practice whose cases may be published, made through the records' own functions, for the tests of
 * publishing. Pictures are small and generated, masters are real PNGs, sealed where masters lie. Every function fails the
 * test if it cannot do its work. The fake clock stands at 2026-11-22 12:00 UTC when it is made. */
#ifndef OCCLUDE_TESTS_SAMPLE_PRACTICE_H
#define OCCLUDE_TESTS_SAMPLE_PRACTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pixels.h"
#include "record/practice.h"

enum { SAMPLE_NOW = 1795348800, SAMPLE_CASES_MAX = 60, SAMPLE_PHOTOS = 2 };

struct sample_case {
	int64_t patient, consent, id;
	int64_t photo[SAMPLE_PHOTOS]; /* IO-FR at T1 and T3 */
};

struct sample {
	char root[64], dir[96];
	bool is_copy; /* the key file belongs to the practice it was copied from */
	struct practice *p;
	struct actor ada, doc; /* admin; clinician with the publisher's right */
	struct sample_case cases[SAMPLE_CASES_MAX];
	size_t n;
};

/* A practice with so many cases, each of a patient of their own; nothing is published yet. */
void sample_make(struct sample *s, size_t cases);
/* A copy of the directory, opened; `from` must stay until the copy is gone. */
void sample_copy(const struct sample *from, struct sample *ret);
void sample_close(struct sample *s); /* takes one that is all zero */
void sample_reopen(struct sample *s);

/* An adult (or `born_on` of a minor, with a guardian) with a complete consent up to `expires_on`, and a case with a pair. */
struct sample_case *sample_add(struct sample *s, const char *born_on, const char *expires_on);
/* A newer complete consent of the case's patient. */
int64_t sample_consent(struct sample *s, struct sample_case *c, const char *expires_on);
/* A photo with a decision, an answered text question and an approved master of these pixels. */
int64_t sample_photo(struct sample *s, int64_t case_id, const char *stage, const char *view, const char *taken_on,
	const struct pixels *px);
/* A photo that nobody has reviewed yet. */
int64_t sample_raw_photo(
	struct sample *s, int64_t case_id, const char *stage, const char *view, const char *taken_on);
/* Another decision for the photo and a new master of these pixels (not approved). */
void sample_change(struct sample *s, int64_t photo, const struct pixels *px);
void sample_approve(struct sample *s, int64_t photo);

/* A small picture that is unlike every other of another seed. */
void sample_pixels(unsigned seed, struct pixels *ret);
/* The integer a literal query with one parameter gives. */
int64_t sample_int(struct sample *s, const char *sql, int64_t arg);

/* Looks for the real worker one directory above this program and uses it; skips the test where it is not built. */
void sample_worker(void);

#endif

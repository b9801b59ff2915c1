/* intake.h: photos from a disk into a case. A photo's original is sealed before anything looks into it (I9); then its jailed
 * worker strips it and looks for faces (I4); then photo, regions and the default decision are recorded in one transaction. A kill
 * at any moment leaves either nothing (the sealed file is swept at the next open) or a whole photo; running it again
 * completes, because the same bytes twice for a patient are one photo. */
#ifndef OCCLUDE_FLOW_INTAKE_H
#define OCCLUDE_FLOW_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "flow/form.h"
#include "record/photo.h"
#include "record/practice.h"

enum { INTAKE_FILES_MAX = 5000, INTAKE_DEPTH_MAX = 4 };

/* One file to take. */
struct intake_file {
	char *path;               /* as it is opened; for sentences only, never stored */
	int stage;                /* flow/form.h; 0: not known */
	enum wire_view view;      /* 0: not known */
	char taken_on[DATE_TEXT]; /* or empty: from the camera */
	bool mirror;              /* taken through a mirror and not yet turned: shown flipped */
};

struct intake_files {
	struct intake_file *file;
	size_t n, skipped; /* skipped: hidden files, links, devices in directories */
};

/* What holds for all files that do not say otherwise themselves. */
struct intake_wish {
	int stage;
	enum wire_view view;
	const char *taken_on;
	bool mirror;
};

/* Collects a file, or all files of a directory and those below (sorted; hidden ones, links and devices are passed over). Stage
 * and view are looked for in the file's name, then in the names of the two directories above ("T1/IO-FR.jpg", "t2.1_eo-fs.jpg",
 * "T3 IO UO.png"), where the wish does not say them. */
int intake_collect(struct intake_files *fs, const char *path, const struct intake_wish *w, struct err *e);
/* Collects what a list says: lines of FILE, STAGE, VIEW and, if known, DATE and "mirror", with tabs between; '#' begins a
 * remark. Files are relative to the list's directory. */
int intake_collect_list(struct intake_files *fs, const char *list, const struct intake_wish *w, struct err *e);
void intake_files_free(struct intake_files *fs);
/* Stage and view from a path, as intake_collect finds them; 0 for what is not there. */
void intake_guess(const char *path, int *ret_stage, enum wire_view *ret_view);

enum intake_outcome { INTAKE_NEW = 1, INTAKE_SAME, INTAKE_REFUSED };

struct intake_result {
	const struct intake_file *file;
	enum intake_outcome outcome;
	struct photo_row photo; /* INTAKE_NEW, INTAKE_SAME */
	bool quarantined;       /* I4: an extraoral photo on which no face was found for certain */
	struct err why;         /* INTAKE_REFUSED: one sentence. Nothing of the file is left in the practice */
};

/* Takes all files into a case, on all cores; `each` hears of every one as it is settled. Returns 0 if the run itself could be
 * made (files may have been refused). CAN_RECORD. */
int intake_run(struct practice *p, const struct actor *a, int64_t case_id, const struct intake_files *fs,
	void (*each)(void *arg, const struct intake_result *r), void *arg, struct err *e);

/* Reads a whole regular file from a path given by a person (at most PICTURE_BYTES_MAX), with sentences for what is none. */
int intake_read(const char *path, struct buf *out, struct err *e);

#endif

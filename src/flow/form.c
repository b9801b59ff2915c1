/* form.c: tables of words, and what is hidden by view. */
#include "flow/form.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

struct word {
	int value;
	const char *name;
};

static const struct word views[] = {
	{ VIEW_EO_FR, "EO-FR" },
	{ VIEW_EO_FS, "EO-FS" },
	{ VIEW_EO_PR, "EO-PR" },
	{ VIEW_EO_45, "EO-45" },
	{ VIEW_IO_FR, "IO-FR" },
	{ VIEW_IO_RB, "IO-RB" },
	{ VIEW_IO_LB, "IO-LB" },
	{ VIEW_IO_UO, "IO-UO" },
	{ VIEW_IO_LO, "IO-LO" },
	{ VIEW_OT, "OT" },
	{ 0, NULL },
};
static const struct word forms[] = {
	{ FORM_NONE, "none" },
	{ FORM_ARCH, "arch" },
	{ FORM_SMILE, "smile" },
	{ FORM_LOWER_THIRD, "lower-third" },
	{ FORM_VEIL, "veil" },
	{ FORM_VEIL_MOUTH, "veil-mouth" },
	{ FORM_CROP, "crop" },
	{ 0, NULL },
};
static const struct word kinds[] = {
	{ REGION_FACE, "face" },
	{ REGION_TEXT, "text" },
	{ REGION_CODE, "code" },
	{ REGION_DRAWN, "drawn" },
	{ 0, NULL },
};
static const struct word shapes[] = {
	{ SHAPE_POLYGON, "polygon" },
	{ SHAPE_ELLIPSE, "ellipse" },
	{ SHAPE_RECT, "rect" },
	{ 0, NULL },
};
static const struct word exposures[] = {
	{ EXPOSURE_NONE, "none" },
	{ EXPOSURE_TEETH, "teeth" },
	{ EXPOSURE_SMILE, "smile" },
	{ EXPOSURE_VEILED, "veiled" },
	{ 0, NULL },
};

static const char *word_name(const struct word *table, int value) {
	for (; table->name; table++)
		if (table->value == value) return table->name;
	return "?";
}

static int word_parse(const struct word *table, const char *what, const char *s, int *ret, struct err *e) {
	char all[160] = "";
	for (const struct word *w = table; w->name; w++) {
		if (s && strcasecmp(w->name, s) == 0) {
			*ret = w->value;
			return 0;
		}
		size_t at = strlen(all);
		snprintf(all + at, sizeof(all) - at, "%s%s", at ? ", " : "", w->name);
	}
	return err_set(e, ERR_USAGE, "'%.40s' is not a %s; use one of %s", s ? s : "", what, all);
}

bool view_is_intraoral(enum wire_view view) {
	return view >= VIEW_IO_FR && view <= VIEW_IO_LO;
}

enum wire_form form_default(enum wire_view view) {
	if (view_is_intraoral(view)) return FORM_ARCH;
	switch (view) {
	case VIEW_EO_FR:
	case VIEW_EO_FS:
		return FORM_SMILE;
	case VIEW_EO_PR:
	case VIEW_EO_45:
		return FORM_VEIL;
	default:
		return FORM_NONE;
	}
}

/* C3 */
enum exposure form_exposure(enum wire_form form, enum wire_view view) {
	switch (form) {
	case FORM_SMILE:
	case FORM_LOWER_THIRD:
		return EXPOSURE_SMILE;
	case FORM_VEIL:
	case FORM_VEIL_MOUTH:
		return EXPOSURE_VEILED;
	case FORM_ARCH: /* of an extraoral view it is a crop like any other */
	case FORM_CROP:
		return view_is_intraoral(view) ? EXPOSURE_TEETH : EXPOSURE_VEILED;
	case FORM_NONE:
		break;
	}
	return EXPOSURE_NONE;
}

bool form_needs_crop(enum wire_form form) {
	return form == FORM_LOWER_THIRD || form == FORM_CROP;
}

const char *view_name(enum wire_view view) {
	return word_name(views, (int)view);
}

const char *form_name(enum wire_form form) {
	return word_name(forms, (int)form);
}

const char *kind_name(enum wire_kind kind) {
	return word_name(kinds, (int)kind);
}

const char *shape_name(enum wire_shape shape) {
	return word_name(shapes, (int)shape);
}

const char *exposure_name(enum exposure exposure) {
	return word_name(exposures, (int)exposure);
}

int view_parse(const char *s, enum wire_view *ret, struct err *e) {
	int v = 0;
	if (word_parse(views, "view", s, &v, e) < 0) return -1;
	*ret = (enum wire_view)v;
	return 0;
}

int form_parse(const char *s, enum wire_form *ret, struct err *e) {
	int v = 0;
	if (word_parse(forms, "form", s, &v, e) < 0) return -1;
	*ret = (enum wire_form)v;
	return 0;
}

int kind_parse(const char *s, enum wire_kind *ret, struct err *e) {
	int v = 0;
	if (word_parse(kinds, "kind of region", s, &v, e) < 0) return -1;
	*ret = (enum wire_kind)v;
	return 0;
}

int shape_parse(const char *s, enum wire_shape *ret, struct err *e) {
	int v = 0;
	if (word_parse(shapes, "shape", s, &v, e) < 0) return -1;
	*ret = (enum wire_shape)v;
	return 0;
}

int exposure_parse(const char *s, enum exposure *ret, struct err *e) {
	int v = 0;
	if (word_parse(exposures, "level of exposure", s, &v, e) < 0) return -1;
	*ret = (enum exposure)v;
	return 0;
}

int stage_parse(const char *s, int *ret, struct err *e) {
	static const struct word whole[] = { { STAGE_T1, "T1" }, { STAGE_T2 + 1, "T2" }, { STAGE_T3, "T3" },
		{ STAGE_T4, "T4" }, { 0, NULL } };
	if (!s) s = "";
	for (const struct word *w = whole; w->name; w++) {
		if (strcasecmp(w->name, s) == 0) {
			*ret = w->value;
			return 0;
		}
	}
	int n = 0;
	if (strncasecmp(s, "T2.", 3) == 0) {
		const char *p = s + 3;
		for (; *p >= '0' && *p <= '9' && n < 100; p++) n = n * 10 + (*p - '0');
		if (*p != '\0' || s[3] == '0') n = 0;
	}
	if (n < 1 || n > 99)
		return err_set(e, ERR_USAGE,
			"'%.20s' is not a stage; use T1 (before), T2.1 to T2.99 (progress), T3 (after) or T4 "
			"(retention)",
			s);
	*ret = STAGE_T2 + n;
	return 0;
}

const char *stage_format(int stage, char out[STAGE_TEXT]) {
	if (stage > STAGE_T2 && stage < STAGE_T2 + 100)
		snprintf(out, STAGE_TEXT, "T2.%d", stage - STAGE_T2);
	else if (stage == STAGE_T1 || stage == STAGE_T3 || stage == STAGE_T4)
		snprintf(out, STAGE_TEXT, "T%d", stage / 1000);
	else
		snprintf(out, STAGE_TEXT, "?");
	return out;
}

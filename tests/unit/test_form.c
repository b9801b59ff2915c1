/* test_form.c: the words of views, forms and stages, and DESIGN's table of what is hidden by view. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/form.h"

static void I8_default_form_by_view(void **state) {
	(void)state;
	static const struct {
		enum wire_view view;
		enum wire_form form;
		enum exposure exposure, crop;
	} row[] = {
		{ VIEW_EO_FR, FORM_SMILE, EXPOSURE_SMILE, EXPOSURE_VEILED },
		{ VIEW_EO_FS, FORM_SMILE, EXPOSURE_SMILE, EXPOSURE_VEILED },
		{ VIEW_EO_PR, FORM_VEIL, EXPOSURE_VEILED, EXPOSURE_VEILED },
		{ VIEW_EO_45, FORM_VEIL, EXPOSURE_VEILED, EXPOSURE_VEILED },
		{ VIEW_IO_FR, FORM_ARCH, EXPOSURE_TEETH, EXPOSURE_TEETH },
		{ VIEW_IO_RB, FORM_ARCH, EXPOSURE_TEETH, EXPOSURE_TEETH },
		{ VIEW_IO_LB, FORM_ARCH, EXPOSURE_TEETH, EXPOSURE_TEETH },
		{ VIEW_IO_UO, FORM_ARCH, EXPOSURE_TEETH, EXPOSURE_TEETH },
		{ VIEW_IO_LO, FORM_ARCH, EXPOSURE_TEETH, EXPOSURE_TEETH },
		{ VIEW_OT, FORM_NONE, EXPOSURE_NONE, EXPOSURE_VEILED },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(form_default(row[i].view), row[i].form);
		assert_int_equal(form_exposure(row[i].form, row[i].view), row[i].exposure);
		assert_int_equal(form_exposure(FORM_CROP, row[i].view), row[i].crop);
		assert_int_equal(
			form_exposure(FORM_ARCH, row[i].view), row[i].crop); /* its name makes no head an arch */
		assert_int_equal(form_exposure(FORM_VEIL_MOUTH, row[i].view), EXPOSURE_VEILED);
	}
}

static void names_come_back(void **state) {
	(void)state;
	for (int v = VIEW_EO_FR; v <= VIEW_OT; v++) {
		enum wire_view got = 0;
		assert_int_equal(view_parse(view_name((enum wire_view)v), &got, NULL), 0);
		assert_int_equal(got, v);
	}
	for (int f = FORM_NONE; f <= FORM_CROP; f++) {
		enum wire_form got = FORM_NONE;
		assert_int_equal(form_parse(form_name((enum wire_form)f), &got, NULL), 0);
		assert_int_equal(got, f);
	}
	enum wire_view v = 0;
	struct err e = { 0 };
	assert_int_equal(view_parse("eo-fr", &v, &e), 0);
	assert_int_equal(view_parse("frontal", &v, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "IO-FR"));
	assert_string_equal(view_name((enum wire_view)99), "?");
}

static void stages_parse_and_sort(void **state) {
	(void)state;
	static const char *good[] = { "T1", "T2.1", "T2.2", "T2.10", "T2.99", "T3", "T4" };
	static const char *bad[] = { "", "T0", "T2.0", "T2.01", "T2.100", "T2.", "T2.1x", "T5", "3", "T2.-1",
		"T2.99999999999999999999" };
	int last = 0;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int stage = 0;
		char text[STAGE_TEXT];
		assert_int_equal(stage_parse(good[i], &stage, NULL), 0);
		assert_true(stage > last);
		assert_string_equal(stage_format(stage, text), good[i]);
		last = stage;
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int stage = 77;
		assert_int_equal(stage_parse(bad[i], &stage, NULL), -1);
		assert_int_equal(stage, 77);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(I8_default_form_by_view),
		cmocka_unit_test(names_come_back),
		cmocka_unit_test(stages_parse_and_sort),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

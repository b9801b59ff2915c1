/* test_manifest.c: the manifest is written one way and everything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/manifest.h"
#include "base/mem.h"

#define A  "aaaaaaaaaaaaaaaa"
#define B  "bbbbbbbbbbbbbbbb"
#define G  "gggggggggggggggg"
#define S1 "abcdefghijklmnopqrstuvwxyz"
#define S2 "bcdefghijklmnopqrstuvwxyz2"
#define H1 "1111111111111111111111111111111111111111111111111111111111111111"
#define HE "abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd"

#define HEAD "occlude-site 1\nserial 7\nsigned 1700000000\naudit 3 " H1 "\nsample 0\n"
#define CASES                                                                                                        \
	"case " A " " S1 " " H1 " 1800000000\n"                                                                      \
	"case " B " " S2 " " HE " 1800000001\n"
#define GONE "gone " G "\n"
#define FILES                                                                                                        \
	"file /robots.txt " S1 " 12 " H1 " txt\n"                                                                    \
	"file /site.css " S2 " 0 " HE " css\n"
#define PAGES                                                                                                        \
	"page / html\n"                                                                                              \
	"part " S1 " 10 " H1 " -\n"                                                                                  \
	"part " S2 " 20 " HE " " A "\n"                                                                              \
	"part " S2 " 20 " HE " " G "\n"                                                                              \
	"page /2/ html\n"                                                                                            \
	"part " S1 " 10 " H1 " -\n"
#define ROOT HEAD CASES GONE FILES PAGES

#define CASE_TEXT                                                                                                    \
	"occlude-case 1\nid " A "\n"                                                                                 \
	"file /c/" A "/ " S1 " 100 " H1 " html\n"                                                                    \
	"file /c/" A "/x.jpg " S2 " 200 " HE " jpeg\n"

static const uint8_t sha[MANIFEST_SHA_LEN] = { 0x11 };

static int decodes(const char *text) {
	struct err e = { 0 };
	auto_manifest struct manifest m;
	manifest_init(&m);
	int r = manifest_decode(text, strlen(text), &m, &e);
	assert_true(r ? e.text[0] != 0 : 1);
	return r;
}

static void what_was_read_is_written_the_same(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_manifest struct manifest m;
	auto_buf struct buf out;
	buf_init(&out, MANIFEST_ROOT_MAX);
	assert_int_equal(manifest_decode(ROOT, strlen(ROOT), &m, &e), 0);
	assert_int_equal(manifest_encode(&m, &out, &e), 0);
	assert_string_equal(buf_text(&out), ROOT);
	assert_int_equal(m.serial, 7);
	assert_int_equal(m.audit_count, 3);
	assert_false(m.sample);
}

static void lookups(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_manifest struct manifest m;
	assert_int_equal(manifest_decode(ROOT, strlen(ROOT), &m, &e), 0);
	assert_int_equal(manifest_find_case(&m, B)->lease, 1800000001);
	assert_null(manifest_find_case(&m, G));
	assert_true(manifest_is_gone(&m, G));
	assert_false(manifest_is_gone(&m, A));
	assert_int_equal(manifest_find_file(&m, "/robots.txt")->size, 12);
	assert_null(manifest_find_file(&m, "/robots.tx"));
	assert_int_equal(manifest_find_page(&m, "/")->count, 3);
	assert_int_equal(manifest_find_page(&m, "/2/")->first, 3);
	assert_null(manifest_find_page(&m, "/3/"));
}

static void any_other_text_is_refused(void **state) {
	(void)state;
	static const char *const bad[] = {
		"",
		"\n",
		"occlude-site 1",
		"occlude-site 2\nserial 7\n",
		"occlude-site 1\nserial 7\n",
		"occlude-site 1\nsigned 1700000000\nserial 7\naudit 3 " H1 "\nsample 0\n",
		"occlude-site 1\nserial 07\nsigned 1700000000\naudit 3 " H1 "\nsample 0\n",
		"occlude-site 1\nserial -7\nsigned 1700000000\naudit 3 " H1 "\nsample 0\n",
		"occlude-site 1\nserial 9223372036854775808\nsigned 1700000000\naudit 3 " H1 "\nsample 0\n",
		"occlude-site 1\nserial 7\nsigned 253402300800\naudit 3 " H1 "\nsample 0\n",
		"occlude-site 1\nserial 7\nsigned 1700000000\naudit 3 11\nsample 0\n",
		"occlude-site 1\nserial 7\nsigned 1700000000\naudit 3 " H1 "\nsample 2\n",
		"occlude-site 1\nserial 7\nsigned 1700000000\naudit 3 " H1 "\nsample 9\n",
		"occlude-site 1\r\nserial 7\r\n",
		HEAD "sample 0\n",
		HEAD "\n",
		HEAD " \n",
		HEAD "gone " G,
		HEAD "gone  " G "\n",
		HEAD "gone " G " \n",
		HEAD " gone " G "\n",
		HEAD "gone\t" G "\n",
		HEAD "gone " G "\r\n",
		HEAD "gone GGGGGGGGGGGGGGGG\n",
		HEAD "gone ggggggggggggggg\n",
		HEAD "gone ggggggggggggggggg\n",
		HEAD "gone ggggggggggggggg1\n",
		HEAD GONE GONE,
		HEAD "what " G "\n",
		HEAD GONE CASES,
		HEAD FILES GONE,
		HEAD PAGES FILES,
		HEAD CASES "gone " A "\n",
		HEAD "case " B " " S2 " " HE " 1800000001\ncase " A " " S1 " " H1 " 1800000000\n",
		HEAD "case " A " " S1 " " H1 " 0\n",
		HEAD "case " A " " S1 " " H1 " 253402300800\n",
		HEAD "case " A " " S1 " " H1 " 1e9\n",
		HEAD "case " A " ../../../../../../etc/passw " H1 " 1800000000\n",
		HEAD "case " A " " S1
		     " ABCDEF0000000000000000000000000000000000000000000000000000000000 1800000000\n",
		HEAD "case " A " " S1 " " H1 "\n",
		HEAD "case " A " " S1 " " H1 " 1800000000 x\n",
		HEAD "file /a/../b " S1 " 1 " H1 " html\n",
		HEAD "file /.. " S1 " 1 " H1 " html\n",
		HEAD "file /./a " S1 " 1 " H1 " html\n",
		HEAD "file /. " S1 " 1 " H1 " html\n",
		HEAD "file //a " S1 " 1 " H1 " html\n",
		HEAD "file a " S1 " 1 " H1 " html\n",
		HEAD "file /A " S1 " 1 " H1 " html\n",
		HEAD "file /a%20b " S1 " 1 " H1 " html\n",
		HEAD "file /c/x " S1 " 1 " H1 " html\n",
		HEAD "file /c " S1 " 1 " H1 " html\n",
		HEAD "file /a " S1 " 67108865 " H1 " html\n",
		HEAD "file /a " S1 " -1 " H1 " html\n",
		HEAD "file /a " S1 " 1 " H1 " exe\n",
		HEAD "file /a " S1 " 1 " H1 " html\nfile /a " S1 " 1 " H1 " html\n",
		HEAD "page / html\n",
		HEAD "part " S1 " 10 " H1 " -\n",
		HEAD "page / html\npart " S1 " 10 " H1 " " A "\n",
		HEAD "page / html\npart " S1 " 8388609 " H1 " -\n",
		HEAD "page / html\npart " S1 " 8388608 " H1 " -\npart " S1 " 1 " H1 " -\n",
		HEAD "file /a " S1 " 1 " H1 " html\npage /a html\npart " S1 " 10 " H1 " -\n",
		HEAD "page /b html\npart " S1 " 10 " H1 " -\npage /a html\npart " S1 " 10 " H1 " -\n",
	};
	assert_int_equal(decodes(HEAD), 0);
	assert_int_equal(decodes(ROOT), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (!decodes(bad[i])) fail_msg("row %zu was read: %s", i, bad[i]);
	char nul[] = HEAD "gone " G "\n";
	nul[sizeof nul - 4] = 0;
	struct err e;
	struct manifest m;
	assert_int_equal(manifest_decode(nul, sizeof nul - 1, &m, &e), -1);
}

static void no_changed_byte_is_read_as_the_same(void **state) {
	(void)state;
	char text[] = ROOT;
	for (size_t i = 0; i < sizeof text - 1; i++) {
		struct err e;
		auto_manifest struct manifest m;
		manifest_init(&m);
		char was = text[i];
		text[i] = (char)(was ^ 1);
		if (!manifest_decode(text, sizeof text - 1, &m,
			    &e)) { /* another value: then it is written back as it was read */
			auto_buf struct buf out;
			buf_init(&out, MANIFEST_ROOT_MAX);
			assert_int_equal(manifest_encode(&m, &out, &e), 0);
			assert_string_equal(buf_text(&out), text);
		}
		text[i] = was;
	}
	for (size_t len = 0; len < sizeof text - 1; len++) { /* cut anywhere but between two lines: refused */
		struct err e;
		auto_manifest struct manifest m;
		manifest_init(&m);
		if (len && text[len - 1] == '\n') continue;
		assert_int_equal(manifest_decode(text, len, &m, &e), -1);
	}
}

static void paths(void **state) {
	(void)state;
	char longest[MANIFEST_PATH_MAX + 2];
	memset(longest, 'a', sizeof longest);
	longest[0] = '/';
	assert_true(manifest_path_ok(longest, MANIFEST_PATH_MAX));
	assert_false(manifest_path_ok(longest, MANIFEST_PATH_MAX + 1));
	static const char *const good[] = { "/", "/a", "/a/", "/a.b/c-d_e.html", "/.well-known/security.txt",
		"/a./b" };
	static const char *const bad[] = { "", "a", "//", "/a//b", "/..", "/a/..", "/../a", "/a..b", "/.", "/./",
		"/a/.", "/a/./b", "/A", "/a b", "/a%41", "/a\\b", "/\xc3\xa9", "/a?b", "/a#b", "/a:b", "/~a" };
	for (size_t i = 0; i < ARRAY_LEN(good); i++) assert_true(manifest_path_ok(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (manifest_path_ok(bad[i], strlen(bad[i]))) fail_msg("%s passed", bad[i]);
	char id[MANIFEST_ID_LEN + 1];
	assert_true(manifest_path_case("/c/" A, id));
	assert_true(manifest_path_case("/c/" A "/x", id));
	assert_string_equal(id, A);
	assert_false(manifest_path_case("/c/" A "x", id));
	assert_false(manifest_path_case("/c/short/", id));
	assert_false(manifest_path_case("/d/" A, id));
}

static void building_in_any_order_gives_the_one_text(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_manifest struct manifest m, n;
	auto_buf struct buf out;
	buf_init(&out, MANIFEST_ROOT_MAX);
	manifest_init(&m);
	m.serial = 1;
	m.signed_at = 5;
	assert_int_equal(manifest_add_page(&m, "/z/", MANIFEST_HTML, &e), 0);
	assert_int_equal(manifest_add_part(&m, S1, 5, sha, B, &e), 0);
	assert_int_equal(manifest_add_page(&m, "/", MANIFEST_HTML, &e), 0);
	assert_int_equal(manifest_add_part(&m, S2, 6, sha, NULL, &e), 0);
	assert_int_equal(manifest_add_part(&m, S1, 7, sha, A, &e), 0);
	assert_int_equal(manifest_add_case(&m, B, S1, sha, 100, &e), 0);
	assert_int_equal(manifest_add_case(&m, A, S2, sha, 200, &e), 0);
	assert_int_equal(manifest_add_file(&m, "/site.css", S1, 3, sha, MANIFEST_CSS, &e), 0);
	assert_int_equal(manifest_encode(&m, &out, &e), 0);
	assert_int_equal(manifest_decode(out.data, out.len, &n, &e), 0);
	assert_int_equal(n.parts[manifest_find_page(&n, "/z/")->first].size, 5);
	assert_int_equal(n.parts[manifest_find_page(&n, "/")->first].size, 6);
	assert_int_equal(n.parts[manifest_find_page(&n, "/")->first + 1].size, 7);
	assert_string_equal(n.cases[0].id, A);
	assert_int_equal(manifest_add_case(&m, A, S2, sha, 200, &e), 0);
	assert_int_equal(manifest_encode(&m, &out, &e), -1); /* twice */
}

static void C6_withdrawing_leaves_a_tombstone(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_manifest struct manifest m;
	auto_buf struct buf out;
	buf_init(&out, MANIFEST_ROOT_MAX);
	assert_int_equal(manifest_decode(ROOT, strlen(ROOT), &m, &e), 0);
	assert_int_equal(manifest_withdraw(&m, A, &e), 0);
	assert_null(manifest_find_case(&m, A));
	assert_true(manifest_is_gone(&m, A));
	assert_non_null(manifest_find_case(&m, B));
	assert_int_equal(manifest_withdraw(&m, A, &e), 0); /* again changes nothing */
	assert_int_equal(m.gone_count, 2);
	assert_int_equal(manifest_encode(&m, &out, &e), 0); /* its segments may stay: nobody serves them */
}

static void the_signature_line(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_buf struct buf out;
	buf_init(&out, MANIFEST_ROOT_MAX);
	uint8_t sig[MANIFEST_SIG_LEN], got[MANIFEST_SIG_LEN];
	size_t len;
	for (size_t i = 0; i < sizeof sig; i++) sig[i] = (uint8_t)(i * 5);
	(void)buf_str(&out, ROOT);
	assert_int_equal(manifest_add_signature(&out, sig, &e), 0);
	assert_int_equal(manifest_split(out.data, out.len, &len, got, &e), 0);
	assert_int_equal(len, strlen(ROOT));
	assert_memory_equal(sig, got, sizeof sig);
	for (size_t cut = 0; cut < out.len; cut += 7)
		assert_int_equal(manifest_split(out.data, cut, &len, got, &e), -1);
	(void)buf_char(&out, '\n');
	assert_int_equal(manifest_split(out.data, out.len, &len, got, &e), -1);
}

static void a_case_holds_only_its_own_files(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_manifest_files struct manifest_files f;
	auto_buf struct buf out;
	buf_init(&out, MANIFEST_CASE_MAX);
	assert_int_equal(manifest_files_decode(CASE_TEXT, strlen(CASE_TEXT), A, &f, &e), 0);
	assert_int_equal(manifest_files_find(&f, "/c/" A "/x.jpg")->size, 200);
	assert_null(manifest_files_find(&f, "/c/" A "/y.jpg"));
	assert_int_equal(manifest_files_encode(&f, &out, &e), 0);
	assert_string_equal(buf_text(&out), CASE_TEXT);
	static const char *const bad[] = {
		"occlude-case 1\n",
		"occlude-case 1\nid " B "\n",
		"occlude-site 1\nid " A "\n",
		"occlude-case 1\nid " A "\nfile /c/" B "/ " S1 " 100 " H1 " html\n",
		"occlude-case 1\nid " A "\nfile /c/" A " " S1 " 100 " H1 " html\n",
		"occlude-case 1\nid " A "\nfile /site.css " S1 " 100 " H1 " css\n",
		"occlude-case 1\nid " A "\nfile /c/" A "/../ " S1 " 100 " H1 " html\n",
		"occlude-case 1\nid " A "\ngone " B "\n",
		CASE_TEXT "file /c/" A "/a " S2 " 200 " HE " jpeg\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct manifest_files g;
		if (!manifest_files_decode(bad[i], strlen(bad[i]), A, &g, &e)) fail_msg("row %zu was read", i);
	}
	assert_int_equal(manifest_files_add(&f, "/c/" B "/x", S1, 1, sha, MANIFEST_HTML, &e), -1);
}

static void limits_hold(void **state) {
	(void)state;
	struct err e = { 0 };
	auto_manifest struct manifest m;
	manifest_init(&m);
	char id[] = A;
	for (int i = 0; i < MANIFEST_CASES_MAX; i++) {
		for (int k = 0, n = i; k < 4; k++, n /= 26) id[k] = (char)('a' + n % 26);
		assert_int_equal(manifest_add_case(&m, id, S1, sha, 9, &e), 0);
	}
	assert_int_equal(manifest_add_case(&m, "zzzzzzzzzzzzzzzz", S1, sha, 9, &e), -1);
	assert_non_null(strstr(e.text, "20000"));
	assert_int_equal(manifest_sort(&m, &e), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_read_is_written_the_same),
		cmocka_unit_test(lookups),
		cmocka_unit_test(any_other_text_is_refused),
		cmocka_unit_test(no_changed_byte_is_read_as_the_same),
		cmocka_unit_test(paths),
		cmocka_unit_test(building_in_any_order_gives_the_one_text),
		cmocka_unit_test(C6_withdrawing_leaves_a_tombstone),
		cmocka_unit_test(the_signature_line),
		cmocka_unit_test(a_case_holds_only_its_own_files),
		cmocka_unit_test(limits_hold),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sample_practice.c: see sample_practice.h. */
#include "sample_practice.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_clock.h"
#include "flow/worker.h"
#include "lib/image.h"
#include "record/approval.h"
#include "record/case.h"
#include "record/consent.h"
#include "record/decision.h"
#include "record/master.h"
#include "record/patient.h"
#include "record/photo.h"
#include "record/policy.h"
#include "record/staff.h"

extern char **environ;

static const char password[] = "orchard-lantern-7-plume";

#define MUST(call)                                                                                                   \
	do {                                                                                                         \
		struct err e_ = { 0 }, *e = &e_;                                                                     \
		if ((call) < 0) fail_msg("%s:%d: %s", __FILE__, __LINE__, e_.text);                                  \
	} while (0)

void sample_worker(void) {
	static char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (n < 0) fail_msg("where this program lies cannot be found out");
	program[n] = 0;
	for (int up = 0; up < 2; up++) *strrchr(program, '/') = 0;
	strcat(program, "/occlude-worker");
	if (access(program, X_OK)) {
		print_message("# %s is not built\n", program);
		skip();
	}
	worker_set_program(program, 0);
}

void sample_pixels(unsigned seed, struct pixels *ret) {
	struct pixels p = { .width = 96, .height = 64, .bands = 3 };
	p.data = malloc((size_t)p.width * (size_t)p.height * 3);
	assert_non_null(p.data);
	for (int y = 0; y < p.height; y++)
		for (int x = 0; x < p.width; x++) {
			uint8_t *c = pixels_at(&p, x, y);
			c[0] = (uint8_t)(200 - (x / 8 + (int)seed * 5) % 40);
			c[1] = (uint8_t)(120 + (y / 8 + (int)seed * 3) % 40);
			c[2] = (uint8_t)(90 + (seed * 7) % 60);
		}
	*ret = p;
}

int64_t sample_int(struct sample *s, const char *sql, int64_t arg) {
	int64_t v = 0;
	struct err e = { 0 };
	if (db_get_int(s->p->db, &v, &e, sql, "i", arg) != 1) fail_msg("%s: %s", sql, e.text);
	return v;
}

/* ---- people ---- */

static void make_people(struct sample *s) {
	int64_t id, version;
	MUST(staff_actor(s->p, "ada", &s->ada, e));
	MUST(policy_set(s->p, &s->ada, policy_template(), false, &version, e));
	const struct staff_new doc = { .login = "lind",
		.name = "Mia Lind",
		.credential = "Dr. Mia Lind, orthodontist",
		.password = password,
		.role = ROLE_CLINICIAN,
		.is_publisher = true };
	MUST(staff_add(s->p, &s->ada, &doc, &id, e));
	MUST(staff_actor(s->p, "lind", &s->doc, e));
	MUST(policy_acknowledge(s->p, &s->ada, version, e));
	MUST(policy_acknowledge(s->p, &s->doc, version, e));
}

int64_t sample_consent(struct sample *s, struct sample_case *c, const char *expires_on) {
	static const char pdf[] = "%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n";
	char code[CONSENT_CODE + 1], sha[65];
	int64_t id;
	struct consent_terms *t = calloc(1, sizeof *t);
	assert_non_null(t);
	t->channels = 1;
	t->channel[0] = (struct consent_channel){
		.name = "website", .exposure = 3, .recipients = "the public", .purpose = "to show results"
	};
	strcpy(t->view[t->views++], "IO-FR");
	strcpy(t->view[t->views++], "EO-FS");
	strcpy(t->from_on, "2020-01-01");
	strcpy(t->to_on, "2026-12-31");
	(void)snprintf(t->expires_on, sizeof t->expires_on, "%s", expires_on);
	strcpy(t->discloser, "the practice");
	MUST(consent_open(s->p, &s->doc, c->patient, t, &id, code, e));
	free(t);
	MUST(consent_form_shown(s->p, &s->doc, id, "1", "en", seal_sha256("form", 4, sha), false, e));
	const struct consent_elements el = { .benefit = "none", .copy_given_on = "2026-11-01", .not_combined = true };
	MUST(consent_set(s->p, &s->doc, id, &el, e));
	MUST(consent_attach(s->p, &s->doc, id, pdf, sizeof pdf - 1, e));
	int64_t guardian =
		sample_int(s, "SELECT coalesce(max(id), 0) FROM guardian WHERE patient_id = ?1", c->patient);
	if (guardian) MUST(consent_sign(s->p, &s->doc, id, "guardian", guardian, NULL, "2026-11-01", e));
	MUST(consent_sign(s->p, &s->doc, id, guardian ? "minor" : "patient", 0, NULL, "2026-11-01", e));
	c->consent = id;
	return id;
}

struct sample_case *sample_add(struct sample *s, const char *born_on, const char *expires_on) {
	if (s->n == SAMPLE_CASES_MAX) fail_msg("too many cases");
	struct sample_case *c = &s->cases[s->n++];
	char reference[16];
	(void)snprintf(reference, sizeof reference, "P-%zu", s->n);
	const struct patient_facts f = {
		.reference = reference, .given = "Quillon", .family = "Zebrowski", .born_on = born_on
	};
	MUST(patient_add(s->p, &s->doc, &f, &c->patient, e));
	if (strcmp(born_on, "2008") > 0) {
		const struct guardian_row g = {
			.kind = "guardian", .name = "Tamsin Zebrowski", .relationship = "mother"
		};
		int64_t id;
		MUST(guardian_add(s->p, &s->doc, c->patient, &g, &id, e));
	}
	(void)sample_consent(s, c, expires_on);
	const struct case_facts cf = { .problem = "crowding",
		.treatment = "braces",
		.started_on = "2024-01-10",
		.ended_on = "2025-12-15",
		.orthodontist = "lind" };
	MUST(case_add(s->p, &s->doc, c->patient, &cf, &c->id, e));
	for (unsigned i = 0; i < SAMPLE_PHOTOS; i++) {
		struct pixels auto_pixels px;
		sample_pixels((unsigned)s->n * 10 + i, &px);
		c->photo[i] = sample_photo(s, c->id, i ? "T3" : "T1", "IO-FR", i ? "2026-01-10" : "2024-01-09", &px);
	}
	MUST(case_suitable(s->p, &s->doc, c->id, true, e));
	return c;
}

/* ---- photos ---- */

int64_t sample_raw_photo(
	struct sample *s, int64_t case_id, const char *stage, const char *view, const char *taken_on) {
	struct seal_key auto_seal_key *key = NULL;
	struct photo_row f = { .case_id = case_id,
		.patient_id = sample_int(s, "SELECT patient_id FROM cases WHERE id = ?1", case_id),
		.width = 96,
		.height = 64,
		.bytes = 16,
		.format = "jpeg",
		.detect_ran = true };
	char original[32];
	int64_t id;
	seal_random(original, sizeof original);
	(void)seal_sha256(original, sizeof original, f.sha256);
	(void)snprintf(f.stage, sizeof f.stage, "%s", stage);
	(void)snprintf(f.view, sizeof f.view, "%s", view);
	(void)snprintf(f.taken_on, sizeof f.taken_on, "%s", taken_on);
	MUST(practice_patient_key(s->p, f.patient_id, KEY_PICTURES, &key, e));
	MUST(vault_put(s->p, VAULT_ORIGINALS, key, original, sizeof original, f.vault_name, e));
	MUST(db_begin(s->p->db, e));
	MUST(photo_add(s->p, &s->doc, &f, &id, e));
	MUST(decision_default(s->p, id, !strncmp(view, "IO", 2) ? "arch" : "smile", false, e));
	MUST(db_commit(s->p->db, e));
	return id;
}

static void give_master(struct sample *s, int64_t photo, const struct pixels *px) {
	struct seal_key auto_seal_key *key = NULL;
	struct photo_row f;
	struct buf auto_buf png;
	char sha[65], name[VAULT_NAME + 1];
	buf_init(&png, 64 << 20);
	MUST(image_init(e));
	MUST(image_save_png(px, &png, e));
	MUST(photo_get(s->p, photo, &f, e));
	MUST(practice_patient_key(s->p, f.patient_id, KEY_PICTURES, &key, e));
	MUST(vault_put(s->p, VAULT_MASTERS, key, png.data, png.len, name, e));
	const struct master_new m = { .photo_id = photo,
		.revision = f.revision,
		.sha256 = seal_sha256(png.data, png.len, sha),
		.vault_name = name,
		.width = px->width,
		.height = px->height,
		.exposure = 1 };
	MUST(db_begin(s->p->db, e));
	MUST(master_add(s->p, &m, e));
	MUST(db_commit(s->p->db, e));
}

void sample_approve(struct sample *s, int64_t photo) {
	struct photo_row f;
	MUST(photo_get(s->p, photo, &f, e));
	MUST(approval_give(s->p, &s->doc, photo, f.master_sha256, e));
}

int64_t sample_photo(struct sample *s, int64_t case_id, const char *stage, const char *view, const char *taken_on,
	const struct pixels *px) {
	int64_t id = sample_raw_photo(s, case_id, stage, view, taken_on);
	MUST(decision_faces_checked(s->p, &s->doc, id, e));
	MUST(decision_no_text(s->p, &s->doc, id, e));
	give_master(s, id, px);
	sample_approve(s, id);
	return id;
}

void sample_change(struct sample *s, int64_t photo, const struct pixels *px) {
	struct decision_row d;
	MUST(decision_get(s->p, photo, &d, e));
	d.turn += 1;
	MUST(decision_set(s->p, &s->doc, &d, e));
	MUST(decision_no_text(s->p, &s->doc, photo, e));
	give_master(s, photo, px);
}

/* ---- the directory ---- */

void sample_make(struct sample *s, size_t cases) {
	struct buf auto_buf sheet;
	char key[96];
	*s = (struct sample){ 0 };
	clock_set(SAMPLE_NOW);
	buf_init(&sheet, 8192);
	strcpy(s->root, "/tmp/occlude-test-XXXXXX");
	assert_non_null(mkdtemp(s->root));
	(void)snprintf(s->dir, sizeof s->dir, "%s/practice", s->root);
	(void)snprintf(key, sizeof key, "%s/key", s->root);
	const struct practice_new n = { .name = "Lind Orthodontics",
		.profile = "US",
		.key_file = key,
		.location = "Main Street",
		.address = "1 Main Street",
		.town = "Springfield",
		.phone = "+1 555 0100",
		.email = "office@example.org",
		.emergency = "911",
		.zone = "America/New_York",
		.lang = "en",
		.login = "ada",
		.staff_name = "Ada Lind",
		.password = password };
	MUST(practice_init(s->dir, &n, &sheet, &s->p, e));
	make_people(s);
	for (size_t i = 0; i < cases; i++) (void)sample_add(s, "1990-05-04", "2030-06-30");
}

static void run_cp(const char *from, const char *to) {
	char *const argv[] = { (char *)(uintptr_t) "cp", (char *)(uintptr_t) "-a", (char *)(uintptr_t)from,
		(char *)(uintptr_t)to, NULL };
	pid_t pid;
	int status;
	assert_int_equal(posix_spawnp(&pid, "cp", NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

void sample_copy(const struct sample *from, struct sample *ret) {
	*ret = *from;
	ret->is_copy = true;
	ret->p = NULL;
	strcpy(ret->root, "/tmp/occlude-test-XXXXXX");
	assert_non_null(mkdtemp(ret->root));
	(void)snprintf(ret->dir, sizeof ret->dir, "%s/practice", ret->root);
	run_cp(from->dir, ret->dir);
	sample_reopen(ret);
}

void sample_reopen(struct sample *s) {
	practice_close(s->p);
	s->p = NULL;
	MUST(practice_open(s->dir, &s->p, e));
	MUST(practice_unlock_with(s->p, NULL, NULL, NULL, e));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void sample_close(struct sample *s) {
	practice_close(s->p);
	if (s->root[0]) (void)nftw(s->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	*s = (struct sample){ 0 };
}

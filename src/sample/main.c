/* main.c: draw-sample DIR draws the made-up patients of patients.c and writes the pictures as a camera would, for
 * `make demo` and the tests: DIR/REF/DATE/NAME.JPG, DIR/sample.tsv with a line a picture (file, patient's reference, stage,
 * view, capture date, the four corners of the text it bears, x,y from the top left clockwise in pixels of the upright picture,
 * or '-') and DIR/patients.tsv with a line a patient (reference, given name, family name, date of birth, problem, treatment). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "sample/overlay.h"
#include "sample/render.h"

enum { TEETH_WIDE = 2100, TEETH_HIGH = 1400, FACE_WIDE = 2000, FACE_HIGH = 2600, PROCESSES = 2 };

struct picture {
	uint8_t *rgb;
	int width, height;
};

/* The mouth as it stands at a stage. */
static struct mouth mouth_at(const struct patient *p, const char *stage) {
	struct mouth m = p->mouth;
	bool braces = strcmp(p->treatment, "braces") == 0;
	m.bite = p->before;
	if (strcmp(stage, "T3") == 0) m.bite = p->after;
	if (strncmp(stage, "T2", 2) == 0) {
		m.bite = bite_mix(&p->before, &p->after, .6f);
		m.braces = braces;
		m.attachments = !braces;
	}
	m.retainer = strcmp(stage, "T3") == 0 && braces;
	return m;
}

static int picture_draw(const struct shot *s, struct picture *ret, struct err *e) {
	static const char *const inside[] = { "IO-FR", "IO-RB", "IO-LB", "IO-UO", "IO-LO" };
	static const char *const outside[] = { "EO-FR", "EO-FS", "EO-PR", "EO-45" };
	const struct patient *p = &patients[s->patient];
	struct mouth m = mouth_at(p, s->stage);
	int drawn = -1;
	for (int i = 0; i < 5; i++)
		if (strcmp(s->view, inside[i]) == 0) {
			struct hold h = { s->aside, s->above, s->turn, s->close };
			ret->width = TEETH_WIDE;
			ret->height = TEETH_HIGH;
			drawn = intraoral_draw(&m, (enum intraoral)i, &h, TEETH_WIDE, TEETH_HIGH, &ret->rgb, e);
		}
	for (int i = 0; i < 4; i++)
		if (strcmp(s->view, outside[i]) == 0) {
			struct person who = p->person;
			if (strcmp(s->stage, "T3") == 0) {
				who.shirt = p->shirt_after;
				who.style = p->style_after;
				who.beard = p->beard_after;
				who.length = p->length_after;
			}
			struct pose pose = { s->turn, 0, s->aside, s->above, s->close };
			ret->width = FACE_WIDE;
			ret->height = FACE_HIGH;
			drawn = portrait_draw(&who, &m, (enum extraoral)i, &pose, vec_colour(p->wall), FACE_WIDE,
				FACE_HIGH, &ret->rgb, e);
		}
	if (drawn) return -1;
	return s->bears ? overlay_draw(ret->rgb, ret->width, ret->height, p, s, e) : 0;
}

/* The path below the directory: REF/DATE/CAMERA_NUMBER.JPG */
static void picture_name(int index, char *out, size_t size) {
	const struct shot *s = &shots[index];
	(void)snprintf(out, size, "%s/%.4s-%.2s-%.2s/%s%04d.JPG", patients[s->patient].ref, s->taken, s->taken + 5,
		s->taken + 8, s->phone ? "IMG_" : "DSC_", 412 + index * 7);
}

static int picture_write(int dir, const char *name, const struct buf *file, struct err *e) {
	char path[128];
	(void)snprintf(path, sizeof path, "%s", name);
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdirat(dir, path, 0755) && errno != EEXIST)
			return err_sys(e, "cannot make the directory %s", path);
		*slash = '/';
	}
	int fd auto_fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) return err_sys(e, "cannot write %s", path);
	return file_write_all(fd, file->data, file->len, e);
}

static int shot_make(int dir, int index, struct err *e) {
	const struct shot *s = &shots[index];
	struct picture p = { 0 };
	int failed = picture_draw(s, &p, e);
	uint8_t *rgb auto_free = p.rgb;
	if (failed) return -1;
	struct buf jpeg auto_buf, small auto_buf, file auto_buf;
	buf_init(&jpeg, 16 << 20);
	buf_init(&small, 48 << 10);
	buf_init(&file, 17 << 20);
	int turn = s->orientation == 6 ? 270 : s->orientation == 8 ? 90 : 0;
	if (render_jpeg(rgb, p.width, p.height, turn, 92, 0, &jpeg, e) ||
		render_jpeg(rgb, p.width, p.height, turn, 75, 320, &small, e))
		return -1;
	struct exposure x = { s->taken, s->orientation ? s->orientation : 1, turn ? p.height : p.width,
		turn ? p.width : p.height, s->phone ? 6 : 100,
		s->phone            ? 19
		: s->view[0] == 'I' ? 220
				    : 71 };
	if (camera_wrap(&camera_body[s->phone], &x, &jpeg, &small, &file, e)) return -1;
	char name[128];
	picture_name(index, name, sizeof name);
	return picture_write(dir, name, &file, e);
}

/* One process's share: every PROCESSES-th picture. */
static int share_make(int dir, int share, struct err *e) {
	for (int i = share; i < shots_count; i += PROCESSES)
		if (shot_make(dir, i, e)) return -1;
	return 0;
}

static int lists_write(int dir, struct err *e) {
	struct buf list auto_buf, people auto_buf;
	buf_init(&list, 1 << 20);
	buf_init(&people, 1 << 16);
	for (int i = 0; i < shots_count; i++) {
		const struct shot *s = &shots[i];
		char name[128];
		picture_name(i, name, sizeof name);
		buf_fmt(&list, "%s\t%s\t%s\t%s\t%.4s-%.2s-%.2s\t", name, patients[s->patient].ref, s->stage, s->view,
			s->taken, s->taken + 5, s->taken + 8);
		float q[8];
		bool face = s->view[0] == 'E';
		if (overlay_place(face ? FACE_WIDE : TEETH_WIDE, face ? FACE_HIGH : TEETH_HIGH, &patients[s->patient],
			    s, q, e))
			return -1;
		if (!s->bears) buf_str(&list, "-");
		for (int k = 0; s->bears && k < 8; k++)
			buf_fmt(&list, k ? (k % 2 ? ",%.0f" : " %.0f") : "%.0f", (double)q[k]);
		buf_char(&list, '\n');
	}
	for (int i = 0; i < patients_count; i++) {
		const struct patient *p = &patients[i];
		buf_fmt(&people, "%s\t%s\t%s\t%s\t%s\t%s\n", p->ref, p->given, p->family, p->birth, p->problem,
			p->treatment);
	}
	if (buf_check(&list, "sample.tsv", e) || buf_check(&people, "patients.tsv", e)) return -1;
	return picture_write(dir, "sample.tsv", &list, e) || picture_write(dir, "patients.tsv", &people, e) ? -1 : 0;
}

static int run(const char *program, const char *path, struct err *e) {
	if (mkdir(path, 0755) && errno != EEXIST) return err_sys(e, "cannot make the directory %s", path);
	int dir auto_fd = file_open_dir(path, e);
	if (dir < 0) return -1;
	pid_t child[PROCESSES];
	for (int i = 0; i < PROCESSES; i++) {
		child[i] = fork();
		if (child[i] < 0) return err_sys(e, "cannot start a second process");
		if (child[i] == 0) {
			int failed = render_start(program, e) || share_make(dir, i, e);
			if (failed) fprintf(stderr, "draw-sample: %s\n", e->text);
			_exit(failed ? ERR_OUTSIDE : 0);
		}
	}
	int bad = 0;
	for (int i = 0; i < PROCESSES; i++) {
		int status = 0;
		if (waitpid(child[i], &status, 0) < 0 || status != 0) bad = 1;
	}
	if (bad) return err_set(e, ERR_OUTSIDE, "not all pictures were drawn");
	return lists_write(dir, e);
}

int main(int argc, char **argv) {
	struct err e = { 0 };
	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: draw-sample DIR\n");
		return ERR_USAGE;
	}
	if (run(argv[0], argv[1], &e)) {
		fprintf(stderr, "draw-sample: %s\n", e.text);
		return e.kind;
	}
	return 0;
}

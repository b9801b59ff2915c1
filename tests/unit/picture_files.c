/* picture_files.c: see picture_files.h. */
#include "picture_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

const char *fixture_dir(void) {
	static char path[600];
	const char *root = getenv("OCCLUDE_FIXTURES");
	struct stat st;
	(void)snprintf(path, sizeof path, "%s/metadata", root ? root : "../shared/fixtures");
	return stat(path, &st) == 0 ? path : NULL;
}

void fixture_read(const char *path, struct buf *out) {
	FILE *f = fopen(path, "rb");
	if (!f) fail_msg("cannot open %s", path);
	for (;;) {
		char *p = buf_room(out, 65536);
		assert_non_null(p);
		size_t n = fread(p, 1, 65536, f);
		buf_grew(out, n);
		if (!n) break;
	}
	(void)fclose(f);
}

void csv_field(const char *line, int n, char *out, size_t size) {
	size_t used = 0;
	bool quoted = false;
	for (const char *c = line; *c && *c != '\n' && n >= 0; c++) {
		if (*c == '"') {
			if (quoted && c[1] == '"')
				c++;
			else {
				quoted = !quoted;
				continue;
			}
		} else if (*c == ',' && !quoted) {
			n--;
			continue;
		}
		if (n == 0 && used + 1 < size) out[used++] = *c;
	}
	out[used] = 0;
}

void picture_make(int width, int height, struct pixels *ret) {
	struct pixels p = { .width = width, .height = height, .bands = 3 };
	p.data = malloc((size_t)width * (size_t)height * 3);
	assert_non_null(p.data);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			uint8_t *c = pixels_at(&p, x, y);
			c[0] = (uint8_t)(x * 255 / width);
			c[1] = (uint8_t)(y * 255 / height);
			c[2] = (uint8_t)((x / 8 + y / 8) % 2 ? 200 : 40);
		}
	*ret = p;
}

int child_run(void (*fn)(const void *arg, void *out), const void *arg, void *out, size_t size) {
	void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	(void)fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct rlimit cpu = { 20, 20 };
		(void)setrlimit(RLIMIT_CPU, &cpu);
#ifndef OCCLUDE_SANITIZED
		struct rlimit memory = { 1536UL << 20, 1536UL << 20 };
		(void)setrlimit(RLIMIT_AS, &memory);
#endif
		(void)alarm(30);
		fn(arg, shared);
		_exit(0);
	}
	int status = -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	memcpy(out, shared, size);
	(void)munmap(shared, size);
	return status;
}

/* views.c: see views.h. */
#include "views.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"
#include "base/manifest.h"
#include "base/mem.h"
#include "lib/clock.h"

enum { SLOTS = 32768, EVERY = 60, DAY = 86400 }; /* more slots than cases (MANIFEST_CASES_MAX) */
_Static_assert((int)SLOTS > (int)MANIFEST_CASES_MAX, "a slot for every case");

struct slot {
	char id[MANIFEST_ID_LEN + 1];
	uint32_t count;
};

struct views {
	int inbox_fd;
	pthread_mutex_t lock;
	int64_t day, written;
	size_t used;
	struct slot slots[SLOTS];
};

int views_new(int inbox_fd, struct views **ret, struct err *e) {
	struct views *v = calloc(1, sizeof *v);
	if (!v) return err_nomem(e);
	v->inbox_fd = inbox_fd;
	v->written = clock_now();
	v->day = v->written / DAY;
	(void)pthread_mutex_init(&v->lock, NULL);
	*ret = v;
	return 0;
}

void views_count(struct views *v, const char *id) {
	uint32_t h = 2166136261u;
	for (const char *s = id; *s; s++) h = (h ^ (unsigned char)*s) * 16777619u;
	(void)pthread_mutex_lock(&v->lock);
	for (size_t i = h % SLOTS; v->used < SLOTS; i = (i + 1) % SLOTS) {
		struct slot *s = &v->slots[i];
		if (s->id[0] && strcmp(s->id, id) != 0) continue;
		if (!s->id[0]) {
			memcpy(s->id, id, sizeof s->id);
			v->used++;
		}
		s->count++;
		break;
	}
	(void)pthread_mutex_unlock(&v->lock);
}

/* Under the lock. */
static int write_counts(struct views *v, struct err *e) {
	char day[DATE_TEXT];
	auto_buf struct buf out;
	buf_init(&out, SLOTS * 64);
	(void)date_format(date_from_days(v->day), day);
	for (size_t i = 0; i < SLOTS; i++)
		if (v->slots[i].count)
			(void)buf_fmt(&out, "views %s %s %u\n", day, v->slots[i].id, v->slots[i].count);
	if (buf_check(&out, "the count of views", e)) return -1;
	if (out.len) {
		auto_fd int fd =
			openat(v->inbox_fd, "views", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0) return err_sys(e, "the count of views cannot be written");
		if (file_write_all(fd, out.data, out.len, e)) return -1;
	}
	memset(v->slots, 0, sizeof v->slots);
	v->used = 0;
	return 0;
}

int views_tick(struct views *v, int64_t now, struct err *e) {
	int r = 0;
	(void)pthread_mutex_lock(&v->lock);
	if (now / DAY != v->day || now - v->written >= EVERY) {
		r = v->used ? write_counts(v, e) : 0;
		v->written = now;
		if (!r) v->day = now / DAY;
	}
	(void)pthread_mutex_unlock(&v->lock);
	return r;
}

void views_free(struct views *v) {
	if (!v) return;
	(void)write_counts(v, NULL);
	(void)pthread_mutex_destroy(&v->lock);
	free(v);
}

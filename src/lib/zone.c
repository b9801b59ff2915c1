/* zone.c: IANA time zones, read from the machine's TZif files (RFC 8536), for lib/clock.h. The C library's own way (the
 * TZ variable and tzset) is one setting for the whole process; this one keeps no state. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "lib/clock.h"
#include "zone_rule.h"

enum { ZONE_NAME_MAX = 64, ZONE_FILE_MAX = 65536, DAY = 86400 };

static const char zone_dir[] = "/usr/share/zoneinfo";

struct zone {
	struct buf file;
	const unsigned char *times, *kinds, *types; /* of the 64-bit block */
	size_t time_count, type_count;
	struct zone_rule rule; /* after the last transition */
};

static void zone_clear(struct zone *z) {
	buf_free(&z->file);
}

static bool name_is_plausible(const char *zone) {
	if (!zone || !*zone || strlen(zone) >= ZONE_NAME_MAX || strstr(zone, "..") || *zone == '/') return false;
	if (zone[strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/")]) return false;
	return strncmp(zone, "right/", 6) != 0 && strncmp(zone, "posix/", 6) != 0 && strcmp(zone, "localtime") != 0;
}

static uint32_t be32(const unsigned char *p) {
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p) {
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* One header and the length of its data block. RFC 8536, 3.1. */
struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

static int read_header(const unsigned char *p, size_t len, struct counts *ret) {
	if (len < 44 || memcmp(p, "TZif", 4) != 0 || p[4] < '2') return -1;
	*ret = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32), be32(p + 36), be32(p + 40) };
	if (ret->isut > 4096 || ret->isstd > 4096 || ret->leap > 4096 || ret->time > 4096 || ret->type > 256 ||
		ret->chars > 4096 || ret->type == 0)
		return -1;
	return 0;
}

static size_t block_size(const struct counts *c, size_t word) {
	return c->time * (word + 1) + c->type * 6 + c->chars + c->leap * (word + 4) + c->isstd + c->isut;
}

static int zone_parse(struct zone *z) {
	const unsigned char *p = (const unsigned char *)buf_text(&z->file);
	size_t len = z->file.len;
	struct counts c;
	if (read_header(p, len, &c)) return -1;
	size_t skip = 44 + block_size(&c, 4); /* the 32-bit block that old readers want */
	if (skip > len || read_header(p + skip, len - skip, &c)) return -1;
	p += skip + 44;
	len -= skip + 44;
	size_t size = block_size(&c, 8);
	if (size + 2 > len || p[size] != '\n') return -1;
	z->times = p;
	z->kinds = p + c.time * 8;
	z->types = z->kinds + c.time;
	z->time_count = c.time;
	z->type_count = c.type;
	for (size_t i = 0; i < c.time; i++)
		if (z->kinds[i] >= c.type || (i && be64(p + 8 * i) <= be64(p + 8 * (i - 1)))) return -1;
	/* The footer: "\n<rule>\n". The buffer's NUL ends it whatever the file says. */
	return zone_rule_parse((const char *)p + size + 1, &z->rule);
}

static int zone_open(const char *name, struct zone *z, struct err *e) {
	buf_init(&z->file, ZONE_FILE_MAX);
	if (name_is_plausible(name)) {
		char path[sizeof zone_dir + 1 + ZONE_NAME_MAX];
		(void)snprintf(path, sizeof path, "%s/%s", zone_dir, name);
		/* links are followed: many zones are links to others */
		auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		struct err why = { 0 };
		if (fd >= 0 && !file_read_fd(fd, name, &z->file, &why) && !zone_parse(z)) return 0;
	}
	zone_clear(z);
	return err_set(e, ERR_USAGE,
		"\"%.40s\" is not a time zone this machine knows: write it as region and city, like Europe/Berlin or "
		"America/New_York",
		name ? name : "");
}

static int32_t type_offset(const struct zone *z, size_t type) {
	return (int32_t)be32(z->types + 6 * type);
}

/* Seconds east of UTC at an instant. */
static int32_t zone_offset(const struct zone *z, int64_t at) {
	size_t lo = 0, hi = z->time_count; /* the number of transitions at or before `at` */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (be64(z->times + 8 * mid) <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == z->time_count && z->rule.there) return zone_rule_offset(&z->rule, at);
	return type_offset(z, lo ? z->kinds[lo - 1] : 0);
}

/* The first instant in (lo, hi] whose offset is not that of lo. */
static int64_t next_change(const struct zone *z, int64_t lo, int64_t hi) {
	int32_t before = zone_offset(z, lo);
	while (hi - lo > 1) {
		int64_t mid = lo + (hi - lo) / 2;
		if (zone_offset(z, mid) == before)
			lo = mid;
		else
			hi = mid;
	}
	return hi;
}

bool clock_zone_is_known(const char *zone) {
	struct zone z;
	if (zone_open(zone, &z, NULL)) return false;
	zone_clear(&z);
	return true;
}

int clock_local(const char *zone, struct date d, int hour, int64_t *ret, struct err *e) {
	struct zone z;
	if (zone_open(zone, &z, e)) return -1;
	int64_t local = date_to_days(d) * DAY + (int64_t)hour * 3600;
	/* No offset is a day or more, so these two are the ones before and after anything that happens near `local`. */
	int32_t before = zone_offset(&z, local - DAY), after = zone_offset(&z, local + DAY);
	int64_t first = local - before, second = local - after;
	if (zone_offset(&z, first) == before)
		*ret = first; /* where the hour comes twice: the earlier */
	else if (zone_offset(&z, second) == after)
		*ret = second;
	else
		*ret = next_change(&z, second < first ? second : first, second < first ? first : second);
	zone_clear(&z);
	return 0;
}

int clock_date(const char *zone, int64_t at, struct date *ret, struct err *e) {
	struct zone z;
	if (at < -5364662400 || at > 253402300799) /* the years 1800 to 9999, as base/date has them */
		return err_set(e, ERR_USAGE, "the time %lld is out of range", (long long)at);
	if (zone_open(zone, &z, e)) return -1;
	int64_t local = at + zone_offset(&z, at);
	*ret = date_from_days(local >= 0 ? local / DAY : -((DAY - 1 - local) / DAY));
	zone_clear(&z);
	return 0;
}

const char *clock_format(int64_t at, char out[24]) {
	int64_t days = at >= 0 ? at / DAY : -((DAY - 1 - at) / DAY);
	int minutes = (int)((at - days * DAY) / 60);
	char day[DATE_TEXT];
	(void)snprintf(
		out, 24, "%s %02d:%02d UTC", date_format(date_from_days(days), day), minutes / 60 % 24, minutes % 60);
	return out;
}

const char *clock_format_local(const char *zone, int64_t at, char out[24]) {
	struct zone z;
	if (zone_open(zone, &z, NULL)) return clock_format(at, out);
	(void)clock_format(at + zone_offset(&z, at), out);
	zone_clear(&z);
	out[strlen("2026-11-22 16:44")] = 0;
	return out;
}

/* worker_check.c: believes nothing a worker says. */
#include "flow/worker_check.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static bool flag(uint32_t v) {
	return v <= 1;
}

static bool share(float v) {
	return isfinite(v) && v >= 0 && v <= 1;
}

static bool point_ok(struct wire_point p) {
	const float far = 4.0F * WIRE_SIDE_MAX;
	return isfinite(p.x) && isfinite(p.y) && fabsf(p.x) <= far && fabsf(p.y) <= far;
}

static bool points_ok(const struct wire_point *p, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (!point_ok(p[i])) return false;
	return true;
}

/* A text field that must end inside its own bytes. */
static bool ended(const char *s, size_t size) {
	return memchr(s, '\0', size) != NULL;
}

const char *worker_check_region(struct wire_region *g) {
	if (g->kind < REGION_FACE || g->kind > REGION_DRAWN) return "a region of no known kind";
	if (g->shape < SHAPE_POLYGON || g->shape > SHAPE_RECT) return "a region of no known shape";
	if (!flag(g->verified) || !flag(g->cover)) return "a region's flag";
	if (!share(g->score) || !share(g->presence)) return "a region's score";
	if (g->points > WIRE_POINTS_MAX || g->lips > WIRE_POINTS_MAX) return "too many corners";
	if (g->shape == SHAPE_POLYGON ? g->points < 3 : g->points != 2) return "a region's corners";
	if (g->lips == 1 || g->lips == 2) return "a lip contour";
	if (!points_ok(g->box, 2) || !points_ok(g->point, 6)) return "a face's points";
	if (!points_ok(g->polygon, g->points) || !points_ok(g->lip, g->lips)) return "a corner's place";
	memset(&g->polygon[g->points], 0, sizeof(g->polygon) - g->points * sizeof(g->polygon[0]));
	memset(&g->lip[g->lips], 0, sizeof(g->lip) - g->lips * sizeof(g->lip[0]));
	return NULL;
}

static const char *check_regions(struct wire_reply *r) {
	if (r->regions > WIRE_REGIONS_MAX) return "too many regions";
	for (uint32_t i = 0; i < r->regions; i++) {
		const char *bad = worker_check_region(&r->region[i]);
		if (bad) return bad;
	}
	memset(&r->region[r->regions], 0, sizeof(r->region) - r->regions * sizeof(r->region[0]));
	return NULL;
}

/* "YYYY:MM:DD HH:MM:SS" or nothing. */
static bool capture_ok(const char *s, size_t size) {
	static const char shape[] = "dddd:dd:dd dd:dd:dd";
	if (!ended(s, size)) return false;
	if (s[0] == '\0') return true;
	if (strlen(s) != sizeof(shape) - 1) return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? (s[i] < '0' || s[i] > '9') : s[i] != shape[i]) return false;
	return true;
}

static bool begins_as(enum wire_format format, const unsigned char *p, size_t size) {
	switch (format) {
	case WIRE_JPEG:
		return size > 3 && memcmp(p, "\xff\xd8\xff", 3) == 0;
	case WIRE_PNG:
		return size > 8 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0;
	case WIRE_AVIF:
		return size > 12 && memcmp(p + 4, "ftypavif", 8) == 0;
	default:
		return false;
	}
}

/* Whether a job may give a blob of that kind in that format. */
static bool blob_belongs(const struct worker_asked *a, const struct wire_blob *b) {
	switch (b->kind) {
	case BLOB_MASTER:
		return a->job == WIRE_REDACT && b->format == WIRE_PNG && b->width <= MASTER_SIDE_MAX &&
		       b->height <= MASTER_SIDE_MAX;
	case BLOB_SHOW:
		return (a->job == WIRE_SHOW || (a->job == WIRE_REDACT && a->want_show)) && b->format == WIRE_JPEG;
	case BLOB_RENDITION:
		return a->job == WIRE_DERIVE && (b->format == WIRE_JPEG || b->format == WIRE_AVIF);
	default:
		return false;
	}
}

static const char *check_blobs(
	struct wire_reply *r, const struct worker_asked *a, const unsigned char *bytes, size_t size) {
	if (r->blobs > WIRE_BLOBS_MAX) return "too many pictures";
	unsigned masters = 0, shows = 0, renditions = 0;
	for (uint32_t i = 0; i < r->blobs; i++) {
		const struct wire_blob *b = &r->blob[i];
		if (b->offset > size || b->size > size - b->offset) return "a picture outside the reply";
		if (b->width < 1 || b->width > WIRE_SIDE_MAX || b->height < 1 || b->height > WIRE_SIDE_MAX)
			return "a picture's size";
		if (!blob_belongs(a, b)) return "a picture nobody asked for";
		if (!begins_as((enum wire_format)b->format, bytes + b->offset, (size_t)b->size))
			return "a picture of another format";
		masters += b->kind == BLOB_MASTER;
		shows += b->kind == BLOB_SHOW;
		renditions += b->kind == BLOB_RENDITION;
	}
	memset(&r->blob[r->blobs], 0, sizeof(r->blob) - r->blobs * sizeof(r->blob[0]));
	bool show_due = a->job == WIRE_SHOW || (a->job == WIRE_REDACT && a->want_show);
	if (masters != (a->job == WIRE_REDACT) || shows != show_due) return "a missing picture";
	if (a->job == WIRE_DERIVE && renditions == 0) return "a missing picture";
	return NULL;
}

static const char *check_words(const struct wire_reply *r) {
	if (!ended(r->why, sizeof(r->why)) || !ended(r->rule, sizeof(r->rule))) return "words without an end";
	if (r->refused && (text_is_blank(r->why) || !text_is_clean(r->why, strlen(r->why), false)))
		return "a refusal without clean words";
	if (r->rule[0] != '\0') {
		bool letter = strchr("CIPSA", r->rule[0]) != NULL;
		size_t digits = strspn(r->rule + 1, "0123456789");
		if (!letter || digits < 1 || digits > 2 || r->rule[1 + digits] != '\0') return "a rule's name";
	}
	return NULL;
}

static const char *check_numbers(const struct wire_reply *r) {
	const uint32_t removed_all = (REMOVED_EXIF << 1) - 1;
	if (r->format < WIRE_JPEG || r->format > WIRE_AVIF) return "a format";
	if (r->width < 1 || r->width > WIRE_SIDE_MAX || r->height < 1 || r->height > WIRE_SIDE_MAX ||
		(uint64_t)r->width * r->height > WIRE_PIXELS_MAX)
		return "a picture's size";
	if (r->removed & ~removed_all) return "a list of what was removed";
	if (!capture_ok(r->capture, sizeof(r->capture))) return "a capture time";
	if (!flag(r->detect_ran) || !flag(r->greyscale)) return "a flag";
	if (!isfinite(r->cpu_ms) || r->cpu_ms < 0) return "a time";
	if (r->exposure > 3) return "an exposure";
	if (r->faces_left > WIRE_REGIONS_MAX) return "a count of faces";
	if (!share(r->face_left_presence)) return "a face's presence";
	return NULL;
}

const char *worker_check(
	struct wire_reply *r, const struct worker_asked *asked, const unsigned char *bytes, size_t size) {
	if (r->magic != WIRE_MAGIC || r->version != WIRE_VERSION || r->job != asked->job)
		return "another program's words";
	if (!flag(r->refused)) return "a flag";
	const char *bad = check_words(r);
	if (bad || r->refused) return bad;
	bad = check_numbers(r);
	if (!bad) bad = check_regions(r);
	if (!bad) bad = check_blobs(r, asked, bytes, size);
	return bad;
}

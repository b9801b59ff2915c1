/* container.c: what a file is by its first bytes, and the walk's dispatch; see lib/container.h. */
#include "lib/container.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "lib/container_parts.h"

enum wire_format container_sniff(const void *bytes, size_t size) {
	struct span s = { bytes, size };
	if (span_is(s, 0, "\xff\xd8\xff")) return WIRE_JPEG;
	if (span_is(s, 0, "\x89PNG\r\n\x1a\n")) return WIRE_PNG;
	if (span_is(s, 0, "II*\0") || span_is(s, 0, "MM\0*")) return WIRE_TIFF;
	if (span_is(s, 0, "RIFF") && span_is(s, 8, "WEBP")) return WIRE_WEBP;
	return container_bmff_format(s);
}

/* Whether the text that a drawing would start with is near the beginning. */
static bool starts_with_text(struct span s, const char *word) {
	size_t at = span_is(s, 0, "\xef\xbb\xbf") ? 3 : 0;
	while (at < s.n && at < 256 && strchr(" \t\r\n", s.p[at]) && s.p[at]) at++;
	return span_is_(s, at, word, strlen(word));
}

const char *container_sniff_other(const void *bytes, size_t size) {
	static const struct {
		const char *magic, *what;
		size_t at, len;
	} known[] = {
		{ "%PDF", "a PDF", 0, 4 },
		{ "GIF8", "an animation (GIF)", 0, 4 },
		{ "BM", "a bitmap (BMP)", 0, 2 },
		{ "PK\3\4", "an archive (ZIP) or office document", 0, 4 },
		{ "ftyp", "a video", 4, 4 },
		{ "DICM", "a DICOM file", 128, 4 },
		{ "8BPS", "a Photoshop file", 0, 4 },
		{ "II+\0", "a BigTIFF", 0, 4 },
		{ "MM\0+", "a BigTIFF", 0, 4 },
		{ "\xff\x0a", "a JPEG XL", 0, 2 },
		{ "\0\0\0\x0cJXL ", "a JPEG XL", 0, 8 },
		{ "\0\0\0\x0cjP  ", "a JPEG 2000", 0, 8 },
		{ "RIFF", "a sound or video", 0, 4 },
		{ "FUJIFILM", "a raw photo", 0, 8 },
	};
	struct span s = { bytes, size };
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (span_is_(s, known[i].at, known[i].magic, known[i].len)) return known[i].what;
	if (starts_with_text(s, "<svg")) return "a drawing (SVG)";
	if (starts_with_text(s, "<?xml")) return "an XML file or drawing (SVG)";
	if (starts_with_text(s, "push graphic-context") || starts_with_text(s, "viewbox")) return "a drawing (MVG)";
	if (starts_with_text(s, "<!DOCTYPE") || starts_with_text(s, "<html")) return "a web page";
	return NULL;
}

void container_stray(struct container_report *r, uint32_t kinds, const char *fmt, ...) {
	r->kinds |= kinds;
	if (r->stray[0]) return;
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(r->stray, sizeof r->stray, fmt, ap);
	va_end(ap);
	for (char *c = r->stray; *c; c++)
		if (*c < 0x20 || *c > 0x7e) *c = '?'; /* a chunk's or box's name is the file's */
}

void container_found_exif(struct container_report *r, struct span file, size_t at, size_t size) {
	struct span block = span_part(file, at, size);
	r->kinds |= REMOVED_EXIF;
	if (r->exif_size || !(span_is(block, 0, "II") || span_is(block, 0, "MM"))) return;
	r->exif_at = at;
	r->exif_size = block.n;
}

uint32_t container_xmp_kinds(struct span xmp) {
	static const struct {
		const char *word;
		uint32_t kinds;
	} words[] = {
		{ "exif:GPS", REMOVED_GPS },
		{ "SerialNumber", REMOVED_SERIAL },
		{ "OwnerName", REMOVED_OWNER },
		{ "dc:creator", REMOVED_OWNER },
		{ "dc:rights", REMOVED_OWNER },
		{ "tiff:Artist", REMOVED_OWNER },
		{ "tiff:Make", REMOVED_CAMERA },
		{ "tiff:Model", REMOVED_CAMERA },
		{ "CreateDate", REMOVED_DATES },
		{ "DateCreated", REMOVED_DATES },
		{ "DateTime", REMOVED_DATES },
		{ "xmpGImg:image", REMOVED_PREVIEW },
		{ "GImage:Data", REMOVED_SECOND_IMAGE },
		{ "GDepth:Data", REMOVED_SECOND_IMAGE },
		{ "dc:description", REMOVED_COMMENT },
		{ "dc:title", REMOVED_COMMENT },
	};
	uint32_t kinds = 0;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (xmp.n && memmem(xmp.p, xmp.n, words[i].word, strlen(words[i].word))) kinds |= words[i].kinds;
	return kinds;
}

static void walk(const void *bytes, size_t size, bool exact, struct container_report *ret) {
	struct span file = { bytes, size };
	*ret = (struct container_report){ .format = container_sniff(bytes, size) };
	switch (ret->format) {
	case WIRE_JPEG:
		container_walk_jpeg(file, exact, ret);
		break;
	case WIRE_PNG:
		container_walk_png(file, ret);
		break;
	case WIRE_WEBP:
		container_walk_webp(file, ret);
		break;
	case WIRE_TIFF:
		container_walk_tiff(file, ret);
		break;
	case WIRE_HEIF:
	case WIRE_AVIF:
		container_walk_bmff(file, ret);
		break;
	case WIRE_NONE:
		break;
	}
}

void container_walk(const void *bytes, size_t size, struct container_report *ret) {
	walk(bytes, size, false, ret);
}

bool container_is_bare(const void *bytes, size_t size, struct container_report *ret) {
	walk(bytes, size, true, ret);
	bool published = ret->format == WIRE_JPEG || ret->format == WIRE_AVIF || ret->format == WIRE_PNG;
	if (!published) container_stray(ret, 0, "a format that is not published");
	if (!ret->whole) container_stray(ret, 0, "a file without its end");
	if (ret->stray[0] && !ret->kinds) ret->kinds = REMOVED_OTHER;
	return !ret->stray[0] && !ret->kinds;
}

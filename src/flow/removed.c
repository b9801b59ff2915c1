/* removed.c: names of the kinds of private data; see flow/removed.h. */
#include "flow/removed.h"

#include "base/mem.h"
#include "base/picture.h"

static const struct {
	uint32_t bit;
	const char *words;
} names[] = {
	{ REMOVED_GPS, "GPS position" },
	{ REMOVED_OWNER, "owner's name" },
	{ REMOVED_SERIAL, "camera serial number" },
	{ REMOVED_DATES, "date and time" },
	{ REMOVED_COMMENT, "comments" },
	{ REMOVED_PREVIEW, "embedded preview" },
	{ REMOVED_SECOND_IMAGE, "second picture" },
	{ REMOVED_TRAILER, "data after the picture's end" },
	{ REMOVED_XMP, "XMP data" },
	{ REMOVED_IPTC, "IPTC data" },
	{ REMOVED_MAKER, "camera maker's notes" },
	{ REMOVED_CAMERA, "camera make and model" },
	{ REMOVED_EXIF, "EXIF data" },
	{ REMOVED_ICC, "colour profile" },
	{ REMOVED_OTHER, "other data" },
};

int removed_words(uint32_t bits, struct buf *out) {
	bool first = true;
	uint32_t left = bits;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) left &= ~names[i].bit;
	if (left) bits |= REMOVED_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!(bits & names[i].bit)) continue;
		if (!first) (void)buf_str(out, ", ");
		(void)buf_str(out, names[i].words);
		first = false;
	}
	if (first) (void)buf_str(out, "nothing");
	return out->failed ? -1 : 0;
}

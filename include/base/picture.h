/* picture.h: the words for pictures that every room shares: the formats Occlude takes, the kinds of private data that a
 * file can carry, and how large an original may be. flow/wire.h carries these numbers between processes, hence their names. */
#ifndef OCCLUDE_BASE_PICTURE_H
#define OCCLUDE_BASE_PICTURE_H

enum {
	PICTURE_BYTES_MAX = 200 * 1024 * 1024, /* bytes of one original */
	PICTURE_PIXELS_MAX = 100 * 1000 * 1000,
	PICTURE_SIDE_MAX = 20000
};

/* Decided by the bytes of the file, never by its name. */
enum wire_format { WIRE_NONE = 0, WIRE_JPEG, WIRE_PNG, WIRE_TIFF, WIRE_WEBP, WIRE_HEIF, WIRE_AVIF };

/* What a file carries beside its picture (I1), a bit each; flow/removed.h names them in plain words. */
enum wire_removed {
	REMOVED_GPS = 1 << 0,
	REMOVED_CAMERA = 1 << 1, /* make, model */
	REMOVED_SERIAL = 1 << 2,
	REMOVED_OWNER = 1 << 3, /* owner, artist, copyright */
	REMOVED_DATES = 1 << 4,
	REMOVED_PREVIEW = 1 << 5, /* embedded preview or thumbnail */
	REMOVED_MAKER = 1 << 6,
	REMOVED_COMMENT = 1 << 7,
	REMOVED_XMP = 1 << 8,
	REMOVED_IPTC = 1 << 9,
	REMOVED_ICC = 1 << 10,
	REMOVED_SECOND_IMAGE = 1 << 11, /* MPF, gain map, other pages */
	REMOVED_TRAILER = 1 << 12,      /* bytes after the end marker: motion photo, archive */
	REMOVED_OTHER = 1 << 13,
	REMOVED_EXIF = 1 << 14
};

#endif

/* container.h: a walk of our own over the segments, chunks, boxes and directories of picture files. It decodes nothing and
 * depends on no library, so it can say independently of libvips what a file carries: which private data an original
 * brought along, and (strict) that a published file carries none (I1, I6). Every read is bounded by the file's size,
 * every loop by the counts below; no input makes it fail, crash or run long. */
#ifndef OCCLUDE_LIB_CONTAINER_H
#define OCCLUDE_LIB_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/picture.h"

enum {
	CONTAINER_PARTS_MAX = 20000, /* segments, chunks, boxes or directory entries looked at in one file */
	CONTAINER_EXIF_MAX = 1024 * 1024,
	CONTAINER_STRAY_MAX = 48
};

struct container_report {
	enum wire_format format;
	uint32_t kinds;         /* enum wire_removed bits */
	uint32_t width, height; /* as the header has them, before turning; 0 if it has none */
	bool whole;             /* the structure holds together down to the end marker */
	bool animated;          /* more than one frame in time */
	size_t exif_at;         /* where the first EXIF block's TIFF header ("II*" or "MM*") lies */
	size_t exif_size;       /* bytes from there to the block's end; 0: there is none */
	/* The first thing that a published file may not hold, in words ("an APP1 segment"); empty: the file is bare. */
	char stray[CONTAINER_STRAY_MAX];
};

/* The format by its first bytes; WIRE_NONE for anything Occlude does not take. */
enum wire_format container_sniff(const void *bytes, size_t size);
/* What a file that Occlude does not take is, for a sentence: "a PDF", "a drawing (SVG)", "an animation (GIF)", or
 * NULL if its bytes are not known. */
const char *container_sniff_other(const void *bytes, size_t size);

/* Walks the whole file. `ret->format` is WIRE_NONE and all else zero if it is no picture. */
void container_walk(const void *bytes, size_t size, struct container_report *ret);

/* I1: whether a published file is bare. A JPEG may hold SOI, at most one JFIF header without a thumbnail first, DQT,
 * SOF0 (8 bits, 1 or 3 components), DHT, one SOS and coded data that ends with its last block, EOI; an AVIF ftyp, meta
 * (hdlr without a name, pitm, iloc, iinf with one av01 item, iprp with one ispe, pixi, av1C and colr nclx each), mdat of
 * exactly the item's extent, without AV1 metadata or padding; a PNG IHDR, IDAT, IEND. Nothing else, no table twice, no
 * byte between or after. Other formats are never bare. Returns true, or false with `ret->stray` and `ret->kinds` saying
 * why (kinds is not 0 then). */
bool container_is_bare(const void *bytes, size_t size, struct container_report *ret);

/* Copies an EXIF block (starting at its TIFF header; or a whole TIFF file) into `out` (a block of at most CONTAINER_EXIF_MAX) for
 * a parser that trusts offsets: directory 0, its Exif and GPS directories, each once whatever cycles the offsets make;
 * values over 64 KB, picture data, thumbnails and maker notes left out. `*ret_kinds` (may be NULL) gets the bits of what was seen and left
 * out (REMOVED_PREVIEW, REMOVED_MAKER, REMOVED_SECOND_IMAGE, ...). 0, or -1 if there is no TIFF header or directory. */
int container_exif_copy(const void *block, size_t size, struct buf *out, uint32_t *ret_kinds);

#endif

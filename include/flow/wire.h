/* wire.h: what travels between a command and its jailed worker, as fixed-size structs in memory files. The command
 * believes nothing the worker says: flow/worker.c checks every count, size and number against these caps before
 * anyone sees them. All coordinates are pixels of the upright picture unless said otherwise. */
#ifndef OCCLUDE_FLOW_WIRE_H
#define OCCLUDE_FLOW_WIRE_H

#include <stdint.h>

#include "base/picture.h"

enum {
	WIRE_MAGIC = 0x4f43434c, /* "OCCL" */
	WIRE_VERSION = 1,
	WIRE_REGIONS_MAX = 256, /* regions of one photo */
	WIRE_POINTS_MAX = 64,   /* corners of one region, or points of a lip contour */
	WIRE_BLOBS_MAX = 16,
	WIRE_INPUT_MAX = PICTURE_BYTES_MAX,
	WIRE_OUTPUT_MAX = 96 * 1024 * 1024, /* bytes of all blobs of one reply */
	WIRE_PIXELS_MAX = PICTURE_PIXELS_MAX,
	WIRE_SIDE_MAX = PICTURE_SIDE_MAX,
	MASTER_SIDE_MAX = 2048,
	RECIPE_VERSION = 1 /* of renditions: 480/960/1600, JPEG q80 + AVIF q60 effort 0 */
};

enum wire_job {
	WIRE_STRIP = 1,  /* original -> report, capture time, size, faces, text and codes */
	WIRE_REDACT = 2, /* original + decision -> master (PNG) [+ side-by-side JPEG], second look */
	WIRE_DERIVE = 3, /* master -> six renditions */
	WIRE_CHECK = 4,  /* a published image -> metadata found, faces found */
	WIRE_SHOW = 5    /* original + decision -> side-by-side JPEG only */
};

enum wire_view {
	VIEW_EO_FR = 1,
	VIEW_EO_FS,
	VIEW_EO_PR,
	VIEW_EO_45,
	VIEW_IO_FR,
	VIEW_IO_RB,
	VIEW_IO_LB,
	VIEW_IO_UO,
	VIEW_IO_LO,
	VIEW_OT
};

enum wire_kind { REGION_FACE = 1, REGION_TEXT, REGION_CODE, REGION_DRAWN };
enum wire_shape {
	SHAPE_POLYGON = 1,
	SHAPE_ELLIPSE,
	SHAPE_RECT
}; /* ellipse, rect: points 0 and 1 are opposite corners */

struct wire_point {
	float x, y;
};

struct wire_region {
	uint32_t kind, shape;
	uint32_t verified; /* 1: certain; 0: a candidate only a person can confirm */
	uint32_t cover;    /* WIRE_REDACT: 1 cover it, 0 leave it (dismissed) */
	float score;       /* 0 to 1 */
	float presence;    /* of the mesh, 0 to 1; faces only */
	struct wire_point
		box[2]; /* faces: brow-to-chin box before growing, left top and right bottom along its own axes */
	struct wire_point point[6]; /* faces: right eye, left eye, nose tip, mouth centre, right ear, left ear */
	uint32_t points, lips;      /* how many of the two lists are used */
	struct wire_point polygon[WIRE_POINTS_MAX]; /* what would be covered, already grown */
	struct wire_point lip[WIRE_POINTS_MAX];     /* outer lip contour from the mesh; none if lips == 0 */
};

/* How a photo is shown in public. */
enum wire_form {
	FORM_NONE = 0,    /* nothing yet (OT, or a radiograph): publishes nothing */
	FORM_ARCH,        /* intraoral: crop to the arch */
	FORM_SMILE,       /* wide crop below the nose to the chin, eyes cut away */
	FORM_LOWER_THIRD, /* profile: below the nose to the throat, template placed by hand */
	FORM_VEIL,        /* the whole head under a constant tone */
	FORM_VEIL_MOUTH,  /* the head veiled, the mouth free (mesh lip contour) */
	FORM_CROP         /* exactly the drawn crop, with the drawn regions */
};

/* The reviewer's decision as the worker applies it, in this order: turn, flip, tone, crop, cover. */
struct wire_decision {
	uint32_t form;
	float turn;                /* degrees clockwise about the picture's centre, -180 to 180 */
	uint32_t flip;             /* 1: mirrored left to right (mirror pictures turned to read as direct) */
	float tone_gain[3];        /* one multiplication a channel, .5 to 2, 1 = none (I8) */
	uint32_t has_crop;         /* 0: the form's automatic crop */
	struct wire_point crop[2]; /* left top, right bottom, in the turned and flipped picture */
	uint32_t regions;
	struct wire_region region[WIRE_REGIONS_MAX];
};

struct wire_request {
	uint32_t magic, version, job;
	uint32_t view;      /* enum wire_view, or 0 */
	uint32_t want_show; /* WIRE_REDACT: also make the side-by-side picture */
	uint32_t reserved;
	struct wire_decision decision; /* WIRE_REDACT, WIRE_SHOW */
};

struct wire_blob {
	uint32_t kind;   /* enum wire_blob_kind */
	uint32_t format; /* enum wire_format */
	uint32_t width, height;
	uint64_t offset, size; /* within the bytes that follow the reply */
};
enum wire_blob_kind { BLOB_MASTER = 1, BLOB_RENDITION, BLOB_SHOW };

struct wire_reply {
	uint32_t magic, version, job;
	uint32_t refused; /* 1: `why` says why, nothing else counts */
	char why[400];    /* one sentence, no file name, NUL-terminated */
	char rule[8];
	uint32_t format, width, height; /* of the upright picture */
	uint32_t removed;               /* enum wire_removed bits; WIRE_CHECK: metadata still there (must be 0) */
	char capture[20];               /* "YYYY:MM:DD HH:MM:SS" as the camera's clock had it, or empty */
	uint32_t detect_ran;            /* 1: every pass of the search for faces, text and codes ran (I4) */
	uint32_t greyscale;             /* 1: no colour at all */
	float cpu_ms;                   /* of the search */
	uint32_t exposure;              /* of the master: 1 teeth, 2 smile, 3 veiled */
	uint32_t faces_left;            /* second look (I6): faces still recognised in master or published image */
	float face_left_presence;       /* the strongest of them, or of what stayed below the threshold */
	uint32_t regions;
	struct wire_region region[WIRE_REGIONS_MAX];
	uint32_t blobs;
	struct wire_blob blob[WIRE_BLOBS_MAX];
};

#endif

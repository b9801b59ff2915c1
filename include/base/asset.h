/* asset.h: files that are built into the programs (web/, schema/, models). The Makefile makes the tables. */
#ifndef OCCLUDE_BASE_ASSET_H
#define OCCLUDE_BASE_ASSET_H

#include <stddef.h>

struct asset {
	const char *name; /* path below its folder: "site/site.css", "0001_practice.sql" */
	const unsigned char *data;
	size_t size; /* a NUL follows the last byte and is not counted */
};

/* Tables end with a row whose name is NULL. web_assets: everything in web/ that is built in (not package files);
 * schema_assets: schema/NNNN_*.sql in order; model_assets: "face_detection_full_range.tflite", "face_landmark.tflite",
 * "ch_PP-OCRv4_det_infer.onnx", only linked into occlude-worker. */
extern const struct asset web_assets[];
extern const struct asset font_assets[]; /* "inter.woff2", "vollkorn.woff2" */
extern const struct asset schema_assets[];
extern const struct asset model_assets[];

/* The asset of that name, or NULL. */
const struct asset *asset_find(const struct asset *table, const char *name);

#endif

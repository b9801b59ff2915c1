/* qr.h: QR codes (libqrencode) as an SVG path: for the code on a form and on a patient's copy. */
#ifndef OCCLUDE_LIB_QR_H
#define OCCLUDE_LIB_QR_H

#include "base/buf.h"
#include "base/err.h"

enum { QR_TEXT_MAX = 200 };

/* Appends the path of the dark modules of `text` (at most QR_TEXT_MAX bytes; error correction M) to `out`, a run of modules as
 * "M3 0h4v1h-4z", and gives the side in modules without the quiet zone of 4 modules, which the caller leaves free. */
int qr_path(const char *text, struct buf *out, int *ret_side, struct err *e);

#endif

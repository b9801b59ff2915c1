/* qr.c: QR codes as an SVG path; the only file that includes libqrencode. */
#include "lib/qr.h"

#include <qrencode.h>
#include <string.h>

int qr_path(const char *text, struct buf *out, int *ret_side, struct err *e) {
	if (strlen(text) > QR_TEXT_MAX) return err_set(e, ERR_REFUSED, "the text for a square code is too long");
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	if (!code) return err_sys(e, "the square code could not be made");
	int side = code->width;
	for (int y = 0; y < side; y++) {
		const unsigned char *row = code->data + (ptrdiff_t)y * side;
		for (int x = 0; x < side;) {
			int end = x;
			while (end < side && (row[end] & 1)) end++;
			if (end > x) (void)buf_fmt(out, "M%d %dh%dv1h-%dz", x, y, end - x, end - x);
			x = end > x ? end : x + 1;
		}
	}
	QRcode_free(code);
	*ret_side = side;
	return buf_check(out, "the square code", e);
}

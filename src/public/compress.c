/* compress.c: see compress.h. */
#include "compress.h"

#include <brotli/encode.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

enum { GZIP_WINDOW = 15 + 16, SLOW_MAX = 256 << 10 }; /* what is larger gets a lower effort */

static size_t gzip(const void *data, size_t size, unsigned char *out, size_t room) {
	z_stream z = { 0 };
	int level = size > SLOW_MAX ? 6 : 9;
	if (deflateInit2(&z, level, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
	auto_free unsigned char *in = malloc(size); /* zlib's prototype is not const */
	size_t got = 0;
	if (in) {
		memcpy(in, data, size);
		z.next_in = in;
		z.avail_in = (uInt)size;
		z.next_out = out;
		z.avail_out = (uInt)room;
		if (deflate(&z, Z_FINISH) == Z_STREAM_END) got = z.total_out;
	}
	(void)deflateEnd(&z);
	return got;
}

static size_t brotli(const void *data, size_t size, unsigned char *out, size_t room) {
	size_t got = room;
	int quality = size > SLOW_MAX ? 5 : 9;
	return BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, size, data, &got, out) ? got
													      : 0;
}

int compress_text(enum coding coding, const void *data, size_t size, void **ret, size_t *ret_size) {
	if (coding == CODING_NONE || size < 64) return -1;
	auto_free unsigned char *out = malloc(size);
	if (!out) return -1;
	size_t got = coding == CODING_GZIP ? gzip(data, size, out, size - 1) : brotli(data, size, out, size - 1);
	if (!got) return -1;
	unsigned char *fit = realloc(out, got);
	if (fit) out = fit;
	*ret = TAKE_PTR(out);
	*ret_size = got;
	return 0;
}

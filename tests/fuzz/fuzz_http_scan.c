/* fuzz_http_scan.c: any bytes from a client (lib/http_scan.h): however they are split, the verdict is the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/http_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct http_scan whole, bytes;
	http_scan_init(&whole);
	http_scan_init(&bytes);
	http_scan_feed(&whole, data, size);
	for (size_t i = 0; i < size; i++) http_scan_feed(&bytes, data + i, 1);
	if (whole.bad != bytes.bad || whole.heads != bytes.heads || whole.state != bytes.state ||
		whole.body_left != bytes.body_left)
		abort();
	/* one whole head without a body holds no byte that two readers could take for different things */
	if (!whole.bad && whole.heads == 1 && !whole.length && whole.state == HTTP_SCAN_START)
		if (data[size - 1] != '\n' || memchr(data, 0, size)) abort();
	return 0;
}

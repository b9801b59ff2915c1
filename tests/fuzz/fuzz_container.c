/* fuzz_container.c: the walkers and the EXIF reader take anything; what they report stays in range. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lib/container.h"
#include "lib/exif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct container_report r, again;
	struct exif_facts f;
	container_walk(data, size, &r);
	if (r.exif_at > size || r.exif_size > size - r.exif_at) abort();
	if (!memchr(r.stray, 0, sizeof r.stray)) abort();
	bool bare = container_is_bare(data, size, &again);
	if (bare && (r.kinds || r.stray[0] || !r.whole || r.format == WIRE_NONE)) abort();
	if (!bare && r.format != WIRE_NONE && !again.kinds) abort();
	(void)container_sniff_other(data, size);
	exif_read(data + r.exif_at, r.exif_size, &f);
	if (f.orientation < 1 || f.orientation > 8 || !memchr(f.capture, 0, sizeof f.capture)) abort();
	return 0;
}

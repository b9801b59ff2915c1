/* compress.h: gzip and brotli of a whole text. */
#ifndef OCCLUDE_PUBLIC_COMPRESS_H
#define OCCLUDE_PUBLIC_COMPRESS_H

#include <stddef.h>

#include "negotiate.h"

/* Compresses `size` bytes; -1 if that fails or would not be smaller. Free *ret. */
int compress_text(enum coding coding, const void *data, size_t size, void **ret, size_t *ret_size);

#endif

/* removed.h: words for people about the private data that was taken off a photo. */
#ifndef OCCLUDE_FLOW_REMOVED_H
#define OCCLUDE_FLOW_REMOVED_H

#include <stdint.h>

#include "base/buf.h"

/* Appends "GPS position, camera serial number, owner's name, embedded preview" for enum wire_removed bits, the most
 * private first; "nothing" for 0. Bits that are not known are "other data". */
int removed_words(uint32_t bits, struct buf *out);

#endif

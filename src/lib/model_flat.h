/* model_flat.h: bounded reading of a flatbuffer. Nothing outside the bytes is ever read: an offset or count that points
 * there sets `bad`, which stays, and gives 0; so a reader may go on and ask once. Position 0 means "absent". */
#ifndef OCCLUDE_LIB_MODEL_FLAT_H
#define OCCLUDE_LIB_MODEL_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flat {
	const uint8_t *data;
	size_t size;
	bool bad;
};

uint8_t flat_u8(struct flat *f, size_t at);
uint16_t flat_u16(struct flat *f, size_t at);
uint32_t flat_u32(struct flat *f, size_t at);
int32_t flat_i32(struct flat *f, size_t at);
/* Where the table's field of that index lies, or 0 if the table leaves it out. */
size_t flat_field(struct flat *f, size_t table, unsigned index);
/* Follows the offset at `at` (0 stays 0). */
size_t flat_follow(struct flat *f, size_t at);
/* The vector whose offset is at `at`: where its first element lies and how many of `element` bytes there are, all inside the
 * bytes; 0 and none if absent. */
size_t flat_vector(struct flat *f, size_t at, size_t element, uint32_t *ret_count);
/* Scalar fields with their default. */
int32_t flat_int(struct flat *f, size_t table, unsigned index, int32_t missing);
uint8_t flat_byte(struct flat *f, size_t table, unsigned index, uint8_t missing);

#endif

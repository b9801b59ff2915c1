/* model_flat.c: see model_flat.h. The format: https://flatbuffers.dev/internals (tables point back to a vtable of 16-bit
 * field offsets; vectors begin with a 32-bit count; offsets are forward, relative to where they stand). */
#include <string.h>

#include "model_flat.h"

static bool inside(struct flat *f, size_t at, size_t bytes) {
	if (at <= f->size && bytes <= f->size - at) return true;
	f->bad = true;
	return false;
}

uint8_t flat_u8(struct flat *f, size_t at) {
	return inside(f, at, 1) ? f->data[at] : 0;
}

uint16_t flat_u16(struct flat *f, size_t at) {
	if (!inside(f, at, 2)) return 0;
	return (uint16_t)(f->data[at] | f->data[at + 1] << 8);
}

uint32_t flat_u32(struct flat *f, size_t at) {
	if (!inside(f, at, 4)) return 0;
	const uint8_t *p = f->data + at;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int32_t flat_i32(struct flat *f, size_t at) {
	uint32_t u = flat_u32(f, at);
	int32_t i;
	memcpy(&i, &u, sizeof i);
	return i;
}

size_t flat_field(struct flat *f, size_t table, unsigned index) {
	if (!table || f->bad) return 0;
	int64_t vtable = (int64_t)table - flat_i32(f, table);
	if (vtable < 0 || vtable > (int64_t)f->size) {
		f->bad = true;
		return 0;
	}
	size_t slot = 4 + 2 * (size_t)index;
	if (slot + 2 > flat_u16(f, (size_t)vtable)) return 0;
	uint16_t offset = flat_u16(f, (size_t)vtable + slot);
	return offset ? table + offset : 0;
}

size_t flat_follow(struct flat *f, size_t at) {
	if (!at || f->bad) return 0;
	uint32_t offset = flat_u32(f, at);
	if (!offset || !inside(f, at, offset)) {
		f->bad = true;
		return 0;
	}
	return at + offset;
}

size_t flat_vector(struct flat *f, size_t at, size_t element, uint32_t *ret_count) {
	*ret_count = 0;
	size_t vector = flat_follow(f, at);
	if (!vector) return 0;
	uint32_t count = flat_u32(f, vector);
	if (f->bad || count > (f->size - vector) / element || !inside(f, vector + 4, count * element)) {
		f->bad = true;
		return 0;
	}
	*ret_count = count;
	return vector + 4;
}

int32_t flat_int(struct flat *f, size_t table, unsigned index, int32_t missing) {
	size_t at = flat_field(f, table, index);
	return at ? flat_i32(f, at) : missing;
}

uint8_t flat_byte(struct flat *f, size_t table, unsigned index, uint8_t missing) {
	size_t at = flat_field(f, table, index);
	return at ? flat_u8(f, at) : missing;
}

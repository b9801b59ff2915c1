/* model_proto.c: see model_proto.h. */
#include "model_proto.h"

#include <string.h>

static bool fail(struct proto *p) {
	p->bad = true;
	p->rest.size = 0;
	return false;
}

bool proto_varint(struct proto *p, uint64_t *ret) {
	uint64_t v = 0;
	if (!p->rest.size) return false;
	for (unsigned shift = 0; shift < 64 && p->rest.size; shift += 7) {
		uint8_t byte = *p->rest.at++;
		p->rest.size--;
		v |= (uint64_t)(byte & 127) << shift;
		if (byte < 128) {
			*ret = v;
			return true;
		}
	}
	return fail(p);
}

/* Takes `n` bytes off the front. */
static bool take(struct proto *p, uint64_t n, struct proto_bytes *ret) {
	if (n > p->rest.size) return fail(p);
	*ret = (struct proto_bytes){ p->rest.at, (size_t)n };
	p->rest.at += n;
	p->rest.size -= (size_t)n;
	return true;
}

bool proto_next(struct proto *p, struct proto_field *ret) {
	uint64_t key, n = 0;
	struct proto_bytes fixed;
	if (!p->rest.size) return false;
	if (!proto_varint(p, &key) || key >> 3 == 0 || key >> 3 > UINT32_MAX) return fail(p);
	*ret = (struct proto_field){ .number = (uint32_t)(key >> 3), .type = (enum proto_type)(key & 7) };
	switch (key & 7) {
	case PROTO_VARINT:
		return proto_varint(p, &ret->value) || fail(p);
	case PROTO_BYTES:
		return proto_varint(p, &n) ? take(p, n, &ret->bytes) : fail(p);
	case PROTO_32:
	case PROTO_64:
		if (!take(p, ret->type == PROTO_32 ? 4 : 8, &fixed)) return false;
		for (size_t i = fixed.size; i-- > 0;) ret->value = ret->value << 8 | fixed.at[i];
		return true;
	default:
		return fail(p);
	}
}

bool proto_is(struct proto_bytes b, const char *word) {
	return b.size == strlen(word) && memcmp(b.at, word, b.size) == 0;
}

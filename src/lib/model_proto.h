/* model_proto.h: bounded reading of a protocol buffer (https://protobuf.dev/programming-guides/encoding). Nothing outside the bytes is
 * ever read: what is cut short or of an unknown wire type sets `bad`, which stays, and ends the message; so a reader may loop
 * and ask once. */
#ifndef OCCLUDE_LIB_MODEL_PROTO_H
#define OCCLUDE_LIB_MODEL_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes inside a file: a string, a message, packed numbers. */
struct proto_bytes {
	const uint8_t *at;
	size_t size;
};

struct proto {
	struct proto_bytes rest;
	bool bad;
};

enum proto_type { PROTO_VARINT = 0, PROTO_64 = 1, PROTO_BYTES = 2, PROTO_32 = 5 };

struct proto_field {
	uint32_t number;
	enum proto_type type;
	uint64_t value;           /* of the three kinds of numbers */
	struct proto_bytes bytes; /* of PROTO_BYTES */
};

static inline struct proto proto_of(struct proto_bytes b) {
	return (struct proto){ .rest = b };
}

/* The next field of a message; false at its end, or when it is damaged (p->bad). */
bool proto_next(struct proto *p, struct proto_field *ret);
/* The next of packed varints. */
bool proto_varint(struct proto *p, uint64_t *ret);
/* Whether the bytes are exactly that word. */
bool proto_is(struct proto_bytes b, const char *word);

#endif

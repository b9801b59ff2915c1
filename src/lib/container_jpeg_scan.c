/* container_jpeg_scan.c: follows the Huffman codes of a baseline JPEG (ITU-T T.81, annex F.2) to see where its coded data
 * ends. Decoders stop reading there and say nothing of what lies behind it; for us that is a place to hide things (I1). */
#include "lib/container_parts.h"

struct bits {
	struct span s;
	size_t at;
	uint32_t held; /* the lowest `n` bits are still to be read */
	unsigned n;
	bool over; /* read past the end */
};

/* The next bit; FF 00 is one byte FF. */
static unsigned next_bit(struct bits *b) {
	if (!b->n) {
		if (b->at >= b->s.n) {
			b->over = true;
			return 0;
		}
		b->held = b->s.p[b->at];
		b->at += b->held == 0xff ? 2 : 1;
		b->n = 8;
	}
	return b->held >> --b->n & 1;
}

static void skip_bits(struct bits *b, unsigned n) {
	while (n--) (void)next_bit(b);
}

struct codes {
	int32_t first[17], last[17]; /* of each length; last < first if there are none */
	uint32_t index[17];          /* of the first's value */
	struct span values;
};

/* T.81, annex C: codes of one length are consecutive. */
static void codes_make(struct span table, struct codes *c) {
	int32_t code = 0;
	uint32_t index = 0;
	for (unsigned len = 1; len <= 16; len++) {
		int32_t count = (int32_t)span_u8(table, len - 1);
		c->first[len] = code;
		c->last[len] = code + count - 1;
		c->index[len] = index;
		code = (code + count) << 1;
		index += (uint32_t)count;
	}
	c->values = span_part(table, 16, index);
}

/* The next value, or -1 if no code fits. */
static int next_value(struct bits *b, const struct codes *c) {
	int32_t code = 0;
	for (unsigned len = 1; len <= 16; len++) {
		code = code << 1 | (int32_t)next_bit(b);
		if (code > c->last[len] || code < c->first[len]) continue;
		uint32_t i = c->index[len] + (uint32_t)(code - c->first[len]);
		return i < c->values.n ? c->values.p[i] : -1;
	}
	return -1;
}

static bool skip_block(struct bits *b, const struct codes *dc, const struct codes *ac) {
	int size = next_value(b, dc);
	if (size < 0 || size > 11) return false;
	skip_bits(b, (unsigned)size);
	for (unsigned k = 1; k < 64; k++) {
		int rs = next_value(b, ac);
		if (rs < 0 || b->over) return false;
		unsigned run = (unsigned)rs >> 4, bits = (unsigned)rs & 15;
		if (rs == 0) break;
		if ((!bits && run != 15) || bits > 10) return false;
		k += run;
		if (k > 63) return false;
		skip_bits(b, bits);
	}
	return !b->over;
}

/* Only whole bytes of ones may fill the last byte, and it must be the last. */
static bool is_at_end(struct bits *b) {
	while (b->n)
		if (!next_bit(b)) return false;
	return !b->over && b->at == b->s.n;
}

bool container_jpeg_scan_is_exact(const struct jpeg_scan *js, struct span coded) {
	struct codes codes[2][2];
	struct bits b = { .s = coded };
	unsigned across = 1, down = 1, wide = js->width, high = js->height;
	for (unsigned i = 0; i < js->components; i++) {
		unsigned h = js->component[i].h, v = js->component[i].v;
		if (h < 1 || h > 4 || v < 1 || v > 4) return false;
		if (h > across) across = h;
		if (v > down) down = v;
	}
	if (js->components == 1) across = down = 1; /* T.81, A.2.2: one component alone is not interleaved */
	for (unsigned i = 0; i < 4; i++) codes_make(js->huff[i >> 1][i & 1], &codes[i >> 1][i & 1]);
	uint64_t units = (uint64_t)((wide + 8 * across - 1) / (8 * across)) * ((high + 8 * down - 1) / (8 * down));
	for (uint64_t u = 0; u < units; u++)
		for (unsigned i = 0; i < js->components; i++) {
			unsigned blocks = js->components == 1 ? 1 : js->component[i].h * js->component[i].v;
			const struct codes *dc = &codes[0][js->component[i].dc], *ac = &codes[1][js->component[i].ac];
			while (blocks--)
				if (!skip_block(&b, dc, ac)) return false;
		}
	return units && is_at_end(&b);
}

/* recovery.c: see record/recovery.h. */
#include "record/recovery.h"

#include <string.h>

#include "lib/clock.h"

/* Crockford's alphabet: no I, L, O or U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { GROUP_DATA = 4 };

/* The field of 32 elements, x^5 + x^2 + 1. */
static unsigned times(unsigned a, unsigned b) {
	unsigned r = 0;
	for (; b; b >>= 1) {
		if (b & 1) r ^= a;
		a <<= 1;
		if (a & 32) a ^= 37;
	}
	return r;
}

/* A sum with a different weight a place: every single slip and every exchange of two characters of a group shows, and
 * so do two groups in the wrong order. */
static unsigned group_check(const unsigned char v[GROUP_DATA], unsigned group) {
	unsigned sum = group + 1, weight = 2;
	for (int i = 0; i < GROUP_DATA; i++, weight = times(weight, 2)) sum ^= times(v[i], weight);
	return sum;
}

/* Five bits, most significant first; beyond the key there are zeros. */
static unsigned char bits_at(const unsigned char *key, size_t index) {
	unsigned char v = 0;
	for (size_t bit = index * 5; bit < index * 5 + 5; bit++) {
		unsigned on = bit < SEAL_KEY * 8 ? key[bit / 8] >> (7 - bit % 8) & 1u : 0;
		v = (unsigned char)(v << 1 | on);
	}
	return v;
}

void recovery_encode(const struct seal_key *master, char out[RECOVERY_CODE]) {
	for (unsigned g = 0; g < RECOVERY_GROUPS; g++) {
		unsigned char v[GROUP_DATA];
		for (size_t i = 0; i < GROUP_DATA; i++) {
			v[i] = bits_at(seal_key_bytes(master), g * GROUP_DATA + i);
			*out++ = alphabet[v[i]];
		}
		*out++ = alphabet[group_check(v, g)];
		*out++ = '-';
		explicit_bzero(v, sizeof v);
	}
	out[-1] = 0;
}

/* The value of a typed character, or -1; -2 for what is skipped. */
static int value_of(char c) {
	if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n') return -2;
	if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
	if (c == 'O') c = '0';
	if (c == 'I' || c == 'L') c = '1';
	const char *at = c ? strchr(alphabet, c) : NULL;
	return at ? (int)(at - alphabet) : -1;
}

static int read_values(const char *code, unsigned char v[RECOVERY_GROUPS * 5], struct err *e) {
	size_t n = 0;
	for (; *code; code++) {
		int x = value_of(*code);
		if (x == -2) continue;
		if (x < 0)
			return err_set(e, ERR_REFUSED,
				"group %zu of the recovery code holds \"%c\", which such a code never has", n / 5 + 1,
				*code);
		if (n == (size_t)RECOVERY_GROUPS * 5) {
			n++;
			break;
		}
		v[n++] = (unsigned char)x;
	}
	if (n == (size_t)RECOVERY_GROUPS * 5) return 0;
	return err_set(e, ERR_REFUSED, "the recovery code has %s than its 13 groups of five characters",
		n < (size_t)RECOVERY_GROUPS * 5 ? "less" : "more");
}

int recovery_decode(const char *code, struct seal_key **ret, struct err *e) {
	unsigned char v[RECOVERY_GROUPS * 5], key[SEAL_KEY] = { 0 };
	unsigned spare = 0;
	if (read_values(code, v, e)) return -1;
	for (unsigned g = 0; g < RECOVERY_GROUPS; g++)
		if (group_check(v + (size_t)g * 5, g) != v[g * 5 + 4])
			return err_set(e, ERR_REFUSED,
				"group %u of the recovery code is mistyped: compare it with the sheet", g + 1);
	for (size_t bit = 0; bit < (size_t)RECOVERY_GROUPS * GROUP_DATA * 5; bit++) {
		size_t index = bit / 5;
		unsigned on = v[index / GROUP_DATA * 5 + index % GROUP_DATA] >> (4 - bit % 5) & 1u;
		if (bit < SEAL_KEY * 8)
			key[bit / 8] |= (unsigned char)(on << (7 - bit % 8));
		else
			spare |= on;
	}
	int bad = spare ? err_set(e, ERR_REFUSED,
				  "group 13 of the recovery code is mistyped: compare it with the sheet")
			: seal_key_from(key, sizeof key, ret, e);
	explicit_bzero(v, sizeof v);
	explicit_bzero(key, sizeof key);
	return bad;
}

int recovery_sheet(
	const char *practice_name, const struct seal_key *master, int64_t at, struct buf *out, struct err *e) {
	char code[RECOVERY_CODE], when[24];
	recovery_encode(master, code);
	(void)buf_fmt(out,
		"======================================================================\n"
		"  OCCLUDE RECOVERY SHEET\n"
		"  Practice: %s\n"
		"  Made:     %s\n"
		"======================================================================\n\n"
		"The code:\n\n",
		practice_name, clock_format(at, when));
	for (int g = 0; g < RECOVERY_GROUPS; g++)
		(void)buf_fmt(out, "    %2d: %.5s%s", g + 1, code + (size_t)g * 6,
			g % 4 == 3 || g == RECOVERY_GROUPS - 1 ? "\n" : "");
	explicit_bzero(code, sizeof code);
	(void)buf_str(out, "\nWhat it is for. Every original photo and every signed consent of this\n"
			   "practice is stored encrypted. This code is the key. If the passphrase is\n"
			   "forgotten, or the key file or the computer is lost, this sheet and a\n"
			   "backup bring everything back. Without it and without the key, nothing\n"
			   "and nobody can: not the maker of this program either.\n\n"
			   "How to use it. Open the practice (or its restored backup) and type\n\n"
			   "    occlude doctor --recover\n\n"
			   "It asks for the code. Upper and lower case, spaces and dashes do not\n"
			   "matter; a mistyped group is named.\n\n"
			   "Where to keep it. On paper, in a safe or at a notary's, away from the\n"
			   "computer and from the backups: who holds this sheet and a backup can\n"
			   "read everything. Keep no photo or scan of it. If it is lost or seen by\n"
			   "someone who should not, tell the person in charge of data protection.\n"
			   "======================================================================\n");
	return buf_check(out, "the recovery sheet", e);
}

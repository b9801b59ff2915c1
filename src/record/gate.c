/* gate.c: reads case_reason and case_permit (schema/0005_gate.sql), and has a sentence for every code in them. */
#include "record/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lib/db.h"

const char *const gate_channels[] = { "website", "social", "print", "teaching", NULL };

/* In sentence and mend, $c is the case, $p the patient's reference, $n the channel, $F "photo 3" or "photos 1, 4 and 6",
 * $f the photo's number (PHOTO where there are several), $l all their numbers, $[has|have] a word for one or several. */
struct words {
	const char *code, *sentence, *mend;
};

static const struct words words[] = {
	{ "no_consent", "there is no complete written consent", "occlude consent form $p" },
	{ "consent_expired", "the consent has expired", "a new consent: occlude consent form $p" },
	{ "consent_aged_out", "the consent was given for a minor who has since reached the age to sign",
		"a new consent, signed by the patient: occlude consent form $p" },
	{ "consent_revoked", "the consent was revoked",
		"only a new consent, if the patient wishes: occlude consent form $p" },
	{ "public_lapse",
		"the consent was given for a minor who soon reaches the age to sign; for the public it has lapsed",
		"a new consent when that day has come: occlude consent form $p" },
	{ "paused", "everything of this patient is paused",
		"when the patient agrees: occlude consent resume $p --how TEXT" },
	{ "objection", "a guardian or the minor objects",
		"when it is taken back: occlude consent resume $p --hold NUMBER --how TEXT (occlude patient show "
		"$p)" },
	{ "died", "the patient has died; a personal representative has to sign", "occlude consent form $p" },
	{ "withdrawing", "taking it back has begun and is not finished yet", "occlude tick finishes it" },
	{ "erased", "the patient's pictures were erased for good", "nothing can; hide or delete the case" },
	{ "channel", "the consent does not cover the channel $n",
		"a new consent that names it: occlude consent form $p" },
	{ "exposure", "$F $[shows|show] more than the consent allows on $n",
		"a form that shows less: occlude review form $f smile (or arch)" },
	{ "view_not_covered", "$F $[is|are] of a view that the consent does not name",
		"occlude case photo $f --hide, or a new consent: occlude consent form $p" },
	{ "date_unknown", "the day $F $[was|were] taken on is not known, and the consent goes by dates",
		"occlude case photo $f --taken YYYY-MM-DD" },
	{ "date_not_covered", "$F $[was|were] taken outside the dates of the consent",
		"occlude case photo $f --hide, or a new consent: occlude consent form $p" },
	{ "picture_not_covered",
		"$F as $[it looks now is not one|they look now are none] of the pictures the signer saw",
		"a new consent that shows it: occlude consent form $p" },
	{ "excluded", "the signer excluded $F", "occlude case photo $f --hide" },
	{ "search_failed", "the search for faces on $F failed, which counts as not found",
		"look at it and cover every face: occlude review show $f --out FILE.jpg, then occlude review checked "
		"$l" },
	{ "no_face_found", "no face was found on $F, which does not mean that there is none",
		"look at it and cover every face: occlude review show $f --out FILE.jpg, then occlude review checked "
		"$l" },
	{ "face_unanswered", "$F $[has|have] a possible face that nobody has answered",
		"occlude review region $f confirm REGION, or dismiss REGION --why TEXT" },
	{ "misfiled", "$F $[shows|show] the name of another patient, and may be in the wrong chart",
		"occlude case photo $f --hide, and ingest into the right patient's case" },
	{ "radiograph", "$F $[has|have] no colour, like a radiograph, which needs a drawn crop and a person's look",
		"occlude review form $f crop --crop x,y,x,y, then occlude review checked $f"
		" (or occlude case photo $f --radiograph no)" },
	{ "text_unanswered", "nobody has said that no text, badge or tattoo is left to see on $F",
		"look at each, then occlude review no-text $l" },
	{ "undecided", "how $F $[is|are] to be shown has not been chosen",
		"occlude review form $f crop --crop x,y,x,y" },
	{ "no_master", "the finished picture$[|s] of $F $[has|have] not been made yet", "occlude review render $c" },
	{ "face_left", "a second look still found a face on the finished picture$[|s] of $F",
		"cover it: occlude review region $f add --rect x,y,x,y" },
	{ "rejected", "a clinician rejected $F", "change it, then occlude review sheet $c --out sheet.html" },
	{ "not_approved", "no clinician has approved $F as $[it looks|they look] now",
		"occlude review sheet $c --out sheet.html, then occlude review approve-sheet $c --sheet CODE" },
	{ "suitability_open", "no clinician has answered whether showing this case could shame or expose the patient",
		"with the sheet: occlude review approve-sheet $c --sheet CODE --suitable yes (or no)" },
	{ "unsuitable", "a clinician found that showing this case could shame or expose the patient",
		"only another answer: occlude review approve-sheet $c --sheet CODE --suitable yes" },
	{ "no_pair", "there is no pair: the same view at two stages", "occlude ingest $c FILES" },
	{ "treatment_not_ended", "a photo is called \"after\" and the treatment has no end yet",
		"occlude case set $c --ended YYYY-MM-DD" },
	{ "stage_order", "$F $[was|were] taken before one of an earlier stage of the same view",
		"occlude case photo $f --stage STAGE, or --taken YYYY-MM-DD" },
	{ "after_too_early", "$F $[is|are] called \"after\" and $[was|were] taken before the treatment's end",
		"occlude case photo $f --stage T2.1, or occlude case set $c --ended YYYY-MM-DD" },
	{ "other_patient", "$F $[belongs|belong] to another patient", "move it to the right case" },
	{ "no_orthodontist", "the orthodontist who did it is not named", "occlude case set $c --orthodontist LOGIN" },
	{ "facts_missing", "months of treatment or the age band are not known",
		"occlude case set $c --started YYYY-MM-DD --ended YYYY-MM-DD" },
	{ "no_policy", "the practice has no photo policy in force", "occlude policy set" },
	{ "withdrawn", "the practice has withdrawn this case", "occlude case reopen $c" },
	{ "clock_back", "this computer's clock stands before the last entry of the log", "set the clock right" },
};

/* "photo 3", "photos 1 to 7", "photos 1, 4 and 6". The rows are in order of number. */
static void put_photos(const struct gate_reason *row, size_t n, struct buf *out) {
	(void)buf_str(out, n == 1 ? "photo " : "photos ");
	for (size_t i = 0; i < n;) {
		size_t last = i;
		while (last + 1 < n && row[last + 1].photo_id == row[last].photo_id + 1) last++;
		if (last < i + 2) last = i; /* two in a row are not a range */
		(void)buf_fmt(out, "%s%lld",
			i == 0          ? ""
			: last + 1 == n ? " and "
					: ", ",
			(long long)row[i].photo_id);
		if (last > i) (void)buf_fmt(out, " to %lld", (long long)row[last].photo_id);
		i = last + 1;
	}
}

static void put_numbers(const struct gate_reason *row, size_t n, struct buf *out) {
	for (size_t i = 0; i < n; i++) (void)buf_fmt(out, "%s%lld", i ? " " : "", (long long)row[i].photo_id);
}

/* "$[has|have]": `s` stands on the bracket; returns where it closes. */
static const char *put_choice(const char *s, bool several, struct buf *out) {
	const char *bar = strchr(s, '|'), *end = strchr(s, ']');
	if (!bar || !end || end < bar) BUG("a choice of words that does not close");
	const char *from = several ? bar + 1 : s + 1, *to = several ? end : bar;
	(void)buf_add(out, from, (size_t)(to - from));
	return end;
}

static void spell(const char *pattern, const struct gate_reason *row, size_t n, struct buf *out) {
	for (const char *s = pattern; *s; s++) {
		if (*s != '$') {
			(void)buf_char(out, *s);
			continue;
		}
		switch (*++s) {
		case 'c':
			(void)buf_fmt(out, "%lld", (long long)row->case_id);
			break;
		case 'p':
			(void)buf_str(out, row->patient);
			break;
		case 'n':
			(void)buf_str(out, row->channel);
			break;
		case 'F':
			put_photos(row, n, out);
			break;
		case 'l':
			put_numbers(row, n, out);
			break;
		case 'f':
			if (n > 1)
				(void)buf_str(out, "PHOTO");
			else
				put_numbers(row, 1, out);
			break;
		case '[':
			s = put_choice(s, n > 1, out);
			break;
		default:
			BUG("a sentence of the gate with a letter that stands for nothing");
		}
	}
}

void gate_say(const struct gate_reason *row, size_t n, struct buf *ret_sentence, struct buf *ret_mend) {
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i].code, row->code) != 0) continue;
		spell(words[i].sentence, row, n, ret_sentence);
		spell(words[i].mend, row, n, ret_mend);
		return;
	}
	BUG("a reason of the gate without words");
}

static void read_reason(const struct stmt *q, int64_t case_id, const char *channel, struct gate_reason *r) {
	auto_buf struct buf sentence, mend;
	buf_init(&sentence, 2048);
	buf_init(&mend, 2048);
	*r = (struct gate_reason){ .case_id = case_id, .photo_id = stmt_int(q, 2) };
	(void)snprintf(r->rule, sizeof r->rule, "%s", stmt_text(q, 0));
	(void)snprintf(r->code, sizeof r->code, "%s", stmt_text(q, 1));
	(void)snprintf(r->patient, sizeof r->patient, "%s", stmt_text(q, 3));
	(void)snprintf(r->channel, sizeof r->channel, "%s", channel);
	gate_say(r, 1, &sentence, &mend);
	(void)snprintf(r->sentence, sizeof r->sentence, "%s", buf_text(&sentence));
	(void)snprintf(r->mend, sizeof r->mend, "%s", buf_text(&mend));
}

int gate_reasons(struct practice *p, int64_t case_id, const char *channel, struct gate_reason **ret, size_t *ret_n,
	struct err *e) {
	struct stmt auto_stmt *q = NULL;
	auto_free struct gate_reason *rows = NULL;
	size_t n = 0, cap = 0;
	if (db_query(p->db, &q, e,
		    "SELECT DISTINCT x.rule, x.code, x.photo_id, p.reference FROM case_reason x"
		    " JOIN cases c ON c.id = x.case_id JOIN patient p ON p.id = c.patient_id"
		    " WHERE x.case_id = ?1 AND x.channel = ?2 ORDER BY x.rule, x.code, x.photo_id",
		    "it", case_id, channel))
		return -1;
	int r;
	while ((r = stmt_row(q, e)) == 1) {
		if (n == cap) {
			cap = cap ? cap * 2 : 8;
			struct gate_reason *more = reallocarray(rows, cap, sizeof *rows);
			if (!more) return err_nomem(e);
			rows = more;
		}
		read_reason(q, case_id, channel, &rows[n++]);
	}
	if (r < 0) return -1;
	*ret = TAKE_PTR(rows);
	*ret_n = n;
	return 0;
}

int gate_permit_row(
	struct practice *p, int64_t case_id, const char *channel, struct gate_permit_row *ret, struct err *e) {
	struct stmt auto_stmt *q = NULL;
	if (db_query(p->db, &q, e,
		    "SELECT case_id, consent_id, lapses_at, public_lapses_at FROM case_permit"
		    " WHERE case_id = ?1 AND channel = ?2",
		    "it", case_id, channel))
		return -1;
	int r = stmt_row(q, e);
	if (r == 1) *ret = (struct gate_permit_row){ stmt_int(q, 0), stmt_int(q, 1), stmt_int(q, 2), stmt_int(q, 3) };
	return r;
}

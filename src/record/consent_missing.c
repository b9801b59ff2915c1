/* consent_missing.c: what a draft lacks, in sentences (C2). The schema's view consent_missing decides; here is one sentence
 * for each of its codes. */
#include <stdio.h>
#include <string.h>

#include "record/consent_impl.h"

static const struct {
	const char *what, *sentence;
} sentences[] = {
	{ "document", "The signed document is missing: scan it and give it with --document. A verbal yes publishes "
		      "nothing." },
	{ "form", "No form was printed for this draft: `occlude consent form` prints one." },
	{ "photos",
		"Which photos are covered is missing: views within a range of dates, or the pictures of a case." },
	{ "discloser", "Who discloses the photos (the practice, and its successors if named) is missing." },
	{ "channel", "No channel is named: website, social, print or teaching." },
	{ "expiry", "The last day is missing. \"None\" and \"until I revoke\" are not accepted." },
	{ "statements",
		"The statements are missing (right to revoke, treatment not conditioned, redisclosure, what cannot "
		"be called back): print the form and have it read." },
	{ "copy", "The day the signer was given a copy is missing: give it with --copy-given." },
	{ "combined",
		"That this is not combined with a consent to treatment is not confirmed: give --not-combined." },
	{ "benefit", "Payment or benefit is not stated: give --benefit none, or who pays or gives what." },
	{ "gdpr_notice", "The data protection notice (GDPR art. 13) was not part of the form: print a new one." },
	{ "gdpr_explicit",
		"The explicit words of GDPR art. 9 were not ticked: if they are on the paper, give --explicit." },
	{ "signature", "Nobody has signed: give --signer and --signed." },
	{ "adult_signature", "The patient was of age: they sign themselves, or a representative whose authority is "
			     "documented: --signer patient or --signer representative:ID." },
	{ "personal_representative",
		"The patient has died: a personal representative whose authority is documented signs: "
		"--signer representative:ID." },
	{ "guardian_signature", "The patient was a minor: a recorded guardian signs: --signer guardian:ID." },
	{ "all_guardians", "All guardians sign for this patient, and one has not: --signer guardian:ID for each." },
	{ "assent", "The patient had reached the assent age: the minor signs too: --signer minor." },
	{ "authority",
		"A signer's relationship, or the document that gives a representative authority, is not recorded: "
		"`occlude patient guardian` records it." },
};

const char *consent_lack_sentence(const char *what) {
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (!strcmp(sentences[i].what, what)) return sentences[i].sentence;
	BUG("a code of consent_missing without a sentence");
}

int consent_missing(
	struct practice *p, int64_t id, struct consent_lack ret[CONSENT_MISSING], size_t *ret_n, struct err *e) {
	auto_stmt struct stmt *q = NULL;
	if (db_query(p->db, &q, e, "SELECT rule, what FROM consent_missing WHERE consent_id = ?1 ORDER BY rule, what",
		    "i", id))
		return -1;
	size_t n = 0;
	int row;
	while ((row = stmt_row(q, e)) > 0) {
		if (n == CONSENT_MISSING) BUG("more is missing than there is");
		consent_copy(ret[n].rule, sizeof ret[n].rule, q, 0);
		consent_copy(ret[n].what, sizeof ret[n].what, q, 1);
		ret[n].sentence = consent_lack_sentence(ret[n].what);
		n++;
	}
	if (row < 0) return -1;
	*ret_n = n;
	return 0;
}

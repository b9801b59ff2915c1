/* test_consent_form.c: the printed form says what C2, C3, C4 and GDPR ask, in every language and for every kind of signer; values
 * stay values; it is well-formed, complete in itself, and always the same for the same draft. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "flow/consent_form.h"
#include "flow/form_text.h"

static const char *const langs[] = { "en", "de", "es", "fr" };
enum { LANGS = 4 };
enum kind { ADULT, MINOR_ASSENTS, MINOR_YOUNG, DEAD, KINDS };

static struct consent_people people(enum kind kind, const char *profile) {
	struct consent_people w = { .patient_id = 1,
		.practice = "Linden Street Orthodontics",
		.location = "Main office",
		.address = "12 Linden Street, Springfield",
		.phone = "+1 217 555 0142",
		.email = "desk@linden.example",
		.reference = "2026-0417",
		.given = "Elin",
		.family = "Lindqvist",
		.successor = "Harbor Dental Group",
		.controller = "Data officer: Dr. Hall",
		.majority_age = 18,
		.assent_age = 14,
		.keep_years = 6,
		.is_minor = kind == MINOR_ASSENTS || kind == MINOR_YOUNG,
		.assents = kind == MINOR_ASSENTS,
		.is_dead = kind == DEAD };
	(void)snprintf(w.profile, sizeof w.profile, "%s", profile);
	if (w.is_minor) {
		w.guardians = 2;
		w.guardian[0] =
			(struct consent_guardian){ .id = 1, .name = "Karin Lindqvist", .relationship = "mother" };
		w.guardian[1] =
			(struct consent_guardian){ .id = 2, .name = "Olof Lindqvist", .relationship = "father" };
	}
	if (w.is_dead) {
		w.guardians = 1;
		w.guardian[0] = (struct consent_guardian){ .id = 3,
			.is_representative = true,
			.name = "Ida Berg",
			.relationship = "executor",
			.authority = "probate 12/26" };
	}
	return w;
}

static char prints[2][SHA256_HEX] = { "0123456789abcdef0000000000000000000000000000000000000000000000aa",
	"fedcba98765432100000000000000000000000000000000000000000000000bb" };

static struct consent draft(bool pictures, bool event) {
	struct consent c = { .code = "AB3DE7GH2K" };
	struct consent_terms *t = &c.terms;
	t->channels = 3;
	strcpy(t->channel[0].name, "website");
	t->channel[0].exposure = 2;
	strcpy(t->channel[1].name, "print");
	t->channel[1].exposure = 3;
	strcpy(t->channel[2].name, "teaching");
	t->channel[2].exposure = 1;
	strcpy(t->expires_on, "2028-12-31");
	if (event) strcpy(t->expiry_event, "retention ends");
	if (pictures) {
		t->picture = prints;
		t->pictures = 2;
		return c;
	}
	strcpy(t->view[0], "EO-FS");
	strcpy(t->view[1], "IO-FR");
	t->views = 2;
	strcpy(t->from_on, "2025-03-01");
	strcpy(t->to_on, "2027-06-30");
	return c;
}

static void render(const struct consent_people *w, struct consent *c, const char *lang, struct buf *out) {
	struct err e = { 0 };
	buf_init(out, CONSENT_FORM_MAX);
	if (consent_form_defaults(w, lang, &c->terms, &e) || consent_form_html(w, c, lang, out, &e))
		fail_msg("%s", e.text);
}

static void has(const struct buf *b, const char *words, const char *lang) {
	if (!strstr(buf_text(b), words)) fail_msg("the form (%s) does not say: %s", lang, words);
}
static void has_not(const struct buf *b, const char *words, const char *lang) {
	if (strstr(buf_text(b), words)) fail_msg("the form (%s) should not say: %s", lang, words);
}

/* What must be said, in the words of each language, written here apart from the files. */
static const struct {
	const char *rule, *words[LANGS];
} said[] = {
	{ "C2 who discloses",
		{ "Linden Street Orthodontics, Main office", "Linden Street Orthodontics, Main office",
			"Linden Street Orthodontics, Main office", "Linden Street Orthodontics, Main office" } },
	{ "C2 successors",
		{ "whoever takes over the practice: Harbor", "wer die Praxis übernimmt: Harbor",
			"quien continúe con la consulta: Harbor", "la personne qui reprendra le cabinet" } },
	{ "C2 to whom",
		{ "Anyone who visits the website", "Alle, die die Website besuchen",
			"Cualquier persona que visite el sitio web", "Toute personne qui consulte le site" } },
	{ "C2 purpose", { "To train people who treat teeth", "Um Menschen auszubilden", "Formar a personas",
				"Former des personnes" } },
	{ "C2 last day", { "31 December 2028 is the last day", "der 31. Dezember 2028", "el 31 de diciembre de 2028",
				 "le 31 décembre 2028" } },
	{ "C2 right to revoke", { "take this back on any day", "an jedem Tag widerrufen",
					"retirar este permiso cualquier día", "revenir sur cette autorisation" } },
	{ "C2 how to revoke", { "call +1 217 555 0142", "rufen Sie +1 217 555 0142", "llame al +1 217 555 0142",
				      "appelez le +1 217 555 0142" } },
	{ "C2 exceptions", { "the only exceptions", "die einzigen Ausnahmen", "las únicas excepciones",
				   "les seules exceptions" } },
	{ "C2 redisclosure", { "may no longer protect them", "möglicherweise nicht mehr", "ya no las proteja",
				     "ne les y protège plus" } },
	{ "C2 cannot be called back", { "cannot be called back", "lässt sich nicht zurückholen",
					      "no se puede recuperar", "ne peut pas être repris" } },
	{ "C2 copy",
		{ "You get a copy", "Sie erhalten eine Kopie", "Recibirá una copia", "Vous recevez une copie" } },
	{ "C2 copy given on", { "I was given a copy of this form on", "habe ich erhalten am", "Recibí una copia",
				      "J’ai reçu une copie" } },
	{ "C2 not combined", { "separate from the consent to treatment", "von der Einwilligung in die Behandlung",
				     "independiente del consentimiento para el tratamiento",
				     "distinct du consentement au traitement" } },
	{ "C2 payment or benefit",
		{ "Payment or benefit.", "Bezahlung oder Vorteil.", "Pago o beneficio.", "Paiement ou avantage." } },
	{ "C2 witness", { "Witness", "Zeugin oder Zeuge", "Testigo", "Témoin" } },
	{ "C2 interpreter", { "Interpreter", "Dolmetschende", "Intérprete", "Interprète" } },
	{ "C3 masked", { "masked for privacy", "zum Schutz der Privatsphäre abgedeckt", "cubierta por privacidad",
			       "masquée pour protéger la vie privée" } },
	{ "C3 a free mouth", { "by someone who has other photos of", "der andere Fotos von",
				     "alguien que tenga otras fotos de", "quelqu’un qui a d’autres photos de" } },
	{ "C3 never a face", { "is never shown, whatever was signed", "wird nie gezeigt", "no se muestra nunca",
				     "n’est jamais montrée" } },
	{ "C3 the latest replaces",
		{ "it replaces this one", "ersetzt es dieses", "este queda sustituido", "il remplace celui-ci" } },
	{ "C3 smile", { "from below the nose to the chin", "von unterhalb der Nase bis zum Kinn",
			      "desde debajo de la nariz hasta el mentón", "du dessous du nez jusqu’au menton" } },
	{ "C3 veiled", { "covered by an even tone", "mit einem gleichmäßigen Ton abgedeckt",
			       "cubierta por un tono uniforme", "couvert d’un ton uni" } },
	{ "C7 kept", { "at least 6 years", "mindestens 6 Jahre", "al menos 6 años", "au moins 6 ans" } },
	{ "signature", { ">Signature<", ">Unterschrift<", ">Firma<", ">Signature<" } },
	{ "date", { ">Date<", ">Datum<", ">Fecha<", ">Date<" } },
};

static void C2_every_element_is_on_the_form_in_every_language(void **state) {
	(void)state;
	for (size_t l = 0; l < LANGS; l++)
		for (int kind = 0; kind < KINDS; kind++) {
			struct consent_people w = people((enum kind)kind, "US");
			struct consent c = draft(false, false);
			struct buf auto_buf b;
			render(&w, &c, langs[l], &b);
			for (size_t i = 0; i < ARRAY_LEN(said); i++) has(&b, said[i].words[l], said[i].rule);
			has(&b, "Elin Lindqvist", "patient");
			has(&b, "2026-0417", "reference");
			has(&b, "<b>EO-FS</b>", "view");
			has(&b, "AB3DE-7GH2K", "code");
			has(&b, "<path fill=\"#000\" d=\"M", "square code");
		}
}

static void C2_treatment_is_not_conditioned(void **state) {
	(void)state;
	static const char *const adult[LANGS] = { "Your treatment, its price", "Ihre Behandlung, ihr Preis",
		"Su tratamiento, su precio", "Votre traitement, son prix" };
	static const char *const minor[LANGS] = { "Elin’s treatment, its price", "Die Behandlung von Elin",
		"El tratamiento de Elin", "Le traitement de votre enfant" };
	for (size_t l = 0; l < LANGS; l++) {
		struct consent_people a = people(ADULT, "US"), m = people(MINOR_YOUNG, "US");
		struct consent c = draft(false, false);
		struct buf auto_buf x, auto_buf y;
		render(&a, &c, langs[l], &x);
		render(&m, &c, langs[l], &y);
		has(&x, adult[l], langs[l]);
		has(&y, minor[l], langs[l]);
	}
}

static void C2_an_event_and_pictures_are_named(void **state) {
	(void)state;
	for (size_t l = 0; l < LANGS; l++) {
		struct consent_people w = people(ADULT, "US");
		struct consent c = draft(true, true);
		struct buf auto_buf b;
		render(&w, &c, langs[l], &b);
		has(&b, "retention ends", langs[l]);
		has(&b, "2028", langs[l]);
		has(&b, "<li>0123456789abcdef</li>", langs[l]);
		has(&b, "<li>fedcba9876543210</li>", langs[l]);
		has_not(&b, "EO-FS", langs[l]);
	}
}

static void C2_gdpr_notice_and_explicit_words_where_the_profile_asks(void **state) {
	(void)state;
	static const char *const notice[LANGS] = { "GDPR article 13", "Artikel 13 DSGVO", "artículo 13 del RGPD",
		"article 13 du RGPD" };
	static const char *const explicit_words[LANGS] = { "I expressly agree", "Ich willige ausdrücklich ein",
		"Consiento expresamente", "Je consens expressément" };
	static const char *const rights[LANGS] = { "complain to the data protection authority",
		"Datenschutzaufsichtsbehörde beschweren", "autoridad de protección de datos",
		"autorité de protection des données" };
	static const char *const profiles[] = { "US", "EU", "both" };
	for (size_t l = 0; l < LANGS; l++)
		for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
			struct consent_people w = people(ADULT, profiles[i]);
			struct consent c = draft(false, false);
			struct buf auto_buf b;
			render(&w, &c, langs[l], &b);
			void (*check)(const struct buf *, const char *, const char *) = i ? has : has_not;
			check(&b, notice[l], profiles[i]);
			check(&b, explicit_words[l], profiles[i]);
			check(&b, rights[l], profiles[i]);
			check(&b, "Data officer: Dr. Hall", profiles[i]);
		}
}

static void C3_the_form_never_promises_anonymity(void **state) {
	(void)state;
	static const char *const bad[] = { "anonym", "Anonym", "anónim", "Anónim", "unrecogni", "unkenntlich",
		"irreconocible", "méconnaissable" };
	for (const struct asset *a = web_assets; a->name; a++) {
		if (strncmp(a->name, "consent/", 8) != 0) continue;
		for (size_t i = 0; i < ARRAY_LEN(bad); i++)
			if (memmem(a->data, a->size, bad[i], strlen(bad[i])))
				fail_msg("%s says \"%s\"", a->name, bad[i]);
	}
	assert_non_null(asset_find(web_assets, "consent/form.en.txt"));
}

static size_t count(const struct buf *b, const char *words) {
	size_t n = 0;
	for (const char *s = buf_text(b); (s = strstr(s, words)); s++) n++;
	return n;
}

static void C4_everyone_who_signs_has_a_line(void **state) {
	(void)state;
	static const char *const all[LANGS] = { "All parents or guardians sign", "Alle Eltern oder Sorgeberechtigten",
		"Firman todos", "Tous les parents" };
	static const char *const assent[LANGS] = { "Elin is old enough to have a say", "Elin ist alt genug",
		"Elin tiene edad", "Elin a l’âge" };
	static const char *const ends[LANGS] = { "before Elin turns 18. This is our practice’s policy",
		"bevor Elin 18 Jahre alt wird. Das ist eine Regel unserer Praxis",
		"antes de que Elin cumpla 18 años. Es una norma de nuestra consulta",
		"avant les 18 ans de votre enfant. C’est une règle de notre cabinet" };
	static const char *const objects[LANGS] = { "objects", "Widerspricht", "se opone", "oppose" };
	for (size_t l = 0; l < LANGS; l++) {
		struct consent c = draft(false, false);
		size_t signers[KINDS];
		for (int kind = 0; kind < KINDS; kind++) {
			struct consent_people w = people((enum kind)kind, "US");
			w.all_guardians = kind == MINOR_YOUNG;
			struct buf auto_buf b;
			render(&w, &c, langs[l], &b);
			signers[kind] = count(&b, "<div class=\"signer\">") - 1; /* less the witness's */
			if (w.is_minor) {
				has(&b, "Karin Lindqvist", langs[l]);
				has(&b, "Olof Lindqvist", langs[l]);
				has(&b, ends[l], langs[l]);
				has(&b, objects[l], langs[l]);
			}
			(w.all_guardians ? has : has_not)(&b, all[l], langs[l]);
			(w.assents ? has : has_not)(&b, assent[l], langs[l]);
			if (kind == DEAD) has(&b, "probate 12/26", langs[l]);
		}
		assert_int_equal(signers[ADULT], 1);
		assert_int_equal(signers[MINOR_ASSENTS], 3);
		assert_int_equal(signers[MINOR_YOUNG], 2);
		assert_int_equal(signers[DEAD], 1);
	}
}

static void values_stay_values(void **state) {
	(void)state;
	static const char nasty[] = "<script>\"x\"&'{practice}";
	struct consent_people w = people(MINOR_ASSENTS, "both");
	(void)snprintf(w.practice, sizeof w.practice, "%s", nasty);
	(void)snprintf(w.location, sizeof w.location, "%s", nasty);
	(void)snprintf(w.address, sizeof w.address, "%s", nasty);
	(void)snprintf(w.phone, sizeof w.phone, "%s", nasty);
	(void)snprintf(w.email, sizeof w.email, "%s", nasty);
	(void)snprintf(w.controller, sizeof w.controller, "%s", nasty);
	(void)snprintf(w.successor, sizeof w.successor, "%s", nasty);
	(void)snprintf(w.given, sizeof w.given, "%s", nasty);
	(void)snprintf(w.family, sizeof w.family, "%s", nasty);
	(void)snprintf(w.reference, sizeof w.reference, "%s", nasty);
	(void)snprintf(w.guardian[0].name, sizeof w.guardian[0].name, "%s", nasty);
	(void)snprintf(w.guardian[0].relationship, sizeof w.guardian[0].relationship, "%s", nasty);
	(void)snprintf(w.guardian[0].authority, sizeof w.guardian[0].authority, "%s", nasty);
	for (size_t l = 0; l < LANGS; l++) {
		struct consent c = draft(false, true);
		(void)snprintf(c.terms.expiry_event, sizeof c.terms.expiry_event, "%s", nasty);
		(void)snprintf(c.terms.channel[0].purpose, sizeof c.terms.channel[0].purpose, "%s", nasty);
		(void)snprintf(c.terms.channel[1].recipients, sizeof c.terms.channel[1].recipients, "%s", nasty);
		struct buf auto_buf b;
		render(&w, &c, langs[l], &b);
		has_not(&b, "<script", langs[l]);
		has(&b, "&lt;script&gt;", langs[l]);
		has(&b, "{practice}", langs[l]); /* a value's braces are not filled in */
		assert_int_equal(count(&b, "{"), count(&b, "{practice}") + count(&b, " {") -
							 count(&b, " {practice}")); /* else only in the style sheet */
	}
}

static void the_longest_values_fit(void **state) {
	(void)state;
	struct consent_people w = people(MINOR_ASSENTS, "both");
#define FILL(x) (memset((x), '&', sizeof(x) - 1), (x)[sizeof(x) - 1] = 0)
	FILL(w.practice);
	FILL(w.given);
	FILL(w.family);
	FILL(w.reference);
	w.guardians = CONSENT_SIGNERS;
	for (size_t i = 0; i < CONSENT_SIGNERS; i++) {
		w.guardian[i] = w.guardian[0];
		FILL(w.guardian[i].name);
		FILL(w.guardian[i].authority);
	}
	for (size_t l = 0; l < LANGS; l++) {
		struct consent c = draft(true, true);
		for (size_t i = 0; i < c.terms.channels; i++) {
			FILL(c.terms.channel[i].recipients);
			FILL(c.terms.channel[i].purpose);
		}
		FILL(c.terms.discloser);
		FILL(c.terms.expiry_event);
		char(*many)[SHA256_HEX] = calloc(CONSENT_PICTURES, sizeof *many);
		for (size_t i = 0; i < CONSENT_PICTURES; i++) memcpy(many[i], prints[0], SHA256_HEX);
		c.terms.picture = many;
		c.terms.pictures = CONSENT_PICTURES;
		struct buf auto_buf b;
		render(&w, &c, langs[l], &b);
		assert_int_equal(count(&b, "<li>0123456789abcdef</li>"), CONSENT_PICTURES);
		free(many);
	}
}

/* Every element closed in order; void elements and path have no end. */
static void well_formed(const struct buf *b) {
	char stack[32][16];
	size_t depth = 0;
	for (const char *s = buf_text(b); (s = strchr(s, '<')); s++) {
		char name[16] = "";
		if (sscanf(s, "</%15[a-z0-9]", name) == 1) {
			assert_true(depth > 0);
			if (strcmp(stack[--depth], name) != 0) fail_msg("</%s> closes <%s>", name, stack[depth]);
		} else if (sscanf(s, "<%15[a-z0-9]", name) == 1) {
			const char *end = strchr(s, '>');
			assert_non_null(end);
			if (!strcmp(name, "meta") || end[-1] == '/') continue;
			assert_true(depth < 32);
			strcpy(stack[depth++], name);
		}
	}
	assert_int_equal(depth, 0);
}

static void the_form_is_whole_in_itself_and_always_the_same(void **state) {
	(void)state;
	static const char *const outside[] = { "http:", "https:", " src=", "url(", "@import", "<link", "<script",
		"<img" };
	for (size_t l = 0; l < LANGS; l++)
		for (int kind = 0; kind < KINDS; kind++) {
			struct consent_people w = people((enum kind)kind, "both");
			struct consent c = draft(false, false);
			struct buf auto_buf a, auto_buf b;
			char lang[16];
			render(&w, &c, langs[l], &a);
			render(&w, &c, langs[l], &b);
			assert_int_equal(a.len, b.len);
			assert_memory_equal(a.data, b.data, a.len);
			well_formed(&a);
			for (size_t i = 0; i < ARRAY_LEN(outside); i++) has_not(&a, outside[i], langs[l]);
			(void)snprintf(lang, sizeof lang, "lang=\"%s\"", langs[l]);
			has(&a, lang, langs[l]);
			assert_true(text_is_clean(a.data, a.len, true));
		}
}

/* The keys of a file, in order, with their placeholders: "know.how {phone}{address}". */
static void keys_of(const char *lang, struct buf *out) {
	const struct asset *a = form_text_file(lang);
	assert_non_null(a);
	buf_init(out, 65536);
	const char *s = (const char *)a->data, *end = s + a->size;
	while (s < end) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));
		assert_non_null(eol);
		if (*s != '#' && *s != ' ') {
			const char *colon = memchr(s, ':', (size_t)(eol - s));
			assert_non_null(colon);
			(void)buf_add(out, s, (size_t)(colon - s));
			(void)buf_char(out, '\n');
		}
		s = eol + 1;
	}
}

static bool has_key(const char *keys, const char *key, size_t len) {
	for (const char *s = keys; *s; s = strchr(s, '\n') + 1)
		if (!strncmp(s, key, len) && s[len] == '\n') return true;
	return false;
}

static void every_language_has_the_same_texts_once(void **state) {
	(void)state;
	struct buf auto_buf en;
	keys_of("en", &en);
	for (size_t l = 0; l < LANGS; l++) {
		struct buf auto_buf keys;
		keys_of(langs[l], &keys);
		for (const char *s = buf_text(&en); *s; s = strchr(s, '\n') + 1)
			if (!has_key(buf_text(&keys), s, strcspn(s, "\n"))) fail_msg("%s has no %.30s", langs[l], s);
		for (const char *s = buf_text(&keys); *s; s = strchr(s, '\n') + 1) {
			size_t len = strcspn(s, "\n");
			if (has_key(s + len + 1, s, len)) fail_msg("%s has %.*s twice", langs[l], (int)len, s);
			bool known = has_key(buf_text(&en), s, len) || (len == 10 && !strncmp(s, "date.first", 10));
			if (!known) fail_msg("only %s has %.*s", langs[l], (int)len, s);
		}
	}
	char version[LANGS][16];
	struct err e = { 0 };
	for (size_t l = 0; l < LANGS; l++) {
		assert_int_equal(consent_form_version(langs[l], version[l], &e), 0);
		assert_string_equal(version[l], version[0]);
	}
	assert_false(consent_form_has_language("it"));
	assert_int_equal(consent_form_version("it", version[0], &e), -1);
}

static void dates_are_written_as_the_language_writes_them(void **state) {
	(void)state;
	static const char *const words[LANGS] = { "taken from 1 March 2025 to 30 June 2027",
		"vom 1. März 2025 bis zum 30. Juni 2027", "del 1 de marzo de 2025 al 30 de junio de 2027",
		"du 1er mars 2025 au 30 juin 2027" };
	for (size_t l = 0; l < LANGS; l++) {
		struct consent_people w = people(ADULT, "US");
		struct consent c = draft(false, false);
		struct buf auto_buf b;
		render(&w, &c, langs[l], &b);
		has(&b, words[l], langs[l]);
	}
}

int main(void) {
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(C2_every_element_is_on_the_form_in_every_language),
		cmocka_unit_test(C2_treatment_is_not_conditioned),
		cmocka_unit_test(C2_an_event_and_pictures_are_named),
		cmocka_unit_test(C2_gdpr_notice_and_explicit_words_where_the_profile_asks),
		cmocka_unit_test(C3_the_form_never_promises_anonymity),
		cmocka_unit_test(C4_everyone_who_signs_has_a_line),
		cmocka_unit_test(values_stay_values),
		cmocka_unit_test(the_longest_values_fit),
		cmocka_unit_test(the_form_is_whole_in_itself_and_always_the_same),
		cmocka_unit_test(every_language_has_the_same_texts_once),
		cmocka_unit_test(dates_are_written_as_the_language_writes_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

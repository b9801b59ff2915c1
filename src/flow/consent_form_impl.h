/* consent_form_impl.h: what the two halves of the consent form share. */
#ifndef OCCLUDE_FLOW_CONSENT_FORM_IMPL_H
#define OCCLUDE_FLOW_CONSENT_FORM_IMPL_H

#include "flow/consent_form.h"
#include "flow/form_text.h"

enum { FORM_VARS = 28, FORM_DATE = 40 };

struct consent_form {
	struct html h;
	struct form_text t;
	struct form_var vars[FORM_VARS];
	const struct consent_people *who;
	const struct consent *c;
	/* values made here */
	char patient[260], from[FORM_DATE], to[FORM_DATE], until[FORM_DATE], code[CONSENT_CODE + 2];
	char majority[8], assent_age[8], keep_years[8], count[8];
	struct buf or_email;
	char relationship[101], authority[401];
};

/* Shorthands: a text as content; a text inside an element (its attributes begin with a blank, or are ""). */
void form_put(struct consent_form *f, const char *key);
#define form_in(f, tag, attrs, key)                                                                                  \
	do {                                                                                                         \
		html_lit(&(f)->h, "<" tag attrs ">");                                                                \
		form_put((f), (key));                                                                                \
		html_lit(&(f)->h, "</" tag ">\n");                                                                   \
	} while (0)

/* The boxes to fill in and the lines to sign on. */
void consent_form_sign(struct consent_form *f);

#endif

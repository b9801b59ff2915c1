/* answers.h: the answers that are not content: 404, 410, 405, 416, 503 and their short honest pages. */
#ifndef OCCLUDE_PUBLIC_ANSWERS_H
#define OCCLUDE_PUBLIC_ANSWERS_H

#include "lib/http.h"

enum answer { ANSWER_NOT_FOUND, ANSWER_GONE, ANSWER_METHOD, ANSWER_UNAVAILABLE, ANSWER_FAILED, ANSWER_COUNT };

struct answers {
	struct http_response *of[ANSWER_COUNT];
};

/* 0 or -1 (out of memory); answers_free either way. */
int answers_init(struct answers *a);
void answers_free(struct answers *a);
unsigned answer_status(enum answer which);

#endif

/* answers.c: see answers.h. The site may bring its own /404.html and /410.html; these are what stands in. */
#include "answers.h"

#include <stddef.h>
#include <string.h>

#include "cache.h"

#define PAGE(title, text)                                                                                            \
	"<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" "                \
	"content=\"width=device-width\"><title>" title "</title></head>\n<body><main><h1>" title "</h1><p>" text     \
	"</p></main></body>\n</html>\n"

static const struct {
	unsigned status;
	const char *page, *header, *value;
} table[ANSWER_COUNT] = {
	[ANSWER_NOT_FOUND] = { 404, PAGE("Not found", "There is no page at this address."), NULL, NULL },
	[ANSWER_GONE] = { 410,
		PAGE("No longer shown",
			"This page was taken down or its time has ended. It will not come back at this address."),
		NULL, NULL },
	[ANSWER_METHOD] = { 405, PAGE("Not possible", "Pages here can only be looked at."), "Allow", "GET, HEAD" },
	[ANSWER_UNAVAILABLE] = { 503,
		PAGE("Not available right now", "Please try again in a few minutes or call the practice."),
		"Retry-After", "120" },
	[ANSWER_FAILED] = { 500, PAGE("Something went wrong", "Please try again later."), NULL, NULL },
};

unsigned answer_status(enum answer which) {
	return table[which].status;
}

int answers_init(struct answers *a) {
	*a = (struct answers){ 0 };
	for (int i = 0; i < ANSWER_COUNT; i++) {
		struct http_response *r = http_response_new(table[i].page, strlen(table[i].page), NULL, NULL);
		a->of[i] = r;
		if (!r || answer_headers(r) || http_response_header(r, "Content-Type", "text/html; charset=utf-8") ||
			http_response_header(r, "Cache-Control", "no-store"))
			return -1;
		if (table[i].header && http_response_header(r, table[i].header, table[i].value)) return -1;
	}
	return 0;
}

void answers_free(struct answers *a) {
	for (int i = 0; i < ANSWER_COUNT; i++) http_response_free(a->of[i]);
}

/* log.c: see base/log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

void log_line(const char *fmt, ...) {
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (char *s = text; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f) *s = '?';
	(void)fprintf(stderr, "%s\n", text);
}

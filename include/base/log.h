/* log.h: one line to standard error for what long-running programs meet (occlude-serve, console). Never patient
 * data. Library code does not log; it returns errors. */
#ifndef OCCLUDE_BASE_LOG_H
#define OCCLUDE_BASE_LOG_H

void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif

/* photo_cmd.h: what the commands about cases and photos share. */
#ifndef OCCLUDE_CMD_PHOTO_CMD_H
#define OCCLUDE_CMD_PHOTO_CMD_H

#include "cmd/cmd.h"
#include "record/photo.h"

/* Writes a whole file that a person named, replacing what is there: the old or the new content, never half. */
int photo_write(const char *path, const struct buf *bytes, unsigned mode, struct err *e);
/* "yes" or "no"; `option` is for the sentence. */
int photo_yes_no(const char *option, const char *s, bool *ret, struct err *e);
/* One line for a person, or a JSON object, about how a photo stands. */
void photo_print_head(const struct cmd *c); /* the heading of such lines; nothing under --json */
int photo_print(const struct cmd *c, const struct photo_row *f, struct err *e);
/* Makes the masters of a case that are missing, with a progress line on a terminal. Says on standard error which could
 * not be made; that is no failure of the command. */
int photo_render(struct cmd *c, int64_t case_id, size_t *ret_failed, struct err *e);

#endif

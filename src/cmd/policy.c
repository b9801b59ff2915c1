/* policy.c: `occlude policy ...`: the photo policy and its acknowledgement (S1). */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cmd/people.h"
#include "lib/clock.h"
#include "record/policy.h"

static const struct opt no_opts[] = { { .name = NULL } };

static int print_text(const char *text, struct err *e) {
	auto_buf struct buf b;
	buf_init(&b, POLICY_MAX + 2);
	(void)buf_str(&b, text);
	if (b.len && b.data[b.len - 1] != '\n') (void)buf_char(&b, '\n');
	return cmd_print(&b, e);
}

int cmd_policy_template(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	if (opt_parse(c, no_opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	return helped ? 0 : print_text(policy_template(), e);
}

int cmd_policy_set(struct cmd *c, int argc, char **argv, struct err *e) {
	bool urgent = false, helped;
	size_t n;
	int64_t version;
	const struct opt opts[] = {
		{ "urgent", OPT_FLAG, &urgent, NULL, "nobody may act before acknowledging it: no seven days' grace",
			false, 0, 0 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 1, 1, &n, &helped, e)) return -1;
	if (helped) return 0;
	auto_buf struct buf text;
	buf_init(&text, POLICY_MAX);
	auto_fd int opened = strcmp(argv[0], "-") == 0 ? -1 : open(argv[0], O_RDONLY | O_CLOEXEC);
	int fd = strcmp(argv[0], "-") == 0 ? STDIN_FILENO : opened;
	if (fd < 0) return err_sys(e, "%s cannot be opened", argv[0]);
	if (file_read_fd(fd, argv[0], &text, e)) return -1;
	if (memchr(buf_text(&text), 0, text.len)) return err_set(e, ERR_REFUSED, "%s is no plain text file", argv[0]);
	if (policy_set(c->practice, &c->actor, buf_text(&text), urgent, &version, e)) return -1;
	cmd_say(c, "Version %lld of the policy is in force. Everybody acknowledges it %s.", (long long)version,
		urgent ? "before they do anything else" : "at their next sign-in, within seven days");
	return 0;
}

int cmd_policy_show(struct cmd *c, int argc, char **argv, struct err *e) {
	int64_t version = 0;
	size_t n;
	bool helped;
	const struct opt opts[] = {
		{ "version", OPT_INT, &version, "N", "an earlier version instead of the one in force", false, 1,
			1000000 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	auto_free char *text = NULL;
	if (!version) {
		int there = policy_in_force(c->practice, &version, e);
		if (there < 0) return -1;
		if (!there)
			return err_rule(e, "S1",
				"the practice has no policy yet: an admin sets one with `occlude policy set`");
	}
	if (policy_text(c->practice, version, &text, e)) return -1;
	cmd_say(c, "Version %lld", (long long)version);
	return print_text(text, e);
}

int cmd_policy_acknowledge(struct cmd *c, int argc, char **argv, struct err *e) {
	int64_t version = 0, current = 0;
	size_t n;
	bool helped;
	const struct opt opts[] = {
		{ "version", OPT_INT, &version, "N", "the version that was read (the one in force)", false, 1,
			1000000 },
		{ .name = NULL },
	};
	if (opt_parse(c, opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	if (policy_in_force(c->practice, &current, e) < 0) return -1;
	if (!version) version = current;
	if (policy_acknowledge(c->practice, &c->actor, version, e)) return -1;
	cmd_say(c, "%s has acknowledged version %lld of the photo policy.", c->actor.name, (long long)version);
	return 0;
}

struct listing {
	const struct cmd *c;
	struct buf out;
};

static int list_one(void *arg, const struct policy_row *r) {
	struct listing *l = arg;
	char when[24];
	if (!l->c->json) {
		(void)buf_fmt(&l->out,
			"version %-4lld in force since %s  %lld of %lld have acknowledged%s  set by %s\n",
			(long long)r->version, clock_format(r->in_force_at, when), (long long)r->acknowledged,
			(long long)r->active, r->is_urgent ? "  urgent" : "", r->set_by);
		return 0;
	}
	struct json j;
	json_init(&j, &l->out);
	json_object(&j);
	json_key_int(&j, "version", r->version);
	json_key_int(&j, "in_force_at", r->in_force_at);
	json_key_text(&j, "sha256", r->sha256);
	json_key_bool(&j, "urgent", r->is_urgent);
	json_key_int(&j, "acknowledged", r->acknowledged);
	json_key_int(&j, "active", r->active);
	json_key_text(&j, "set_by", r->set_by);
	json_object_end(&j);
	(void)buf_char(&l->out, '\n');
	return 0;
}

int cmd_policy_list(struct cmd *c, int argc, char **argv, struct err *e) {
	size_t n;
	bool helped;
	if (opt_parse(c, no_opts, argc, argv, 0, 0, &n, &helped, e)) return -1;
	if (helped) return 0;
	struct listing l = { .c = c };
	buf_init(&l.out, 1 << 20);
	int bad = policy_list(c->practice, list_one, &l, e) || cmd_print(&l.out, e) ? -1 : 0;
	buf_free(&l.out);
	return bad;
}

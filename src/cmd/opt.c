/* opt.c: options of a subcommand; see cmd.h. `--name value` and `--name=value`; `--` ends the options. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "cmd/cmd.h"

static void print_usage(const struct cmd *c, const struct opt *opts) {
	(void)printf("Usage: occlude %s%s%s%s\n\n%s\n", c->name, opts && opts->name ? " [options]" : "",
		c->operands ? " " : "", c->operands ? c->operands : "", c->summary);
	if (opts && opts->name) (void)printf("\n");
	for (const struct opt *o = opts; o && o->name; o++) {
		char left[80];
		(void)snprintf(left, sizeof left, "--%s%s%s", o->name, o->kind == OPT_FLAG ? "" : " ",
			o->kind == OPT_FLAG ? "" : (o->arg ? o->arg : "VALUE"));
		(void)printf("  %-28s %s%s%s\n", left, o->help, o->required ? " (needed)" : "",
			o->kind == OPT_MANY ? " (may be repeated)" : "");
	}
}

static int set_value(const struct opt *o, const char *value, struct err *e) {
	if (!text_is_clean(value, strlen(value), false))
		return err_set(e, ERR_USAGE, "The value of --%s holds control characters or is no UTF-8", o->name);
	struct date d;
	switch (o->kind) {
	case OPT_FLAG:
		break;
	case OPT_TEXT:
		*(const char **)o->to = value;
		break;
	case OPT_MANY: {
		struct opt_list *list = o->to;
		if (list->n == OPT_LIST_MAX)
			return err_set(e, ERR_USAGE, "--%s may be given %d times at most", o->name, OPT_LIST_MAX);
		list->value[list->n++] = value;
		break;
	}
	case OPT_INT:
		if (text_int(value, o->min, o->max, o->to))
			return err_set(e, ERR_USAGE, "--%s takes a whole number from %lld to %lld, not \"%.60s\"",
				o->name, (long long)o->min, (long long)o->max, value);
		break;
	case OPT_DATE:
		if (date_parse(value, &d, e)) return err_prefix(e, "--%s", o->name);
		*(const char **)o->to = value;
		break;
	}
	return 0;
}

static const struct opt *find_opt(const struct opt *opts, const char *name, size_t len) {
	for (const struct opt *o = opts; o && o->name; o++)
		if (strlen(o->name) == len && !strncmp(o->name, name, len)) return o;
	return NULL;
}

/* Handles the option at argv[i]; returns how many further words it took, or -1. */
static int take_option(
	const struct cmd *c, const struct opt *opts, bool *seen, int argc, char **argv, int i, struct err *e) {
	const char *name = argv[i] + 2, *eq = strchr(name, '=');
	const struct opt *o = find_opt(opts, name, eq ? (size_t)(eq - name) : strlen(name));
	if (!o)
		return err_set(e, ERR_USAGE, "`occlude %s` knows no option %.60s: `occlude %s --help` lists them",
			c->name, argv[i], c->name);
	if (seen[o - opts] && o->kind != OPT_MANY) return err_set(e, ERR_USAGE, "--%s is given twice", o->name);
	seen[o - opts] = true;
	if (o->kind == OPT_FLAG) {
		if (eq) return err_set(e, ERR_USAGE, "--%s takes no value", o->name);
		*(bool *)o->to = true;
		return 0;
	}
	if (eq) return set_value(o, eq + 1, e);
	if (i + 1 >= argc) return err_set(e, ERR_USAGE, "--%s needs a value after it", o->name);
	return set_value(o, argv[i + 1], e) ? -1 : 1;
}

int opt_parse(struct cmd *c, const struct opt *opts, int argc, char **argv, size_t min_operands, size_t max_operands,
	size_t *ret_n, bool *ret_helped, struct err *e) {
	enum { OPTS_MAX = 64 };
	bool seen[OPTS_MAX] = { false };
	size_t n = 0;
	*ret_helped = false;
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			while (++i < argc) argv[n++] = argv[i];
			break;
		}
		if (!strcmp(argv[i], "--help")) {
			print_usage(c, opts);
			*ret_helped = true;
			return 0;
		}
		if (argv[i][0] == '-' && argv[i][1] == '-') {
			int took = take_option(c, opts, seen, argc, argv, i, e);
			if (took < 0) return -1;
			i += took;
		} else if (argv[i][0] == '-' && argv[i][1]) {
			return err_set(e, ERR_USAGE, "\"%.60s\" is no option: options begin with --", argv[i]);
		} else {
			argv[n++] = argv[i];
		}
	}
	if (n < min_operands || n > max_operands)
		return err_set(e, ERR_USAGE, "`occlude %s` is called as: occlude %s%s%s%s (--help explains)", c->name,
			c->name, opts && opts->name ? " [options]" : "", c->operands ? " " : "",
			c->operands ? c->operands : "");
	for (const struct opt *o = opts; o && o->name; o++) {
		if (o - opts >= OPTS_MAX) BUG("too many options");
		if (o->required && !seen[o - opts])
			return err_set(e, ERR_USAGE, "`occlude %s` needs --%s: %s", c->name, o->name, o->help);
	}
	*ret_n = n;
	return 0;
}

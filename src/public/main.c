/* main.c: occlude-serve, the public server: reads one site directory and one public key, serves what the directory's
 * signed manifest names, and nothing else (P5). */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "lib/clock.h"
#include "lib/http.h"
#include "lib/jail.h"
#include "lib/sign.h"
#include "serve.h"
#include "site.h"
#include "views.h"

enum { POLL_NS = 250000000 }; /* a new root is noticed within a second (C6) */

static const char usage[] =
	"usage: occlude-serve --site DIR --key FILE [--listen 127.0.0.1:8080] [--inbox DIR]\n"
	"  --site DIR      the site directory to serve\n"
	"  --key FILE      the practice's public key (64 hexadecimal digits): only what it signed is served\n"
	"  --listen ADDR   address and port, default 127.0.0.1:8080; port 0 takes a free one\n"
	"  --inbox DIR     where views are counted, by case and day\n";

struct options {
	const char *site, *key, *listen, *inbox;
};

struct server {
	int site_fd, inbox_fd, socket_fd;
	uint16_t port;
	uint8_t pub[SIGN_PUBLIC_LEN];
	struct site *site;
	struct views *views;
	struct serve *serve;
	struct http_server *http;
};

/* 1: help was asked for. */
static int parse(int argc, char **argv, struct options *o, struct err *e) {
	static const struct option names[] = { { "site", required_argument, NULL, 's' },
		{ "key", required_argument, NULL, 'k' }, { "listen", required_argument, NULL, 'l' },
		{ "inbox", required_argument, NULL, 'i' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	*o = (struct options){ .listen = "127.0.0.1:8080" };
	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) switch (c) {
		case 's':
			o->site = optarg;
			break;
		case 'k':
			o->key = optarg;
			break;
		case 'l':
			o->listen = optarg;
			break;
		case 'i':
			o->inbox = optarg;
			break;
		case 'h':
			return 1;
		default:
			return err_set(e, ERR_USAGE, "\"%.80s\" is not understood; see occlude-serve --help",
				argv[optind - 1]);
		}
	if (optind < argc)
		return err_set(e, ERR_USAGE, "\"%.80s\" is not understood; see occlude-serve --help", argv[optind]);
	if (!o->site || !o->key)
		return err_set(e, ERR_USAGE, "both --site and --key are needed; see occlude-serve --help");
	return 0;
}

/* Everything that needs more than the jail allows. */
static int open_outside(struct server *s, const struct options *o, struct err *e) {
	s->site_fd = file_open_dir(o->site, e);
	if (s->site_fd < 0 || sign_public_read(AT_FDCWD, o->key, s->pub, e)) return -1;
	if (o->inbox && (s->inbox_fd = file_open_dir(o->inbox, e)) < 0) return -1;
	s->socket_fd = http_listen(o->listen, e);
	s->port = s->socket_fd < 0 ? 0 : http_socket_port(s->socket_fd);
	return s->socket_fd < 0 ? -1 : 0;
}

static int start(struct server *s, const struct options *o, struct err *e) {
	if (open_outside(s, o, e)) return -1;
	struct jail_server jail = { .site_fd = s->site_fd, .inbox_fd = s->inbox_fd };
	if (jail_server(&jail, e)) return -1; /* P5: nothing was parsed yet, no thread runs yet */
	if (site_open(s->site_fd, s->pub, &s->site, e)) return -1;
	if (s->inbox_fd >= 0 && views_new(s->inbox_fd, &s->views, e)) return -1;
	if (serve_new(s->site, s->views, &s->serve, e)) return -1;
	struct http_config config = { .ctx = s->serve,
		.body_dir = -1,
		.handle = serve_handle,
		.still = serve_still,
		.release = serve_release };
	int fd = TAKE_FD(s->socket_fd);
	return http_start(&config, fd, &s->http, e);
}

static void stop(struct server *s) {
	http_stop(s->http);
	serve_free(s->serve);
	views_free(s->views);
	site_close(s->site);
	mem_close_fd(&s->socket_fd);
	mem_close_fd(&s->inbox_fd);
	mem_close_fd(&s->site_fd);
}

/* Until SIGTERM or SIGINT: looks for a new root, four times a second. */
static void watch(struct server *s, const sigset_t *ending) {
	const struct timespec pause = { .tv_nsec = POLL_NS };
	while (sigtimedwait(ending, NULL, &pause) < 0) {
		struct err e = { 0 };
		if (site_poll(s->site, &e) < 0) log_line("occlude-serve: %s", e.text);
		if (s->views && views_tick(s->views, clock_now(), &e)) log_line("occlude-serve: %s", e.text);
	}
}

static void print_address(const char *listen, uint16_t port) {
	const char *colon = strrchr(listen, ':');
	(void)printf("serving http://%.*s:%u/\n", (int)(colon - listen), listen, port);
	(void)fflush(stdout);
}

int main(int argc, char **argv) {
	struct err e = { 0 };
	struct options o;
	struct server s = { .site_fd = -1, .inbox_fd = -1, .socket_fd = -1 };
	sigset_t ending;
	int help = parse(argc, argv, &o, &e);
	if (help > 0) {
		(void)fputs(usage, stdout);
		return 0;
	}
	(void)clock_forward();        /* P4: from here on time only goes forward */
	(void)close_range(3, ~0U, 0); /* P5: what it was handed open is not its business */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&ending);
	(void)sigaddset(&ending, SIGTERM);
	(void)sigaddset(&ending, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &ending, NULL); /* threads inherit it: only watch() hears them */
	int bad = help || start(&s, &o, &e);
	if (bad) {
		log_line("occlude-serve: %s", e.text);
	} else {
		print_address(o.listen, s.port);
		watch(&s, &ending);
	}
	stop(&s);
	return bad ? (int)e.kind : 0;
}

// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/devsess.h>

#include "cmd_xdp.h"
#include "num.h"
#include "parse_table.h"
#include "timespan.h"
#include "util.h"

/* Options without a letter. */
enum {
	PROTO = 256,
	PORT,
	UNKNOWN,
	LOAD,
	TOUCH,
	REDIRECT,
	MODE,
	TC,
	MARK,
};

/* See the help of cmd_xdp for what they do. */
static const struct option long_options[] = {
	{ "table", required_argument, NULL, 't' },
	{ "netns", required_argument, NULL, 'n' },
	{ "json", no_argument, NULL, 'j' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "proto", required_argument, NULL, PROTO },	   /* where the device id is */
	{ "port", required_argument, NULL, PORT },	   /* 1 to 65535 */
	{ "unknown", required_argument, NULL, UNKNOWN },   /* pass or drop */
	{ "load", no_argument, NULL, LOAD },		   /* ask for unknown devices */
	{ "touch", required_argument, NULL, TOUCH },	   /* TIME or never */
	{ "redirect", required_argument, NULL, REDIRECT }, /* OWNER=DEVICE */
	{ "mode", required_argument, NULL, MODE },	   /* native or generic */
	{ "tc", no_argument, NULL, TC },		   /* at tc's ingress */
	{ "mark", required_argument, NULL, MARK },	   /* mark or owner */
	{ NULL, 0, NULL, 0 },
};

static const struct {
	const char *name;
	uint32_t id_len;
} protos[] = {
	[XDP_PROTO_SEMTECH_UDP] = { "semtech-udp", 8 },
	[XDP_PROTO_MAC] = { "mac", 6 },
	[XDP_PROTO_IPV4] = { "ipv4", 4 },
	[XDP_PROTO_IPV6] = { "ipv6", 16 },
};

const char *options_proto(uint32_t proto)
{
	return proto < ARRAY_SIZE(protos) ? protos[proto].name : "?";
}

uint32_t options_id_len(uint32_t proto)
{
	return protos[proto].id_len;
}

/* Which of two words @text is, from 1 on. */
static int one_of(const char *option, const char *text, const char *first, const char *second,
		  uint32_t *which, struct err *e)
{
	if (strcmp(text, first) && strcmp(text, second))
		return err_set(e, "%s: %s or %s", option, first, second);
	*which = strcmp(text, first) ? 2 : 1;
	return 0;
}

static int set_table(struct options *o, struct err *e)
{
	char name[DEVSESS_NAME_MAX + 1];

	o->cli.table = optarg;
	return parse_table_name(optarg, name, e) ? err_prefix(e, "--table") : 0;
}

static int set_proto(struct options *o, struct err *e)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(protos); i++) {
		if (strcmp(optarg, protos[i].name))
			continue;
		o->config.proto = i;
		o->has_proto = true;
		return 0;
	}
	return err_set(e, "--proto: semtech-udp, mac, ipv4 or ipv6");
}

static int set_port(struct options *o, struct err *e)
{
	uint64_t port;

	if (num_parse(optarg, strlen(optarg), 65535, &port, e))
		return err_prefix(e, "--port");
	if (!port)
		return err_set(e, "--port: 1 to 65535");
	o->config.port = port;
	return 0;
}

static int set_touch(struct options *o, struct err *e)
{
	uint64_t ms;

	o->config.touch_ns = XDP_TOUCH_NEVER;
	if (!strcmp(optarg, "never"))
		return 0;
	if (timespan_parse(optarg, strlen(optarg), &ms, e))
		return err_prefix(e, "--touch");
	o->config.touch_ns = ms * 1000000;
	return 0;
}

static int set_redirect(struct options *o, struct err *e)
{
	const char *equals = strchr(optarg, '=');

	if (!equals || !equals[1])
		return err_set(e, "--redirect: OWNER=DEVICE");
	if (o->redirects == REDIRECTS_MAX)
		return err_set(e, "--redirect: %d owners at the most", REDIRECTS_MAX);
	if (num_parse_u32(optarg, equals - optarg, &o->redirect[o->redirects].owner, e))
		return err_prefix(e, "--redirect");
	o->redirect[o->redirects++].device = equals + 1;
	o->config.redirect = true;
	return 0;
}

static int set_attach_option(struct options *o, int option, struct err *e)
{
	uint32_t which = 0;

	o->only_attach = true;
	switch (option) {
	case PROTO:
		return set_proto(o, e);
	case PORT:
		return set_port(o, e);
	case UNKNOWN:
		if (one_of("--unknown", optarg, "pass", "drop", &which, e))
			return -1;
		o->config.drop_unknown = which == 2;
		return 0;
	case LOAD:
		o->config.load = true;
		return 0;
	case TOUCH:
		return set_touch(o, e);
	case REDIRECT:
		return set_redirect(o, e);
	case MODE:
		if (one_of("--mode", optarg, "native", "generic", &which, e))
			return -1;
		o->mode = which == 1 ? HOOK_NATIVE : HOOK_GENERIC;
		return 0;
	case MARK:
		if (one_of("--mark", optarg, "mark", "owner", &which, e))
			return -1;
		o->config.mark = which == 1 ? XDP_MARK_MARK : XDP_MARK_OWNER;
		return 0;
	}
	return -1;
}

static int set_option(struct options *o, int option, struct err *e)
{
	switch (option) {
	case 't':
		return set_table(o, e);
	case 'n':
		o->cli.netns = optarg;
		return 0;
	case 'j':
		o->cli.json = true;
		return 0;
	case 'q':
		o->cli.quiet = true;
		return 0;
	case 'h':
		o->cli.help = true;
		return 0;
	case 'V':
		o->cli.show_version = true;
		return 0;
	case TC:
		o->tc = true;
		return 0;
	}
	return set_attach_option(o, option, e);
}

/* What goes together only with something else. */
static int check(const struct options *o)
{
	const struct xdp_config *c = &o->config;

	if (c->mark && !o->tc)
		return cli_usage(&o->cli, "--mark goes with --tc only");
	if (o->mode && o->tc)
		return cli_usage(&o->cli, "--mode does not go with --tc");
	if (c->port && c->proto != XDP_PROTO_SEMTECH_UDP)
		return cli_usage(&o->cli, "--port goes with --proto semtech-udp only");
	return CLI_DONE;
}

int options_read(struct options *o, int argc, char **argv)
{
	int option, ret;
	struct err e;

	memset(o, 0, sizeof(*o));
	o->cli.command = &cmd_xdp;
	o->config.touch_ns = 1000000000;
	/* Options may stand anywhere. */
	unsetenv("POSIXLY_CORRECT");
	while ((option = getopt_long(argc, argv, "t:n:jqVh", long_options, NULL)) != -1) {
		if (option == '?') {
			fputs("Try 'devsess help xdp'.\n", stderr);
			return CLI_USAGE;
		}
		if (set_option(o, option, &e))
			return cli_usage(&o->cli, e.text);
	}
	ret = check(o);
	if (!o->config.port)
		o->config.port = 1700;
	return ret;
}

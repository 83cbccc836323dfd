// SPDX-License-Identifier: GPL-2.0
#include "report.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "hook.h"
#include "options.h"

static const char *const counter_names[XDP_COUNTERS] = {
	[XDP_PACKETS] = "packets",	 [XDP_KNOWN] = "known",
	[XDP_BLOCKED] = "blocked",	 [XDP_UNKNOWN] = "unknown",
	[XDP_MALFORMED] = "malformed",	 [XDP_FRAGMENTS] = "fragments",
	[XDP_OTHER] = "other",		 [XDP_ERRORS] = "errors",
	[XDP_TOUCHED] = "touched",	 [XDP_REDIRECTED] = "redirected",
};

/* A table's name by its number. */
struct naming {
	uint32_t bpf_id;
	char name[DEVSESS_NAME_MAX + 1]; /* empty: there is none */
};

static int match_table(const struct table *t, void *arg)
{
	struct naming *n = arg;

	if (t->bpf_id == n->bpf_id)
		memcpy(n->name, t->name, sizeof(n->name));
	return 0;
}

const char *report_name(char out[IF_NAMESIZE], const char *device)
{
	snprintf(out, IF_NAMESIZE, "%s", device);
	err_clean(out);
	return out;
}

static const char *where(const struct hook *h)
{
	if (h->tc)
		return "tc";
	return h->mode == HOOK_GENERIC ? "generic" : "native";
}

static void print_text(const char *device, const struct hook *h, const struct hook_state *s,
		       const struct naming *n)
{
	char name[IF_NAMESIZE];

	printf("device %s\n", report_name(name, device));
	printf("hook %s\n", h->tc ? "tc" : "xdp");
	printf("mode %s\n", where(h));
	printf("proto %s\n", options_proto(s->config.proto));
	printf("table %s\n", n->name[0] ? n->name : "-");
	printf("bpf_id %u\n", n->bpf_id);
	for (int i = 0; i < XDP_COUNTERS; i++)
		printf("%s %llu\n", counter_names[i], (unsigned long long)s->counters.n[i]);
}

static void print_json(const char *device, const struct hook *h, const struct hook_state *s,
		       const struct naming *n)
{
	struct buf b = { 0 };

	buf_str(&b, "{\"device\":");
	buf_json(&b, device);
	buf_str(&b, h->tc ? ",\"hook\":\"tc\"" : ",\"hook\":\"xdp\"");
	buf_str(&b, ",\"mode\":\"");
	buf_str(&b, where(h));
	buf_str(&b, "\",\"proto\":\"");
	buf_str(&b, options_proto(s->config.proto));
	buf_str(&b, "\",\"table\":");
	if (n->name[0])
		buf_json(&b, n->name);
	else
		buf_str(&b, "null");
	buf_str(&b, ",\"bpf_id\":");
	buf_u64(&b, n->bpf_id);
	for (int i = 0; i < XDP_COUNTERS; i++) {
		buf_str(&b, ",\"");
		buf_str(&b, counter_names[i]);
		buf_str(&b, "\":");
		buf_u64(&b, s->counters.n[i]);
	}
	buf_char(&b, '}');
	buf_flush(&b, stdout);
}

/*
 * One hook of one device, if a program of ours is there. @gone: it is well if the device is not.
 * @count: how many were before.
 */
static int report_hook(struct cli *cli, const char *device, int ifindex, bool tc, bool gone,
		       int *count)
{
	struct naming n = { 0 };
	struct hook_state s;
	struct kern_error e;
	struct hook h;
	int err;

	err = hook_find(&h, ifindex, tc);
	if (!err && !h.ours)
		return CLI_DONE;
	if (!err)
		err = hook_state(&h, &s);
	/* It has gone meanwhile, or its device has. */
	if (gone && (err == -ENOENT || err == -ENODEV))
		return CLI_DONE;
	if (err == -ENOMSG)
		return cli_failed("%s: the program there is of another version", device);
	if (err)
		return cli_failed("%s: %s", device, strerror(-err));
	n.bpf_id = s.config.table;
	if (kern_table_get(cli->kern, NULL, match_table, &n, &e))
		return cli_refused("tables", &e);
	if ((*count)++)
		fputs(cli->json ? ",\n" : "\n", stdout);
	if (cli->json)
		print_json(device, &h, &s, &n);
	else
		print_text(device, &h, &s, &n);
	return CLI_DONE;
}

static int report_device(struct cli *cli, const char *device, int ifindex, bool gone, int *count)
{
	int xdp = report_hook(cli, device, ifindex, false, gone, count);
	int tc = report_hook(cli, device, ifindex, true, gone, count);

	return xdp ? xdp : tc;
}

static int report_all(struct cli *cli, int *count)
{
	struct if_nameindex *all = if_nameindex();
	int ret = CLI_DONE;

	if (!all)
		return cli_failed("devices: %s", strerror(errno));
	for (int i = 0; all[i].if_index; i++) {
		int bad = report_device(cli, all[i].if_name, all[i].if_index, true,
					count);

		ret = ret ? ret : bad;
	}
	if_freenameindex(all);
	return ret;
}

int report(struct cli *cli, const char *device)
{
	int count = 0, ifindex = 0, ret;

	if (device) {
		ifindex = if_nametoindex(device);
		if (!ifindex)
			return cli_failed("%s: %s", device, strerror(errno));
	}
	if (cli->json)
		fputc('[', stdout);
	ret = device ? report_device(cli, device, ifindex, false, &count) : report_all(cli, &count);
	if (!ret && device && !count)
		return cli_failed("%s: no program of ours is there", device);
	/* One that has failed is left open: it is not all that there is. */
	if (!ret && cli->json)
		fputs("]\n", stdout);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/* devsess-xdp - what `devsess xdp' does: programs that look the senders of packets up. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "cmd_xdp.h"
#include "help.h"
#include "options.h"
#include "report.h"
#include "util.h"

#include "devsess.skel.h"

/* What libbpf and the kernel's verifier had to say of a program. */
static char said[65536];

static int keep_saying(enum libbpf_print_level level, const char *fmt, va_list args)
{
	size_t len = strlen(said);

	if (level == LIBBPF_WARN)
		vsnprintf(said + len, sizeof(said) - len, fmt, args);
	return 0;
}

/* So often a name may get another table while it is asked for. */
#define ASK_MAX 10

static int take_table(const struct table *t, void *arg)
{
	*(struct table *)arg = *t;
	return 0;
}

/*
 * The table of a name. What is told is its name at a later moment, and the number goes with that:
 * asks again if it is another one, as after a swap.
 */
static int find_table(const struct options *o, const char *name, struct table *t)
{
	struct kern_error e;

	for (int i = 0; i < ASK_MAX; i++) {
		if (kern_table_get(o->cli.kern, name, take_table, t, &e))
			return cli_refused(name, &e);
		/* A table that was just deleted has no number, as all if there are no kfuncs. */
		if (!strcmp(t->name, name) && (t->bpf_id || i))
			return CLI_DONE;
	}
	return cli_failed("%s: it changes its table all the time", name);
}

/* Sets the table by its name. */
static int choose_table(struct options *o)
{
	const char *name = o->cli.table ? o->cli.table : "default";
	uint32_t len = options_id_len(o->config.proto);
	struct table t;
	int ret = find_table(o, name, &t);

	if (ret)
		return ret;
	if (!t.bpf_id)
		return cli_failed("the module has no kfuncs, see kfuncs.rst");
	if (t.key_max < len)
		return cli_failed("%s: its ids are %u bytes at the most, those of %s %u", name,
				  t.key_max, options_proto(o->config.proto), len);
	if (o->config.load && t.upcall == DEVSESS_UPCALL_OFF)
		return cli_failed("%s: --load would ask nobody, its upcall is off, see table set",
				  name);
	o->config.table = t.bpf_id;
	return CLI_DONE;
}

/* Tells where packets are redirected to. */
static int set_ports(const struct options *o, int map)
{
	for (uint32_t i = 0; i < o->redirects; i++) {
		uint32_t port = if_nametoindex(o->redirect[i].device);

		if (!port)
			return cli_failed("--redirect: no device '%s'", o->redirect[i].device);
		if (!bpf_map_update_elem(map, &o->redirect[i].owner, &port, BPF_NOEXIST))
			continue;
		if (errno == EEXIST)
			return cli_failed("--redirect: owner %" PRIu32 " stands there twice",
					  o->redirect[i].owner);
		return cli_failed("--redirect: %s", strerror(errno));
	}
	return CLI_DONE;
}

static void print_done(const struct options *o, const char *device, const char *verb)
{
	const char *hook = o->tc ? "tc" : "xdp";
	char name[IF_NAMESIZE];
	struct buf b = { 0 };

	if (o->cli.json) {
		buf_str(&b, "{\"device\":");
		buf_json(&b, device);
		buf_str(&b, ",\"hook\":\"");
		buf_str(&b, hook);
		buf_str(&b, "\"}\n");
		buf_flush(&b, stdout);
	} else if (!o->cli.quiet) {
		printf("%s %s of %s\n", verb, hook, report_name(name, device));
	}
}

static int why_not(const struct options *o, const char *device, int err, const struct hook *h)
{
	if (h->prog_id && !h->ours)
		return cli_failed("%s: another program is there", device);
	if (err == -EEXIST && h->ours && o->mode && o->mode != h->mode)
		return cli_failed("%s: a program is there in another mode, detach it first",
				  device);
	if (err == -EEXIST || err == -EBUSY)
		return cli_failed("%s: another program has come there", device);
	if (err == -EOPNOTSUPP)
		return cli_failed("%s: its driver has no XDP: --mode generic", device);
	if (err == -ERANGE)
		return cli_failed("%s: its MTU is too large for XDP by its driver: --mode generic",
				  device);
	return cli_failed("%s: %s", device, strerror(-err));
}

/* Loads a program and puts it at the hook. */
static int load_and_attach(const struct options *o, const char *device, const struct hook *h)
{
	struct devsess_bpf *skel;
	struct bpf_program *prog;
	uint32_t id = 0;
	int ret, err;

	/* libbpf looks for kfuncs so, and says no more than that it has found none. */
	if (bpf_btf_get_next_id(id, &id) && errno == EPERM)
		return cli_failed("the program cannot be loaded: %s: it takes CAP_SYS_ADMIN",
				  strerror(EPERM));
	skel = devsess_bpf__open();
	if (!skel)
		return cli_failed("the program cannot be opened: %s", strerror(errno));
	prog = o->tc ? skel->progs.devsess_tc : skel->progs.devsess_xdp;
	bpf_program__set_autoload(o->tc ? skel->progs.devsess_xdp : skel->progs.devsess_tc, false);
	memcpy((void *)&skel->rodata->cfg, &o->config, sizeof(o->config));
	said[0] = 0;
	err = devsess_bpf__load(skel);
	if (err)
		ret = cli_failed("the program cannot be loaded: %s\n%s", strerror(-err), said);
	else
		ret = set_ports(o, bpf_map__fd(skel->maps.ports));
	if (!ret) {
		err = hook_attach(h, bpf_program__fd(prog), o->mode);
		if (err)
			ret = why_not(o, device, err, h);
	}
	devsess_bpf__destroy(skel);
	return ret;
}

static int find_hook(const struct options *o, const char *device, struct hook *h)
{
	int ifindex = if_nametoindex(device);
	int err = ifindex ? hook_find(h, ifindex, o->tc) : -errno;

	return err ? cli_failed("%s: %s", device, strerror(-err)) : CLI_DONE;
}

/* The programs look for an Ethernet header; where there is none they would take others for one. */
static int check_frames(const char *device)
{
	struct ifreq r = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return cli_failed("%s: %s", device, strerror(errno));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", device);
	if (ioctl(fd, SIOCGIFHWADDR, &r))
		err = errno;
	close(fd);
	if (err)
		return cli_failed("%s: %s", device, strerror(err));
	if (r.ifr_hwaddr.sa_family != ARPHRD_ETHER && r.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK)
		return cli_failed("%s: its packets have no Ethernet header", device);
	return CLI_DONE;
}

static int attach(struct options *o, const char *device)
{
	struct hook h;
	int ret;

	if (!o->has_proto)
		return cli_usage(&o->cli, "--proto is missing");
	ret = find_hook(o, device, &h);
	if (!ret)
		ret = check_frames(device);
	if (!ret && h.prog_id && !h.ours)
		ret = why_not(o, device, -EBUSY, &h);
	if (!ret)
		ret = choose_table(o);
	if (!ret)
		ret = load_and_attach(o, device, &h);
	if (!ret)
		print_done(o, device, h.ours ? "replaced" : "attached to");
	return ret;
}

static int detach(const struct options *o, const char *device)
{
	struct hook h;
	int ret = find_hook(o, device, &h), err;

	if (ret)
		return ret;
	if (!h.ours)
		return cli_failed("%s: no program of ours is there", device);
	err = hook_detach(&h);
	if (err)
		return why_not(o, device, err, &h);
	print_done(o, device, "detached from");
	return CLI_DONE;
}

static int run(struct options *o, int argc, char **argv)
{
	int ret = options_read(o, argc, argv);

	if (ret)
		return ret;
	argc -= optind;
	argv += optind;
	if (o->cli.help) {
		help_print_command(&cmd_xdp);
		return CLI_DONE;
	}
	if (o->cli.show_version) {
		puts("devsess-xdp " DEVSESS_VERSION);
		return CLI_DONE;
	}
	if (argc < 1 || argc > 2 || (argc < 2 && strcmp(argv[0], "stats")))
		return cli_usage(&o->cli, "attach DEVICE, detach DEVICE or stats [DEVICE]");
	if (o->only_attach && strcmp(argv[0], "attach"))
		return cli_usage(&o->cli, "these options go with attach only");
	if (o->cli.table && strcmp(argv[0], "attach"))
		return cli_usage(&o->cli, "--table goes with attach only");
	if (o->tc && !strcmp(argv[0], "stats"))
		return cli_usage(&o->cli, "--tc goes with attach and detach only");
	ret = cli_connect(&o->cli);
	if (ret)
		return ret;
	if (!strcmp(argv[0], "attach"))
		return attach(o, argv[1]);
	if (!strcmp(argv[0], "detach"))
		return detach(o, argv[1]);
	if (!strcmp(argv[0], "stats"))
		return report(&o->cli, argv[1]);
	return cli_usage(&o->cli, "attach, detach or stats");
}

int main(int argc, char **argv)
{
	static struct options o;
	int status;

	libbpf_set_print(keep_saying);
	status = run(&o, argc, argv);
	kern_close(o.cli.kern);
	return cli_finish(status);
}

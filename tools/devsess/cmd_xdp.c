// SPDX-License-Identifier: GPL-2.0
#include "cmd_xdp.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "help.h"

#define PROGRAM "devsess-xdp"

/* What is beside this program, if it is there. Returns false if it is not known where that is. */
static bool beside_us(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (n < 0)
		return false;
	path[n] = 0;
	slash = strrchr(path, '/');
	if (!slash || slash + sizeof("/" PROGRAM) > path + size)
		return false;
	memcpy(slash + 1, PROGRAM, sizeof(PROGRAM));
	return !access(path, X_OK);
}

int cmd_xdp_become(char **argv, int at)
{
	char path[PATH_MAX];
	bool help = false;

	argv[0] = PROGRAM;
	for (int i = at; argv[i]; i++)
		argv[i] = argv[i + 1];
	for (int i = 1; argv[i]; i++)
		help = help || !strcmp(argv[i], "-h") || !strcmp(argv[i], "--help");
	execvp(beside_us(path, sizeof(path)) ? path : PROGRAM, argv);
	if (errno == ENOENT && help) {
		help_print_command(&cmd_xdp);
		return CLI_DONE;
	}
	if (errno == ENOENT)
		return cli_failed("there is no " PROGRAM ": `make xdp install-xdp' makes it");
	return cli_failed(PROGRAM ": %s", strerror(errno));
}

/* Reached by nobody: see main(). */
static int run_xdp(struct cli *cli, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cli_usage(cli, "its options follow it");
}

const struct command cmd_xdp = {
	.name = "xdp",
	.run = run_xdp,
	.options = CLI_OPT_TABLE,
	.args = "attach DEVICE --proto PROTO [OPTION]...\n"
		"detach DEVICE [--tc]\n"
		"stats [DEVICE]",
	.brief = "look the senders of a network device's packets up",
	.help = "attach loads a program that takes each packet that DEVICE receives, looks its\n"
		"sender up in the table (--table), and passes, drops or redirects it. What it replaces,\n"
		"if anything, is such a program only; its counters begin at 0. Options:\n"
		"  --proto PROTO   where the device id is, in frames with up to two VLAN tags:\n"
		"                  semtech-udp: 8 bytes, the EUI in what LoRaWAN gateways send by\n"
		"                  the Semtech UDP packet forwarder protocol, over IPv4 or IPv6;\n"
		"                  mac: 6 bytes, the source MAC; ipv4, ipv6: 4 or 16 bytes, the\n"
		"                  source address\n"
		"  --port N        semtech-udp: the UDP port; 1700 unless told\n"
		"  --unknown pass|drop  packets whose device has no session; pass unless told\n"
		"  --load          ask user space for unknown devices; the table's upcall must not be\n"
		"                  off; see table, and loader\n"
		"  --touch TIME    a session that was last seen so long ago is touched, 0 for each\n"
		"                  packet, or never; 1s unless told\n"
		"  --redirect OWNER=DEVICE  send packets of this owner's devices out there; may\n"
		"                  repeat\n"
		"  --mode native|generic  by the driver, or by the kernel for any device; what the\n"
		"                  driver has unless told. DEVICE's packets have Ethernet headers\n"
		"  --tc            with tc, at the device's ingress, rather than XDP\n"
		"  --mark mark|owner  --tc only: set the packet's mark to the session's mark or owner\n"
		"Packets of blocked sessions are dropped, as are malformed ones of the protocol. Others\n"
		"than the protocol's, and fragments after the first, which have no id, are passed.\n"
		"detach takes the program away. stats counts the packets since attach: known, blocked,\n"
		"unknown, malformed, fragments, other and errors (the lookup failed: as unknown) are\n"
		"together all packets; touched and redirected are some of the known ones; a device that\n"
		"is down or gone loses what is redirected there.\n"
		"With -j: stats prints an array of objects: device hook mode proto table bpf_id packets\n"
		"known blocked unknown malformed fragments other errors touched redirected; table is\n"
		"null if it is gone. attach and detach print {\"device\":NAME,\"hook\":\"xdp\" or \"tc\"}.\n"
		"Done by devsess-xdp, which `make xdp' builds. Needs CAP_NET_ADMIN and CAP_SYS_ADMIN.\n",
};

// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bpf_pin_act TABLE PATH
 *
 * Loads act.bpf.c for a table, by its number, and pins it where tc finds it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.skel.h"

int main(int argc, char **argv)
{
	struct act_bpf *skel;
	int err;

	if (argc != 3) {
		fputs("usage: bpf_pin_act TABLE PATH\n", stderr);
		return 2;
	}
	skel = act_bpf__open();
	if (!skel) {
		perror("act.bpf.c");
		return 1;
	}
	skel->rodata->table = strtoul(argv[1], NULL, 0);
	err = act_bpf__load(skel);
	if (!err)
		err = bpf_program__pin(skel->progs.act, argv[2]);
	if (err)
		fprintf(stderr, "%s: %s\n", argv[2], strerror(-err));
	act_bpf__destroy(skel);
	return !!err;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * usage: fill_tables
 *
 * Adds tables t0, t1... until that is refused, and says why and how many there are, as
 * the tool would: "[name]" if it is the name that the kernel blames.
 * Exit status 1 then, 2 if it could not even begin. For a memory cgroup at its limit:
 * this is one process, which has all memory that it needs before the first table. One
 * that starts when hardly anything is left, as the tool does for each table, is killed
 * for want of its own pages, and shows nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nl.h"
#include "session.h"

#define MANY	1000

static const char *blamed(const struct nl *nl)
{
	return nl->offset && msg_attr(&nl->m, nl->offset)->nla_type == DEVSESS_A_TABLE_NAME ?
	       " [name]" : "";
}

int main(void)
{
	struct nl nl;
	char name[16];
	int n, cgroup, err;

	cgroup = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY);
	err = cgroup < 0 ? -errno : nl_open(&nl);
	if (!err && mlockall(MCL_CURRENT | MCL_FUTURE))
		err = -errno;
	if (err) {
		fprintf(stderr, "fill_tables: %s\n", strerror(-err));
		return 2;
	}
	for (n = 0; n < MANY; n++) {
		snprintf(name, sizeof(name), "t%d", n);
		err = make_table(&nl, name, ~0ULL, 64, 64);
		if (err)
			break;
	}
	/* What it prints is not the cgroup's. */
	if (write(cgroup, "0", 1) != 1) {
		perror("fill_tables: cgroup.procs");
		return 2;
	}
	printf("%d tables\n", n);
	fprintf(stderr, "%s: %s%s\n", strerror(-err), nl.sentence, blamed(&nl));
	return err ? 1 : 0;
}

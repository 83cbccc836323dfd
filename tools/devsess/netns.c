// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where iproute2 keeps the named ones. */
#define NETNS_DIR "/run/netns"

int netns_enter(const char *name)
{
	char path[PATH_MAX];
	int fd, ret = 0;

	if (!*name)
		return -EINVAL;
	if (snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : NETNS_DIR "/", name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET))
		ret = -errno;
	close(fd);
	return ret;
}

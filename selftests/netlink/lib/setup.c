// SPDX-License-Identifier: GPL-2.0
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/*
 * Moves this process into a network namespace of its own, where there is only
 * the table `default', empty, and all figures are 0. Returns 0 or an errno.
 */
int new_netns(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

bool module_loaded(void)
{
	return !access("/sys/module/devsess", F_OK);
}

/* Returns 0 or an errno. */
int module_load(void)
{
	struct utsname uts;
	char path[256];
	int fd, err;

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/extra/devsess.ko", uts.release);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return err;
}

/* Returns 0 or an errno, -EAGAIN while something uses the module. */
int module_remove(void)
{
	return syscall(SYS_delete_module, "devsess", O_NONBLOCK) ? -errno : 0;
}

/* Seconds since some time. */
double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

// SPDX-License-Identifier: GPL-2.0
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY	65534

/*
 * Moves this process into a network namespace of its own, where there is only
 * the table `default', empty, and all figures are 0. Returns 0 or an errno.
 */
int new_netns(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Moves this process into a user namespace in which it is root. 0 or an errno. */
int new_userns(void)
{
	char uids[32], gids[32];
	int err;

	snprintf(uids, sizeof(uids), "0 %d 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %d 1", getegid());
	if (unshare(CLONE_NEWUSER))
		return -errno;
	err = write_file("/proc/self/setgroups", "deny");
	return err ?: write_file("/proc/self/uid_map", uids) ?:
		      write_file("/proc/self/gid_map", gids);
}

/* Gives all privileges away. Returns 0 or an errno. */
int become_nobody(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return -errno;
	/* Else /proc/self stays root's. */
	prctl(PR_SET_DUMPABLE, 1);
	return 0;
}

/* Sets the effective and permitted capabilities. Returns 0 or an errno. */
int set_caps(__u64 caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	return syscall(SYS_capset, &header, data) ? -errno : 0;
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

/* The same, with some patience: what has been closed may take a moment to go. */
int module_remove_soon(void)
{
	int i, err = module_remove();

	for (i = 0; i < 100 && err == -EAGAIN; i++) {
		pause_ms(50);
		err = module_remove();
	}
	return err;
}

static long read_meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "r");
	size_t len = strlen(name);
	char line[128];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, len) && line[len] == ':')
			kib = atol(line + len + 1);
	if (f)
		fclose(f);
	return kib;
}

/* In KiB. */
long memory_available(void)
{
	return read_meminfo("MemAvailable");
}

long memory_total(void)
{
	return read_meminfo("MemTotal");
}

/* Runs a function in a process of its own, which dies with this one. */
pid_t start(int (*fn)(void *arg), void *arg)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pid = fn(arg);
	fflush(stdout);
	_exit(pid);
}

/* What the function has returned, below 128, or 128 + the signal it died of. */
int finish(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Zeroed memory that stays common to this process and those it starts. */
void *shared(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return at;
}

/* A message of one byte, with room for a descriptor. */
struct fd_msg {
	struct msghdr hdr;
	struct iovec iov;
	char byte;
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
};

static void fd_msg_init(struct fd_msg *m)
{
	*m = (struct fd_msg){ };
	m->iov = (struct iovec){ .iov_base = &m->byte, .iov_len = 1 };
	m->hdr = (struct msghdr){
		.msg_iov = &m->iov, .msg_iovlen = 1,
		.msg_control = m->control, .msg_controllen = sizeof(m->control),
	};
}

/* Gives a descriptor to the process at the other end. Returns 0 or an errno. */
int send_fd(int sock, int fd)
{
	struct cmsghdr *c;
	struct fd_msg m;

	fd_msg_init(&m);
	c = CMSG_FIRSTHDR(&m.hdr);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &m.hdr, 0) < 0 ? -errno : 0;
}

/* Returns the descriptor, or -1 if none came. */
int receive_fd(int sock)
{
	struct cmsghdr *c;
	struct fd_msg m;
	int fd = -1;

	fd_msg_init(&m);
	if (recvmsg(sock, &m.hdr, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&m.hdr);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* Seconds since some time. */
double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static double coarse_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Waits so long by the coarse clock, which is that of the module. */
void pause_ms(unsigned int ms)
{
	double end = coarse_now() + ms / 1000.0;

	do
		usleep(ms < 10 ? ms * 1000 : 10000);
	while (coarse_now() < end);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * init - the first process of the test guest
 *
 * Loads the modules, runs one command, checks what the command left behind
 * and tells the host. It is C and static so that it depends on nothing that
 * the command may break. What to do is read from the initramfs:
 *
 *   /vm/early     modules that the ports to the host need, one path a line
 *   /vm/modules   modules to load next, one path a line
 *   /vm/module    the module under test: its name, a space, its path
 *   /vm/argv      the command, each argument ended by a NUL
 *
 * What it tells the host is described in protocol.h.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define KMEMLEAK "/sys/kernel/debug/kmemleak"

static int kmsg_fd = -1;
static int verdict_fd = -1;

/* One write is one record; stdio cannot do it, as /dev/kmsg does not seek. */
static void log_line(const char *line)
{
	char text[1024];
	int len = snprintf(text, sizeof(text), "<6>%s\n", line);

	if (len >= (int)sizeof(text))
		len = sizeof(text) - 1;
	if (write(kmsg_fd, text, len) < 0)
		perror("/dev/kmsg");
}

static void __noreturn __printf(1, 2) die(const char *fmt, ...)
{
	int err = errno;
	char text[256], line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(line, sizeof(line), "devsess-vm: init: %s: %s", text,
		 strerror(err));
	log_line(line);
	reboot(RB_AUTOBOOT);
	_exit(1);
}

static void __printf(1, 2) fail(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	dprintf(verdict_fd, "fail %s\n", text);
}

static void write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("write to the host");
		buf += n;
		len -= n;
	}
}

/*
 * Absent files are fine: not every kernel has every knob. Returns whether it was set, and
 * logs one that is there and could not be.
 */
static bool set_knob(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool set;

	if (fd < 0)
		return false;
	set = write(fd, value, strlen(value)) >= 0;
	if (!set)
		log_line(path);
	close(fd);
	return set;
}

static char *read_file(const char *path, size_t *len)
{
	size_t size = 0, room = 4096;
	char *buf = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (!buf || fd < 0) {
		free(buf);
		return NULL;
	}
	while ((n = read(fd, buf + size, room - size - 1)) > 0) {
		size += n;
		if (size + 1 == room) {
			room *= 2;
			buf = realloc(buf, room);
			if (!buf)
				die("memory for %s", path);
		}
	}
	close(fd);
	buf[size] = '\0';
	if (len)
		*len = size;
	return buf;
}

static const struct {
	const char *type;
	const char *dir;
	const char *options;
	bool needed;
} mounts[] = {
	{ "proc", "/proc", NULL, true },
	{ "sysfs", "/sys", NULL, true },
	{ "devtmpfs", "/dev", NULL, true },
	{ "devpts", "/dev/pts", "ptmxmode=0666,mode=0620,gid=5", false },
	{ "tmpfs", "/dev/shm", "mode=1777", false },
	{ "cgroup2", "/sys/fs/cgroup", NULL, false },
	{ "bpf", "/sys/fs/bpf", "mode=0700", false },
	{ "debugfs", "/sys/kernel/debug", NULL, false },
	{ "tracefs", "/sys/kernel/tracing", NULL, false },
};

static void mount_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].dir, 0755);
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0,
			  mounts[i].options) &&
		    mounts[i].needed)
			die("mount %s", mounts[i].dir);
	}
	/* Not mounts: what the initramfs has there is to be seen. */
	chmod("/tmp", 01777);
	if (symlink("/proc/self/fd", "/dev/fd") ||
	    symlink("/proc/self/fd/0", "/dev/stdin") ||
	    symlink("/proc/self/fd/1", "/dev/stdout") ||
	    symlink("/proc/self/fd/2", "/dev/stderr"))
		die("links in /dev");
}

/*
 * Make whatever the kernel finds wrong end the guest at once, while the log
 * still shows what led to it. panic_on_warn and oops=panic are on the kernel's
 * command line already, since they matter during boot too.
 */
static void set_knobs(void)
{
	set_knob("/proc/sys/kernel/panic_on_rcu_stall", "1");
	set_knob("/proc/sys/kernel/softlockup_panic", "1");
	set_knob("/proc/sys/kernel/hardlockup_panic", "1");
	set_knob("/proc/sys/kernel/hung_task_panic", "1");
}

static void set_lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* A kernel without IPv4 may still be worth testing. */
	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		log_line("devsess-vm: lo stays down");
	close(fd);
}

static int load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -1;
	ret = syscall(SYS_finit_module, fd, "", 0);
	if (ret && errno == EEXIST)
		ret = 0;
	close(fd);
	return ret;
}

static void load_list(const char *list)
{
	char *paths = read_file(list, NULL);
	char *save, *path;

	if (!paths)
		return;
	for (path = strtok_r(paths, "\n", &save); path;
	     path = strtok_r(NULL, "\n", &save))
		if (load_module(path))
			die("load %s", path);
	free(paths);
}

static int find_port(const char *name)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *ent;
	int fd = -1;

	if (!dir)
		return -1;
	while (fd < 0 && (ent = readdir(dir))) {
		char path[512];
		char *have;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name",
			 ent->d_name);
		have = read_file(path, NULL);
		if (have && !strncmp(have, name, strlen(name))) {
			snprintf(path, sizeof(path), "/dev/%s", ent->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
		}
		free(have);
	}
	closedir(dir);
	return fd;
}

/* Ports come up a moment after their driver. */
static int open_port(const char *name)
{
	for (int i = 0; i < 1000; i++) {
		int fd = find_port(name);

		if (fd >= 0)
			return fd;
		usleep(10 * 1000);
	}
	errno = ENODEV;
	die("port %s (does the kernel have virtio_console and virtio_pci?)",
	    name);
}

static char **read_argv(void)
{
	size_t len, count = 0;
	char *args = read_file("/vm/argv", &len);
	char **argv;

	if (!args || !len)
		die("no command");
	argv = calloc(len + 1, sizeof(*argv));
	if (!argv)
		die("memory for the command");
	for (char *arg = args; arg < args + len; arg += strlen(arg) + 1)
		argv[count++] = arg;
	return argv;
}

static void __noreturn exec_command(char **argv, int out)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(out, 2) < 0)
		_exit(126);
	close(null);
	close(out);
	execvp(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Returns true when @main_pid was among the dead. */
static bool reap(pid_t main_pid, int *status)
{
	bool main_died = false;
	int st;
	pid_t pid;

	while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
		if (pid != main_pid)
			continue;
		main_died = true;
		*status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) :
					    WEXITSTATUS(st);
	}
	return main_died;
}

/*
 * Run the command and pass on what it prints. When it is done, whatever it
 * left running is killed: then the pipe ends, and the module is not kept busy.
 */
static int run_command(int port, unsigned long long *bytes)
{
	static char buf[32 * 1024];
	struct pollfd fds[2];
	int pipe_fds[2];
	int status = 0;
	sigset_t chld;
	ssize_t n;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	if (pipe2(pipe_fds, O_CLOEXEC))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		exec_command(read_argv(), pipe_fds[1]);
	close(pipe_fds[1]);

	fds[0] = (struct pollfd){ .fd = pipe_fds[0], .events = POLLIN };
	fds[1] = (struct pollfd){
		.fd = signalfd(-1, &chld, SFD_CLOEXEC),
		.events = POLLIN,
	};
	while (pid || fds[0].fd >= 0) {
		if (poll(fds, 2, -1) < 0)
			die("poll");
		if (fds[1].revents) {
			struct signalfd_siginfo info;

			if (read(fds[1].fd, &info, sizeof(info)) < 0)
				die("signalfd");
			if (reap(pid, &status)) {
				kill(-1, SIGKILL);
				pid = 0;
			}
		}
		if (!fds[0].revents)
			continue;
		n = read(fds[0].fd, buf, sizeof(buf));
		if (n < 0)
			die("read what the command prints");
		write_all(port, buf, n);
		*bytes += n;
		/* The command may close its output and go on. */
		if (!n)
			fds[0].fd = -1;
	}
	close(pipe_fds[0]);
	close(fds[1].fd);
	while (wait(NULL) > 0)
		;
	return status;
}

/* The killed processes' sockets and namespaces may take a moment to go. */
static void unload_module(const char *name)
{
	char path[256];
	char *users;

	for (int i = 0; i < 100; i++) {
		if (!syscall(SYS_delete_module, name, O_NONBLOCK))
			break;
		if (errno == ENOENT)
			return;
		if (errno != EAGAIN && errno != EBUSY && errno != EWOULDBLOCK)
			break;
		usleep(100 * 1000);
	}
	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	users = read_file(path, NULL);
	if (users)
		fail("module %s cannot be removed: %.*s users, %s", name,
		     (int)strcspn(users, "\n"), users, strerror(errno));
	free(users);
}

/*
 * kmemleak reports objects older than 5 s, and only once a second look found
 * their contents unchanged. Where it ran out of memory it has given up, and sees none.
 */
static bool scan_twice(void)
{
	sleep(6);
	if (!set_knob(KMEMLEAK, "scan"))
		return false;
	sleep(1);
	return set_knob(KMEMLEAK, "scan");
}

static void check_leaks(void)
{
	char *report, *save, *line;

	if (access(KMEMLEAK, W_OK))
		return;
	if (!scan_twice()) {
		fail("kmemleak has given up");
		return;
	}
	report = read_file(KMEMLEAK, NULL);
	if (!report || !*report)
		return;
	for (line = strtok_r(report, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		log_line(line);
	fail("kmemleak found leaks");
}

/* A second witness for splats, should their text be missed in the log. */
static void check_taint(void)
{
	static const struct {
		int bit;
		const char *what;
	} taints[] = {
		{ 4, "machine check" }, { 5, "bad page" },     { 7, "oops" },
		{ 9, "warning" },	{ 14, "soft lockup" },
	};
	char *text = read_file("/proc/sys/kernel/tainted", NULL);
	unsigned long mask = text ? strtoul(text, NULL, 10) : 0;

	for (size_t i = 0; i < ARRAY_SIZE(taints); i++)
		if (mask & (1UL << taints[i].bit))
			fail("the kernel is tainted: %s", taints[i].what);
	free(text);
}

int main(void)
{
	unsigned long long bytes = 0;
	char *module, *path = NULL;
	int output, status;

	setenv("PATH", "/usr/local/bin:/usr/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C", 1);
	mount_all();
	kmsg_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	load_list("/vm/early");
	output = open_port(OUTPUT_PORT);
	verdict_fd = open_port(VERDICT_PORT);
	dprintf(verdict_fd, "begin\n");
	set_knobs();
	set_lo_up();
	sethostname("devsess", 7);
	load_list("/vm/modules");
	module = read_file("/vm/module", NULL);
	if (module) {
		path = strchr(module, ' ');
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (load_module(path))
			die("load %s", path);
	}

	status = run_command(output, &bytes);

	/* What was armed and not disarmed goes off in this half second. */
	if (module) {
		unload_module(module);
		usleep(500 * 1000);
	}
	check_leaks();
	check_taint();
	log_line(END_MARK);
	dprintf(verdict_fd, "exit %d %llu\n", status, bytes);
	for (;;)
		pause();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * watch - runs one QEMU, passes on the guest's output, judges the end
 *
 * usage: watch -j JUDGE [-t SECONDS] [-c FILE] [-v] -- QEMU ARGUMENT...
 *
 * The host's side of init.c, with which it talks as protocol.h says. It is C
 * because it has to move and count bytes, notice a full or closed stdout, keep
 * the time and kill QEMU, all at once and whatever happens.
 *
 * The exit status is the command's only if everything else is in order too:
 * the guest gave a verdict, without complaints of its own, all announced output
 * arrived, the kernel's log is complete and the program JUDGE, which reads
 * that log from stdin, found no fault in it. Else it is 125: silence means
 * failure. After a signal it is 128 plus the signal's number.
 *
 * QEMU is killed, not shut down, once the verdict is complete, and dies with
 * this process by PR_SET_PDEATHSIG even when this one is killed by SIGKILL.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "protocol.h"

#define FAILED 125

/* After the verdict, what is still on its way has this long to arrive. */
#define GRACE_SECONDS 10

/*
 * QEMU's TCG with several CPUs now and then runs a breakpoint that the kernel
 * has already taken away again (alternatives, static keys), mostly while it
 * boots: an oops by int3. A kernel that dies before /init has seen nothing of
 * ours, so it gets another try, and the reader a word about it.
 */
#define BOOTS 3

enum { CONSOLE, OUTPUT, VERDICT, PORTS };

static struct {
	const char *judge;
	const char *log_path;
	int timeout;
	bool verbose;
} opt = { .timeout = 600 };

static struct {
	pid_t qemu;
	int port[PORTS]; /* our ends; -1 once the guest's is closed */
	int log; /* everything from the console */
	char out[64 * 1024]; /* output on its way to stdout */
	size_t out_start, out_end;
	unsigned long long received;

	char line[2048]; /* the verdict's unfinished last line */
	size_t line_len;
	bool begun;
	bool have_exit;
	int status;
	unsigned long long announced;
	bool log_ended;
	int failures;
} vm = { .port = { -1, -1, -1 } };

static void __printf(1, 2) fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("vm: FAIL: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	vm.failures++;
}

static void __noreturn usage(void)
{
	fputs("usage: watch -j JUDGE [-t SECONDS] [-c FILE] [-v] -- QEMU ARGUMENT...\n",
	      stderr);
	exit(2);
}

static void __noreturn die(const char *what)
{
	fprintf(stderr, "vm: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* One more option for QEMU; the text of it lives as long as we do. */
static void __printf(2, 3) add_arg(char **argv, const char *fmt, ...)
{
	va_list ap;

	while (*argv)
		argv++;
	va_start(ap, fmt);
	if (vasprintf(argv, fmt, ap) < 0)
		die("memory");
	va_end(ap);
}

static void add_port_args(char **argv, const int *fds)
{
	add_arg(argv, "-chardev");
	add_arg(argv, "socket,id=console,fd=%d", fds[CONSOLE]);
	add_arg(argv, "-serial");
	add_arg(argv, "chardev:console");
	add_arg(argv, "-device");
	add_arg(argv, "virtio-serial-pci");
	add_arg(argv, "-chardev");
	add_arg(argv, "socket,id=output,fd=%d", fds[OUTPUT]);
	add_arg(argv, "-device");
	add_arg(argv, "virtserialport,chardev=output,name=" OUTPUT_PORT);
	add_arg(argv, "-chardev");
	add_arg(argv, "socket,id=verdict,fd=%d", fds[VERDICT]);
	add_arg(argv, "-device");
	add_arg(argv, "virtserialport,chardev=verdict,name=" VERDICT_PORT);
}

static void __noreturn exec_qemu(int argc, char **argv, const int *fds,
				 pid_t parent)
{
	char **args = calloc(argc + 16, sizeof(*args));
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	if (!args || null < 0)
		die("start QEMU");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(FAILED);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < PORTS; i++)
		fcntl(fds[i], F_SETFD, 0);
	/* What QEMU itself has to say must not mix with the command's output. */
	if (dup2(null, 0) < 0 || dup2(2, 1) < 0)
		die("start QEMU");
	memcpy(args, argv, argc * sizeof(*args));
	add_port_args(args, fds);
	execvp(args[0], args);
	die(args[0]);
}

static void start_qemu(int argc, char **argv)
{
	pid_t self = getpid();
	int theirs[PORTS];

	for (int i = 0; i < PORTS; i++) {
		int fds[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
			die("socketpair");
		vm.port[i] = fds[0];
		theirs[i] = fds[1];
	}
	vm.qemu = fork();
	if (vm.qemu < 0)
		die("fork");
	if (!vm.qemu)
		exec_qemu(argc, argv, theirs, self);
	for (int i = 0; i < PORTS; i++)
		close(theirs[i]);
}

/* Read what a port has; at its end close it. */
static size_t read_port(int which, char *buf, size_t room)
{
	ssize_t n = read(vm.port[which], buf, room);

	if (n > 0)
		return n;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	close(vm.port[which]);
	vm.port[which] = -1;
	return 0;
}

/* The last @len bytes of the log, or all of it when it is shorter. */
static size_t read_log_tail(char *buf, size_t len)
{
	off_t size = lseek(vm.log, 0, SEEK_END);
	off_t from = size > (off_t)len ? size - (off_t)len : 0;
	ssize_t n = pread(vm.log, buf, len, from);

	return n < 0 ? 0 : n;
}

static void read_console(void)
{
	char buf[4096], seen[sizeof(buf) + sizeof(END_MARK)];
	size_t n = read_port(CONSOLE, buf, sizeof(buf));
	size_t len = n + sizeof(END_MARK);

	if (!n)
		return;
	if (write(vm.log, buf, n) != (ssize_t)n)
		die("keep the kernel's log");
	if (opt.verbose)
		fwrite(buf, 1, n, stderr);
	len = read_log_tail(seen, len);
	if (memmem(seen, len, END_MARK, strlen(END_MARK)))
		vm.log_ended = true;
}

static void read_output(void)
{
	size_t n = read_port(OUTPUT, vm.out, sizeof(vm.out));

	vm.out_start = 0;
	vm.out_end = n;
	vm.received += n;
}

static void take_verdict_line(const char *line)
{
	if (!strcmp(line, "begin"))
		vm.begun = true;
	else if (!strncmp(line, "fail ", 5))
		fail("%s", line + 5);
	else if (sscanf(line, "exit %d %llu", &vm.status, &vm.announced) == 2)
		vm.have_exit = true;
	else
		fail("the guest said: %s", line);
}

static void read_verdict(void)
{
	size_t room = sizeof(vm.line) - vm.line_len - 1;
	char *end;

	vm.line_len += read_port(VERDICT, vm.line + vm.line_len, room);
	vm.line[vm.line_len] = '\0';
	while ((end = strchr(vm.line, '\n'))) {
		*end++ = '\0';
		take_verdict_line(vm.line);
		vm.line_len -= end - vm.line;
		memmove(vm.line, end, vm.line_len + 1);
	}
	if (vm.line_len == sizeof(vm.line) - 1)
		vm.line_len = 0;
}

/*
 * A pipe that polls writable takes at least PIPE_BUF bytes without blocking;
 * more could keep us from watching the time.
 */
static bool write_output(void)
{
	size_t len = vm.out_end - vm.out_start;
	ssize_t n;

	if (len > PIPE_BUF)
		len = PIPE_BUF;
	n = write(1, vm.out + vm.out_start, len);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	vm.out_start += n;
	return true;
}

static bool output_pending(void)
{
	return vm.out_start < vm.out_end;
}

static bool complete(void)
{
	return vm.have_exit && vm.received == vm.announced &&
	       !output_pending() && vm.log_ended;
}

static bool guest_gone(void)
{
	return vm.port[CONSOLE] < 0 && vm.port[OUTPUT] < 0 &&
	       vm.port[VERDICT] < 0 && !output_pending();
}

/* Returns the signal that ended the watch, or 0. */
static int watch(int signal_fd)
{
	time_t deadline = now() + opt.timeout;
	time_t end, left;

	while (!complete() && !guest_gone()) {
		struct pollfd fds[] = {
			{ .fd = vm.port[CONSOLE], .events = POLLIN },
			{ .fd = output_pending() ? -1 : vm.port[OUTPUT],
			  .events = POLLIN },
			{ .fd = vm.port[VERDICT], .events = POLLIN },
			{ .fd = 1, .events = output_pending() ? POLLOUT : 0 },
			{ .fd = signal_fd, .events = POLLIN },
		};

		end = deadline;
		if (vm.have_exit && !output_pending() &&
		    now() + GRACE_SECONDS < end)
			end = now() + GRACE_SECONDS;
		left = end - now();
		if (left <= 0 || !poll(fds, 5, left * 1000)) {
			if (end == deadline)
				fail("not done within %d s", opt.timeout);
			return 0;
		}
		if (fds[4].revents) {
			struct signalfd_siginfo info;

			if (read(signal_fd, &info, sizeof(info)) > 0)
				return info.ssi_signo;
		}
		if (fds[0].revents)
			read_console();
		if (fds[1].revents)
			read_output();
		if (fds[2].revents)
			read_verdict();
		if (fds[3].revents & (POLLERR | POLLNVAL) ||
		    (fds[3].revents & POLLOUT && !write_output())) {
			fail("stdout takes no more output");
			return 0;
		}
	}
	return 0;
}

static void end_qemu(void)
{
	bool gone = guest_gone();
	int status = 0;

	if (!gone)
		kill(vm.qemu, SIGKILL);
	waitpid(vm.qemu, &status, 0);
	if (gone && WIFEXITED(status) && WEXITSTATUS(status))
		fail("QEMU ended with status %d", WEXITSTATUS(status));
	if (gone && WIFSIGNALED(status))
		fail("QEMU died of signal %d", WTERMSIG(status));
}

/* Returns true when the judge finds the kernel's log faultless. */
static bool log_is_clean(void)
{
	int status;
	pid_t pid;

	lseek(vm.log, 0, SEEK_SET);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (dup2(vm.log, 0) < 0 || dup2(2, 1) < 0)
			_exit(FAILED);
		execl(opt.judge, opt.judge, (char *)NULL);
		die(opt.judge);
	}
	if (waitpid(pid, &status, 0) < 0)
		return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static void print_log_tail(void)
{
	static char buf[6 * 1024];
	size_t len = read_log_tail(buf, sizeof(buf));
	char *from = memchr(buf, '\n', len);

	fputs("vm: the end of the kernel's log:\n", stderr);
	if (len == sizeof(buf) && from)
		fwrite(from + 1, 1, buf + len - from - 1, stderr);
	else
		fwrite(buf, 1, len, stderr);
}

static int judge(void)
{
	bool clean;

	if (!vm.have_exit)
		fail("the guest gave no verdict: it hung, died or powered off");
	else if (vm.received != vm.announced)
		fail("%llu bytes of output announced, %llu received",
		     vm.announced, vm.received);
	else if (!vm.log_ended)
		fail("the kernel's log has no end");
	fflush(stderr);
	clean = log_is_clean();
	if (!clean)
		fail("the kernel's log has faults");
	if (clean && !vm.have_exit)
		print_log_tail();
	return vm.failures ? FAILED : vm.status;
}

/* The log starts anew; what it said is for the reader. */
static void forget_boot(void)
{
	if (log_is_clean())
		print_log_tail();
	fputs("vm: the kernel died before /init ran; booting it again\n", stderr);
	if (ftruncate(vm.log, 0) || lseek(vm.log, 0, SEEK_SET))
		die("kernel's log");
	vm.received = 0;
	vm.line_len = 0;
}

static void open_log(void)
{
	if (opt.log_path)
		vm.log = open(opt.log_path,
			      O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
			      0666);
	else
		vm.log = memfd_create("log", MFD_CLOEXEC);
	if (vm.log < 0)
		die(opt.log_path ? opt.log_path : "memfd");
}

static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die("signalfd");
	return fd;
}

int main(int argc, char **argv)
{
	int c, sig, signal_fd, boot = 1;

	while ((c = getopt(argc, argv, "+j:t:c:v")) != -1) {
		switch (c) {
		case 'j':
			opt.judge = optarg;
			break;
		case 't':
			opt.timeout = atoi(optarg);
			break;
		case 'c':
			opt.log_path = optarg;
			break;
		case 'v':
			opt.verbose = true;
			break;
		default:
			usage();
		}
	}
	if (!opt.judge || opt.timeout <= 0 || optind == argc)
		usage();
	open_log();
	signal_fd = open_signals();
	for (;; boot++) {
		start_qemu(argc - optind, argv + optind);
		sig = watch(signal_fd);
		end_qemu();
		if (sig)
			return 128 + sig;
		/* A timeout, or trouble with QEMU, is a failure already. */
		if (vm.begun || vm.failures || boot == BOOTS)
			return judge();
		forget_boot();
	}
}

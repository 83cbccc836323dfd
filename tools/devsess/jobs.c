// SPDX-License-Identifier: GPL-2.0
/*
 * A program writes its answer into a file in memory, which is read when it has ended: so
 * nobody has to wait for a program that writes slowly, or not at all.
 */
#define _GNU_SOURCE
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "progress.h"
#include "source.h"

/* Seconds between two looks at what programs write. */
#define LOOK_S 0.01

/* Seconds between two tries to start one, when the machine has no room for it. */
#define STUCK_S 1

/* Most that a program may write, and sessions that it may give. */
#define OUTPUT_MAX (1024 * 1024)
#define SESSIONS_MAX 1024

struct job {
	pid_t pid; /* 0: none runs */
	int fd;	   /* what it writes */
	bool late;
	bool large; /* it has written too much */
	double deadline;
	struct id id;
};

int jobs_init(struct jobs *j, struct loader *l, uint32_t max, uint64_t timeout_ms)
{
	memset(j, 0, sizeof(*j));
	j->l = l;
	j->max = max;
	j->timeout_ms = timeout_ms;
	j->job = calloc(max, sizeof(j->job[0]));
	return j->job ? 0 : -ENOMEM;
}

void jobs_add(struct jobs *j, const struct id *id)
{
	j->queue[(j->first + j->waiting++) % JOBS_QUEUE] = *id;
}

bool jobs_has(const struct jobs *j, const struct id *id)
{
	for (uint32_t i = 0; i < j->max; i++)
		if (j->job[i].pid && !id_compare(&j->job[i].id, id))
			return true;
	for (uint32_t i = 0; i < j->waiting; i++)
		if (!id_compare(&j->queue[(j->first + i) % JOBS_QUEUE], id))
			return true;
	return false;
}

bool jobs_room(const struct jobs *j, uint32_t n)
{
	return j->waiting + n <= JOBS_QUEUE;
}

/* In the child, which has nothing to lose. 127, as shells do, if there is no such program. */
static void __attribute__((noreturn))
become(const char *program, const char *id, int fd, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(126);
	/* Should the loader be killed, nobody would end it in time. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	execlp(program, program, id, (char *)NULL);
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * Returns whether an id waits on, as others may leave room for programs. That is told once, until
 * none waits any more.
 */
static bool stick(struct jobs *j, const struct id *id)
{
	switch (errno) {
	case EAGAIN:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case ENOSPC: /* of memfd_create() */
		break;
	default:
		loader_fail(j->l, id, strerror(errno));
		j->l->answered++;
		return false;
	}
	if (!j->stuck)
		cli_failed("no program can be started now, ids wait: %s", strerror(errno));
	j->stuck = true;
	return true;
}

/* Returns false if the id has to wait. */
static bool start(struct jobs *j, struct job *job, const struct id *id)
{
	struct buf b = { 0 };
	pid_t parent;
	bool waits;

	id_format(&b, id);
	job->id = *id;
	job->late = false;
	job->large = false;
	job->deadline = progress_now() + j->timeout_ms / 1000.0;
	job->fd = memfd_create("devsess-loader", MFD_CLOEXEC);
	if (job->fd < 0)
		return !stick(j, id);
	parent = getpid();
	job->pid = fork();
	if (!job->pid)
		become(j->l->cli->exec, buf_text(&b), job->fd, parent);
	if (job->pid > 0) {
		/* Both set it, so that it is set when either goes on. */
		setpgid(job->pid, job->pid);
		j->running++;
		return true;
	}
	job->pid = 0;
	waits = stick(j, id);
	close(job->fd);
	return !waits;
}

/* What it has written. Returns the number of sessions, or -1 with @e. */
static int read_sessions(struct jobs *j, struct job *job, struct session *to, struct err *e)
{
	enum source_status status;
	struct source s;
	int n = 0;

	if (lseek(job->fd, 0, SEEK_SET) || source_init(&s, job->fd, j->l->cli->format))
		return err_set(e, "its output cannot be read");
	status = source_begin(&s, e);
	while (status == SOURCE_SESSION) {
		status = source_next(&s, &to[n], e);
		if (status == SOURCE_SESSION && ++n == SESSIONS_MAX)
			status = SOURCE_ERROR;
	}
	if (status == SOURCE_ERROR)
		err_set(e, "it has written too many sessions, %d or more", SESSIONS_MAX);
	if (status == SOURCE_BAD)
		err_prefix(e, "its output");
	source_destroy(&s);
	return status == SOURCE_END ? n : -1;
}

static void take_sessions(struct jobs *j, struct job *job)
{
	struct session *s = calloc(SESSIONS_MAX, sizeof(*s));
	bool found = false;
	struct err e;
	int n;

	if (!s) {
		loader_fail(j->l, &job->id, "out of memory");
		return;
	}
	n = read_sessions(j, job, s, &e);
	for (int i = 0; i < n; i++)
		found = found || !id_compare(&s[i].device, &job->id);
	if (n < 0) {
		loader_fail(j->l, &job->id, e.text);
	} else {
		loader_store(j->l, s, n);
		if (!found)
			loader_refuse(j->l, &job->id);
	}
	free(s);
}

/* Looked at while it runs: a limit of the kernel's would be one of all files that it writes. */
static bool is_large(const struct job *job)
{
	struct stat st;

	return !fstat(job->fd, &st) && st.st_size > OUTPUT_MAX;
}

static void end(struct jobs *j, struct job *job, int status)
{
	if (job->large || is_large(job))
		loader_fail(j->l, &job->id, "it has written too much, more than 1 MiB");
	else if (job->late)
		loader_fail(j->l, &job->id, "it took too long");
	else if (WIFSIGNALED(status))
		loader_fail(j->l, &job->id, strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127)
		loader_fail(j->l, &job->id, "the program cannot be run");
	else if (WEXITSTATUS(status))
		loader_refuse(j->l, &job->id);
	else
		take_sessions(j, job);
	close(job->fd);
	job->pid = 0;
	j->running--;
	j->l->answered++;
}

/* Returns whether it is free now. */
static bool look_after(struct jobs *j, struct job *job, double now)
{
	int status;

	if (!job->pid)
		return true;
	if (waitpid(job->pid, &status, WNOHANG) == job->pid) {
		end(j, job, status);
		return true;
	}
	if (job->late || job->large)
		return false;
	job->late = now >= job->deadline;
	job->large = is_large(job);
	if (job->late || job->large)
		kill(-job->pid, SIGKILL);
	return false;
}

void jobs_run(struct jobs *j)
{
	double now = progress_now();
	bool full = false;

	for (uint32_t i = 0; i < j->max; i++) {
		struct job *job = &j->job[i];
		bool ran = job->pid;

		if (!look_after(j, job, now))
			continue;
		/* One that has ended leaves room for another. */
		full = full && !ran;
		while (!full && j->waiting && !job->pid) {
			full = !start(j, job, &j->queue[j->first]);
			if (full)
				break;
			j->first = (j->first + 1) % JOBS_QUEUE;
			j->waiting--;
		}
	}
	j->stuck = j->stuck && j->waiting;
}

int jobs_next_ms(const struct jobs *j)
{
	/* What they write is to be looked at. */
	double now = progress_now(), next = j->running ? LOOK_S : j->waiting ? STUCK_S : -1;

	for (uint32_t i = 0; i < j->max; i++) {
		const struct job *job = &j->job[i];
		double left = job->deadline - now;

		if (!job->pid || job->late || job->large)
			continue;
		if (left < 0)
			left = 0;
		if (left < next)
			next = left;
	}
	return next < 0 ? -1 : (int)(next * 1000) + 1;
}

void jobs_destroy(struct jobs *j)
{
	for (uint32_t i = 0; j->job && i < j->max; i++) {
		if (!j->job[i].pid)
			continue;
		kill(-j->job[i].pid, SIGKILL);
		while (waitpid(j->job[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
		close(j->job[i].fd);
	}
	free(j->job);
}

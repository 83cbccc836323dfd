// SPDX-License-Identifier: GPL-2.0
#include "nth.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEBUGFS		"/sys/kernel/debug"
#define PAGE		4096UL
#define SYMBOLS_MAX	500000
#define WORKERS_MAX	64

static int self_fd = -1;
static int worker_fd[WORKERS_MAX];
static int workers;

static int set(const char *dir, const char *name, const char *value)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int set_both(const char *name, const char *value)
{
	return set(DEBUGFS "/failslab", name, value) ?:
	       set(DEBUGFS "/fail_page_alloc", name, value);
}

/**
 * nth_init - make the kernel's fault injection ready for this process
 *
 * Nothing fails until it is armed. All of this process is kept in memory, so that
 * no page fault of its own is taken for an allocation under test.
 *
 * Return: 0 or an errno, -ENOENT if the kernel has none.
 */
int nth_init(void)
{
	int err;

	err = set_both("probability", "0") ?: set_both("verbose", "0") ?:
	      set_both("interval", "1") ?: set_both("times", "-1") ?:
	      set_both("task-filter", "Y") ?: set_both("ignore-gfp-wait", "N") ?:
	      set(DEBUGFS "/failslab", "cache-filter", "N") ?:
	      set(DEBUGFS "/fail_page_alloc", "min-order", "0") ?:
	      /* What vmalloc() takes is highmem by its flags. */
	      set(DEBUGFS "/fail_page_alloc", "ignore-gfp-highmem", "N") ?:
	      nth_scope(NULL);
	return err ?: nth_self();
}

/* To be called in a process that was forked since, too. Returns 0 or an errno. */
int nth_self(void)
{
	if (self_fd >= 0)
		close(self_fd);
	self_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (self_fd < 0 || mlockall(MCL_CURRENT | MCL_FUTURE))
		return -errno;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

/*
 * From a function's first byte to the next symbol, the module's if the kernel has one of the
 * same name; of "devsess" all of the module's text.
 */
static int find_text(const char *function, unsigned long *start, unsigned long *end)
{
	unsigned long *all = calloc(SYMBOLS_MAX, sizeof(*all));
	char line[512], name[256], module[64], type;
	FILE *f = fopen("/proc/kallsyms", "r");
	bool whole = !strcmp(function, "devsess"), ours;
	unsigned long at, n = 0, i;

	*start = 0;
	*end = 0;
	while (all && f && n < SYMBOLS_MAX && fgets(line, sizeof(line), f)) {
		module[0] = '\0';
		if (sscanf(line, "%lx %c %255s [%63[^]]", &at, &type, name, module) < 3 ||
		    !strchr("tTwW", type))
			continue;
		all[n++] = at;
		ours = !strcmp(module, "devsess");
		if (whole && ours) {
			*start = *start && *start < at ? *start : at;
			*end = *end > at ? *end : at;
		} else if (!whole && (ours || !*start) && !strcmp(name, function)) {
			*start = at;
		}
	}
	if (whole)
		*end = *end / PAGE * PAGE + PAGE;
	else if (n)
		qsort(all, n, sizeof(*all), by_address);
	for (i = 0; !whole && i < n && *end <= *start; i++)
		*end = all[i];
	if (f)
		fclose(f);
	free(all);
	return *start && *end > *start ? 0 : -ENOENT;
}

/**
 * nth_scope - let only what a function allocates count and fail
 * @function: of the kernel or a module; "devsess": any of the module; NULL: all
 *
 * Return: 0 or an errno, -ENOENT if there is no such function, or if the kernel
 * has no FAULT_INJECTION_STACKTRACE_FILTER.
 */
int nth_scope(const char *function)
{
	unsigned long start = 0, end = ~0UL;
	char from[32], to[32];
	int err = 0;

	if (function)
		err = find_text(function, &start, &end);
	snprintf(from, sizeof(from), "0x%lx", start);
	snprintf(to, sizeof(to), "0x%lx", end);
	return err ?: set_both("stacktrace-depth", "32") ?: set_both("require-start", from) ?:
		      set_both("require-end", to);
}

static void write_number(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fd, text, len, 0) != len) {
		perror("fail-nth");
		exit(1);
	}
}

static unsigned int read_number(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0) {
		perror("fail-nth");
		exit(1);
	}
	return atoi(text);
}

/* The @n-th allocation of this thread from now on fails, and no other. */
void nth_arm(unsigned int n)
{
	write_number(self_fd, n);
}

/* Returns how many allocations were missing to the one that fails: 0 if it has. */
unsigned int nth_disarm(void)
{
	unsigned int left = read_number(self_fd);

	write_number(self_fd, 0);
	return left;
}

static void set_chance(const char *percent, const char *mine)
{
	if (set("/proc/self", "make-it-fail", mine) || set_both("probability", percent)) {
		perror("probability");
		exit(1);
	}
}

/* Each allocation of this process fails by chance; nth_scope() must be a part of devsess. */
void chance_arm(unsigned int percent)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", percent);
	set_chance(text, "1");
}

void chance_disarm(void)
{
	set_chance("0", "0");
}

/* Whether a directory of /proc is that of a worker of an unbound workqueue. */
static bool is_unbound_worker(const char *pid)
{
	char path[300], name[64] = "";
	FILE *f;

	if (*pid < '0' || *pid > '9')
		return false;
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "r");
	if (f && !fgets(name, sizeof(name), f))
		name[0] = '\0';
	if (f)
		fclose(f);
	return !strncmp(name, "kworker/u", 9);
}

/**
 * workers_arm - let the @n-th allocation of each unbound worker's thread fail
 * @n: which one
 *
 * With a scope that only one of them enters, that is one allocation. A worker that
 * the kernel starts later is not armed.
 *
 * Return: how many are armed.
 */
int workers_arm(unsigned int n)
{
	DIR *dir = opendir("/proc");
	char path[300];
	struct dirent *ent;

	while (dir && workers < WORKERS_MAX && (ent = readdir(dir))) {
		if (!is_unbound_worker(ent->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fail-nth", ent->d_name);
		worker_fd[workers] = open(path, O_RDWR | O_CLOEXEC);
		if (worker_fd[workers] < 0)
			continue;
		write_number(worker_fd[workers++], n);
	}
	if (dir)
		closedir(dir);
	return workers;
}

/* Returns whether one of them had an allocation fail. A worker may have ended since. */
bool workers_disarm(void)
{
	bool fired = false;
	char text[16];

	while (workers) {
		int fd = worker_fd[--workers];

		memset(text, 0, sizeof(text));
		if (pread(fd, text, sizeof(text) - 1, 0) > 0 && !atoi(text))
			fired = true;
		if (pwrite(fd, "0", 1, 0) != 1)
			printf("# a worker has ended\n");
		close(fd);
	}
	return fired;
}

/* Each allocation of all tasks fails by chance, in the scope. 0: none any more. */
void workers_chance(unsigned int percent)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", percent);
	if (set_both("task-filter", percent ? "N" : "Y") || set_both("probability", text)) {
		perror("probability");
		exit(1);
	}
}

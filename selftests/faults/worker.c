// SPDX-License-Identifier: GPL-2.0
/*
 * The worker of a table: what it cannot allocate now it gets later, with nobody
 * asking for it.
 */
#include "others.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nth.h"
#include "setup.h"
#include "world.h"

#define SESSIONS	5600
#define LEFT		40
#define PASSES_MAX	400

/* Of the empty table. */
static __u64 shards, memory;

static bool is_small(struct world *w)
{
	return figure(&w->nl, w->table, DEVSESS_A_STATS_SHARDS) == shards &&
	       figure(&w->nl, w->table, DEVSESS_A_STATS_MEMORY) <= 2 * memory;
}

static int fill_table(struct world *w)
{
	int err = 0;

	world_forget(w);
	if (count(&w->nl, w->table) != ~0ULL)
		err = drop_table(&w->nl, w->table);
	err = err ?: make_table(&w->nl, w->table, 100000, 64, 64);
	shards = figure(&w->nl, w->table, DEVSESS_A_STATS_SHARDS);
	memory = figure(&w->nl, w->table, DEVSESS_A_STATS_MEMORY);
	return err ?: world_fill(w, 0, SESSIONS);
}

/* Nearly all sessions go, which kicks the worker. */
static int empty_table(struct world *w)
{
	int err = delete_many(&w->nl, w->table, LEFT, SESSIONS - LEFT);

	world_forget(w);
	for (__u32 i = 0; i < LEFT; i++) {
		struct session s = number(i);

		fill(&s, i);
		snapshot_add(&w->want, &s);
	}
	snapshot_sort(&w->want);
	return err;
}

/* Nothing else is asked of the table but its figures. */
static bool becomes_small(struct world *w)
{
	int i;

	for (i = 0; i < 300 && !is_small(w); i++)
		pause_ms(50);
	if (i == 300)
		printf("# %llu shards, were %llu; %llu bytes, were %llu\n",
		       figure(&w->nl, w->table, DEVSESS_A_STATS_SHARDS), shards,
		       figure(&w->nl, w->table, DEVSESS_A_STATS_MEMORY), memory);
	return i < 300;
}

static bool fail_each(struct world *w)
{
	unsigned int n, failed = 0;
	bool ok = true, fired = true;

	for (n = 1; n < PASSES_MAX && ok && fired; n++) {
		ok = !fill_table(w) && workers_arm(n) && !empty_table(w) && becomes_small(w);
		fired = workers_disarm();
		failed += fired;
		ok = ok && world_check(w);
	}
	printf("# worker: %u allocations failed\n", failed);
	if (!ok)
		printf("# that was with allocation %u failing\n", n - 1);
	return ok && failed >= 20;
}

/* All fail for a while. */
static bool fail_all(struct world *w)
{
	bool ok;

	ok = !fill_table(w);
	workers_chance(100);
	ok = ok && !empty_table(w);
	pause_ms(1000);
	if (is_small(w)) {
		printf("# the worker's allocations did not fail\n");
		ok = false;
	}
	workers_chance(0);
	return becomes_small(w) && world_check(w) && ok;
}

int run_worker(void)
{
	struct world w = { .table = "faults" };

	if (new_netns() || nl_open(&w.nl) || nth_scope("sweep_some"))
		return 1;
	return !(fail_each(&w) && fail_all(&w));
}

/* Runs a command while what a function of the module allocates fails by chance, in any task. */
int with_worker_failing(const char *function, unsigned int percent, char **command)
{
	int status = -1;
	pid_t pid;

	if (nth_init() || nth_scope(function))
		return 1;
	workers_chance(percent);
	pid = fork();
	if (!pid) {
		execvp(*command, command);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	workers_chance(0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

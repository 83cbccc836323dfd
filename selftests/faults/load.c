// SPDX-License-Identifier: GPL-2.0
/*
 * Loading the module, and namespaces that come while it is loaded, with one
 * allocation failing after the other: nothing may be left behind.
 */
#include "others.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nth.h"
#include "setup.h"
#include "world.h"

#define SITES_MAX	2000

/**
 * struct step - a step of the ladder that the module is loaded by
 * @name:  what it is
 * @scope: function of the kernel that does it
 *
 * Counters per CPU are no step: the kernel has room for them, so that there is
 * nothing to fail. Nor is register_pernet_subsys(), which is part of `anything':
 * what it calls for each namespace are the steps.
 */
struct step {
	const char *name;
	const char *scope;
};

static const struct step steps[] = {
	{ "workqueue", "alloc_workqueue" },
	{ "number of a table", "__xa_alloc" },
	{ "/proc/net/devsess", "proc_create_net_single" },
	{ "/proc/net/stat/devsess", "proc_create_net_data" },
	{ "family", "genl_register_family" },
	{ "anything", "do_one_initcall" },
	{ }
};

static bool is_loaded(void)
{
	return !access("/sys/module/devsess", F_OK);
}

/* There is nothing of it to be seen. */
static bool is_gone(void)
{
	bool family, files;
	struct nl nl;

	family = nl_open(&nl) != -ENOENT;
	nl_close(&nl);
	files = !access("/proc/net/devsess", F_OK) || !access("/proc/net/stat/devsess", F_OK);
	if (family || files || is_loaded())
		printf("# left behind:%s%s%s\n", family ? " the family" : "",
		       files ? " a file in /proc" : "", is_loaded() ? " the module" : "");
	return !family && !files && !is_loaded();
}

static bool works(void)
{
	struct session s = device("x"), got;
	struct nl nl;
	bool ok;

	ok = !nl_open(&nl) && !insert(&nl, NULL, &s) && !get(&nl, NULL, &s, &got) &&
	     count(&nl, NULL) == 1 && proc_figure("default", "sessions") == 1 &&
	     !access("/proc/net/stat/devsess", F_OK);
	nl_close(&nl);
	return ok;
}

/* Loads it, and checks that nothing is left if that is refused. */
static bool try_load(const struct step *step, unsigned int n, unsigned int *left, int *err)
{
	bool ok;

	if (n)
		nth_arm(n);
	else
		chance_arm(100);
	*err = module_load();
	if (n)
		*left = nth_disarm();
	else
		chance_disarm();
	if (*err)
		ok = !*left && *err == -ENOMEM && is_gone();
	else
		ok = works() && !module_remove_soon() && is_gone();
	if (!ok)
		printf("# %s: %d with allocation %u failing\n", step->name, *err, n);
	return ok;
}

/* Each of its allocations fails, and all of them. */
static bool load_step(const struct step *step)
{
	unsigned int n, left = 0, failed = 0, refused = 0;
	bool ok = true;
	int err = 0;

	if (nth_scope(step->scope)) {
		printf("# no function %s\n", step->scope);
		return false;
	}
	/* The number of a family needs memory at every 64th load only. */
	for (n = 0; n < 70 && ok && !err; n++)
		ok = try_load(step, 0, &left, &err);
	ok &= !!err;
	for (n = 1; n < SITES_MAX && ok && !left; n++) {
		ok = try_load(step, n, &left, &err);
		failed += !left;
		refused += !!err;
	}
	printf("# %s: %u allocations failed, %u times it was refused\n", step->name, failed,
	       refused);
	return ok && left && failed;
}

/* A namespace that was there before, until told to go. */
static int be_there(void *arg)
{
	bool *flags = arg;

	if (new_netns())
		return 1;
	flags[0] = true;
	while (!flags[1])
		pause_ms(10);
	return 0;
}

int run_load(void)
{
	bool *flags = shared(2);
	pid_t pid = start(be_there, flags);
	const struct step *step;
	bool ok;

	while (!flags[0])
		pause_ms(10);
	ok = !module_remove_soon() && is_gone();
	for (step = steps; step->name; step++)
		ok = load_step(step) && ok;
	nth_scope(NULL);
	flags[1] = true;
	ok &= !finish(pid);
	return !(!module_load() && works() && ok);
}

/**
 * struct birth - of a namespace
 * @n:    the allocation that fails
 * @left: how many were missing to it
 * @err:  result
 * @ok:   what is there if it was born is as it should be
 */
struct birth {
	unsigned int n;
	unsigned int left;
	int err;
	bool ok;
};

static int give_birth(void *arg)
{
	struct birth *b = arg;

	if (nth_self())
		return 1;
	nth_arm(b->n);
	b->err = new_netns();
	b->left = nth_disarm();
	b->ok = b->err || works();
	return 0;
}

int run_namespace(void)
{
	struct birth *b = shared(sizeof(*b));
	struct world w = { .table = "default" };
	unsigned int failed = 0, refused = 0;
	bool ok;

	/* The one that looks on has sessions of its own. */
	ok = !new_netns() && !nl_open(&w.nl) && !world_fill(&w, 0, 500) && !nth_scope("devsess");
	for (b->n = 1, b->left = 0; ok && b->n < SITES_MAX && !b->left; b->n++) {
		ok = !finish(start(give_birth, b)) && b->ok &&
		     (!b->err || (b->err == -ENOMEM && !b->left)) && world_check(&w);
		failed += !b->left;
		refused += !!b->err;
		if (!ok)
			printf("# %d with allocation %u failing\n", b->err, b->n);
	}
	printf("# namespace: %u allocations failed, %u times it was refused\n", failed, refused);
	nth_scope(NULL);
	/*
	 * In any case: the table, its directory, and a struct and a dirty map of each of eight
	 * shards. Numbers need memory at times only.
	 */
	return !(ok && b->left && refused >= 18);
}

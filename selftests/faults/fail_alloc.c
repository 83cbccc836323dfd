// SPDX-License-Identifier: GPL-2.0
/*
 * fail_alloc - lets the allocations of an operation fail, one after the other
 *
 *	fail_alloc --list GROUP
 *	fail_alloc NAME
 *	fail_alloc --worker FUNCTION PERCENT COMMAND...
 *
 * First the operation is done with its first allocation failing, then with its
 * second, and so on until there is none left; then again and again with each
 * allocation of the module failing by chance, or all of them. After each time
 * it must have been done, or have said that there was no memory and done nothing, and
 * the whole table must be as that says. With --worker a command is run while
 * allocations of a worker fail by chance, by the function that does its work.
 *
 * The groups are requests, growth, and others: lists of names that take about the
 * same time.
 *
 * Exit status: 0, 1 if something was wrong, 4 if the kernel cannot do this.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nth.h"
#include "ops.h"
#include "others.h"
#include "setup.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))

/* No operation has so many allocations. */
#define SITES_MAX	3000

/**
 * struct tally - what has become of the attempts
 * @failed:  allocations that failed
 * @refused: of these, those for which the operation, or an item, was refused
 * @mute:    refusals without a sentence
 */
struct tally {
	unsigned int failed;
	unsigned int refused;
	unsigned int mute;
};

static int begin(struct attempt *a)
{
	int err = nl_open(&a->nl);

	return err ?: a->op->prepare(a);
}

/* Checks what came of it. */
static bool end(struct attempt *a, int err, struct tally *tally)
{
	bool ok = a->op->settle(a, err);

	if (!ok)
		printf("# it ended with %d %s\n", err, a->nl.sentence);
	tally->refused += err || a->refused;
	tally->mute += a->op->cmd && err == -ENOMEM && !*a->nl.sentence;
	nl_close(&a->nl);
	return world_check(a->w) && ok;
}

static bool bad_begin(const struct op *op, int err)
{
	printf("# %s cannot be prepared: %d\n", op->name, err);
	return false;
}

/* One allocation after the other, until twice in a row there was none left to fail. */
static bool fail_each(struct attempt *a, struct tally *tally)
{
	unsigned int n, left, spared = 0;
	int err;

	if (nth_scope(a->op->scope))
		return bad_begin(a->op, -ENOENT);
	for (n = 1; n < SITES_MAX && spared < 2; n++) {
		err = begin(a);
		if (err)
			return bad_begin(a->op, err);
		a->refused = 0;
		nth_arm(n);
		err = a->op->operate(a);
		left = nth_disarm();
		spared = left ? spared + 1 : 0;
		tally->failed += !left;
		if (left && err) {
			printf("# %s fails without a failure: %d\n", a->op->name, err);
			return false;
		}
		if (!end(a, err, tally)) {
			printf("# that was with allocation %u failing\n", n);
			return false;
		}
	}
	return spared == 2;
}

/* All of the module's, or many. */
static bool fail_by_chance(struct attempt *a, struct tally *tally)
{
	static const unsigned int percent[] = { 100, 50, 50, 50, 50, 50, 20, 20, 20, 20, 5, 5 };
	unsigned int i;
	int err;

	if (nth_scope(a->op->chance ?: "devsess"))
		return bad_begin(a->op, -ENOENT);
	for (i = 0; i < ARRAY_SIZE(percent); i++) {
		err = begin(a);
		if (err)
			return bad_begin(a->op, err);
		a->refused = 0;
		chance_arm(percent[i]);
		err = a->op->operate(a);
		chance_disarm();
		if (!end(a, err, tally)) {
			printf("# that was with %u %% of all allocations failing\n", percent[i]);
			return false;
		}
	}
	return true;
}

/* Once without any fault: it works, and memory of this process grows no more. */
static bool rehearse(struct attempt *a)
{
	struct tally none = { };
	int err = begin(a);

	if (err)
		return bad_begin(a->op, err);
	a->refused = 0;
	err = a->op->operate(a);
	return end(a, err, &none) && !err;
}

static int run_op(const struct op *op)
{
	struct world w = { .table = "faults" };
	struct attempt a = { .op = op, .w = &w };
	struct tally each = { }, chance = { };
	bool ok;
	int err;

	err = new_netns() ?: nl_open(&w.nl) ?: make_table(&w.nl, w.table, 100000, 64, 64);
	if (err) {
		bad_begin(op, err);
		return 1;
	}
	ok = rehearse(&a) && fail_each(&a, &each);
	ok = ok && fail_by_chance(&a, &chance);
	nth_scope(NULL);
	printf("# %s: %u allocations failed, %u times it was refused, %u without a sentence\n",
	       op->name, each.failed, each.refused, each.mute);
	printf("# %s: by chance it was refused %u times, %u without a sentence\n", op->name,
	       chance.refused, chance.mute);
	if (ok && each.failed < op->least) {
		printf("# that is less than %u\n", op->least);
		ok = false;
	}
	/* What genetlink allocates before it calls the module has none, but the module has. */
	if (ok && chance.mute) {
		printf("# refusals without a sentence\n");
		ok = false;
	}
	return !ok;
}

/* What is no request of the task itself. */
static const struct {
	const char *name;
	int (*run)(void);
} others[] = {
	{ "worker", run_worker },
	{ "namespace", run_namespace },
	{ "load", run_load },
};

static int list(const char *group)
{
	bool growth = !strcmp(group, "growth");
	const struct op *op;
	int i;

	if (!strcmp(group, "others")) {
		for (i = 0; i < ARRAY_SIZE(others); i++)
			printf("%s\n", others[i].name);
		return 0;
	}
	if (!growth && strcmp(group, "requests"))
		return 2;
	for (op = ops; op->name; op++)
		if (!!op->scope == growth)
			printf("%s\n", op->name);
	return 0;
}

static int run(const char *name)
{
	const struct op *op;
	int i, err = nth_init();

	if (err == -ENOENT) {
		printf("# not on a kernel without fault injection\n");
		return 4;
	}
	for (op = ops; !err && op->name; op++)
		if (!strcmp(name, op->name))
			return run_op(op);
	for (i = 0; !err && i < ARRAY_SIZE(others); i++)
		if (!strcmp(name, others[i].name))
			return others[i].run();
	return 2;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2)
		return run(argv[1]);
	if (argc == 3 && !strcmp(argv[1], "--list"))
		return list(argv[2]);
	if (argc > 4 && !strcmp(argv[1], "--worker"))
		return with_worker_failing(argv[2], atoi(argv[3]), argv + 4);
	return 2;
}

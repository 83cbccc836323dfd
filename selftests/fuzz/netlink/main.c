// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the netlink family: requests made from its spec, spoiled, and what was
 * answered in a new way spoiled again, by several processes at once. What the
 * kernel answers is judged too; see Documentation/testing.rst.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "line.h"
#include "setup.h"
#include "snapshot.h"
#include "state.h"
#include "worker.h"

#define WORKERS_MAX	64

/* Sessions of the namespace that nobody but this process knows. */
#define WITNESSES	50

static const char usage_text[] =
	"usage: fuzz_netlink [-s SEED] [-n MESSAGES] [-w WORKER] [-k KEPT] [FILE...]\n"
	"       fuzz_netlink --replay FILE...\n"
	"       fuzz_netlink --record FILE\n"
	"       fuzz_netlink --minimise FILE\n"
	"\n"
	"  -s SEED      decides what is sent; the time unless told\n"
	"  -n MESSAGES  how many, 100000 unless told\n"
	"  -w WORKER    let only this process work, which will send the same\n"
	"  -k KEPT      output of a run: keep the messages that it kept\n"
	"  FILE         messages to begin with\n"
	"  --replay     send what is in the files, and compare what comes out\n"
	"  --record     print the file with what comes out\n"
	"  --minimise   print what is enough of the file to go wrong\n";

struct job {
	const struct plan *plan;
	struct tally *all;
	int id;
};

static int run_job(void *arg)
{
	struct job *job = arg;

	return worker_run(job->plan, job->id, job->all);
}

/* Another namespace, whose sessions must stay as they are. */
struct witness {
	struct nl nl;
	struct snapshot before;
};

static int begin_witness(struct witness *w)
{
	__u32 i;

	if (new_netns() || nl_open(&w->nl))
		return -1;
	for (i = 0; i < WITNESSES; i++) {
		struct session s = number(i);

		fill(&s, i);
		s.has &= ~(HAS(DATA) | HAS(TTL_MS) | HAS(EXPIRES_IN_MS));
		if (insert(&w->nl, NULL, &s))
			return -1;
	}
	return snapshot_take(&w->before, &w->nl, NULL);
}

static int end_witness(struct witness *w)
{
	struct snapshot after = { };
	int bad = 0;

	if (snapshot_take(&after, &w->nl, NULL) ||
	    !snapshots_match(&w->before, &after, unchanged) ||
	    figure(&w->nl, NULL, DEVSESS_A_STATS_INSERTS) != WITNESSES ||
	    figure(&w->nl, NULL, DEVSESS_A_STATS_LOOKUPS)) {
		printf("# wrong: another namespace was touched\n");
		bad = 1;
	}
	snapshot_free(&after);
	snapshot_free(&w->before);
	nl_close(&w->nl);
	return bad;
}

static int run_workers(const struct plan *plan, int only, struct tally *all)
{
	int i, n = plan->netns + 1, bad = 0;
	struct job job[WORKERS_MAX];
	pid_t pid[WORKERS_MAX];

	for (i = 0; i < n; i++) {
		job[i] = (struct job){ .plan = plan, .all = all, .id = i };
		pid[i] = only < 0 || only == i ? start(run_job, &job[i]) : 0;
	}
	for (i = 0; i < n; i++) {
		int status = pid[i] ? finish(pid[i]) : 0;

		if (status)
			printf("# worker %d ended with %d\n", i, status);
		bad |= !!status;
	}
	return bad;
}

static void tell(const struct plan *plan, const struct tally *all, double took)
{
	struct rusage usage;

	printf("# seed %llu: %llu messages in %.0f s, %.0f per second\n", plan->seed,
	       all->found, took, all->found / took);
	getrusage(RUSAGE_CHILDREN, &usage);
	printf("# %ld s in user space, %ld s in the kernel\n", usage.ru_utime.tv_sec,
	       usage.ru_stime.tv_sec);
	printf("# %llu done, %llu refused, %llu answers, %llu events of them, %llu namespaces\n",
	       all->good, all->refused, all->answers, all->events, all->spaces);
	printf("# %llu ways to be answered, %llu messages kept for them\n", all->ways,
	       all->kept);
}

static int fuzz(struct plan *plan, int only)
{
	struct tally *all = shared(sizeof(*all));
	struct witness witness = { };
	double begin = now();
	struct nl nl;
	int bad;

	plan->nobody = sysconf(_SC_NPROCESSORS_ONLN);
	plan->netns = plan->nobody + 1;
	if (plan->netns >= WORKERS_MAX || only > plan->netns)
		return 2;
	printf("# fuzz_netlink -s %llu -n %llu\n", plan->seed, plan->count);
	if (begin_witness(&witness) || new_netns() || nl_open(&nl)) {
		perror("a namespace");
		return 1;
	}
	bad = run_workers(plan, only, all);
	tell(plan, all, now() - begin);
	if (all->found < plan->count) {
		printf("# wrong: too few messages\n");
		bad = 1;
	}
	bad |= state_check(&nl) || state_clear(&nl);
	nl_close(&nl);
	bad |= end_witness(&witness);
	return bad;
}

static int replay(char **paths)
{
	int bad = 0;

	for (; *paths; paths++) {
		struct judge *j = calloc(1, sizeof(*j));
		struct script s = { };

		if (!j || script_load(&s, *paths) || !s.n || script_run(&s, j, SCRIPT_COMPARE)) {
			printf("# wrong: %s\n", *paths);
			bad = 1;
		}
		script_clear(&s);
		free(j);
	}
	return bad;
}

static int record(const char *path)
{
	struct judge *j = calloc(1, sizeof(*j));
	struct script s = { };

	if (!j || script_load(&s, path))
		return 2;
	script_run(&s, j, SCRIPT_RECORD);
	script_print(&s, stdout, "");
	return j->complaints ? 1 : 0;
}

static int minimise(const char *path)
{
	struct judge *j = calloc(1, sizeof(*j));
	struct script s = { };

	if (!j || script_load(&s, path))
		return 2;
	if (!script_run(&s, j, SCRIPT_JUDGE)) {
		printf("# nothing goes wrong with %s\n", path);
		return 1;
	}
	script_minimise(&s);
	script_print(&s, stdout, "");
	return 0;
}

static int usage(void)
{
	fputs(usage_text, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct plan plan = { .seed = time(NULL), .count = 100000 };
	int option, only = -1;

	if (argc > 2 && !strcmp(argv[1], "--replay"))
		return replay(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "--record"))
		return record(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "--minimise"))
		return minimise(argv[2]);
	while ((option = getopt(argc, argv, "s:n:w:k:")) != -1) {
		switch (option) {
		case 's':
			plan.seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			plan.count = strtoull(optarg, NULL, 0);
			break;
		case 'w':
			only = atoi(optarg);
			break;
		case 'k':
			plan.kept = optarg;
			break;
		default:
			return usage();
		}
	}
	for (; optind < argc; optind++)
		if (script_load(&plan.seeds, argv[optind]))
			return 2;
	return fuzz(&plan, only);
}

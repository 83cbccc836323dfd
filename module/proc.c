// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/devsess: the figures of each table, a name and a value per line.
 * /proc/net/stat/devsess: the counters of all tables per CPU, for lnstat.
 *
 * Both are read-only, show no session, and take no shard lock.
 */
#include "proc.h"

#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>

#include "figures.h"
#include "kfunc.h"
#include "net.h"

static void show_figure(struct seq_file *seq, const struct figure *f, u64 v)
{
	if (f->kind == FIGURE_MILLI)
		seq_printf(seq, "%s %llu.%03llu\n", f->name, v / 1000, v % 1000);
	else if (f->kind != FIGURE_NONE)
		seq_printf(seq, "%s %llu\n", f->name, v);
}

static int show_tables(struct seq_file *seq, void *unused)
{
	struct net *net = seq_file_single_net(seq);
	struct devsess_table *t;
	unsigned long id;

	for (id = 0; (t = net_table_next(net, &id)); id++) {
		struct table_naming n;
		struct figures f;
		int i;

		net_table_naming(t, &n);
		seq_printf(seq, "%stable %s\n", seq->count ? "\n" : "", n.name);
		figures_get(t, &f);
		for (i = 0; i <= DEVSESS_A_STATS_MAX; i++)
			show_figure(seq, &figure_list[i], f.v[i]);
		seq_printf(seq, "bpf_id %u\n", kfunc_there() ? n.number : 0);
		net_table_put(t);
		cond_resched();
	}
	return 0;
}

static void *stat_seek(loff_t *pos)
{
	int cpu;

	for (cpu = *pos - 1; cpu < nr_cpu_ids; cpu++) {
		if (!cpu_possible(cpu))
			continue;
		*pos = cpu + 1;
		return (void *)(unsigned long)(cpu + 2); /* 1 is SEQ_START_TOKEN */
	}
	*pos = nr_cpu_ids + 1;
	return NULL;
}

static void *stat_start(struct seq_file *seq, loff_t *pos)
{
	return *pos ? stat_seek(pos) : SEQ_START_TOKEN;
}

static void *stat_next(struct seq_file *seq, void *v, loff_t *pos)
{
	(*pos)++;
	return stat_seek(pos);
}

static void stat_stop(struct seq_file *seq, void *v)
{
}

#define STAT_COLUMN(name, ATTR) " " #name

static int stat_show(struct seq_file *seq, void *v)
{
	struct net *net = seq_file_net(seq);
	unsigned long sum[STAT_MAX] = { }, entries = 0, id;
	struct devsess_table *t;
	int i;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "entries" DEVSESS_STATS(STAT_COLUMN) "\n");
		return 0;
	}
	for (id = 0; (t = net_table_next(net, &id)); id++) {
		const struct stats_cpu *c = per_cpu_ptr(t->stats.cpu, (unsigned long)v - 2);

		entries += table_count(t);
		for (i = 0; i < STAT_MAX; i++)
			sum[i] += READ_ONCE(c->v[i]);
		net_table_put(t);
	}
	seq_printf(seq, "%08lx", entries);
	for (i = 0; i < STAT_MAX; i++)
		seq_printf(seq, " %08lx", sum[i]);
	seq_putc(seq, '\n');
	return 0;
}

static const struct seq_operations stat_ops = {
	.start = stat_start,
	.next = stat_next,
	.stop = stat_stop,
	.show = stat_show,
};

static int __net_init init_namespace(struct net *net)
{
	if (!proc_create_net_single("devsess", 0444, net->proc_net, show_tables, NULL))
		return -ENOMEM;
	if (!proc_create_net("devsess", 0444, net->proc_net_stat, &stat_ops,
			     sizeof(struct seq_net_private))) {
		remove_proc_entry("devsess", net->proc_net);
		return -ENOMEM;
	}
	return 0;
}

static void __net_exit exit_namespace(struct net *net)
{
	remove_proc_entry("devsess", net->proc_net_stat);
	remove_proc_entry("devsess", net->proc_net);
}

static struct pernet_operations proc_ops = {
	.init = init_namespace,
	.exit = exit_namespace,
};

/**
 * proc_init - make the files in all namespaces
 *
 * Context: Module load, after net_init().
 * Return: 0 or -ENOMEM.
 */
int __init proc_init(void)
{
	return register_pernet_subsys(&proc_ops);
}

/**
 * proc_exit - remove the files; returns when nobody reads them
 *
 * Context: Module unload, before net_exit().
 */
void proc_exit(void)
{
	unregister_pernet_subsys(&proc_ops);
}

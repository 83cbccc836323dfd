// SPDX-License-Identifier: GPL-2.0
/*
 * A sample: a module that uses devsess, to read and to copy from.
 *
 * It looks up the session of each packet's source address as the packet comes in, before routing:
 * a packet of a blocked session is dropped, one of another session gets the session's mark, which
 * routes and filters go by, and keeps the session alive; one that has none passes as it is.
 * /proc/net/devsess_filter counts them.
 *
 *	insmod devsess_filter.ko [table=NAME]
 *
 * Each network namespace has its own table of that name; one that has none, or did not when it
 * came to be, is left alone.
 */
#include <linux/init.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include <devsess.h>

static char *table = "default";
module_param(table, charp, 0444);
MODULE_PARM_DESC(table, "Name of the table (default \"default\")");

enum count {
	COUNT_KNOWN,
	COUNT_BLOCKED,
	COUNT_UNKNOWN,
	COUNTS,
};

static const char *const names[COUNTS] = { "known", "blocked", "unknown" };

struct counts {
	u64 n[COUNTS];
};

/**
 * struct filter - state of a namespace
 * @table:  handle on its table, or NULL
 * @counts: per CPU
 */
struct filter {
	struct devsess_handle *table;
	struct counts __percpu *counts;
};

static unsigned int filter_id __read_mostly;

static struct filter *to_filter(const struct net *net)
{
	return net_generic(net, filter_id);
}

/* The device id: the bytes of the source address. */
static const void *id_of(const struct sk_buff *skb, u8 pf, size_t *len)
{
	if (pf == NFPROTO_IPV6) {
		*len = sizeof(struct in6_addr);
		return &ipv6_hdr(skb)->saddr;
	}
	*len = sizeof(__be32);
	return &ip_hdr(skb)->saddr;
}

/* In a softirq: the lookup takes no lock, the touch that of a shard, and neither allocates. */
static unsigned int look(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct filter *f = to_filter(state->net);
	struct devsess_session s;
	const void *id;
	size_t len;

	id = id_of(skb, state->pf, &len);
	if (devsess_lookup(f->table, id, len, &s)) {
		this_cpu_inc(f->counts->n[COUNT_UNKNOWN]);
		return NF_ACCEPT;
	}
	if (s.state == DEVSESS_STATE_BLOCKED) {
		this_cpu_inc(f->counts->n[COUNT_BLOCKED]);
		return NF_DROP;
	}
	this_cpu_inc(f->counts->n[COUNT_KNOWN]);
	skb->mark = s.mark;
	/* It may have ended meanwhile; then there is nothing to keep alive. */
	devsess_touch(f->table, id, len, 0, DEVSESS_TOUCH_FLAG_ONLY_LATER, NULL);
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = look,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_RAW,
	},
	{
		.hook = look,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_RAW,
	},
};

static int show(struct seq_file *seq, void *unused)
{
	struct filter *f = to_filter(seq_file_single_net(seq));
	int cpu, i;

	for (i = 0; i < COUNTS; i++) {
		u64 sum = 0;

		for_each_possible_cpu(cpu)
			sum += READ_ONCE(per_cpu_ptr(f->counts, cpu)->n[i]);
		seq_printf(seq, "%s %llu\n", names[i], sum);
	}
	return 0;
}

/* The namespace's tables are there: devsess was loaded before us, and comes first. */
static int __net_init init_namespace(struct net *net)
{
	struct filter *f = to_filter(net);
	int err = -ENOMEM;

	f->table = devsess_table_get(net, table);
	if (!f->table)
		return 0;
	f->counts = alloc_percpu(struct counts);
	if (!f->counts)
		goto err_table;
	if (!proc_create_net_single("devsess_filter", 0444, net->proc_net, show, NULL))
		goto err_counts;
	err = nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	if (err)
		goto err_proc;
	return 0;

err_proc:
	remove_proc_entry("devsess_filter", net->proc_net);
err_counts:
	free_percpu(f->counts);
err_table:
	devsess_table_put(f->table);
	return err;
}

static void __net_exit leave_namespace(struct net *net)
{
	if (to_filter(net)->table)
		nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

/* A grace period later: no packet is in look() any more. */
static void __net_exit exit_namespace(struct net *net)
{
	struct filter *f = to_filter(net);

	if (!f->table)
		return;
	remove_proc_entry("devsess_filter", net->proc_net);
	free_percpu(f->counts);
	devsess_table_put(f->table);
}

static struct pernet_operations net_ops = {
	.init = init_namespace,
	.pre_exit = leave_namespace,
	.exit = exit_namespace,
	.id = &filter_id,
	.size = sizeof(struct filter),
};

static int __init filter_init(void)
{
	return register_pernet_subsys(&net_ops);
}

static void __exit filter_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}

module_init(filter_init);
module_exit(filter_exit);

MODULE_DESCRIPTION("Sample of a module that uses devsess");
MODULE_AUTHOR("The devsess authors");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of a network namespace, by name and number.
 *
 * A table is held by its name, by every request under way and by every handle
 * of another module (@refs). Handles also count as @users, which keep it from
 * being deleted. Who drops the last reference hands it to a work, which frees
 * it after a grace period.
 */
#include "net.h"

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "deferred.h"
#include "upcall.h"

/**
 * struct devsess_net - state of a namespace
 * @lock:   one creation, change or deletion at a time
 * @tables: by id; written under @lock, read under RCU
 * @seq:    highest number of an event of a table that was deleted; @lock
 */
struct devsess_net {
	struct mutex lock; /* see above */
	struct xarray tables;
	u64 seq;
};

static unsigned int devsess_net_id __read_mostly;
static struct workqueue_struct *free_wq;

static ulong max_sessions = SESSIONS_DEFAULT;
module_param(max_sessions, ulong, 0444);
MODULE_PARM_DESC(max_sessions, "Limit of the table `default', 1 or more (default 1048576, or what memory allows)");

static uint key_max = 32;
module_param(key_max, uint, 0444);
MODULE_PARM_DESC(key_max, "Longest device id in the table `default', 1 to 64 bytes (default 32)");

static uint data_max;
module_param(data_max, uint, 0444);
MODULE_PARM_DESC(data_max, "Most data per session in the table `default', 0 to 64 bytes (default 0)");

static struct devsess_net *to_devsess(const struct net *net)
{
	return net_generic(net, devsess_net_id);
}

/**
 * net_name_valid - whether a table may have this name
 * @name: name
 *
 * Context: Any.
 * Return: true for 1 to DEVSESS_NAME_MAX bytes of A-Z a-z 0-9 _ . and -, not
 * beginning with . or -.
 */
bool net_name_valid(const char *name)
{
	size_t i;

	if (!*name || *name == '.' || *name == '-')
		return false;
	for (i = 0; name[i]; i++)
		if (!(isascii(name[i]) && isalnum(name[i])) && !strchr("_.-", name[i]))
			return false;
	return i <= DEVSESS_NAME_MAX;
}

static struct devsess_table *find(struct devsess_net *dn, const char *name)
{
	struct devsess_table *t;
	unsigned long id;

	xa_for_each(&dn->tables, id, t)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

/**
 * net_table_get - take a reference for a request
 * @net:  namespace
 * @name: name of the table
 *
 * Context: Any but NMI.
 * Return: the table or NULL. Give it back with net_table_put().
 */
struct devsess_table *net_table_get(struct net *net, const char *name)
{
	struct devsess_table *t;

	rcu_read_lock();
	t = find(to_devsess(net), name);
	if (t && !refcount_inc_not_zero(&t->refs))
		t = NULL;
	rcu_read_unlock();
	return t;
}

/**
 * net_table_next - the next table in the order of their numbers
 * @net: namespace
 * @id:  number to start from; out: that of the table
 *
 * Context: Any but NMI.
 * Return: the table or NULL. Give it back with net_table_put().
 */
struct devsess_table *net_table_next(struct net *net, unsigned long *id)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_table *t;

	rcu_read_lock();
	t = xa_find(&dn->tables, id, ULONG_MAX, XA_PRESENT);
	while (t && !refcount_inc_not_zero(&t->refs))
		t = xa_find_after(&dn->tables, id, ULONG_MAX, XA_PRESENT);
	rcu_read_unlock();
	return t;
}

static void free_work(struct work_struct *work)
{
	struct devsess_table *t = container_of(to_rcu_work(work), struct devsess_table, free_work);

	deferred_exit(t);
	upcall_exit(t);
	table_free(t);
}

/**
 * net_table_put - give a reference back
 * @t: table
 *
 * Context: Any but NMI.
 */
void net_table_put(struct devsess_table *t)
{
	if (refcount_dec_and_test(&t->refs))
		queue_rcu_work(free_wq, &t->free_work);
}

struct devsess_table *devsess_table_get(struct net *net, const char *name)
{
	struct devsess_table *t = net_table_get(net, name);

	if (t && !atomic_inc_unless_negative(&t->users)) {
		net_table_put(t);
		t = NULL;
	}
	return t;
}
EXPORT_SYMBOL_GPL(devsess_table_get);

void devsess_table_put(struct devsess_table *t)
{
	if (!t)
		return;
	atomic_dec(&t->users);
	net_table_put(t);
}
EXPORT_SYMBOL_GPL(devsess_table_put);

static int set_deferred(struct devsess_table *t, const struct table_limits *limits)
{
	struct deferred *d;

	if (limits->defer_ms)
		deferred_set_interval(t, limits->defer_ms);
	if (!limits->defer_ring)
		return 0;
	d = deferred_alloc(t, limits->defer_ring);
	if (!d)
		return -ENOMEM;
	deferred_install(t, d);
	return 0;
}

/* The options of a table, but for those that change. */
static struct upcall_options new_options(const struct devsess_table *t,
					 const struct upcall_options *change, u32 which)
{
	struct upcall_options o = t->upcall_options;

	if (which & NET_SET_UPCALL)
		o.upcall = change->upcall;
	if (which & NET_SET_UPCALL_INTERVAL)
		o.interval_ms = change->interval_ms;
	if (which & NET_SET_UPCALL_RATE)
		o.rate = change->rate;
	if (which & NET_SET_NEGATIVE_TTL)
		o.negative_ttl_ms = change->negative_ttl_ms;
	return o;
}

/* Upcalls as the options want them; NULL if they want none, or an ERR_PTR. */
static struct upcalls *make_upcalls(struct devsess_table *t, struct net *net,
				    const struct upcall_options *options)
{
	struct upcalls *u;

	if (options->upcall == DEVSESS_UPCALL_OFF)
		return NULL;
	u = upcall_alloc(t, net, options);
	return u ?: ERR_PTR(-ENOMEM);
}

static void install_upcalls(struct devsess_table *t, struct upcalls *u,
			    const struct upcall_options *options)
{
	WRITE_ONCE(t->upcall_options.upcall, options->upcall);
	WRITE_ONCE(t->upcall_options.interval_ms, options->interval_ms);
	WRITE_ONCE(t->upcall_options.rate, options->rate);
	WRITE_ONCE(t->upcall_options.negative_ttl_ms, options->negative_ttl_ms);
	upcall_install(t, u, options);
}

/* Of a table that is new. */
static int set_upcalls(struct devsess_table *t, struct net *net, const struct table_limits *limits)
{
	struct upcall_options o = limits->upcalls;
	struct upcalls *u;

	o.interval_ms = o.interval_ms ?: UPCALL_INTERVAL_MS;
	o.rate = o.rate ?: UPCALL_RATE;
	u = make_upcalls(t, net, &o);
	if (IS_ERR(u))
		return PTR_ERR(u);
	install_upcalls(t, u, &o);
	return 0;
}

/* Its first event; no session's can be before, as nobody can find it yet. */
static void begin_events(struct net *net, struct devsess_table *t)
{
	/* A number is given out once, also when an id comes again. */
	events_begin(&t->events, net, to_devsess(net)->seq);
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_NEW);
}

static int add(struct net *net, const char *name, const struct table_limits *limits)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_table *t;
	int err;

	lockdep_assert_held(&dn->lock);
	if (find(dn, name))
		return -EEXIST;
	t = table_alloc(limits);
	if (IS_ERR(t))
		return PTR_ERR(t);
	strscpy(t->name, name, sizeof(t->name));
	refcount_set(&t->refs, 1);
	INIT_RCU_WORK(&t->free_work, free_work);
	err = set_deferred(t, limits) ?: set_upcalls(t, net, limits);
	begin_events(net, t);
	if (!err)
		err = xa_alloc(&dn->tables, &t->id, t, XA_LIMIT(1, TABLES_MAX),
			       GFP_KERNEL | GFP_MODEST);
	if (err) {
		deferred_exit(t);
		upcall_exit(t);
		table_free(t);
		return err == -EBUSY ? -ENFILE : err;
	}
	events_kick(&t->events);
	return 0;
}

/**
 * net_table_new - create a table
 * @net:    namespace
 * @name:   valid name
 * @limits: valid limits
 *
 * Context: Process, may sleep.
 * Return: 0; -EEXIST; -ENFILE if the namespace has TABLES_MAX tables; -ENOMEM.
 */
int net_table_new(struct net *net, const char *name, const struct table_limits *limits)
{
	struct devsess_net *dn = to_devsess(net);
	int err;

	mutex_lock(&dn->lock);
	err = add(net, name, limits);
	mutex_unlock(&dn->lock);
	return err;
}

/*
 * Both bounds or none. What lowers one comes first, since only that can fail, and raising it
 * again cannot.
 */
static int set_bounds(struct devsess_table *t, const struct table_limits *limits, u32 which)
{
	u64 old = cost_max(&t->cost), new = limits->max_cost;
	bool cost = which & NET_SET_MAX_COST;
	bool lower = new && (!old || new < old);
	int err = 0;

	if (cost && lower && cost_set_max(&t->cost, new))
		return -EOVERFLOW;
	if (which & NET_SET_MAX)
		err = table_set_max(t, limits->max_sessions);
	if (cost && lower == !!err)
		cost_set_max(&t->cost, err ? old : new);
	return err;
}

/* All of it or nothing: what can fail comes first. */
static int set(struct devsess_table *t, struct net *net, const struct table_limits *limits,
	       u32 which)
{
	struct upcall_options options = new_options(t, &limits->upcalls, which);
	bool rings = which & NET_SET_DEFER_RING;
	struct deferred *d = NULL;
	struct upcalls *u = NULL;
	int err = 0;

	if (rings && limits->defer_ring) {
		d = deferred_alloc(t, limits->defer_ring);
		if (!d)
			return -ENOMEM;
	}
	if (which & NET_SET_UPCALLS)
		u = make_upcalls(t, net, &options);
	if (IS_ERR(u))
		err = PTR_ERR(u);
	else
		err = set_bounds(t, limits, which);
	if (err) {
		deferred_free(d);
		if (!IS_ERR(u))
			upcall_free(u);
		return err;
	}
	if (which & NET_SET_DEFER_MS)
		deferred_set_interval(t, limits->defer_ms);
	if (which & NET_SET_POLICY)
		table_set_policy(t, limits->policy);
	if (which & NET_SET_TTL)
		WRITE_ONCE(t->ttl_ms, limits->ttl_ms);
	if (rings)
		deferred_install(t, d);
	if (which & NET_SET_UPCALLS)
		install_upcalls(t, u, &options);
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_SET);
	events_kick(&t->events);
	return 0;
}

/**
 * net_table_set - change limits of a table
 * @net:    namespace
 * @name:   name
 * @limits: new limits, valid
 * @which:  set of enum net_set: those that change
 *
 * Context: Process, may sleep.
 * Return: 0; -ENOENT; -EBUSY if the table holds more; -EOVERFLOW if its sessions weigh more;
 * -ENOMEM. It is as it was after a failure.
 */
int net_table_set(struct net *net, const char *name, const struct table_limits *limits, u32 which)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_table *t;
	int err = -ENOENT;

	mutex_lock(&dn->lock);
	t = find(dn, name);
	if (t)
		err = set(t, net, limits, which);
	mutex_unlock(&dn->lock);
	return err;
}

/* Takes a table's name away. Requests and handles that still have it get -ENODEV. */
static void unname(struct devsess_net *dn, struct devsess_table *t)
{
	lockdep_assert_held(&dn->lock);
	xa_erase(&dn->tables, t->id);
	WRITE_ONCE(t->dead, true);
	upcall_cut(t);
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_DEL);
	dn->seq = max(dn->seq, events_end(&t->events));
	net_table_put(t);
}

/**
 * net_table_del - delete a table
 * @net:  namespace
 * @name: name
 *
 * Context: Process, may sleep.
 * Return: 0; -ENOENT; -EBUSY while another module has a handle.
 */
int net_table_del(struct net *net, const char *name)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_table *t;
	int err = 0;

	mutex_lock(&dn->lock);
	t = find(dn, name);
	if (!t)
		err = -ENOENT;
	else if (atomic_cmpxchg(&t->users, 0, -1))
		err = -EBUSY;
	else
		unname(dn, t);
	mutex_unlock(&dn->lock);
	return err;
}

static int __net_init init_namespace(struct net *net)
{
	const struct table_limits limits = {
		.max_sessions = max_sessions,
		.key_max = key_max,
		.data_max = data_max,
		.policy = DEVSESS_POLICY_REJECT,
	};
	struct devsess_net *dn = to_devsess(net);
	int err;

	mutex_init(&dn->lock);
	xa_init_flags(&dn->tables, XA_FLAGS_ALLOC1);
	err = net_table_new(net, "default", &limits);
	if (err)
		xa_destroy(&dn->tables);
	return err;
}

static void __net_exit exit_namespace(struct net *net)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_table *t;
	unsigned long id;

	mutex_lock(&dn->lock);
	xa_for_each(&dn->tables, id, t)
		unname(dn, t);
	mutex_unlock(&dn->lock);
	xa_destroy(&dn->tables);
}

static struct pernet_operations net_ops = {
	.init = init_namespace,
	.exit = exit_namespace,
	.id = &devsess_net_id,
	.size = sizeof(struct devsess_net),
};

static int check_params(void)
{
	u64 most;

	if (key_max < 1 || key_max > DEVSESS_KEY_MAX) {
		pr_err("key_max is %u, not 1 to %u\n", key_max, DEVSESS_KEY_MAX);
		return -EINVAL;
	}
	if (data_max > DEVSESS_DATA_MAX) {
		pr_err("data_max is %u, above %u\n", data_max, DEVSESS_DATA_MAX);
		return -EINVAL;
	}
	most = table_sessions_max(key_max, data_max);
	if (max_sessions == SESSIONS_DEFAULT)
		max_sessions = min_t(u64, max_sessions, most);
	if (!max_sessions || max_sessions > most) {
		pr_err("max_sessions is %lu, not 1 to %llu: 2^32 - 1, or what would fill all memory\n",
		       max_sessions, most);
		return -EINVAL;
	}
	return 0;
}

/**
 * net_init - make the tables of all namespaces
 *
 * Context: Module load.
 * Return: 0; -EINVAL if a module parameter is out of range; -ENOMEM.
 */
int __init net_init(void)
{
	int err = check_params();

	if (err)
		return err;
	free_wq = alloc_workqueue("devsess", WQ_UNBOUND, 0);
	if (!free_wq)
		return -ENOMEM;
	err = register_pernet_subsys(&net_ops);
	if (err) {
		rcu_barrier(); /* tables of namespaces that were done already */
		destroy_workqueue(free_wq);
		rcu_barrier(); /* their maps */
	}
	return err;
}

/**
 * net_exit - undo net_init()
 *
 * Context: Module unload.
 */
void net_exit(void)
{
	unregister_pernet_subsys(&net_ops);
	rcu_barrier(); /* queue_rcu_work() in net_table_put() */
	destroy_workqueue(free_wq);
	rcu_barrier(); /* call_rcu() in slots_free_rcu() */
}

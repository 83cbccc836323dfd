// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of a network namespace, and who holds them.
 *
 * A name is a handle, which leads to a table; other modules hold handles, as @users, which
 * keep the name from being deleted. A table is held by its handle and by every request and
 * call under way (@refs). Who drops the last reference hands it to a work, which frees
 * it after a grace period.
 */
#include "net.h"

#include <linux/module.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "deferred.h"
#include "names.h"
#include "options.h"
#include "queues.h"
#include "upcall.h"

static unsigned int devsess_net_id __read_mostly;

static ulong max_sessions = SESSIONS_DEFAULT;
module_param(max_sessions, ulong, 0444);
MODULE_PARM_DESC(max_sessions, "Limit of the table `default', 1 or more (default 1048576, or what memory allows)");

static uint key_max = 32;
module_param(key_max, uint, 0444);
MODULE_PARM_DESC(key_max, "Longest device id in the table `default', 1 to 64 bytes (default 32)");

static uint data_max;
module_param(data_max, uint, 0444);
MODULE_PARM_DESC(data_max, "Most data per session in the table `default', 0 to 64 bytes (default 0)");

/**
 * net_state - what a namespace has of ours
 * @net: namespace
 *
 * Context: Any.
 * Return: it, as long as there is the namespace.
 */
struct devsess_net *net_state(const struct net *net)
{
	return net_generic(net, devsess_net_id);
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
	struct devsess_handle *h;
	struct devsess_table *t;

	rcu_read_lock();
	/* One without references was deleted, and is not to be found again. */
	do {
		h = names_find(net_state(net), name);
		t = h ? rcu_dereference(h->table) : NULL;
	} while (t && !refcount_inc_not_zero(&t->refs));
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
	struct devsess_net *dn = net_state(net);
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
		queue_rcu_work(queue_free, &t->free_work);
}

static void handle_put(struct devsess_handle *h)
{
	if (!refcount_dec_and_test(&h->refs))
		return;
	net_table_put(rcu_dereference_protected(h->table, true));
	kfree_rcu(h, rcu);
}

struct devsess_handle *devsess_table_get(struct net *net, const char *name)
{
	struct devsess_handle *h;

	rcu_read_lock();
	h = names_find(net_state(net), name);
	if (h && !refcount_inc_not_zero(&h->refs))
		h = NULL;
	rcu_read_unlock();
	if (h && !atomic_inc_unless_negative(&h->users)) {
		handle_put(h);
		h = NULL;
	}
	return h;
}
EXPORT_SYMBOL_GPL(devsess_table_get);

void devsess_table_put(struct devsess_handle *h)
{
	if (!h)
		return;
	atomic_dec(&h->users);
	handle_put(h);
}
EXPORT_SYMBOL_GPL(devsess_table_put);

/* Its first event; no session's can be before, as nobody can find it yet. */
static void begin_events(struct net *net, struct devsess_table *t)
{
	/* A number is given out once, also when an id comes again. */
	events_begin(&t->events, net, net_state(net)->seq);
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_NEW, NULL);
}

/* Makes a handle that leads to a table which nobody can see yet. */
static struct devsess_handle *make_handle(struct devsess_table *t, const char *name)
{
	struct devsess_handle *h = kzalloc(sizeof(*h), GFP_KERNEL | GFP_MODEST);

	if (!h)
		return NULL;
	RCU_INIT_POINTER(h->table, t);
	refcount_set(&h->refs, 1);
	name_set(&h->name, name);
	name_set(&t->name, name);
	RCU_INIT_POINTER(t->handle, h);
	return h;
}

static int add(struct net *net, const char *name, const struct table_limits *limits)
{
	struct devsess_net *dn = net_state(net);
	struct devsess_handle *h;
	struct devsess_table *t;
	int err;

	lockdep_assert_held(&dn->lock);
	if (names_find(dn, name))
		return -EEXIST;
	t = table_alloc(limits);
	if (IS_ERR(t))
		return PTR_ERR(t);
	h = make_handle(t, name);
	refcount_set(&t->refs, 1);
	INIT_RCU_WORK(&t->free_work, free_work);
	err = h ? options_begin(t, net, limits) : -ENOMEM;
	begin_events(net, t);
	if (!err)
		err = names_enter(dn, h, t);
	if (err) {
		deferred_exit(t);
		upcall_exit(t);
		table_free(t);
		kfree(h);
		return err;
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
	struct devsess_net *dn = net_state(net);
	int err;

	mutex_lock(&dn->lock);
	err = add(net, name, limits);
	mutex_unlock(&dn->lock);
	return err;
}

/**
 * net_table_set - change limits of a table
 * @net:    namespace
 * @name:   name
 * @limits: new limits, each valid; out: all marks and the reserve
 * @which:  set of enum option: those that change
 *
 * Context: Process, may sleep.
 * Return: 0; -ENOENT; -EBUSY if the table holds more; -EOVERFLOW if its sessions weigh more;
 * -ERANGE if the reserve is not below max_sessions, or a low mark not below the high one;
 * -ENOMEM, or for upcalls -ENOBUFS. It is as it was after a failure.
 */
int net_table_set(struct net *net, const char *name, struct table_limits *limits, u32 which)
{
	struct devsess_net *dn = net_state(net);
	struct devsess_handle *h;
	int err = -ENOENT;

	mutex_lock(&dn->lock);
	h = names_find(dn, name);
	if (h)
		err = options_set(names_table(dn, h), net, limits, which);
	mutex_unlock(&dn->lock);
	return err;
}

/* Takes a name away, with its table. Requests and handles that still have it get -ENODEV. */
static void unname(struct devsess_net *dn, struct devsess_handle *h)
{
	struct devsess_table *t = names_table(dn, h);

	lockdep_assert_held(&dn->lock);
	names_leave(dn, h);
	WRITE_ONCE(h->dead, true);
	WRITE_ONCE(t->dead, true);
	RCU_INIT_POINTER(t->handle, NULL);
	upcall_cut(t);
	names_note_generation(dn, t);
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_DEL, NULL);
	dn->seq = max(dn->seq, events_end(&t->events));
	handle_put(h);
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
	struct devsess_net *dn = net_state(net);
	struct devsess_handle *h;
	int err = 0;

	mutex_lock(&dn->lock);
	h = names_find(dn, name);
	if (!h)
		err = -ENOENT;
	else if (atomic_cmpxchg(&h->users, 0, -1))
		err = -EBUSY;
	else
		unname(dn, h);
	mutex_unlock(&dn->lock);
	return err;
}

/**
 * net_table_naming - the name that a table has, and what goes with it
 * @t: table
 * @n: out: all of one name, whatever other names the table gets meanwhile; of a table that was
 *     deleted its last name, and 0
 *
 * Context: Any but NMI.
 */
void net_table_naming(const struct devsess_table *t, struct table_naming *n)
{
	const struct devsess_handle *h;

	rcu_read_lock();
	h = rcu_dereference(t->handle);
	memcpy(n->name, name_get(h ? &h->name : &t->name), sizeof(n->name));
	n->users = h ? max(atomic_read(&h->users), 0) : 0;
	n->number = h ? h->number : 0;
	rcu_read_unlock();
}

/**
 * net_handle - find a handle by its number
 * @net:    namespace
 * @number: number
 *
 * Context: Any, NMI included; RCU read lock held, which keeps the handle.
 * Return: the handle or NULL.
 */
struct devsess_handle *net_handle(const struct net *net, u32 number)
{
	return names_handle(net_state(net), number);
}

static int __net_init init_namespace(struct net *net)
{
	const struct table_limits limits = {
		.max_sessions = max_sessions,
		.key_max = key_max,
		.data_max = data_max,
		.policy = DEVSESS_POLICY_REJECT,
		.unclaimed = net != &init_net, /* that of who loads the module */
	};
	struct devsess_net *dn = net_state(net);
	int err;

	names_init(dn);
	err = net_table_new(net, "default", &limits);
	if (err)
		names_exit(dn);
	return err;
}

static void __net_exit exit_namespace(struct net *net)
{
	struct devsess_net *dn = net_state(net);
	struct devsess_handle *h;
	unsigned long number;

	mutex_lock(&dn->lock);
	xa_for_each(&dn->handles, number, h) {
		/*
		 * It has no sockets any more, and those of others do not hear of it by now. If it
		 * lives on, the module is going, which has closed the door of events.
		 */
		events_mute(&names_table(dn, h)->events);
		unname(dn, h);
	}
	mutex_unlock(&dn->lock);
	names_exit(dn);
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
	err = queues_init();
	if (err)
		return err;
	err = register_pernet_subsys(&net_ops);
	if (err) {
		rcu_barrier(); /* tables of namespaces that were done already */
		queues_exit();
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
	queues_exit();
	rcu_barrier(); /* call_rcu() in map_free_rcu() */
}

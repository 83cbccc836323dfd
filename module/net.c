// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of a network namespace, by name and number.
 *
 * A name is a handle, which leads to a table; other modules hold handles, as @users, which
 * keep the name from being deleted. A table is held by its handle and by every request and
 * call under way (@refs). Who drops the last reference hands it to a work, which frees
 * it after a grace period.
 *
 * A swap lets two handles lead to each other's tables. A table is found by the handle's name,
 * which does not change then: so whoever looks for one finds the one table or the other,
 * never none.
 */
#include "net.h"

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "deferred.h"
#include "options.h"
#include "upcall.h"

/**
 * struct devsess_net - state of a namespace
 * @lock:   one creation, change or deletion at a time
 * @handles: by number; written under @lock, read under RCU
 * @recent: some of them, each in the place that its number names; likewise
 * @tables: by id; likewise
 * @next:   number of the next handle; @lock
 * @seq:    highest number of an event of a table that was deleted; @lock
 * @generation: above what any name that was deleted or led elsewhere has shown; @lock
 */
struct devsess_net {
	struct mutex lock; /* see above */
	struct xarray handles;
	struct devsess_handle __rcu *recent[HANDLES_RECENT];
	struct xarray tables;
	u32 next;
	u64 seq;
	u64 generation;
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

/* Under RCU, which the caller has as well unless it holds the lock. */
static struct devsess_handle *find(struct devsess_net *dn, const char *name)
{
	struct devsess_handle *h;
	unsigned long number;

	rcu_read_lock();
	xa_for_each(&dn->handles, number, h)
		if (!strcmp(name_get(&h->name), name))
			break;
	rcu_read_unlock();
	return h;
}

static struct devsess_table *table_of(struct devsess_net *dn, struct devsess_handle *h)
{
	return rcu_dereference_protected(h->table, lockdep_is_held(&dn->lock));
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
		h = find(to_devsess(net), name);
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
	h = find(to_devsess(net), name);
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
	events_begin(&t->events, net, to_devsess(net)->seq);
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_NEW, NULL);
}

/* Changes that writers may make while a table changes names, and many more. */
#define GENERATION_STEP	BIT_ULL(20)

/* The table's name is about to stand for something else. */
static void note_generation(struct devsess_net *dn, const struct devsess_table *t)
{
	lockdep_assert_held(&dn->lock);
	dn->generation = max(dn->generation, table_generation(t) + GENERATION_STEP);
}

/* A name is about to stand for this table: what it has shown before does not come again. */
static void raise_generation(struct devsess_net *dn, struct devsess_table *t)
{
	u64 now = table_generation(t);

	lockdep_assert_held(&dn->lock);
	if (now < dn->generation)
		atomic64_add(dn->generation - now, &t->generation);
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

/* Where a handle is found without a walk of the xarray, which takes some hundred instructions. */
static struct devsess_handle __rcu **recent_place(struct devsess_net *dn, u32 number)
{
	return &dn->recent[number % HANDLES_RECENT];
}

/* Lets everybody find a table. */
static int enter(struct devsess_net *dn, struct devsess_handle *h, struct devsess_table *t)
{
	const gfp_t gfp = GFP_KERNEL | GFP_MODEST;
	int err;

	lockdep_assert_held(&dn->lock);
	/* A number does not soon come again: a BPF program may go on using it. */
	err = xa_alloc_cyclic(&dn->handles, &h->number, NULL, XA_LIMIT(1, HANDLES_MAX), &dn->next,
			      gfp);
	if (err < 0)
		return err;
	err = xa_alloc(&dn->tables, &t->id, t, XA_LIMIT(1, TABLES_MAX), gfp);
	if (err) {
		xa_erase(&dn->handles, h->number);
		return err == -EBUSY ? -ENFILE : err;
	}
	raise_generation(dn, t);
	xa_store(&dn->handles, h->number, h, gfp); /* there is a place for it */
	rcu_assign_pointer(*recent_place(dn, h->number), h);
	return 0;
}

static int add(struct net *net, const char *name, const struct table_limits *limits)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_handle *h;
	struct devsess_table *t;
	int err;

	lockdep_assert_held(&dn->lock);
	if (find(dn, name))
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
		err = enter(dn, h, t);
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
	struct devsess_net *dn = to_devsess(net);
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
 * -ENOMEM. It is as it was after a failure.
 */
int net_table_set(struct net *net, const char *name, struct table_limits *limits, u32 which)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_handle *h;
	int err = -ENOENT;

	mutex_lock(&dn->lock);
	h = find(dn, name);
	if (h)
		err = options_set(table_of(dn, h), net, limits, which);
	mutex_unlock(&dn->lock);
	return err;
}

/* Takes a name away, with its table. Requests and handles that still have it get -ENODEV. */
static void unname(struct devsess_net *dn, struct devsess_handle *h)
{
	struct devsess_table *t = table_of(dn, h);

	lockdep_assert_held(&dn->lock);
	if (rcu_access_pointer(*recent_place(dn, h->number)) == h)
		RCU_INIT_POINTER(*recent_place(dn, h->number), NULL);
	xa_erase(&dn->handles, h->number);
	xa_erase(&dn->tables, t->id);
	WRITE_ONCE(h->dead, true);
	WRITE_ONCE(t->dead, true);
	RCU_INIT_POINTER(t->handle, NULL);
	upcall_cut(t);
	note_generation(dn, t);
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
	struct devsess_net *dn = to_devsess(net);
	struct devsess_handle *h;
	int err = 0;

	mutex_lock(&dn->lock);
	h = find(dn, name);
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
 * net_table_users - how many modules hold the name that a table has
 * @t: table
 *
 * Context: Any but NMI.
 * Return: how many.
 */
u32 net_table_users(const struct devsess_table *t)
{
	struct devsess_handle *h;
	int users;

	rcu_read_lock();
	h = rcu_dereference(t->handle);
	users = h ? atomic_read(&h->users) : 0;
	rcu_read_unlock();
	return max(users, 0);
}

/**
 * net_table_number - the number of the name that a table has
 * @t: table
 *
 * Context: Any.
 * Return: the number, 0 if the table was deleted.
 */
u32 net_table_number(const struct devsess_table *t)
{
	struct devsess_handle *h;
	u32 number;

	rcu_read_lock();
	h = rcu_dereference(t->handle);
	number = h ? h->number : 0;
	rcu_read_unlock();
	return number;
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
	struct devsess_net *dn = to_devsess(net);
	struct devsess_handle *h = rcu_dereference(*recent_place(dn, number));

	return h && h->number == number ? h : xa_load(&dn->handles, number);
}

/* What happened under the old name is told under it. */
static void settle(struct devsess_table *t)
{
	deferred_drain(t);
	events_run(&t->events);
}

static void tell(struct devsess_table *t, u32 reason)
{
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, reason, NULL);
	events_kick(&t->events);
}

/**
 * net_table_rename - give a table another name
 * @net:   namespace
 * @name:  name
 * @other: the new one, valid
 *
 * Context: Process, may sleep.
 * Return: 0; -ENOENT; -EEXIST if there is a table of the new name.
 */
int net_table_rename(struct net *net, const char *name, const char *other)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_handle *h;
	struct devsess_table *t;
	int err = 0;

	mutex_lock(&dn->lock);
	h = find(dn, name);
	if (!h)
		err = -ENOENT;
	else if (find(dn, other))
		err = -EEXIST;
	if (err)
		goto out;
	t = table_of(dn, h);
	settle(t);
	raise_generation(dn, t);
	note_generation(dn, t);
	name_set(&h->name, other);
	name_set(&t->name, other);
	tell(t, DEVSESS_EVENT_REASON_RENAME);
	synchronize_rcu(); /* who reads the old name, see name_set() */
out:
	mutex_unlock(&dn->lock);
	return err;
}

/* Lets a handle lead to a table. */
static void lead(struct devsess_handle *h, struct devsess_table *t, const char *name)
{
	rcu_assign_pointer(h->table, t);
	rcu_assign_pointer(t->handle, h);
	name_set(&t->name, name);
}

static void swap_tables(struct devsess_net *dn, struct devsess_handle *a, struct devsess_handle *b)
{
	struct devsess_table *ta = table_of(dn, a), *tb = table_of(dn, b);
	char name[2][DEVSESS_NAME_MAX + 1];

	lockdep_assert_held(&dn->lock);
	name_copy(&a->name, name[0]);
	name_copy(&b->name, name[1]);
	settle(ta);
	settle(tb);
	note_generation(dn, ta);
	note_generation(dn, tb);
	raise_generation(dn, ta);
	/* Not to the same: a request under way may read that of the old one still. */
	dn->generation += GENERATION_STEP;
	raise_generation(dn, tb);
	lead(a, tb, name[0]);
	lead(b, ta, name[1]);
	tell(ta, DEVSESS_EVENT_REASON_SWAP);
	tell(tb, DEVSESS_EVENT_REASON_SWAP);
	/* Calls that work on what they found before, see api.c; and who reads the names. */
	synchronize_rcu();
	/* What these have deferred. */
	deferred_drain(ta);
	deferred_drain(tb);
}

/**
 * net_table_swap - let two tables change names
 * @net:   namespace
 * @name:  name of the one
 * @other: name of the other
 *
 * Whoever looks for either name finds one of the two all the time. Handles stay with the
 * names; sessions, options, figures, ids and events with the tables.
 *
 * Context: Process, may sleep.
 * Return: 0; -ENOENT if one is not there; -EINVAL if both are the same.
 */
int net_table_swap(struct net *net, const char *name, const char *other)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_handle *a, *b;
	int err = 0;

	mutex_lock(&dn->lock);
	a = find(dn, name);
	b = find(dn, other);
	if (!a || !b)
		err = -ENOENT;
	else if (a == b)
		err = -EINVAL;
	else
		swap_tables(dn, a, b);
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
	xa_init_flags(&dn->handles, XA_FLAGS_ALLOC1);
	xa_init_flags(&dn->tables, XA_FLAGS_ALLOC1);
	err = net_table_new(net, "default", &limits);
	if (err) {
		xa_destroy(&dn->handles);
		xa_destroy(&dn->tables);
	}
	return err;
}

static void __net_exit exit_namespace(struct net *net)
{
	struct devsess_net *dn = to_devsess(net);
	struct devsess_handle *h;
	unsigned long number;

	mutex_lock(&dn->lock);
	xa_for_each(&dn->handles, number, h)
		unname(dn, h);
	mutex_unlock(&dn->lock);
	xa_destroy(&dn->handles);
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

// SPDX-License-Identifier: GPL-2.0
/*
 * Options: how a table gets those that it is made with, and others later, all of a change or
 * nothing of it.
 */
#include "options.h"

#include <linux/err.h>

#include "deferred.h"
#include "upcall.h"

/**
 * options_valid - whether marks and reserve go with each other and with the limit
 * @limits: limits
 *
 * Context: Any.
 * Return: false if the reserve is not below max_sessions, or a low mark not below the high one.
 */
bool options_valid(const struct table_limits *limits)
{
	return limits->reserve < limits->max_sessions &&
	       (!limits->watermark_low || limits->watermark_low < limits->watermark_high);
}

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

/* Upcalls as the options want them; NULL if they want none, or an ERR_PTR. */
static struct upcalls *make_upcalls(struct devsess_table *t, struct net *net,
				    const struct upcall_options *options)
{
	struct upcalls *u;

	if (options->upcall == DEVSESS_UPCALL_OFF)
		return NULL;
	u = upcall_alloc(t, net, options);
	return u ?: ERR_PTR(-ENOBUFS);
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
		return -ENOMEM;
	install_upcalls(t, u, &o);
	return 0;
}

/**
 * options_begin - give a new table its options
 * @t:      table that nobody can see yet, from table_alloc() with the same limits
 * @net:    its namespace
 * @limits: valid limits
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int options_begin(struct devsess_table *t, struct net *net, const struct table_limits *limits)
{
	return set_deferred(t, limits) ?: set_upcalls(t, net, limits);
}

/* The options of a table, but for those that change. */
static struct upcall_options new_options(const struct devsess_table *t,
					 const struct upcall_options *change, u32 which)
{
	struct upcall_options o = t->upcall_options;

	if (which & OPTION_UPCALL)
		o.upcall = change->upcall;
	if (which & OPTION_UPCALL_INTERVAL)
		o.interval_ms = change->interval_ms;
	if (which & OPTION_UPCALL_RATE)
		o.rate = change->rate;
	if (which & OPTION_NEGATIVE_TTL)
		o.negative_ttl_ms = change->negative_ttl_ms;
	return o;
}

/*
 * The marks and the reserve as they are to be in @limits, those that do not change from the
 * table. Returns 0, or -ERANGE if they do not go with each other or with the limit.
 */
static int fill_in(const struct devsess_table *t, struct table_limits *limits, u32 which)
{
	bool high = which & OPTION_WATERMARK_HIGH;

	if (!(which & OPTION_MAX))
		limits->max_sessions = table_max(t);
	if (!(which & OPTION_RESERVE))
		limits->reserve = t->reserve;
	if (!high)
		limits->watermark_high = watermark_high(&t->watermark);
	if (!(which & OPTION_WATERMARK_LOW))
		limits->watermark_low = high ? WATERMARK_LOW(limits->watermark_high) :
					watermark_low(&t->watermark);
	return options_valid(limits) ? 0 : -ERANGE;
}

/*
 * Both bounds or none. What lowers one comes first, since only that can fail, and raising it
 * again cannot.
 */
static int set_bounds(struct devsess_table *t, const struct table_limits *limits, u32 which)
{
	u64 old = cost_max(&t->cost), new = limits->max_cost;
	bool cost = which & OPTION_MAX_COST;
	bool lower = new && (!old || new < old);
	int err = 0;

	if (cost && lower && cost_set_max(&t->cost, new))
		return -EOVERFLOW;
	if (which & OPTION_MAX)
		err = table_set_max(t, limits->max_sessions);
	if (cost && lower == !!err)
		cost_set_max(&t->cost, err ? old : new);
	return err;
}

/*
 * Likewise, and the reserve, last: until then it may be more than the limit of sessions, which
 * leaves no place for modules.
 */
static int set_room(struct devsess_table *t, const struct table_limits *limits, u32 which)
{
	int err;

	/* Before a lower bound of the cost does something for nothing. */
	if ((which & OPTION_MAX) && table_count(t) > limits->max_sessions)
		return -EBUSY;
	err = set_bounds(t, limits, which);
	if (!err)
		WRITE_ONCE(t->reserve, limits->reserve);
	return err;
}

/**
 * options_set - change options of a table
 * @t:      table
 * @net:    its namespace
 * @limits: new ones, each valid; out: all marks and the reserve
 * @which:  set of enum option: those that change
 *
 * All of it or nothing: what can fail comes first.
 *
 * Context: Process, may sleep; one at a time for a table.
 * Return: as net_table_set(), but for -ENOENT.
 */
int options_set(struct devsess_table *t, struct net *net, struct table_limits *limits, u32 which)
{
	struct upcall_options options = new_options(t, &limits->upcalls, which);
	bool rings = which & OPTION_DEFER_RING;
	struct deferred *d = NULL;
	struct upcalls *u = NULL;
	int err = fill_in(t, limits, which);

	if (err)
		return err;
	if (rings && limits->defer_ring) {
		d = deferred_alloc(t, limits->defer_ring);
		if (!d)
			return -ENOMEM;
	}
	if (which & OPTION_UPCALLS)
		u = make_upcalls(t, net, &options);
	if (IS_ERR(u))
		err = PTR_ERR(u);
	else
		err = set_room(t, limits, which);
	if (err) {
		/* A bound that was lower for a moment may have been told. */
		watermark_look(&t->watermark);
		deferred_free(d);
		if (!IS_ERR(u))
			upcall_free(u);
		return err;
	}
	if (which & OPTION_DEFER_MS)
		deferred_set_interval(t, limits->defer_ms);
	if (which & OPTION_POLICY)
		table_set_policy(t, limits->policy);
	if (which & OPTION_TTL)
		WRITE_ONCE(t->ttl_ms, limits->ttl_ms);
	watermark_set(&t->watermark, limits->watermark_high, limits->watermark_low);
	if (rings)
		deferred_install(t, d);
	if (which & OPTION_UPCALLS)
		install_upcalls(t, u, &options);
	atomic64_inc(&t->generation);
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_SET, NULL);
	events_kick(&t->events);
	return 0;
}

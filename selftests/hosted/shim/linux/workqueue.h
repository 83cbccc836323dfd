/* SPDX-License-Identifier: GPL-2.0 */
/* Work is noted, and runs when a test says so: see shim_run_due() in shim.h. */
#ifndef SHIM_LINUX_WORKQUEUE_H
#define SHIM_LINUX_WORKQUEUE_H

#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
};

struct delayed_work {
	struct work_struct work;
	struct delayed_work *next;
	u64 due;
	bool pending;
	bool running;
};

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
};

/* All work is in one queue here. */
struct workqueue_struct {
	char nothing;
};

#define system_unbound_wq	((struct workqueue_struct *)NULL)
#define WQ_UNBOUND		0

static inline struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags,
						       int most)
{
	static struct workqueue_struct the_queue;

	(void)name;
	(void)flags;
	(void)most;
	return &the_queue;
}

static inline void destroy_workqueue(struct workqueue_struct *wq)
{
	(void)wq;
}

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

#define INIT_DELAYED_WORK(dw, fn) \
	(*(dw) = (struct delayed_work){ .work.func = (fn) })

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dw, unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dw, unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *dw);

#define delayed_work_pending(dw)	READ_ONCE((dw)->pending)

/* HZ is 1000. */
static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ms;
}

#endif /* SHIM_LINUX_WORKQUEUE_H */

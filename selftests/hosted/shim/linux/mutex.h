/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_MUTEX_H
#define SHIM_LINUX_MUTEX_H

#include <linux/lockdep.h>

struct mutex {
	struct shim_lock shim;
};

#define mutex_init(lock) do {				\
	static struct lock_class_key key_ = { .name = #lock };	\
							\
	shim_lock_init(&(lock)->shim, &key_);		\
} while (0)

static inline void mutex_lock(struct mutex *lock)
{
	might_sleep();
	shim_lock(&lock->shim, 0);
}

/* Nobody is killed. */
static inline int mutex_lock_killable(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

static inline void mutex_unlock(struct mutex *lock)
{
	shim_unlock(&lock->shim);
}

#endif /* SHIM_LINUX_MUTEX_H */

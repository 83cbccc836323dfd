/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_RWSEM_H
#define SHIM_LINUX_RWSEM_H

#include <pthread.h>

#include <linux/preempt.h>

struct rw_semaphore {
	pthread_rwlock_t shim;
};

#define DECLARE_RWSEM(name) \
	struct rw_semaphore name = { PTHREAD_RWLOCK_INITIALIZER }

/* A lock of the C library does not say who holds it. */
#define lockdep_assert_held_read(sem)	do { } while (0)

static inline void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	pthread_rwlock_rdlock(&sem->shim);
}

static inline void up_read(struct rw_semaphore *sem)
{
	pthread_rwlock_unlock(&sem->shim);
}

static inline void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	pthread_rwlock_wrlock(&sem->shim);
}

static inline void up_write(struct rw_semaphore *sem)
{
	pthread_rwlock_unlock(&sem->shim);
}

#endif /* SHIM_LINUX_RWSEM_H */

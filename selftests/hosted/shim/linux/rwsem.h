/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_RWSEM_H
#define SHIM_LINUX_RWSEM_H

#include <pthread.h>

#include <linux/preempt.h>

#include "shim.h"

struct rw_semaphore {
	pthread_rwlock_t shim;
};

#define DECLARE_RWSEM(name) \
	struct rw_semaphore name = { PTHREAD_RWLOCK_INITIALIZER }

/* The last one that this thread has taken for reading. */
extern __thread struct rw_semaphore *shim_reading;

/* A lock of the C library does not say who holds it. */
#define lockdep_assert_held_read(sem)	do { } while (0)

static inline void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	pthread_rwlock_rdlock(&sem->shim);
	shim_reading = sem;
}

static inline void up_read(struct rw_semaphore *sem)
{
	shim_reading = NULL;
	pthread_rwlock_unlock(&sem->shim);
}

static inline void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	if (shim_reading == sem)
		shim_bug("who reads waits for himself to write");
	pthread_rwlock_wrlock(&sem->shim);
}

static inline void up_write(struct rw_semaphore *sem)
{
	pthread_rwlock_unlock(&sem->shim);
}

#endif /* SHIM_LINUX_RWSEM_H */

// SPDX-License-Identifier: GPL-2.0
/* Locks that know their owner and the order in which their classes are taken. */
#include <sched.h>

#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/rwsem.h>

#include "shim.h"

#define CLASSES	16
#define DEPTH	8

static int classes;
static const char *class_name[CLASSES];
static bool taken_after[CLASSES][CLASSES];

static __thread struct shim_lock *held[DEPTH];
static __thread int held_count;

__thread struct rw_semaphore *shim_reading;

static int class_id(struct lock_class_key *class)
{
	int id = __atomic_load_n(&class->id, __ATOMIC_RELAXED), none = 0;

	if (id)
		return id;
	id = __atomic_add_fetch(&classes, 1, __ATOMIC_RELAXED);
	if (id >= CLASSES)
		shim_bug("more than %d classes of locks", CLASSES - 1);
	/* Another thread may have been first; then an id is lost. */
	if (!__atomic_compare_exchange_n(&class->id, &none, id, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return none;
	__atomic_store_n(&class_name[id], class->name, __ATOMIC_RELAXED);
	return id;
}

static void check_order(int before, int after, unsigned int subclass)
{
	if (before == after && subclass)
		return;
	if (before == after || __atomic_load_n(&taken_after[before][after], __ATOMIC_RELAXED))
		shim_bug("lock order: %s after %s", class_name[after], class_name[before]);
	__atomic_store_n(&taken_after[after][before], true, __ATOMIC_RELAXED);
}

void shim_lock_check(struct shim_lock *l, unsigned int subclass)
{
	int id = class_id(l->class), i;

	if (shim_context.nmi || (shim_context.hardirq && !shim_context.irqs_off))
		shim_bug("lock %s in an interrupt", l->class->name);
	if (shim_lock_held(l))
		shim_bug("lock %s taken twice", l->class->name);
	for (i = 0; i < held_count; i++)
		check_order(class_id(held[i]->class), id, subclass);
	if (held_count == DEPTH)
		shim_bug("more than %d locks held", DEPTH);
	held[held_count++] = l;
}

void shim_unlock_check(struct shim_lock *l)
{
	int i = held_count;

	if (!shim_lock_held(l))
		shim_bug("unlock of %s that is not held", l->class->name);
	while (held[--i] != l)
		;
	held_count--;
	for (; i < held_count; i++)
		held[i] = held[i + 1];
}

/* There are more threads than CPUs: who waits long should not burn the owner's time. */
void shim_lock_wait(struct shim_lock *l)
{
	unsigned int spins = 0;
	int free;

	do {
		while (__atomic_load_n(&l->taken, __ATOMIC_RELAXED)) {
			cpu_relax();
			if (++spins % 256 == 0)
				sched_yield();
		}
		free = 0;
	} while (!__atomic_compare_exchange_n(&l->taken, &free, 1, false,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
}

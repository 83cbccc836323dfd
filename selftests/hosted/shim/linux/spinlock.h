/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SPINLOCK_H
#define SHIM_LINUX_SPINLOCK_H

#include <linux/lockdep.h>

typedef struct {
	struct shim_lock shim;
} spinlock_t;

#ifdef SHIM_HOLDS
/* The program's: the outermost lock of a thread is held from here to there. */
void shim_hold_begin(void);
void shim_hold_end(void);
#endif

#define spin_lock_init(lock) do {			\
	static struct lock_class_key key_ = { .name = #lock };	\
							\
	shim_lock_init(&(lock)->shim, &key_);		\
} while (0)

static inline void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
{
	shim_chaos();
	shim_context.locks++;
	shim_lock(&lock->shim, subclass);
#ifdef SHIM_HOLDS
	if (shim_context.locks == 1)
		shim_hold_begin();
#endif
}

static inline void spin_lock(spinlock_t *lock)
{
	spin_lock_nested(lock, 0);
}

static inline void spin_unlock(spinlock_t *lock)
{
#ifdef SHIM_HOLDS
	if (shim_context.locks == 1)
		shim_hold_end();
#endif
	shim_unlock(&lock->shim);
	shim_context.locks--;
	shim_chaos();
}

#define spin_lock_bh	spin_lock
#define spin_unlock_bh	spin_unlock

/* Raw: taken with interrupts off, so in hard interrupts too. */
typedef struct {
	struct shim_lock shim;
} raw_spinlock_t;

#define raw_spin_lock_init	spin_lock_init

static inline void raw_spin_lock_irq(raw_spinlock_t *lock)
{
	shim_context.irqs_off++;
	shim_lock(&lock->shim, 0);
}

static inline void raw_spin_unlock_irq(raw_spinlock_t *lock)
{
	shim_unlock(&lock->shim);
	shim_context.irqs_off--;
}

#define raw_spin_lock_irqsave(lock, flags) do {		\
	(flags) = 0;					\
	raw_spin_lock_irq(lock);			\
} while (0)
#define raw_spin_unlock_irqrestore(lock, flags) do {	\
	(void)(flags);					\
	raw_spin_unlock_irq(lock);			\
} while (0)

#endif /* SHIM_LINUX_SPINLOCK_H */

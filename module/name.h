/* SPDX-License-Identifier: GPL-2.0 */
/* A name that may change: who reads it sees the old one or the new one, whole. */
#ifndef DEVSESS_NAME_H
#define DEVSESS_NAME_H

#include <linux/rcupdate.h>
#include <linux/string.h>

#include <uapi/linux/devsess.h>

/**
 * struct table_name - a name
 * @now:  the one of @text that it is, padded with zeros
 * @text: the other one is the one before, which somebody may be reading
 */
struct table_name {
	const char __rcu *now;
	char text[2][DEVSESS_NAME_MAX + 1];
};

/**
 * name_set - set or change a name
 * @n:    name
 * @name: what it is from now on, a valid one
 *
 * Context: One at a time, and a grace period before the next one.
 */
static inline void name_set(struct table_name *n, const char *name)
{
	char *text = n->text[rcu_access_pointer(n->now) == n->text[0]];

	memset(text, 0, sizeof(n->text[0]));
	memcpy(text, name, strlen(name));
	rcu_assign_pointer(n->now, text);
}

/**
 * name_get - read a name
 * @n: name
 *
 * Context: Any, in an RCU read-side critical section of any kind: tracepoints have the one of
 * those that turn preemption off.
 * Return: the name, good to the end of the section.
 */
static inline const char *name_get(const struct table_name *n)
{
	return rcu_dereference_check(n->now, rcu_read_lock_any_held());
}

/**
 * name_copy - copy a name
 * @n:  name
 * @to: where to
 *
 * Context: Any.
 */
static inline void name_copy(const struct table_name *n, char to[DEVSESS_NAME_MAX + 1])
{
	rcu_read_lock();
	memcpy(to, name_get(n), DEVSESS_NAME_MAX + 1);
	rcu_read_unlock();
}

#endif /* DEVSESS_NAME_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups, one or several at a time. A lookup waits for memory twice: for the shard, and
 * for the read map's tags and home slot, which are prefetched together. Of several
 * lookups each step is taken for all of them before the next, so that they wait together:
 * for shards, for tags, and for the slots that the tags name.
 */
#include "lookup.h"

#include <linux/kernel.h>
#include <linux/prefetch.h>

#include "clock.h"
#include "upcall.h"

/* Counts what shard_read() found. Returns 0, -ENOENT or -EAGAIN. */
static __always_inline int count(struct devsess_table *t, int ret, const u64 *rec)
{
	if (ret == -EAGAIN)
		return ret;
	if (ret < 0 || (session_get(&t->layout, rec, W_EXPIRES) &&
			session_expired(&t->layout, rec, clock_now()))) {
		stats_inc(&t->stats, STAT_not_found);
		stats_looked(&t->stats, true);
		return -ENOENT;
	}
	stats_looked(&t->stats, false);
	stats_inc(&t->stats, ret ? STAT_dirty_hits : STAT_read_hits);
	return 0;
}

/* A lookup; @k is made of the id. RCU read lock held. */
static __always_inline int look(struct devsess_table *t, const void *key, size_t key_len,
				struct slot_key *k, u64 *rec)
{
	struct shard *sh;
	bool due = false;
	int ret;

	if (table_key(t, key, key_len, k))
		return stats_failure(&t->stats, -EINVAL);
	sh = dir_shard(&t->dir, k->hash);
	shard_prefetch(sh, k->hash, stats_expect_absent(&t->stats));
	ret = shard_read(sh, k, rec, &due);
	if (due)
		sweep_kick(&t->sweep);
	return count(t, ret, rec);
}

/* Likewise, and user space is asked for what is not there, if @asks or else by the table. */
static __always_inline int look_or_ask(struct devsess_table *t, const void *key, size_t key_len,
				       bool asks, u64 *rec)
{
	struct slot_key k __uninitialized;
	int ret = look(t, key, key_len, &k, rec);

	if (ret == -ENOENT && upcall_wanted(t, asks))
		upcall_ask(t, &k);
	return ret;
}

/**
 * lookup_record - find the session of a device, and hand its record out
 * @t:       table
 * @key:     device id
 * @key_len: its length
 * @asks:    as devsess_lookup_or_load(), else as devsess_lookup()
 * @rec:     out: the record, to be read by the layout of @t; undefined unless 0 is returned
 *
 * Context: Any, NMI included; RCU read lock held.
 * Return: as devsess_lookup().
 */
int lookup_record(struct devsess_table *t, const void *key, size_t key_len, bool asks, u64 *rec)
{
	return look_or_ask(t, key, key_len, asks, rec);
}

static __always_inline int look_up_one(struct devsess_table *t, const void *key, size_t key_len,
				       bool asks, struct devsess_session *s)
{
	u64 rec[REC_WORDS_MAX] __uninitialized;
	int ret;

	rcu_read_lock();
	ret = look_or_ask(t, key, key_len, asks, rec);
	rcu_read_unlock();
	if (!ret)
		session_unpack(&t->layout, rec, s);
	return ret;
}

int lookup_one(struct devsess_table *t, const void *key, size_t key_len,
	       struct devsess_session *s)
{
	return look_up_one(t, key, key_len, false, s);
}

int lookup_or_load(struct devsess_table *t, const void *key, size_t key_len,
		   struct devsess_session *s)
{
	return look_up_one(t, key, key_len, true, s);
}

/**
 * lookup_quietly - devsess_lookup() that asks nobody for a session
 * @t:       table
 * @key:     device id
 * @key_len: its length
 * @s:       out: a copy of the session, untouched unless 0 is returned
 *
 * For user space, which would only be asked for what it asks for.
 *
 * Context: Any.
 * Return: as devsess_lookup().
 */
int lookup_quietly(struct devsess_table *t, const void *key, size_t key_len,
		   struct devsess_session *s)
{
	u64 rec[REC_WORDS_MAX] __uninitialized;
	struct slot_key k __uninitialized;
	int ret;

	rcu_read_lock();
	ret = look(t, key, key_len, &k, rec);
	rcu_read_unlock();
	if (!ret)
		session_unpack(&t->layout, rec, s);
	return ret;
}

/* One lookup of several; @shard is NULL if it needs no look. */
struct step {
	struct shard *shard;
	u32 hash;
};

/* What comes before the look itself, each step for all of them. */
static void take_steps(struct devsess_table *t, struct devsess_query *q, struct step *step,
		       unsigned int n)
{
	struct slot_key key __uninitialized;
	unsigned int i;

	for (i = 0; i < n; i++) {
		step[i].shard = NULL;
		q[i].result = table_key(t, q[i].key, q[i].key_len, &key);
		if (q[i].result)
			continue;
		step[i].hash = key.hash;
		step[i].shard = dir_shard(&t->dir, key.hash);
		prefetch(step[i].shard);
	}
	for (i = 0; i < n; i++)
		if (step[i].shard)
			shard_prefetch_tags(step[i].shard, step[i].hash);
	for (i = 0; i < n; i++)
		if (step[i].shard)
			shard_prefetch_found(step[i].shard, step[i].hash);
}

/* At most LOOKUPS_TOGETHER lookups. Returns how many found a session. */
static unsigned int look_up(struct devsess_table *t, struct devsess_query *q, unsigned int n)
{
	struct step step[LOOKUPS_TOGETHER] __uninitialized;
	u64 rec[REC_WORDS_MAX] __uninitialized;
	unsigned int i, found = 0;
	struct slot_key key __uninitialized;
	bool due = false;

	rcu_read_lock();
	take_steps(t, q, step, n);
	for (i = 0; i < n; i++) {
		if (!step[i].shard) {
			stats_failure(&t->stats, q[i].result);
			continue;
		}
		key.len = q[i].key_len;
		key.hash = step[i].hash;
		session_bytes(key.word, q[i].key, key.len);
		q[i].result = shard_read(step[i].shard, &key, rec, &due);
		q[i].result = count(t, q[i].result, rec);
		if (!q[i].result)
			session_unpack(&t->layout, rec, q[i].s);
		else if (q[i].result == -ENOENT && upcall_wanted(t, false))
			upcall_ask(t, &key);
		found += !q[i].result;
	}
	rcu_read_unlock();
	if (due)
		sweep_kick(&t->sweep);
	return found;
}

unsigned int lookup_batch(struct devsess_table *t, struct devsess_query *q, unsigned int n)
{
	unsigned int i, found = 0;

	for (i = 0; i < n; i += LOOKUPS_TOGETHER)
		found += look_up(t, q + i, min(n - i, LOOKUPS_TOGETHER));
	return found;
}

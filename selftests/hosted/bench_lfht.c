// SPDX-License-Identifier: GPL-2.0
/* The lock-free hash table of liburcu, with a session per node. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <urcu/urcu-memb.h>
#include <urcu/rculfhash.h>

struct node {
	struct cds_lfht_node node;
	struct rcu_head rcu;
	u64 word[RECORD_WORDS];
	u64 id[2];
};

static struct cds_lfht *table;

/* With a bucket for each session from the start: some tables were not resized for long. */
static void make(u64 sessions)
{
	unsigned long buckets = 1024;

	while (buckets < sessions)
		buckets *= 2;
	table = cds_lfht_new_flavor(buckets, 1024, 0, CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING,
				    &urcu_memb_flavor, NULL);
	if (!table)
		abort();
}

static void free_node(struct rcu_head *head)
{
	free(caa_container_of(head, struct node, rcu));
}

static void free_all(void)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *n;

	urcu_memb_read_lock();
	cds_lfht_for_each(table, &iter, n) {
		cds_lfht_del(table, n);
		urcu_memb_call_rcu(&caa_container_of(n, struct node, node)->rcu, free_node);
	}
	urcu_memb_read_unlock();
	cds_lfht_destroy(table, NULL);
	urcu_memb_barrier();
}

/* The ids are random: what is cheapest does. */
static unsigned long hash_of(const u64 *id)
{
	return id[0] ^ id[1] >> 7;
}

static int match(struct cds_lfht_node *n, const void *id)
{
	return !memcmp(caa_container_of(n, struct node, node)->id, id, 16);
}

static struct node *node_of(const u64 *id, u64 session)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	cds_lfht_node_init(&n->node);
	n->word[0] = session;
	memcpy(n->id, id, 16);
	return n;
}

static bool hit(const u64 *id, u64 *session)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *n;
	u64 word[RECORD_WORDS];

	urcu_memb_read_lock();
	cds_lfht_lookup(table, hash_of(id), match, id, &iter);
	n = cds_lfht_iter_get_node(&iter);
	if (n)
		memcpy(word, caa_container_of(n, struct node, node)->word, sizeof(word));
	urcu_memb_read_unlock();
	if (!n)
		return false;
	*session = word[0];
	return true;
}

static bool insert(const u64 *id, u64 session)
{
	struct node *n = node_of(id, session);
	bool new;

	urcu_memb_read_lock();
	new = cds_lfht_add_unique(table, hash_of(id), match, id, &n->node) == &n->node;
	urcu_memb_read_unlock();
	if (!new)
		free(n);
	return new;
}

static bool update(const u64 *id, u64 session)
{
	struct node *n = node_of(id, session);
	struct cds_lfht_node *old;

	urcu_memb_read_lock();
	old = cds_lfht_add_replace(table, hash_of(id), match, id, &n->node);
	urcu_memb_read_unlock();
	if (old)
		urcu_memb_call_rcu(&caa_container_of(old, struct node, node)->rcu, free_node);
	return old;
}

static bool remove_one(const u64 *id)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *n;
	bool done;

	urcu_memb_read_lock();
	cds_lfht_lookup(table, hash_of(id), match, id, &iter);
	n = cds_lfht_iter_get_node(&iter);
	done = n && !cds_lfht_del(table, n);
	urcu_memb_read_unlock();
	if (done)
		urcu_memb_call_rcu(&caa_container_of(n, struct node, node)->rcu, free_node);
	return done;
}

const struct map map_lfht = {
	.name = "urcu-lfht", .make = make, .free = free_all, .hit = hit, .insert = insert,
	.update = update, .remove = remove_one,
};

/* SPDX-License-Identifier: GPL-2.0 */
/* A session as the maps that keep pointers keep it: allocated for itself. */
#ifndef BENCH_OBJECT_H
#define BENCH_OBJECT_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>

#include "ids.h"

/* As many words as a session of devsess has beside its id. */
#define OBJECT_WORDS	9
#define WORD_SESSION	0
#define WORD_SEEN	1

/**
 * struct record - what a lookup copies out
 * @word: the session
 * @id:   its id
 */
struct record {
	u64 word[OBJECT_WORDS];
	u64 id[ID_WORDS];
};

/**
 * struct object - a session
 * @node:   of an rhashtable
 * @hlist:  of a bucket
 * @rcu:    frees it
 * @word:   the session
 * @id:     its id, id_len bytes
 */
struct object {
	union {
		struct rhash_head node;
		struct hlist_node hlist;
	};
	struct rcu_head rcu;
	u64 word[OBJECT_WORDS];
	u64 id[];
};

int objects_get(void);
void objects_put(void);

struct object *object_make(const u64 *id, u64 session);
void object_free(struct object *o);
void object_free_rcu(struct object *o);
void object_copy(const struct object *o, struct record *r);
void object_write(struct object *o, u64 session);
void object_touch(struct object *o);
bool object_is(const struct object *o, const u64 *id);

#endif /* BENCH_OBJECT_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's BPF hash maps, by their own operations, as a BPF program calls them:
 * a lookup by a program makes an element of an LRU map referenced, one by a system call does not.
 */
#include "bench.h"

#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/fdtable.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "object.h"

MODULE_IMPORT_NS(BPF_INTERNAL);

/* The kernel declares it where it defines it, for modules that bpftool makes. */
int kern_sys_bpf(int cmd, union bpf_attr *attr, unsigned int size);

/**
 * struct kind - a map
 * @type:  its type
 * @flags: it is made with
 * @full:  it is to push sessions out
 * @m:     the map
 */
struct kind {
	u32 type;
	u32 flags;
	bool full;
	struct bpf_map *m;
};

static struct kind hash = { BPF_MAP_TYPE_HASH };
static struct kind lru = { BPF_MAP_TYPE_LRU_HASH };
static struct kind lru_full = { BPF_MAP_TYPE_LRU_HASH, .full = true };
static struct kind lru_percpu = { BPF_MAP_TYPE_LRU_HASH, BPF_F_NO_COMMON_LRU, .full = true };

/*
 * Room for one more, as churn inserts before it deletes; what evicts keeps all that
 * is measured if it has room for half as many again.
 */
static u64 room(const struct kind *k, u64 sessions)
{
	if (k->full)
		return sessions;
	return sessions + (k->type == BPF_MAP_TYPE_LRU_HASH ? sessions / 2 + 4096 : 1);
}

static int make(void *map, u64 sessions)
{
	struct kind *k = map;
	struct bpf_map *m;
	union bpf_attr attr = {
		.map_type = k->type, .map_flags = k->flags, .key_size = id_len,
		.value_size = OBJECT_WORDS * sizeof(u64),
		.max_entries = room(k, sessions),
	};
	int fd = kern_sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		return fd;
	m = bpf_map_get(fd);
	close_fd(fd);
	if (IS_ERR(m))
		return PTR_ERR(m);
	k->m = m;
	return 0;
}

static void free(void *map)
{
	struct kind *k = map;

	if (k->m)
		bpf_map_put(k->m);
	k->m = NULL;
}

static bool hit(void *map, const u64 *id, u64 *session)
{
	struct bpf_map *m = ((struct kind *)map)->m;
	struct record r;
	u64 *value;

	rcu_read_lock();
	value = m->ops->map_lookup_elem(m, (void *)id);
	if (value)
		memcpy(r.word, value, sizeof(r.word));
	rcu_read_unlock();
	if (!value)
		return false;
	memcpy(r.id, id, id_len);
	*session = r.word[WORD_SESSION];
	return true;
}

static bool put(void *map, const u64 *id, u64 session, u64 flags)
{
	struct bpf_map *m = ((struct kind *)map)->m;
	u64 word[OBJECT_WORDS] = { [WORD_SESSION] = session };
	long err;

	rcu_read_lock();
	err = m->ops->map_update_elem(m, (void *)id, word, flags);
	rcu_read_unlock();
	return !err;
}

static bool touch(void *map, const u64 *id)
{
	struct bpf_map *m = ((struct kind *)map)->m;
	u64 *value;

	rcu_read_lock();
	value = m->ops->map_lookup_elem(m, (void *)id);
	if (value)
		WRITE_ONCE(value[WORD_SEEN], value[WORD_SEEN] + 1);
	rcu_read_unlock();
	return value;
}

static bool remove(void *map, const u64 *id)
{
	struct bpf_map *m = ((struct kind *)map)->m;
	long err;

	rcu_read_lock();
	err = m->ops->map_delete_elem(m, (void *)id);
	rcu_read_unlock();
	return !err;
}

static bool insert(void *map, const u64 *id, u64 session)
{
	return put(map, id, session, BPF_NOEXIST);
}

static bool update(void *map, const u64 *id, u64 session)
{
	return put(map, id, session, BPF_EXIST);
}

#define IMPL(title, which) {						\
	.name = title, .map = which, .make = make, .free = free,	\
	.hit = hit, .insert = insert, .update = update,			\
	.touch = touch, .remove = remove,				\
}

const struct impl impl_bpf_hash = IMPL("bpf-hash", &hash);
const struct impl impl_bpf_lru = IMPL("bpf-lru", &lru);
const struct impl impl_bpf_lru_full = IMPL("bpf-lru", &lru_full);
const struct impl impl_bpf_lru_percpu = IMPL("bpf-lru-percpu", &lru_percpu);

// SPDX-License-Identifier: GPL-2.0
/* The kernel's BPF hash maps, by their own operations, as a BPF program calls them. */
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

static struct bpf_map *hash, *lru;

static int make_in(struct bpf_map **map, u32 type, u64 entries)
{
	union bpf_attr attr = {
		.map_type = type, .key_size = id_len,
		.value_size = OBJECT_WORDS * sizeof(u64), .max_entries = entries,
	};
	int fd = kern_sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	struct bpf_map *m;

	if (fd < 0)
		return fd;
	m = bpf_map_get(fd);
	close_fd(fd);
	if (IS_ERR(m))
		return PTR_ERR(m);
	*map = m;
	return 0;
}

static void free_in(struct bpf_map **map)
{
	if (*map)
		bpf_map_put(*map);
	*map = NULL;
}

static bool hit_in(struct bpf_map *map, const u64 *id, u64 *session)
{
	struct record r;
	u64 *value;

	rcu_read_lock();
	value = map->ops->map_lookup_elem(map, (void *)id);
	if (value)
		memcpy(r.word, value, sizeof(r.word));
	rcu_read_unlock();
	if (!value)
		return false;
	memcpy(r.id, id, id_len);
	*session = r.word[WORD_SESSION];
	return true;
}

static bool put_in(struct bpf_map *map, const u64 *id, u64 session, u64 flags)
{
	u64 word[OBJECT_WORDS] = { [WORD_SESSION] = session };
	long err;

	rcu_read_lock();
	err = map->ops->map_update_elem(map, (void *)id, word, flags);
	rcu_read_unlock();
	return !err;
}

static bool touch_in(struct bpf_map *map, const u64 *id)
{
	u64 *value;

	rcu_read_lock();
	value = map->ops->map_lookup_elem(map, (void *)id);
	if (value)
		WRITE_ONCE(value[WORD_SEEN], value[WORD_SEEN] + 1);
	rcu_read_unlock();
	return value;
}

static bool remove_in(struct bpf_map *map, const u64 *id)
{
	long err;

	rcu_read_lock();
	err = map->ops->map_delete_elem(map, (void *)id);
	rcu_read_unlock();
	return !err;
}

/* Room for one more, as churn inserts before it deletes. */
static int hash_make(u64 sessions)
{
	return make_in(&hash, BPF_MAP_TYPE_HASH, sessions + 1);
}

static void hash_free(void)
{
	free_in(&hash);
}

static bool hash_hit(const u64 *id, u64 *session)
{
	return hit_in(hash, id, session);
}

static bool hash_insert(const u64 *id, u64 session)
{
	return put_in(hash, id, session, BPF_NOEXIST);
}

static bool hash_update(const u64 *id, u64 session)
{
	return put_in(hash, id, session, BPF_EXIST);
}

static bool hash_touch(const u64 *id)
{
	return touch_in(hash, id);
}

static bool hash_remove(const u64 *id)
{
	return remove_in(hash, id);
}

const struct impl impl_bpf_hash = {
	.name = "bpf-hash", .make = hash_make, .free = hash_free, .hit = hash_hit,
	.insert = hash_insert, .update = hash_update, .touch = hash_touch,
	.remove = hash_remove,
};

/*
 * An LRU map pushes sessions out before it is full: with room for half as many
 * again it keeps all that is measured.
 */
static int lru_make(u64 sessions)
{
	return make_in(&lru, BPF_MAP_TYPE_LRU_HASH, sessions + sessions / 2 + 4096);
}

static void lru_free(void)
{
	free_in(&lru);
}

static bool lru_hit(const u64 *id, u64 *session)
{
	return hit_in(lru, id, session);
}

static bool lru_insert(const u64 *id, u64 session)
{
	return put_in(lru, id, session, BPF_NOEXIST);
}

static bool lru_update(const u64 *id, u64 session)
{
	return put_in(lru, id, session, BPF_EXIST);
}

static bool lru_touch(const u64 *id)
{
	return touch_in(lru, id);
}

static bool lru_remove(const u64 *id)
{
	return remove_in(lru, id);
}

const struct impl impl_bpf_lru = {
	.name = "bpf-lru", .make = lru_make, .free = lru_free, .hit = lru_hit,
	.insert = lru_insert, .update = lru_update, .touch = lru_touch, .remove = lru_remove,
};

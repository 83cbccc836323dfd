// SPDX-License-Identifier: GPL-2.0
/*
 * Hit ratios of maps that push sessions out, under a load of selftests/hosted/evict.c: as there,
 * what is not found is inserted, and the second half counts.
 */
#include "replay.h"

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kernel_read_file.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "bench.h"

static const struct impl * const impls[] = { &impl_bpf_lru_full, &impl_bpf_lru_percpu };

/* Returns whether it was there. */
static bool use(const struct impl *impl, u32 number, u64 *wrong)
{
	u64 id[ID_WORDS], session;

	id_of(number, id);
	if (impl->hit(impl->map, id, &session)) {
		*wrong += session != number;
		return true;
	}
	*wrong += !impl->insert(impl->map, id, number);
	return false;
}

static int replay_one(const struct impl *impl, const u32 *trace, u64 n, u64 sessions,
		      const char *load)
{
	u64 hits = 0, wrong = 0, part, i;
	int err = impl->make(impl->map, sessions);

	for (i = 0; i < n && !err; i++) {
		hits += use(impl, trace[i], &wrong) && i >= n / 2;
		if (!(i % 64))
			cond_resched();
	}
	impl->free(impl->map);
	if (err)
		return err;
	part = div64_u64(hits * 100000, n - n / 2);
	pr_info("BENCH %s,%s,%llu,hit_ratio,%llu.%03llu,percent\n", load, impl->name, sessions,
		div_u64(part, 1000), part % 1000);
	return wrong ? -EIO : 0;
}

int replay(const char *path, const char *load, u64 sessions)
{
	void *trace = NULL;
	size_t bytes;
	ssize_t err = kernel_read_file_from_path(path, 0, &trace, INT_MAX, &bytes, READING_UNKNOWN);
	unsigned int i;

	if (err < 0)
		return err;
	err = bytes < 2 * sizeof(u32) ? -EINVAL : 0;
	for (i = 0; i < ARRAY_SIZE(impls) && !err; i++)
		err = replay_one(impls[i], trace, bytes / sizeof(u32), sessions, load);
	vfree(trace);
	return err;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What the machine itself takes: a read of a cache line at random in as much
 * memory as the slots take, each at a place that the one before tells, so that
 * it cannot begin before that is there.
 */
#include "bench.h"

#include <linux/errno.h>
#include <linux/mm.h>

/* As slots_words of devsess: two cache lines. */
#define STRIDE		128
#define CHUNK		SZ_4M
#define PER_CHUNK	(CHUNK / STRIDE)

static void **chunks;
static u64 lines;

static void limit_free(void *map)
{
	u64 i;

	for (i = 0; chunks && i < DIV_ROUND_UP(lines, PER_CHUNK) && chunks[i]; i++)
		free_pages_exact(chunks[i], CHUNK);
	kvfree(chunks);
	chunks = NULL;
}

static int limit_make(void *map, u64 sessions)
{
	u64 i;

	lines = sessions;
	chunks = kvcalloc(DIV_ROUND_UP(lines, PER_CHUNK), sizeof(*chunks), GFP_KERNEL);
	if (!chunks)
		return -ENOMEM;
	for (i = 0; i < DIV_ROUND_UP(lines, PER_CHUNK); i++) {
		chunks[i] = alloc_pages_exact(CHUNK, GFP_KERNEL | __GFP_ZERO);
		if (!chunks[i])
			return -ENOMEM;
	}
	return 0;
}

static bool limit_fill(void *map, u64 sessions)
{
	return true;
}

static u64 sum(const u64 *line)
{
	u64 s = 0;
	int i;

	for (i = 0; i < 8; i++)
		s += READ_ONCE(line[i]);
	return s;
}

/* The lines are zero, which the processor does not know. */
static u32 read_line(struct state *s, const struct workload *w)
{
	u64 i = random_below(&s->seed, lines);

	s->seed += sum(chunks[i / PER_CHUNK] + i % PER_CHUNK * STRIDE);
	return 1;
}

const struct workload limit_workload = { "hit", read_line };

const struct impl impl_limit = {
	.name = "limit", .make = limit_make, .free = limit_free, .fill = limit_fill,
};

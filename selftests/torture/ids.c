// SPDX-License-Identifier: GPL-2.0
/*
 * Each id of the table `torture' has a word that tells whether its session is
 * there, and its counter. Who wants to change the session claims the id first:
 * the word becomes BUSY or COMING by a compare-and-swap, and nobody waits for it, so this
 * works in any context. So at any time one actor at the most changes a session,
 * he knows exactly what each call must answer, and the counter of an id only
 * rises. When he is done he stores what is true then.
 *
 * Others look at the word before and after a lookup. If it has not changed
 * and was neither of these, nobody has touched the session meanwhile, so the lookup
 * must say exactly what the word says. If it has, the counter that was found
 * lies between the two. This is valid while writers run in parallel: what is
 * stored in the word before a write (claim) or after it (release) is ordered
 * with the write itself on both sides, by full barriers, so a reader that sees
 * one sees the other.
 */
#include "ids.h"

#include <linux/atomic.h>
#include <linux/vmalloc.h>

/* The last that came: those are in dirty maps, from where sessions move. */
#define HOT_IDS 16

static atomic64_t *words;
static u32 hot[HOT_IDS];
static atomic_t hot_next;
static atomic_t present;

static u64 pack(struct id_word w)
{
	return (u64)w.counter << 32 | w.lives << 2 | w.state;
}

static struct id_word unpack(u64 v)
{
	return (struct id_word){ .state = v & 3, .lives = (u32)v >> 2, .counter = v >> 32 };
}

/**
 * ids_init - all ids are absent
 *
 * Return: 0 or -ENOMEM.
 */
int ids_init(void)
{
	words = vzalloc(array_size(IDS, sizeof(*words)));
	atomic_set(&present, 0);
	return words ? 0 : -ENOMEM;
}

void ids_exit(void)
{
	vfree(words);
	words = NULL;
}

/**
 * id_get - what is known of a session
 * @n: id
 *
 * Ordered before what the caller reads next, and after what he has read.
 *
 * Context: Any.
 * Return: the word.
 */
struct id_word id_get(u32 n)
{
	u64 v;

	smp_mb(); /* pairs with those of id_claim() and id_release() */
	v = atomic64_read(&words[n]);
	smp_mb(); /* likewise */
	return unpack(v);
}

/**
 * id_claim - become the one who may change a session
 * @n:     id
 * @state: what it must be
 * @w:     out: the word, to be changed and given to id_release()
 *
 * Context: Any; never waits.
 * Return: whether it succeeded.
 */
bool id_claim(u32 n, enum id_state state, struct id_word *w)
{
	struct id_word busy;
	u64 v = atomic64_read(&words[n]);

	*w = unpack(v);
	if (w->state != state)
		return false;
	busy = *w;
	busy.state = state == PRESENT ? BUSY : COMING;
	return atomic64_cmpxchg(&words[n], v, pack(busy)) == v; /* a full barrier */
}

/**
 * id_release - tell the others what is true now
 * @n:      id that the caller has claimed
 * @w:      the word, its state PRESENT or ABSENT
 * @change: 1 if the session came, -1 if it went, 0 if it was there or not as before
 *
 * Context: Any.
 */
void id_release(u32 n, struct id_word w, int change)
{
	w.lives += change > 0;
	atomic64_xchg(&words[n], pack(w)); /* a full barrier */
	if (change)
		atomic_add(change, &present);
	if (change > 0)
		WRITE_ONCE(hot[(u32)atomic_inc_return(&hot_next) % HOT_IDS], n);
}

/**
 * id_pick - any id, by preference the favourites and those that came last
 * @a: actor
 *
 * Context: Any.
 * Return: the id.
 */
u32 id_pick(struct actor *a)
{
	u32 r = actor_random(a);

	switch (r % 8) {
	case 0:
		return (r >> 3) % KEPT_IDS;
	case 1:
		return (r >> 3) % IDS;
	case 2 ... 4:
		return favourite(r >> 3);
	default:
		return READ_ONCE(hot[(r >> 3) % HOT_IDS]);
	}
}

/**
 * id_find - look for a passing session and claim it
 * @from:  where to begin
 * @state: what it must be
 * @w:     as for id_claim()
 *
 * Context: Any.
 * Return: the id, or -1 if there is none near by.
 */
s64 id_find(u32 from, enum id_state state, struct id_word *w)
{
	u32 i;

	for (i = 0; i < 256; i++) {
		u32 n = KEPT_IDS + (from + i) % PASSING_IDS;

		if (id_claim(n, state, w))
			return n;
	}
	return -1;
}

/**
 * ids_present - how many sessions are there
 *
 * Return: the number, exact when nobody is at work.
 */
u32 ids_present(void)
{
	return atomic_read(&present);
}

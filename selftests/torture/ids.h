/* SPDX-License-Identifier: GPL-2.0 */
/* Who may change which session, and what the others may expect to find. */
#ifndef DEVSESS_TORTURE_IDS_H
#define DEVSESS_TORTURE_IDS_H

#include "content.h"

#define KEPT_IDS	1024
#define PASSING_IDS	36864
#define IDS		(KEPT_IDS + PASSING_IDS)

/* User space may add so many of its own. */
#define USER_IDS	2048

/* BUSY and COMING: somebody is at it, and it was there or was not when he began. */
enum id_state { ABSENT, PRESENT, BUSY, COMING };

/* Those that everybody is at all the while, for reads and writes to collide. */
#define FAVOURITE_IDS	4

/* Half of them stay, the others come and go faster than any other. */
static inline u32 favourite(u32 i)
{
	return KEPT_IDS - FAVOURITE_IDS / 2 + i % FAVOURITE_IDS;
}

/**
 * struct id_word - what is known of a session; in one word, so read at once
 * @state:   enum id_state
 * @lives:   how often it was created
 * @counter: of its content, now or when it was last there
 */
struct id_word {
	u64 state : 2, lives : 30, counter : 32;
};

int ids_init(void);
void ids_exit(void);
struct id_word id_get(u32 n);
bool id_claim(u32 n, enum id_state state, struct id_word *w);
void id_release(u32 n, struct id_word w, int change);
u32 id_pick(struct actor *a);
s64 id_find(u32 from, enum id_state state, struct id_word *w);
u32 ids_present(void);

static inline enum kind id_kind(u32 n)
{
	return n < KEPT_IDS ? KEPT : PASSING;
}

static inline bool id_was_there(struct id_word w)
{
	return w.state == PRESENT || w.state == BUSY;
}

/* What a session's counter may be by now: who is at it may have raised it already. */
static inline u32 id_counter_most(struct id_word w)
{
	return w.state == BUSY || w.state == COMING ? w.counter + 1 : w.counter;
}

/* What it must be at least: what comes anew is not what was deleted. */
static inline u32 id_counter_least(struct id_word w)
{
	return id_was_there(w) ? w.counter : w.counter + 1;
}

static inline bool id_same(struct id_word a, struct id_word b)
{
	return a.state == b.state && a.lives == b.lives && a.counter == b.counter;
}

#endif /* DEVSESS_TORTURE_IDS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One shard: lookups of a session while writers store and delete it and another
 * one, the dirty map is promoted and enlarged, and the read map replaced. Follows
 * module/shard.c, module/slots.c and module/resize.c; the names are theirs.
 *
 * One process writes: all writers of a shard hold its lock, so what they do comes
 * one after the other, in any order. One process looks up: a lookup writes
 * nothing that another one reads, so what two processes could see between them,
 * one sees in two lookups.
 *
 * Each load and each store of memory that lookups read is a step. All see all
 * stores in one order; what the barriers have to do for that is not shown here.
 *
 * A map has two groups of one slot. Both sessions are at home in the first and
 * have one tag, so each may be found behind the other or behind its tombstone. They have
 * one bit of the shard's filter, too.
 *
 * Checked:
 *	A lookup answers what was true at some moment between its beginning and
 *	its end, and nothing older than an earlier lookup answered. So a session
 *	that is there throughout is found, one whose delete has returned is not,
 *	and an update that has returned is seen.
 *	No record is torn, and none is another session's.
 *	No map is touched after it was freed.
 *	Nobody waits for ever.
 *
 * What stands in #ifdef breaks the protocol on purpose: see selftests/model/check.
 */

#ifndef OPS
#define OPS	4	/* what writers do, in all */
#endif
#define MAPS	6	/* memory for so many */
#define GROUPS	2

/* Sessions. X is looked up. */
#define X	1
#define Y	2
#define WORD_Y	99	/* the record of Y; that of X says which of its states it is */

/* Tags */
#define EMPTY	0
#define DELETED	1
#define USED	2

/* Memory */
#define FREED	0
#define LIVE	1
#define LEFT	2	/* freed when the readers of now have left */

typedef slot_t {
	byte tag;
	byte seq;
	byte key;
	byte w0;
	byte w1;
};

typedef map_t {
	slot_t slot[GROUPS];
	byte memory;
};

map_t map[MAPS];
byte sh_read, sh_dirty, sh_moves, sh_filter;

bool reading;		/* there is a reader in an RCU section */

/* What X was, one state after the other; 0 is the first. */
byte begun, done;	/* the last one that a writer began, and finished */
byte seen;		/* the newest one that a lookup answered */
short absent;		/* a bit per state: not there */

/* --- Memory ---------------------------------------------------------------- */

inline forget(n)
{
	map[n].memory = FREED;
	for (q : 0 .. GROUPS - 1) {
		map[n].slot[q].tag = EMPTY;
		map[n].slot[q].seq = 0;
		map[n].slot[q].key = 0;
		map[n].slot[q].w0 = 0;
		map[n].slot[q].w1 = 0;
	}
	q = 0
}

/* map_alloc(); @n is MAPS if there is no memory. */
inline alloc(n)
{
	n = 0;
	do
	:: n < MAPS && map[n].memory != FREED -> n++
	:: else -> break
	od;
	if
	:: n < MAPS -> map[n].memory = LIVE
	:: else
	fi
}

/* map_free_rcu() */
inline free_rcu(n)
{
#ifdef FREE_AT_ONCE
	forget(n)
#else
	if
	:: reading -> map[n].memory = LEFT
	:: else -> forget(n)
	fi
#endif
}

inline rcu_unlock()
{
	reading = false;
	for (m : 0 .. MAPS - 1) {
		if
		:: map[m].memory == LEFT -> forget(m)
		:: else
		fi
	}
	m = 0
}

/* --- Lookups --------------------------------------------------------------- */

#define SLOT	map[m].slot[g]
#define touch()	assert(map[m].memory != FREED)

/* The lookup did not find X. It answers the oldest state that it may. */
inline check_absent()
{
	do
	:: from <= begun && !(absent & (1 << from)) -> from++
	:: else -> break
	od;
	assert(from <= begun);	/* X was there all the time */
	seen = from
}

inline check_found()
{
	assert(w0 == w1);	/* torn */
	assert(w0 != WORD_Y);	/* another session's */
	assert(w0 >= from);	/* older than it may be */
	assert(w0 <= begun && !(absent & (1 << w0)));
	seen = w0
}

/* What a lookup leaves behind is no part of the state. */
inline end_lookup()
{
	rcu_unlock();
	moves = 0; seq = 0; w0 = 0; w1 = 0; from = 0; g = 0;
	dirty = false
}

/*
 * devsess_lookup(), shard_read(), slots_read(), read_slot(). It begins as late as
 * it may and ends as early, which asks most of it.
 */
proctype lookup()
{
	byte moves, m, g, q, seq, w0, w1, from;
	bool dirty;

end:
begin:
	atomic {
		reading = true;
		from = (seen > done -> seen : done);
		moves = sh_moves				/* (a) */
	};
again:
	m = sh_read;						/* (b) */
look:
	atomic {
		touch();
		if
		:: SLOT.tag == USED
		:: SLOT.tag == DELETED && g + 1 < GROUPS -> g++; goto look
		:: else -> goto not_in_map
		fi
	};
copy:
	atomic {
		!(SLOT.seq & 1);
		touch();
		seq = SLOT.seq
	};
#ifndef NO_KEY
	atomic {
		touch();
		if
		:: SLOT.key == X
		:: SLOT.key != X && g + 1 < GROUPS -> g++; goto look
		:: else -> goto not_in_map
		fi
	};
#endif
	atomic { touch(); w0 = SLOT.w0 };
	atomic { touch(); w1 = SLOT.w1 };
	atomic {
#ifndef NO_SEQ_CHECK
		touch();
		if
		:: SLOT.seq == seq
		:: else -> goto copy
		fi;
#endif
		check_found();
		end_lookup();
		goto begin
	};
not_in_map:
	atomic {
		if
		:: !dirty && sh_filter -> dirty = true; g = 0
#ifdef EMPTY_IS_FINAL
		:: !dirty && !sh_filter -> goto not_there
#endif
		:: else -> goto in_none
		fi
	};
	m = sh_dirty;						/* (c) */
	goto look;
in_none:
	atomic {
#ifndef NO_MOVES
		if
		:: sh_moves != moves ->				/* (d), (a) */
			moves = sh_moves;
			dirty = false;
			g = 0;
			goto again
		:: else
		fi;
#endif
#ifdef EMPTY_IS_FINAL
not_there:
#endif
		check_absent();
		end_lookup();
		goto begin
	}
}

/* --- Writers: what they do with the lock of the shard held ------------------ */

#define AT(m, g)	map[m].slot[g]

/* How many the dirty map holds. */
#define IN_DIRTY	((AT(sh_dirty, 0).tag == USED) + (AT(sh_dirty, 1).tag == USED))

#define IN(m, k)	(AT(m, 0).tag == USED && AT(m, 0).key == k || \
			 AT(m, 1).tag == USED && AT(m, 1).key == k)

/* Where a session is; @m is MAPS if it is not there. shard_find() */
inline find(k)
{
	if
	:: IN(sh_read, k) -> m = sh_read
	:: IN(sh_dirty, k) -> m = sh_dirty
	:: else -> m = MAPS
	fi;
	if
	:: m < MAPS && AT(m, 0).tag == USED && AT(m, 0).key == k -> g = 0
	:: m < MAPS && !(AT(m, 0).tag == USED && AT(m, 0).key == k) -> g = 1
	:: else
	fi
}

/* free_slot() */
inline free_slot(n)
{
	g = (AT(n, 0).tag == USED -> 1 : 0);
	assert(AT(n, g).tag != USED)
}

inline begin_write()
{
#ifndef NO_SEQ
	AT(m, g).seq++
#else
	skip
#endif
}

inline put_words(k)
{
	AT(m, g).key = k;
	AT(m, g).w0 = w;
	AT(m, g).w1 = w
}

inline end_write()
{
#if !defined(NO_SEQ) && !defined(NO_EVEN)
	AT(m, g).seq++
#else
	skip
#endif
}

/* slots_insert() into the free slot @g */
inline insert(k)
{
#ifdef TAG_FIRST
	AT(m, g).tag = USED;
#endif
	begin_write();
	put_words(k);
#ifdef TAG_LAST
	end_write();
	AT(m, g).tag = USED
#else
	AT(m, g).tag = USED;
	end_write()
#endif
}

/* X is about to be in another state. */
inline begin_state(k, gone)
{
	w = WORD_Y;
	if
	:: k == X ->
		begun++;
		absent = (gone -> absent | (1 << begun) : absent);
		w = begun
	:: else
	fi
}

/* devsess_store() of a session that is there: slots_write() */
inline update(k)
{
	d_step { find(k); begin_state(k, 0); begin_write() };
	put_words(k);
	end_write()
}

/* devsess_store() of one that is not: shard_add() */
inline create(k)
{
	d_step {
		begin_state(k, 0);
		m = sh_dirty;
		free_slot(m);
#ifndef COUNT_LAST
		sh_filter = IN_DIRTY + 1
#endif
	};
	insert(k);
#ifdef COUNT_LAST
	sh_filter = IN_DIRTY
#endif
}

/* devsess_delete(): slots_remove(), shard_count_dirty() */
inline delete(k)
{
	d_step {
		find(k);
		begin_state(k, 1);
#ifdef NO_TOMBSTONE
		AT(m, g).tag = EMPTY
#else
		AT(m, g).tag = DELETED	/* its group has no empty slot */
#endif
	};
	if
	:: m == sh_dirty -> sh_filter = IN_DIRTY
	:: else
	fi
}

/* slots_copy(): the session in slot @i of the dirty map */
inline copy_one(i)
{
	if
	:: AT(sh_dirty, i).tag == USED ->
		d_step {
			k = AT(sh_dirty, i).key;
			w = AT(sh_dirty, i).w0;
			m = sh_read;
			free_slot(m)
		};
		insert(k)
	:: else
	fi
}

/* dirty_moved() */
inline clear()
{
	AT(sh_dirty, 0).tag = EMPTY;
	AT(sh_dirty, 1).tag = EMPTY;
	sh_filter = 0
}

inline moved()
{
#ifdef MOVES_LAST
	clear();
	sh_moves++
#else
#ifndef MOVES_FIRST
	sh_moves++;
#endif
	clear()
#endif
}

inline promote()
{
#ifdef MOVES_FIRST
	sh_moves++;
#endif
	copy_one(0);
	copy_one(1);
	moved()
}

/* slots_fill() of a map that nobody has seen */
inline fill(to, from)
{
	for (i : 0 .. GROUPS - 1) {
		if
		:: AT(from, i).tag == USED ->
			free_slot(to);
			AT(to, g).key = AT(from, i).key;
			AT(to, g).w0 = AT(from, i).w0;
			AT(to, g).w1 = AT(from, i).w1;
			AT(to, g).tag = USED
		:: else
		fi
	}
	i = 0
}

/* rebuild() in the first half; install() of the dirty map is the second. */
inline rebuild()
{
	d_step {
		alloc(m);
		w = sh_read;
#ifndef FILL_LAST
		fill(m, w);
		fill(m, sh_dirty);
#endif
		sh_read = m
	};
#ifdef FILL_LAST
	d_step { fill(m, w); fill(m, sh_dirty) };
#endif
	d_step { free_rcu(w) };
	moved()
}

inline replace_dirty(filled)
{
	d_step {
		alloc(m);
		w = sh_dirty;
		if
		:: filled -> fill(m, w)
		:: else
		fi;
		sh_dirty = m
	};
	d_step { free_rcu(w) }
}

#define MEMORY	(map[0].memory == FREED || map[1].memory == FREED || map[2].memory == FREED || \
		 map[3].memory == FREED || map[4].memory == FREED || map[5].memory == FREED)
#define THERE(k)	(IN(sh_read, k) || IN(sh_dirty, k))

proctype writers()
{
	byte ops, m, g, i, k, q, w;

	do
	:: ops < OPS ->
		if
		:: THERE(X) -> update(X)
		:: THERE(Y) -> update(Y)
		:: !THERE(X) -> create(X)
		:: !THERE(Y) -> create(Y)
		:: THERE(X) -> delete(X)
		:: THERE(Y) -> delete(Y)
		:: sh_filter -> promote()
		:: MEMORY ->
			rebuild();
			if
			:: MEMORY -> replace_dirty(false)
			:: true
			fi
		:: sh_filter && MEMORY -> replace_dirty(true)	/* enlarge_dirty() */
		fi;
		/* The lock is dropped, the call returns. */
		d_step { done = begun; ops++; m = 0; g = 0; k = 0; w = 0 }
	:: ops == OPS -> break
	od
}

/* At first X may be there or not, in one map or the other. */
init
{
	atomic {
		sh_dirty = 1;
		map[0].memory = LIVE;
		map[1].memory = LIVE;
		if
		:: absent = 1
		:: AT(0, 0).key = X; AT(0, 0).tag = USED
		:: AT(1, 0).key = X; AT(1, 0).tag = USED; sh_filter = 1
		fi;
		run lookup();
		run writers()
	}
}

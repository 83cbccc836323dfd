/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory: lookups, writers and a walk over all sessions, while shards
 * split and merge and the directory's array grows and shrinks. Follows
 * module/directory.c, module/walk.c, and what of module/resize.c, write.c and
 * sweep.c calls them; the names are theirs.
 *
 * A hash has two bits. The array has two to four entries, a shard one to all of
 * the hashes. A session stands at each hash from the beginning to the end; one
 * more, X, is stored, looked up and deleted. What goes on inside a shard is the
 * matter of lookup.pml: here a session is found or changed in one step.
 *
 * Each load and each store of memory that is read without a lock is a step, and
 * so is what is done with a lock held that nobody else sees meanwhile.
 *
 * Checked:
 *	Lookups of X answer as in lookup.pml.
 *	A writer finds X as the last writer left it, and writes to no retired shard.
 *	A walk meets a session that is there throughout exactly once, and X at most
 *	once in each of its lives.
 *	No shard and no array is touched after it was freed, and no shard is put into
 *	an array that is too small for it.
 *	Nobody waits for ever.
 *
 * With -DWALK there is a walk and no lookup, else a lookup and no walk; neither
 * writes anything that the other one reads.
 *
 * What else stands in #ifdef breaks the protocol on purpose: see
 * selftests/model/check.
 */

#define BITS	2
#define HASHES	4
#define SHARDS	8	/* memory for so many */
#define ARRAYS	4
#define NOTHING	255
/* What the writer does, and the worker */
#ifndef WRITES
#define WRITES	1
#endif
#ifndef CHANGES
#define CHANGES	1
#endif
#define HASH_X	1

/* Memory */
#define FREED	0
#define LIVE	1
#define LEFT	2	/* freed when the readers of now have left */

/* Processes, as bits of who is in an RCU section */
#define READER	1	/* the lookup or the walk */
#define WRITER	2
#define WORKER	4

typedef shard_t {
	byte depth;
	byte prefix;
	bool retired;
	byte lock;	/* who holds it */
	byte sessions;	/* a bit per hash */
	byte x;		/* 0: X is not there, else the number of its state + 1 */
	byte memory;
	byte readers;	/* it is freed when they have left */
};

typedef array_t {
	byte depth;
	byte shard[HASHES];
	byte memory;
	byte readers;
};

shard_t shard[SHARDS];
array_t array[ARRAYS];

byte d_array, d_next = NOTHING, d_splits, d_lock, d_resize;

byte reading;		/* who is in an RCU section */

/* As in lookup.pml */
byte begun, done, seen;
byte absent;

byte x;			/* what shard.x has to be */
byte life;		/* of X */

hidden byte q, r;	/* scratch, within a step */

/* --- Memory ---------------------------------------------------------------- */

inline forget_shard(n)
{
	shard[n].depth = 0;
	shard[n].prefix = 0;
	shard[n].retired = false;
	shard[n].lock = 0;
	shard[n].sessions = 0;
	shard[n].x = 0;
	shard[n].memory = FREED;
	shard[n].readers = 0
}

inline forget_array(n)
{
	for (r : 0 .. HASHES - 1) {
		array[n].shard[r] = 0
	}
	array[n].depth = 0;
	array[n].memory = FREED;
	array[n].readers = 0
}

#define FREE(n)	(shard[n].memory == FREED)
#define FREE_SHARDS	(FREE(0) + FREE(1) + FREE(2) + FREE(3) + FREE(4) + FREE(5) + FREE(6) + FREE(7))

/* shard_alloc(); there is memory. It is taken when it is filled, not before. */
inline alloc_shard(n)
{
	n = 0;
	do
	:: shard[n].memory != FREED -> n++
	:: else -> break
	od;
	shard[n].memory = LIVE
}

#define FREE_ARRAY	(array[0].memory == FREED || array[1].memory == FREED || \
			 array[2].memory == FREED || array[3].memory == FREED)

/* array_alloc() */
inline alloc_array(n, bits)
{
	n = 0;
	do
	:: array[n].memory != FREED -> n++
	:: else -> break
	od;
	array[n].memory = LIVE;
	array[n].depth = bits
}

/* shard_free_rcu() */
inline free_shard_rcu(n)
{
#ifdef FREE_AT_ONCE
	forget_shard(n)
#else
	shard[n].memory = LEFT;
	shard[n].readers = reading	/* who frees it is one of them */
#endif
}

/* kvfree_rcu() */
inline free_array_rcu(n)
{
#ifdef FREE_ARRAY_AT_ONCE
	forget_array(n)
#else
	if
	:: reading -> array[n].memory = LEFT; array[n].readers = reading
	:: else -> forget_array(n)
	fi
#endif
}

inline rcu_unlock(me)
{
	reading = reading & ~me;
	for (q : 0 .. SHARDS - 1) {
		if
		:: shard[q].memory == LEFT ->
			shard[q].readers = shard[q].readers & ~me;
			if
			:: shard[q].readers == 0 -> forget_shard(q)
			:: else
			fi
		:: else
		fi
	}
	for (q : 0 .. ARRAYS - 1) {
		if
		:: array[q].memory == LEFT ->
			array[q].readers = array[q].readers & ~me;
			if
			:: array[q].readers == 0 -> forget_array(q)
			:: else
			fi
		:: else
		fi
	}
}

/* --- Finding a shard -------------------------------------------------------- */

#define touch_shard(n)	assert(shard[n].memory != FREED)
#define touch_array(n)	assert(array[n].memory != FREED)

#define index_of(bits, hash)	((hash) >> (BITS - (bits)))
#define ENTRY(a, hash)		array[a].shard[index_of(array[a].depth, hash)]
#define WIDTH(n)		(1 << (BITS - shard[n].depth))	/* how many hashes */
#define AFTER(n)		(shard[n].prefix + WIDTH(n))	/* dir_after() */
#define COVERED(n)		(((1 << WIDTH(n)) - 1) << shard[n].prefix)
#define COVERS(n, hash)		(COVERED(n) & (1 << (hash)))

/* dir_shard(): loads of the array and of its entry */
inline find_shard(n, hash)
{
	a = d_array;
	atomic { touch_array(a); n = ENTRY(a, hash); a = 0 }
}

#ifdef NO_RETIRED
#define RETIRED	false
#else
#define RETIRED	shard[sh].retired
#endif

/* dir_lock_shard(); what follows may be of one step with taking the lock */
inline lock_shard(me, hash)
{
	do
	:: atomic { reading = reading | me; a = d_array };
	   atomic { touch_array(a); sh = ENTRY(a, hash); a = 0 };
	   atomic {
		shard[sh].lock == 0;
		touch_shard(sh);
		if
		:: RETIRED -> sh = 0
		:: else -> shard[sh].lock = me; break
		fi
	   }
	od
}

/* dir_unlock_shard() */
inline unlock_shard(me)
{
	assert(shard[sh].lock == me);
	shard[sh].lock = 0;
	rcu_unlock(me);
	sh = 0
}

/* --- Changing the directory ------------------------------------------------- */

/* set_entries() of the array that lookups use; it is not replaced meanwhile */
inline set_entries(n)
{
	atomic {
		assert(array[d_array].depth >= shard[n].depth);
		i = index_of(array[d_array].depth, shard[n].prefix)
	};
	do
	:: atomic {
		if
		:: i < index_of(array[d_array].depth, AFTER(n)) ->
			array[d_array].shard[i] = n;
			i++
		:: else -> i = 0; break
		fi
	   }
	od
}

/* The same of one that is being filled; it is given up if it is too small. */
inline set_entries_of_next(n)
{
	if
#ifdef OLD_ARRAY_ONLY
	:: true
#endif
#ifndef NO_GIVE_UP
	:: d_next != NOTHING && shard[n].depth > array[d_next].depth ->
		free_array_rcu(d_next);
		d_next = NOTHING
#endif
	:: else ->
		if
		:: d_next != NOTHING ->
			assert(array[d_next].depth >= shard[n].depth);
			for (r : index_of(array[d_next].depth, shard[n].prefix) ..
				 index_of(array[d_next].depth, AFTER(n)) - 1) {
				array[d_next].shard[r] = n
			}
		:: else
		fi
	fi
}

/* fill_chunk(), of one entry; the last one goes on to finish_resize() */
inline fill_next(nx)
{
	atomic { d_lock == 0 -> d_next = nx };
	do
	:: atomic {
		d_lock == 0;
		if
		:: d_next != NOTHING && i < (1 << array[nx].depth) ->
			q = ENTRY(d_array, i << (BITS - array[nx].depth));
			touch_shard(q);
			if
			:: shard[q].depth <= array[nx].depth -> array[nx].shard[i] = q; i++
			:: else -> break
			fi
		:: else -> break
		fi
	   }
	od;
	finish_resize(nx)
}

/* A split that has looked at the depth relies on it. */
#ifdef NO_SPLITS
#define MAY_SWAP	true
#else
#define MAY_SWAP	(array[nx].depth > array[d_array].depth || d_splits == 0)
#endif

inline finish_resize(nx)
{
	atomic {
		d_lock == 0;
		if
		:: d_next == NOTHING -> nx = NOTHING
		:: d_next != NOTHING && i == (1 << array[nx].depth) && MAY_SWAP ->
			d_array = nx;
			nx = old
		:: else
		fi;
		d_next = NOTHING;
		i = 0
	};
	d_step {
		if
		:: nx != NOTHING -> free_array_rcu(nx)
		:: else
		fi;
		nx = 0;
		old = 0
	}
}

/* dir_grow() and dir_shrink(): an array of another depth, if @wanted */
inline resize(me, wanted, bits)
{
	atomic { d_resize == 0 -> d_resize = me };
	if
	:: wanted && FREE_ARRAY ->
		d_step { old = d_array; alloc_array(nx, bits) };
		fill_next(nx)
	:: else
	fi;
	d_resize = 0
}

/* adopt() */
inline adopt(child, n)
{
	shard[child].sessions = shard[child].sessions | (shard[n].sessions & COVERED(child));
	if
	:: COVERS(child, HASH_X) && COVERS(n, HASH_X) -> shard[child].x = shard[n].x
	:: else
	fi
}

/* resize_split() */
inline fill_children()
{
	shard[c0].depth = shard[sh].depth + 1;
	shard[c0].prefix = shard[sh].prefix;
	shard[c1].depth = shard[c0].depth;
	shard[c1].prefix = shard[sh].prefix | (1 << (BITS - shard[c1].depth));
	adopt(c0, sh);
	adopt(c1, sh)
}

/*
 * What makes a shard two: resize_room_alloc(), dir_lock_shard(), dir_split(). The
 * children are published one after the other; what nobody else sees of that, the
 * next array, comes at the end.
 */
inline split(me, hash)
{
	do
	:: lock_shard(me, hash);
	   atomic {
		d_lock == 0;
		if
		:: shard[sh].depth == BITS || FREE_SHARDS < 2 || !FREE_ARRAY ->
			unlock_shard(me);
			break
		:: else
		fi;
		if
		:: shard[sh].depth == array[d_array].depth ->
			k = shard[sh].depth + 1;
			unlock_shard(me)
		:: else ->
			d_splits++;
			alloc_shard(c0);
			alloc_shard(c1);
#ifdef FILL_EARLY
			fill_children();
			shard[sh].lock = 0;
#endif
		fi
	   };
	   if
	   :: k ->
		resize(me, array[d_array].depth < k, k);
		k = 0
	   :: else ->
		atomic {
#ifdef FILL_EARLY
			shard[sh].lock == 0 && d_lock == 0;
			shard[sh].lock = me;
#else
			d_lock == 0;
			fill_children();
#endif
			d_lock = me;
			shard[sh].retired = true
		};
		set_entries(c0);
		set_entries(c1);
		atomic {
			set_entries_of_next(c0);
			set_entries_of_next(c1);
			d_splits--;
			d_lock = 0;
			let_go(me, sh);
			rcu_unlock(me);
			sh = 0;
			c0 = 0;
			c1 = 0;
			break
		}
	   fi
	od
}

/* A shard that was split or merged is unlocked, then freed. */
inline let_go(me, n)
{
	assert(shard[n].lock == me);
	shard[n].lock = 0;
	free_shard_rcu(n)
}

/* try_merge(), the second time: memory is there. find_halves() comes first. */
inline merge(me, hash)
{
	reading = reading | me;
	find_shard(sh, hash);
	if
	:: shard[sh].depth > 0 && !(shard[sh].prefix & WIDTH(sh)) && FREE_SHARDS >= 1 ->
		find_shard(c1, shard[sh].prefix | WIDTH(sh));
		if
		:: shard[c1].depth == shard[sh].depth -> merge_two(me)
		:: else
		fi
	:: else
	fi;
	atomic { rcu_unlock(me); sh = 0; c0 = 0; c1 = 0 }
}

inline merge_two(me)
{
#ifdef LOCK_ORDER
	atomic { d_lock == 0 -> d_lock = me };
#endif
	atomic { shard[sh].lock == 0; touch_shard(sh); shard[sh].lock = me };
	atomic { shard[c1].lock == 0; touch_shard(c1); shard[c1].lock = me };
	if
	:: shard[sh].retired || shard[c1].retired || FREE_SHARDS == 0 ->
		d_step {
			shard[c1].lock = 0;
			shard[sh].lock = 0;
#ifdef LOCK_ORDER
			d_lock = 0
#endif
		}
	:: else ->
		atomic {
#ifndef LOCK_ORDER
			d_lock == 0;
			d_lock = me;
#endif
			alloc_shard(c0);
			fill_merged();
			shard[sh].retired = true;
			shard[c1].retired = true
		};
		set_entries(c0);
		atomic {
			set_entries_of_next(c0);
			d_lock = 0;
			let_go(me, c1);
			let_go(me, sh)
		}
	fi
}

/* resize_merge() */
inline fill_merged()
{
	shard[c0].depth = shard[sh].depth - 1;
	shard[c0].prefix = shard[sh].prefix;
	adopt(c0, sh);
	adopt(c0, c1)
}

/* --- Processes -------------------------------------------------------------- */

proctype writer()
{
	byte ops, sh, a, i, k, nx, old, c0, c1;

	do
	:: ops < WRITES ->
		if
		:: true ->
			lock_shard(WRITER, HASH_X);
			atomic {
				assert(!shard[sh].retired);
				assert(shard[sh].x == x && COVERS(sh, HASH_X));
				begun++;
				if
				:: true -> life = life + (x == 0); x = begun + 1
				:: x -> absent = absent | (1 << begun); x = 0
				fi;
				shard[sh].x = x
			};
			atomic { unlock_shard(WRITER); done = begun }
		:: true -> split(WRITER, HASH_X)
		fi;
		ops++
	:: ops == WRITES -> break
	od
}

proctype worker()
{
	byte ops, sh, a, i, k, nx, old, c0, c1;

	do
	:: ops < CHANGES ->
		if
		:: true -> merge(WORKER, 0)
		:: true -> merge(WORKER, 2)
		:: true -> split(WORKER, 0)
		:: true -> split(WORKER, 2)
		:: true -> resize(WORKER, array[d_array].depth == BITS, 1)
		fi;
		ops++
	:: ops == CHANGES -> break
	od
}

proctype lookup()
{
	byte a, sh, from;

end:	do
	:: atomic {
		reading = reading | READER;
		from = (seen > done -> seen : done);
		a = d_array
	   };
	   atomic { touch_array(a); sh = ENTRY(a, HASH_X); a = 0 };
	   d_step {
		touch_shard(sh);
		q = shard[sh].x;
		do
		:: q == 0 && from <= begun && !(absent & (1 << from)) -> from++
		:: else -> break
		od;
		assert(from <= begun);		/* X was there all the time */
		if
		:: q ->
			assert(q - 1 >= from);	/* older than it may be */
			assert(q - 1 <= begun);
			from = q - 1
		:: else
		fi;
		seen = from;
		rcu_unlock(READER);
		sh = 0;
		from = 0
	   }
	od
}

/* shard_walk() */
inline snapshot()
{
	q = shard[sh].sessions;
#ifndef NO_FROM
	q = q & ~((1 << next) - 1);
#endif
	assert(!(q & met));	/* twice */
	met = met | q;
	if
	:: shard[sh].x && HASH_X >= next ->
		assert(met_life != life);
		met_life = life;
		met_x = true
	:: else
	fi;
#ifndef NEXT_LATER
	next = AFTER(sh)
#endif
}

/* devsess_range(): walk_snapshot() until the last shard */
proctype walk()
{
	byte a, sh, next, met, met_life, from;
	bool enlarged, met_x;

	from = done;
	do
	:: next < HASHES ->
		lock_shard(READER, next);
		atomic {
			if
			:: !enlarged ->		/* there was no room for so many: again */
				enlarged = true;
				unlock_shard(READER)
			:: true ->
				snapshot();
				unlock_shard(READER);
				enlarged = false
			fi
		}
#ifdef NEXT_LATER
		;
		if
		:: !enlarged ->
			lock_shard(READER, next);
			atomic { next = AFTER(sh); unlock_shard(READER) }
		:: else
		fi
#endif
	:: else -> break
	od;
	atomic {
		assert(met == (1 << HASHES) - 1);	/* each is met */
		do
		:: from <= begun && !(absent & (1 << from)) -> from++
		:: else -> break
		od;
		assert(from <= begun || met_x);
		from = 0
	}
}

inline first_shard(n, bits, hash)
{
	shard[n].memory = LIVE;
	shard[n].depth = bits;
	shard[n].prefix = hash;
	shard[n].sessions = COVERED(n);
	if
	:: COVERS(n, HASH_X) -> shard[n].x = x
	:: else
	fi
}

/* One, two or three shards; an array that is as deep as they are, or deeper. */
init
{
	atomic {
		if
		:: x = 1; life = 1
		:: absent = 1
		fi;
		array[0].memory = LIVE;
		if
		:: first_shard(0, 0, 0);
		   array[0].depth = 1
		:: first_shard(0, 1, 0); first_shard(1, 1, 2);
		   if
		   :: array[0].depth = 1; array[0].shard[1] = 1
		   :: array[0].depth = 2; array[0].shard[2] = 1; array[0].shard[3] = 1
		   fi
		:: first_shard(0, 2, 0); first_shard(1, 2, 1); first_shard(2, 1, 2);
		   array[0].depth = 2;
		   array[0].shard[1] = 1; array[0].shard[2] = 2; array[0].shard[3] = 2
		fi;
		run writer();
		run worker();
#ifdef WALK
		run walk()
#else
		run lookup()
#endif
	}
}

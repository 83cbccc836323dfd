// SPDX-License-Identifier: GPL-2.0
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "edit.h"
#include "gen.h"
#include "line.h"
#include "setup.h"
#include "state.h"

/* Bursts until a worker's own namespace is replaced by a new one. */
#define EPISODE		200
#define EPISODE_SHORT	40

/* So often the state of an own namespace is looked at before it ends: one in. */
#define CHECK_ONE_IN	4

/* So often what is done in an own namespace is listened to: one in. */
#define LISTEN_ONE_IN	2

/* Bursts until what was kept is printed. */
#define TELL		50

/**
 * struct worker - a process that makes requests
 * @id:     its number
 * @plan:   what to do
 * @all:    what all have done
 * @rng:    of the burst
 * @judge:  of all answers
 * @corpus: messages that were kept
 * @common: socket in the namespace that all workers share
 * @own:    socket in the one that only this worker has
 * @made:   messages that were made
 * @bursts: that were sent
 * @since:  when the own namespace was made, in bursts
 * @episodes: own namespaces that were made
 * @told:   of @judge, what is in @all
 * @burst:  the one that is being made
 * @msg:    a message that is being made
 * @hash:   of all that was sent
 * @record: all that the own namespace was sent
 */
struct worker {
	int id;
	const struct plan *plan;
	struct tally *all;
	struct rng rng;
	struct judge judge;
	struct corpus corpus;
	struct line common;
	struct line own;
	__u64 made;
	__u64 bursts;
	__u64 since;
	__u64 episodes;
	struct tally told;
	struct burst burst;
	struct msg msg;
	__u64 hash;
	struct script record;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void begin_episode(struct worker *w)
{
	if (new_netns() || line_open(&w->own, true, !(w->episodes++ % LISTEN_ONE_IN)))
		die("a namespace");
	w->since = w->bursts;
	script_clear(&w->record);
}

/* Dumps that are under way are left so: the socket's end is theirs. */
static int end_episode(struct worker *w)
{
	int complaints = w->judge.complaints, bad = 0;
	struct nl nl;

	if (nl_open(&nl))
		die("a socket");
	ear_check(&w->own.ear, &nl, &w->judge);
	line_close(&w->own);
	w->all->spaces++;
	if (rng_one_in(&w->rng, CHECK_ONE_IN))
		bad = state_check(&nl);
	nl_close(&nl);
	return bad + w->judge.complaints - complaints;
}

static void make_message(struct worker *w)
{
	struct rng *r = &w->rng;

	if (rng_one_in(r, 4) && corpus_pick(&w->corpus, &w->msg, r)) {
		edit(&w->msg, r);
		return;
	}
	gen_request(&w->msg, r, w->corpus.family);
	if (rng_one_in(r, 3))
		edit(&w->msg, r);
	else
		msg_header(&w->msg)->nlmsg_len = w->msg.len;
}

static void make_burst(struct worker *w, int n)
{
	struct burst *b = &w->burst;
	size_t claimed;

	burst_begin(b);
	while (b->n < n) {
		make_message(w);
		burst_add(b, w->msg.buf, w->msg.len);
		claimed = msg_header(&w->msg)->nlmsg_len;
		/* What follows a lie is seldom understood. */
		if (claimed != w->msg.len && !rng_one_in(&w->rng, 4))
			break;
		if (b->buf.len > 128 * 1024)
			break;
	}
}

/* Keeps what was answered in a new way. */
static void learn(struct worker *w)
{
	int i;

	for (i = 0; i < w->burst.found; i++) {
		const struct sent *s = &w->burst.sent[i];
		__u64 number = w->made + s->number;

		if (s->number < 0 || !corpus_wants(&w->corpus, number, s->fresh))
			continue;
		corpus_keep(&w->corpus, number, s->msg, burst_len(&w->burst, s->number));
		w->all->kept++;
	}
}

static void add_up(struct worker *w)
{
	struct tally *told = &w->told, *all = w->all;

#define ADD(name, value)						\
	do {								\
		__atomic_fetch_add(&all->name, (value) - told->name,	\
				   __ATOMIC_RELAXED);			\
		told->name = (value);					\
	} while (0)
	ADD(good, w->judge.done);
	ADD(refused, w->judge.refused);
	ADD(answers, w->judge.answers + w->judge.events);
	ADD(events, w->judge.events);
#undef ADD
	if (all->ways < w->judge.ways)
		all->ways = w->judge.ways;
}

/* Tells how to get the same again, with as few messages as will do. */
static void tell_failure(struct worker *w, bool own)
{
	struct script *s = &w->record;

	corpus_tell(&w->corpus);
	printf("# worker %d of seed %llu, message %llu to %llu, in %s namespace\n", w->id,
	       w->plan->seed, w->made, w->made + w->burst.n,
	       own ? "its own" : "the common");
	if (!own) {
		/* What others did to the tables meanwhile is not known. */
		script_clear(s);
		if (w->judge.wrong && w->judge.wrong->msg)
			script_add(s, w->judge.wrong->msg, w->judge.wrong->len,
				   w->corpus.family, true);
	} else {
		script_minimise(s);
	}
	printf("# what was sent, as far as it matters:\n");
	script_print(s, stdout, "#  ");
}

/* What was sent, in a number: that a replay is one. */
static void add_to_hash(struct worker *w)
{
	const struct msg *m = &w->burst.buf;
	size_t i;

	for (i = 0; i < m->len; i++)
		w->hash = (w->hash ^ (__u8)m->buf[i]) * 0x100000001b3;
}

/* Sends a burst. Returns whether all was well. */
static bool one_burst(struct worker *w)
{
	struct burst *b = &w->burst;
	int complaints = w->judge.complaints;
	struct line *l;
	bool own, drain;
	int err;

	rng_seed(&w->rng, w->plan->seed, w->id, w->bursts++);
	own = !rng_one_in(&w->rng, 3);
	l = own ? &w->own : &w->common;
	drain = l->narrow || rng_one_in(&w->rng, 2);
	make_burst(w, l->narrow ? 12 : 1 + rng_below(&w->rng, BURST_MAX));
	err = line_exchange(l, b, &w->judge, drain);
	if (err && err != -EMSGSIZE)
		complain(&w->judge, &b->sent[0], "not sent: %s", strerrorname_np(-err));
	if (!err) {
		__atomic_fetch_add(&w->all->found, b->found, __ATOMIC_RELAXED);
		learn(w);
	}
	add_to_hash(w);
	if (own)
		script_add_burst(&w->record, b, w->corpus.family);
	if (w->judge.complaints == complaints) {
		w->made += b->n;
		return true;
	}
	tell_failure(w, own);
	return false;
}

static bool next_episode(struct worker *w)
{
	__u64 length = w->id == w->plan->netns ? EPISODE_SHORT : EPISODE;

	if (w->bursts - w->since < length)
		return true;
	if (end_episode(w)) {
		w->judge.complaints++;
		tell_failure(w, true);
		return false;
	}
	begin_episode(w);
	return true;
}

static void setup(struct worker *w)
{
	if (line_open(&w->common, w->id != w->plan->nobody, false))
		die("a socket");
	w->corpus.worker = w->id;
	w->corpus.family = w->common.nl.family;
	w->corpus.seeds = &w->plan->seeds;
	corpus_load(&w->corpus, w->plan->kept);
	if (w->id == w->plan->nobody && (become_nobody() || new_userns()))
		die("to be nobody");
	begin_episode(w);
}

/**
 * worker_run - make requests until all have made enough
 * @plan: what to do
 * @id:   number of this worker
 * @all:  what all have done
 *
 * The process has to be one for this alone, and begins in the common namespace.
 *
 * Return: 0, or 1 if something was wrong.
 */
int worker_run(const struct plan *plan, int id, struct tally *all)
{
	struct worker *w = calloc(1, sizeof(*w));
	bool well = true;

	if (!w)
		die("a worker");
	w->id = id;
	w->plan = plan;
	w->all = all;
	setup(w);
	while (well && __atomic_load_n(&all->found, __ATOMIC_RELAXED) < plan->count) {
		well = one_burst(w) && next_episode(w);
		if (w->bursts % TELL == 0) {
			corpus_tell(&w->corpus);
			fflush(stdout);
		}
		add_up(w);
	}
	corpus_tell(&w->corpus);
	printf("# worker %d sent %llu messages, hash %016llx\n", id, w->made, w->hash);
	if (well && end_episode(w))
		w->judge.complaints++;
	add_up(w);
	line_close(&w->common);
	fflush(stdout);
	return w->judge.complaints ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * usage: events
 *
 * What inserts by netlink take, in batches, while nobody has ever listened to events, one or two
 * do, and when they have gone. They read each event, which is in the time, many with one system
 * call, which costs more in a kernel that is a program than on hardware. Then how long sessions
 * stay that all expire at one time, with one listener who reads and one who does not. Prints
 * samples as devsess_bench does.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "batch.h"
#include "filter.h"
#include "session.h"
#include "setup.h"

#define SESSIONS 100000
/* As many as wait for the listeners, who have to have room for them. */
#define STEP 5000
#define LISTENERS 2

/* They expire so many s after the first of them was made, and are waited for as long. */
#define MORTALS 1000000
#define MORTAL_S 20

#define READ_AT_ONCE 64
#define EVENT_SIZE 1024

/* How many events wait, which are read; -1 if something else came or something is lost. */
static int heard(struct nl *ear)
{
	static char buf[READ_AT_ONCE][EVENT_SIZE];
	struct iovec iov[READ_AT_ONCE];
	struct mmsghdr msg[READ_AT_ONCE] = { };
	int i, got, n = 0;

	for (i = 0; i < READ_AT_ONCE; i++) {
		iov[i] = (struct iovec){ buf[i], EVENT_SIZE };
		msg[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	while ((got = recvmmsg(ear->fd, msg, READ_AT_ONCE, MSG_DONTWAIT, NULL)) > 0) {
		for (i = 0; i < got; i++) {
			const struct nlmsghdr *hdr = (const struct nlmsghdr *)buf[i];

			if (!NLMSG_OK(hdr, msg[i].msg_len) || hdr->nlmsg_type != ear->family)
				return -1;
		}
		n += got;
	}
	return errno == EAGAIN ? n : -1;
}

/* Returns 0 if each of them heard all. */
static int insert_all(struct nl *nl, struct nl *ear, int listeners)
{
	__u32 i;
	int k;

	for (i = 0; i < SESSIONS; i += STEP) {
		if (insert_many(nl, NULL, i, STEP))
			return -1;
		/* What was done has been sent when this is answered. */
		nl_begin(nl, DEVSESS_CMD_TABLE_GET);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
		if (nl_call(nl))
			return -1;
		for (k = 0; k < listeners; k++)
			if (heard(&ear[k]) != STEP)
				return -1;
	}
	return 0;
}

static int measure(struct nl *nl, int listeners, const char *name)
{
	struct nl ear[LISTENERS];
	double begin, took;
	int k, err = 0;

	for (k = 0; k < listeners && !err; k++)
		err = nl_open(&ear[k]) ?: nl_join(&ear[k], "events");
	begin = now();
	err = err ?: insert_all(nl, ear, listeners);
	took = now() - begin;
	while (k--)
		nl_close(&ear[k]);
	if (err) {
		printf("events: not all came to %d listeners\n", listeners);
		return err;
	}
	printf("BENCH %s,devsess,%d,ns_per_op,%.3f,ns\n", name, SESSIONS,
	       took * 1e9 / SESSIONS);
	clear_meant(nl, NULL, NULL);
	return 0;
}

static int insert_mortals(struct nl *nl, double at)
{
	static struct batch b;
	struct session s;
	double left;
	__u32 i, k;

	for (i = 0; i < MORTALS; i += STEP) {
		left = at - now();
		if (left <= 0)
			return -1;
		batch_begin(&b, nl, "mortals", false);
		for (k = 0; k < STEP; k++) {
			s = number(i + k);
			set_ttl(&s, left * 1e3);
			batch_add(&b, DEVSESS_OP_INSERT, &s);
		}
		if (batch_run(&b) || b.done != STEP)
			return -1;
	}
	return 0;
}

static __u64 here(struct nl *nl)
{
	return figure(nl, "mortals", DEVSESS_A_STATS_SESSIONS);
}

/* All expire at one time; @reads: the listener hears each, which is in the time. */
static int measure_expiry(struct nl *nl, bool reads, const char *name)
{
	double at = now() + MORTAL_S;
	struct nl ear;
	int n = 0, got;

	if (make_table(nl, "mortals", MORTALS, 16, 0) || insert_mortals(nl, at) || nl_open(&ear))
		return -1;
	if (nl_join(&ear, "events"))
		return -1;
	pause_ms((at - now()) * 1e3);
	while (here(nl) && now() < at + MORTAL_S) {
		got = reads ? heard(&ear) : 0;
		if (got < 0)
			break;
		n += got;
		if (!got)
			pause_ms(1);
	}
	n += reads ? heard(&ear) : 0;
	if (here(nl) || (reads && n < MORTALS)) {
		printf("events: of those that expired %llu are there, %d were heard of\n",
		       here(nl), n);
		return -1;
	}
	printf("BENCH %s,devsess,%d,freed_ms,%.3f,ms\n", name, MORTALS, (now() - at) * 1e3);
	nl_close(&ear);
	return drop_table(nl, "mortals");
}

int main(void)
{
	static const char * const names[] = { "listen0", "listen1", "listen2" };
	struct nl nl;
	int listeners, err;

	/* Once for nothing: a module that was just loaded gets its first memory. */
	err = nl_open(&nl) ?: insert_all(&nl, NULL, 0);
	clear_meant(&nl, NULL, NULL);
	for (listeners = 0; listeners <= LISTENERS && !err; listeners++)
		err = measure(&nl, listeners, names[listeners]);
	/* The door stays open. */
	err = err ?: measure(&nl, 0, "listen-gone");
	err = err ?: measure_expiry(&nl, true, "expire-heard");
	err = err ?: measure_expiry(&nl, false, "expire-unheard");
	return !!err;
}

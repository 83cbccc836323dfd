// SPDX-License-Identifier: GPL-2.0
/*
 * usage: events
 *
 * What inserts by netlink take, in batches, while nobody has ever listened to events, one or two
 * do, and when they have gone. They read each event, which is in the time, many with one system
 * call, which costs more in a kernel that is a program than on hardware. Prints samples as
 * devsess_bench does.
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
	return !!err;
}

// SPDX-License-Identifier: GPL-2.0
#include "actor.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "setup.h"

/* A user namespace and a network namespace that it owns. */
static int own_namespaces(void)
{
	return new_userns() ?: new_netns();
}

static int stay(void)
{
	return 0;
}

/* A socket that another process has opened, after it has become somebody else. */
static int socket_of(int (*become)(void))
{
	int pair[2], fd;
	struct nl nl;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	pid = fork();
	if (!pid)
		_exit(become() || nl_open(&nl) || send_fd(pair[1], nl.fd));
	close(pair[1]);
	fd = receive_fd(pair[0]);
	close(pair[0]);
	return finish(pid) ? -1 : fd;
}

int be_root(struct nl *nl)
{
	return nl_open(nl);
}

/* It names the receiver with each message, so it means what it sends. */
int be_root_with_a_users_socket(struct nl *nl)
{
	return nl_adopt(nl, socket_of(become_nobody));
}

/* It writes to what it has been given, as to any file. */
int be_tricked_root(struct nl *nl)
{
	int err = be_root_with_a_users_socket(nl);

	nl->unaddressed = true;
	return err;
}

/* The same, but its own socket. */
int be_root_who_writes(struct nl *nl)
{
	int err = nl_open(nl);

	nl->unaddressed = true;
	return err;
}

int be_admin(struct nl *nl)
{
	if (prctl(PR_SET_KEEPCAPS, 1))
		return -errno;
	return become_nobody() ?: set_caps(1ULL << CAP_NET_ADMIN) ?: nl_open(nl);
}

int be_bare_root(struct nl *nl)
{
	return set_caps(~(1ULL << CAP_NET_ADMIN)) ?: nl_open(nl);
}

int be_user(struct nl *nl)
{
	return become_nobody() ?: nl_open(nl);
}

int be_user_with_roots_socket(struct nl *nl)
{
	int fd = socket_of(stay);

	return become_nobody() ?: nl_adopt(nl, fd);
}

/* It was root when it opened the socket. */
int be_user_since(struct nl *nl)
{
	return nl_open(nl) ?: become_nobody();
}

int be_owner(struct nl *nl)
{
	return become_nobody() ?: own_namespaces() ?: nl_open(nl);
}

/* The socket stays in the namespace in which it was opened. */
int be_owner_who_moved(struct nl *nl)
{
	return be_owner(nl) ?: new_netns();
}

/* The user who has made the user namespace has all capabilities over it. */
int be_maker(struct nl *nl)
{
	return become_nobody() ?: nl_adopt(nl, socket_of(own_namespaces));
}

/* Owner of one network namespace, with a socket of another owner's. */
int be_neighbour(struct nl *nl)
{
	int fd;

	if (become_nobody())
		return -errno;
	fd = socket_of(own_namespaces);
	return own_namespaces() ?: nl_adopt(nl, fd);
}

/* Root of a user namespace that does not own the network namespace. */
int be_stranger(struct nl *nl)
{
	return become_nobody() ?: new_userns() ?: nl_open(nl);
}

/* Also when it is root who has made it. */
int be_stranger_of_root(struct nl *nl)
{
	return new_userns() ?: nl_open(nl);
}

/* A user namespace in the one that owns the network namespace is no owner. */
int be_inner_stranger(struct nl *nl)
{
	return become_nobody() ?: own_namespaces() ?: new_userns() ?: nl_open(nl);
}

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_NETNS_H
#define DEVSESS_NETNS_H

/*
 * Move the process into a network namespace: a name as of `ip netns`, or a
 * path (anything with a '/'), as /proc/PID/ns/net. Returns 0 or a negative errno.
 */
int netns_enter(const char *name);

#endif

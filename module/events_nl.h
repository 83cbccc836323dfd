/* SPDX-License-Identifier: GPL-2.0 */
/* Events as netlink messages. See events_nl.c. */
#ifndef DEVSESS_EVENTS_NL_H
#define DEVSESS_EVENTS_NL_H

int events_nl_bind(int group);
void events_nl_init(void);

#endif /* DEVSESS_EVENTS_NL_H */

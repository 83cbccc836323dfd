/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who sends requests: each of these makes this process somebody, for good, and
 * gives it a socket. It has to be root before. Returns 0 or an errno.
 */
#ifndef DEVSESS_TEST_ACTOR_H
#define DEVSESS_TEST_ACTOR_H

#include "nl.h"

int be_root(struct nl *nl);
int be_root_with_a_users_socket(struct nl *nl);
int be_tricked_root(struct nl *nl);
int be_root_who_writes(struct nl *nl);
int be_admin(struct nl *nl);
int be_bare_root(struct nl *nl);
int be_user(struct nl *nl);
int be_user_with_roots_socket(struct nl *nl);
int be_user_since(struct nl *nl);
int be_owner(struct nl *nl);
int be_owner_who_moved(struct nl *nl);
int be_maker(struct nl *nl);
int be_neighbour(struct nl *nl);
int be_stranger(struct nl *nl);
int be_stranger_of_root(struct nl *nl);
int be_inner_stranger(struct nl *nl);

#endif

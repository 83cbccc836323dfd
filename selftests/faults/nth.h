/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocations that fail: the kernel's fault injection (FAILSLAB and
 * FAIL_PAGE_ALLOC, Documentation/fault-injection/ of the kernel), aimed at one
 * task and at what a function allocates, itself or further down.
 */
#ifndef DEVSESS_TEST_NTH_H
#define DEVSESS_TEST_NTH_H

#include <stdbool.h>

int nth_init(void);
int nth_self(void);
int nth_scope(const char *function);

void nth_arm(unsigned int n);
unsigned int nth_disarm(void);

void chance_arm(unsigned int percent);
void chance_disarm(void);

int workers_arm(unsigned int n);
bool workers_disarm(void);
void workers_chance(unsigned int percent);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* What a test needs around it. */
#ifndef DEVSESS_TEST_SETUP_H
#define DEVSESS_TEST_SETUP_H

#include <stdbool.h>

int new_netns(void);
bool module_loaded(void);
int module_load(void);
int module_remove(void);
double now(void);

#endif

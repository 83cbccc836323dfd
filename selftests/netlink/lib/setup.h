/* SPDX-License-Identifier: GPL-2.0 */
/* What a test needs around it: namespaces, the module, other processes. */
#ifndef DEVSESS_TEST_SETUP_H
#define DEVSESS_TEST_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

int new_netns(void);
int new_userns(void);
int become_nobody(void);
int set_caps(__u64 caps);

int module_load(void);
int module_remove(void);
int module_remove_soon(void);
long memory_available(void);
long memory_total(void);

pid_t start(int (*fn)(void *arg), void *arg);
int finish(pid_t pid);
void *shared(size_t size);
int send_fd(int sock, int fd);
int receive_fd(int sock);

double now(void);
void pause_ms(unsigned int ms);

#endif

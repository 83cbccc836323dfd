/* SPDX-License-Identifier: GPL-2.0 */
/* Failing allocations elsewhere than in a request: the worker, namespaces, loading. */
#ifndef DEVSESS_TEST_OTHERS_H
#define DEVSESS_TEST_OTHERS_H

int run_worker(void);
int run_namespace(void);
int run_load(void);

int with_worker_failing(const char *function, unsigned int percent, char **command);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* What kfunc.bpf.c and kfunc_test.c share. */
#ifndef DEVSESS_TEST_CALL_H
#define DEVSESS_TEST_CALL_H

#include <linux/types.h>

#include <linux/devsess_bpf.h>

#define CALL_KEY_MAX	80

/**
 * struct call - a call of a kfunc, as the test wants it
 * @opts:    options, in and out
 * @key:     device id
 * @key_len: its length
 * @size:    of the options, as the program says
 * @task:    whose calls count, where others come by as well
 * @ret:     out: what the kfunc returned
 * @runs:    out: raised by each run
 */
struct call {
	struct devsess_bpf_opts_data opts;
	__u8 key[CALL_KEY_MAX];
	__u32 key_len;
	__u32 size;
	__u32 task;
	__s32 ret;
	__u32 runs;
};

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Batches: building them, and their results. */
#ifndef DEVSESS_TEST_BATCH_H
#define DEVSESS_TEST_BATCH_H

#include "session.h"

#define BATCH_FAILURES	1024

/**
 * struct batch - a batch and its results
 * @nl:       socket; the request is in its @m
 * @n:        items put into the request
 * @done:     items that took effect, as the kernel says
 * @results:  how many there are
 * @chunks:   attributes that they came in
 * @result:   0 or a negative errno, of each item
 * @failures: how many sentences there are
 * @failure:  which item and why; the attribute that is wrong or missing, or 0
 * @founds:   how many sessions there are
 * @found:    which item and what it found
 */
struct batch {
	struct nl *nl;
	__u32 n;
	__u32 done;
	__u32 results;
	__u32 chunks;
	int *result;
	__u32 failures;
	struct {
		__u32 index;
		__u32 attr;
		char sentence[128];
	} failure[BATCH_FAILURES];
	__u32 founds;
	struct {
		__u32 index;
		struct session s;
	} found[DEVSESS_BATCH_GET_MAX];
};

void batch_begin(struct batch *b, struct nl *nl, const char *table, bool atomic);
size_t batch_add(struct batch *b, __u32 op, const struct session *s);
int batch_run(struct batch *b);
const char *batch_why(const struct batch *b, __u32 index);
__u32 batch_blamed(const struct batch *b, __u32 index);
void batch_free(struct batch *b);

int insert_many(struct nl *nl, const char *table, __u32 from, __u32 n);
int delete_many(struct nl *nl, const char *table, __u32 from, __u32 n);

#endif

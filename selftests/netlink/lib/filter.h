/* SPDX-License-Identifier: GPL-2.0 */
/* Filters, and which sessions they mean, decided here and not by the kernel. */
#ifndef DEVSESS_TEST_FILTER_H
#define DEVSESS_TEST_FILTER_H

#include "snapshot.h"

/* The attribute DEVSESS_A_FILTER_@name is there. */
#define WANTS(name)	(1U << DEVSESS_A_FILTER_##name)

/**
 * struct filter - a filter
 * @has: which attributes there are, of WANTS()
 *
 * The others are the attributes of the same names.
 */
struct filter {
	__u32 has;
	__u32 owner;
	__u32 state;
	__u32 mark;
	__u32 mark_mask;
	__u32 prefix_len;
	__u8 prefix[DEVSESS_KEY_MAX + 1];
	__u32 family;
	__u32 net_size;
	__u8 net[16];
	__u32 net_len;
	__u64 idle_ms;
};

void want_owner(struct filter *f, __u32 owner);
void want_state(struct filter *f, __u32 state);
void want_mark(struct filter *f, __u32 mark);
void want_masked(struct filter *f, __u32 mark, __u32 mask);
void want_prefix(struct filter *f, const void *prefix, size_t len);
void want_net(struct filter *f, const char *net, __u32 net_len);
void want_idle(struct filter *f, __u64 idle_ms);

size_t put_filter(struct msg *m, const struct filter *f);
bool meant(const struct filter *f, const struct session *s);

__u64 count_meant(struct nl *nl, const char *table, const struct filter *f);
__u64 clear_meant(struct nl *nl, const char *table, const struct filter *f);
int dump_meant(struct snapshot *snap, struct nl *nl, const char *table, const struct filter *f);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Messages that are worth to be spoiled again. */
#ifndef DEVSESS_FUZZ_CORPUS_H
#define DEVSESS_FUZZ_CORPUS_H

#include "rng.h"
#include "script.h"

#define CORPUS_MAX	2048

/**
 * struct corpus - messages that were answered in a new way
 * @worker:  whose
 * @family:  its number
 * @seeds:   those to begin with
 * @n:       how many were kept
 * @msg:     they
 * @known:   the numbers of those that an earlier run kept, ascending
 * @known_n: how many
 * @known_at: the next one
 * @line:    numbers to be printed
 */
struct corpus {
	int worker;
	__u16 family;
	const struct script *seeds;
	int n;
	struct msg msg[CORPUS_MAX];
	__u64 *known;
	int known_n;
	int known_at;
	char line[200];
};

void corpus_load(struct corpus *c, const char *path);
bool corpus_pick(struct corpus *c, struct msg *m, struct rng *r);
bool corpus_wants(struct corpus *c, __u64 number, bool fresh);
void corpus_keep(struct corpus *c, __u64 number, const void *bytes, size_t len);
void corpus_tell(struct corpus *c);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * What is kept is all that a worker's messages depend on besides the seed, so
 * their numbers are printed, and an earlier run's can be read: then the same
 * are kept, whatever the answers, until these numbers are used up.
 */
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

/* Messages longer than this take too much time. */
#define KEEP_MAX	4096

/* Lines `kept WORKER NUMBER...', with whatever before and other lines between. */
void corpus_load(struct corpus *c, const char *path)
{
	FILE *f = path ? fopen(path, "r") : NULL;
	char line[512], *at;
	int worker, used;
	__u64 number;

	if (path && !f) {
		perror(path);
		exit(2);
	}
	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, "kept ");
		if (!at || sscanf(at, "kept %d%n", &worker, &used) != 1 || worker != c->worker)
			continue;
		for (at += used; sscanf(at, "%llu%n", &number, &used) == 1; at += used) {
			c->known = realloc(c->known, (c->known_n + 1) * sizeof(*c->known));
			if (!c->known)
				exit(1);
			c->known[c->known_n++] = number;
		}
	}
	if (f)
		fclose(f);
}

/* A message to begin with. Returns false if there is none. */
bool corpus_pick(struct corpus *c, struct msg *m, struct rng *r)
{
	__u32 i, n = c->n + c->seeds->n;
	const void *bytes;
	size_t len;

	if (!n)
		return false;
	i = rng_below(r, n);
	if (i < (__u32)c->n) {
		bytes = c->msg[i].buf;
		len = c->msg[i].len;
	} else {
		bytes = c->seeds->steps[i - c->n].bytes;
		len = c->seeds->steps[i - c->n].len;
	}
	m->len = 0;
	msg_splice(m, 0, 0, len);
	memcpy(m->buf, bytes, len);
	if (msg_header(m)->nlmsg_type == STEP_FAMILY)
		msg_header(m)->nlmsg_type = c->family;
	return true;
}

/* Whether message @number is to be kept, @fresh being what its answer says. */
bool corpus_wants(struct corpus *c, __u64 number, bool fresh)
{
	while (c->known_at < c->known_n && c->known[c->known_at] < number)
		c->known_at++;
	if (c->known_at < c->known_n)
		return c->known[c->known_at] == number;
	return fresh;
}

void corpus_keep(struct corpus *c, __u64 number, const void *bytes, size_t len)
{
	size_t used = strlen(c->line);
	struct msg *m;

	if (c->n == CORPUS_MAX || len > KEEP_MAX)
		return;
	m = &c->msg[c->n++];
	msg_splice(m, 0, 0, len);
	memcpy(m->buf, bytes, len);
	if (used > sizeof(c->line) - 32) {
		corpus_tell(c);
		used = 0;
	}
	snprintf(c->line + used, sizeof(c->line) - used, " %llu", number);
}

/* Prints what was kept since the last time. */
void corpus_tell(struct corpus *c)
{
	if (c->line[0])
		printf("# kept %d%s\n", c->worker, c->line);
	c->line[0] = '\0';
}

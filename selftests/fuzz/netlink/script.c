// SPDX-License-Identifier: GPL-2.0
#include "script.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "setup.h"
#include "state.h"

/**
 * script_add - add a message
 * @s:      script
 * @bytes:  the message
 * @len:    how many
 * @family: the number of the family in it
 * @sends:  it is the first of a burst
 */
void script_add(struct script *s, const void *bytes, size_t len, __u16 family, bool sends)
{
	struct nlmsghdr *hdr;
	struct step *step;

	if (s->n == s->size) {
		s->size = s->size * 2 + 64;
		s->steps = realloc(s->steps, s->size * sizeof(*s->steps));
	}
	step = s->steps ? &s->steps[s->n++] : NULL;
	if (step)
		*step = (struct step){ .bytes = malloc(len), .len = len, .sends = sends };
	if (!step || !step->bytes) {
		perror("a script");
		exit(1);
	}
	memcpy(step->bytes, bytes, len);
	hdr = (struct nlmsghdr *)step->bytes;
	if (hdr->nlmsg_type == family)
		hdr->nlmsg_type = STEP_FAMILY;
	hdr->nlmsg_seq = 0;
}

void script_add_burst(struct script *s, const struct burst *b, __u16 family)
{
	int i;

	for (i = 0; i < b->n; i++)
		script_add(s, b->buf.buf + b->at[i], burst_len(b, i), family, !i);
}

void script_clear(struct script *s)
{
	int i;

	for (i = 0; i < s->n; i++) {
		free(s->steps[i].bytes);
		free(s->steps[i].want);
	}
	s->n = 0;
}

static bool add_hex(struct script *s, const char *hex, bool sends)
{
	size_t len = strlen(hex) / 2, i;
	unsigned int byte;
	char *bytes;

	if (strlen(hex) % 2 || len < NLMSG_HDRLEN)
		return false;
	bytes = malloc(len);
	for (i = 0; bytes && i < len && sscanf(hex + 2 * i, "%2x", &byte) == 1; i++)
		bytes[i] = byte;
	if (i == len)
		script_add(s, bytes, len, STEP_FAMILY, sends);
	free(bytes);
	return i == len;
}

/* A line: a comment, `send', a message in hex, or `= ' and what comes out of it. */
static bool take_line(struct script *s, const char *line, bool *sends)
{
	if (!line[0] || line[0] == '#')
		return true;
	if (!strcmp(line, "send")) {
		*sends = true;
		return true;
	}
	if (!strncmp(line, "= ", 2) && s->n && !s->steps[s->n - 1].want) {
		s->steps[s->n - 1].want = strdup(line + 2);
		return true;
	}
	if (!add_hex(s, line, *sends || !s->n))
		return false;
	*sends = false;
	return true;
}

/* Reads a script from a file. Returns 0 or an errno; it says what is wrong. */
int script_load(struct script *s, const char *path)
{
	FILE *f = fopen(path, "r");
	int number = 0, err = 0;
	char *line = NULL;
	bool sends = true;
	size_t size = 0;

	if (!f) {
		printf("# %s: %s\n", path, strerror(errno));
		return -errno;
	}
	while (!err && getline(&line, &size, f) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (!take_line(s, line, &sends)) {
			printf("# %s:%d: no line of a script\n", path, number);
			err = -EINVAL;
		}
	}
	free(line);
	fclose(f);
	return err;
}

void script_print(const struct script *s, FILE *f, const char *indent)
{
	size_t b;
	int i;

	for (i = 0; i < s->n; i++) {
		const struct step *step = &s->steps[i];

		if (step->sends)
			fprintf(f, "%ssend\n", indent);
		fputs(indent, f);
		for (b = 0; b < step->len; b++)
			fprintf(f, "%02x", (__u8)step->bytes[b]);
		fputc('\n', f);
		if (step->want)
			fprintf(f, "%s= %s\n", indent, step->want);
	}
}

/* What came out of a message. */
static const char *outcome_of(const struct burst *b, int i)
{
	int f;

	for (f = 0; f < b->found; f++)
		if (b->sent[f].number == i)
			return b->sent[f].outcome;
	return "not seen";
}

static void record_outcomes(struct step *steps, const struct burst *b)
{
	int i;

	for (i = 0; i < b->n; i++) {
		free(steps[i].want);
		steps[i].want = strdup(outcome_of(b, i));
	}
}

static int compare_outcomes(const struct step *steps, const struct burst *b)
{
	int i, bad = 0;

	for (i = 0; i < b->n; i++) {
		const char *is = outcome_of(b, i);

		if (steps[i].want && !strcmp(is, steps[i].want))
			continue;
		printf("# wrong: message %d came out as\n= %s\n", i, is);
		bad++;
	}
	return bad;
}

static void add_step(struct burst *b, const struct step *step, __u16 family)
{
	struct nlmsghdr *hdr;

	burst_add(b, step->bytes, step->len);
	hdr = (struct nlmsghdr *)(b->buf.buf + b->at[b->n - 1]);
	if (hdr->nlmsg_type == STEP_FAMILY)
		hdr->nlmsg_type = family;
}

/**
 * script_run - send a script in a network namespace of its own
 * @s:    script
 * @j:    judge
 * @mode: what to do with what comes out
 *
 * Return: how much was wrong, of the answers and of the tables afterwards.
 */
int script_run(const struct script *s, struct judge *j, enum script_mode mode)
{
	int i, bad = 0, before = j->complaints;
	struct burst *b = calloc(1, sizeof(*b));
	struct line l;

	j->outcomes = mode != SCRIPT_JUDGE;
	if (!b || new_netns() || line_open(&l, true, true)) {
		perror("a namespace");
		exit(1);
	}
	for (i = 0; i < s->n; i += b->n) {
		burst_begin(b);
		do
			add_step(b, &s->steps[i + b->n], l.nl.family);
		while (i + b->n < s->n && !s->steps[i + b->n].sends && b->n < BURST_MAX);
		line_exchange(&l, b, j, true);
		if (mode == SCRIPT_COMPARE)
			bad += compare_outcomes(&s->steps[i], b);
		else if (mode == SCRIPT_RECORD)
			record_outcomes(&s->steps[i], b);
	}
	ear_check(&l.ear, &l.nl, j);
	bad += state_check(&l.nl);
	line_close(&l);
	msg_free(&b->buf);
	free(b);
	return bad + j->complaints - before;
}

/* Whether something is still wrong without @n steps from @from on. */
static bool fails_without(const struct script *s, int from, int n)
{
	struct judge *j = calloc(1, sizeof(*j));
	struct script less = *s;
	int bad;

	if (!j)
		return false;
	less.n = s->n - n;
	less.steps = calloc(less.n + 1, sizeof(*less.steps));
	if (!less.steps)
		exit(1);
	memcpy(less.steps, s->steps, from * sizeof(*s->steps));
	memcpy(less.steps + from, s->steps + from + n, (less.n - from) * sizeof(*s->steps));
	j->quiet = true;
	bad = script_run(&less, j, SCRIPT_JUDGE);
	free(less.steps);
	free(j);
	return bad;
}

static void remove_steps(struct script *s, int from, int n)
{
	bool sends = s->steps[from].sends;
	int i;

	for (i = from; i < from + n; i++) {
		free(s->steps[i].bytes);
		free(s->steps[i].want);
	}
	memmove(s->steps + from, s->steps + from + n, (s->n - from - n) * sizeof(*s->steps));
	s->n -= n;
	if (from < s->n)
		s->steps[from].sends |= sends;
}

/* Leaves out what is not needed for the script to go wrong. */
void script_minimise(struct script *s)
{
	int chunk, from;

	for (chunk = (s->n + 1) / 2; chunk; chunk /= 2) {
		for (from = s->n - chunk; from > -chunk; from -= chunk) {
			int at = from < 0 ? 0 : from;
			int n = from < 0 ? chunk + from : chunk;

			if (n < s->n && fails_without(s, at, n))
				remove_steps(s, at, n);
			if (from > s->n)
				from = s->n;
		}
	}
}

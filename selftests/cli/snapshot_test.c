// SPDX-License-Identifier: GPL-2.0
/* Dumps that are interrupted, that fail, and that cannot be written; aligned columns. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "align.h"
#include "buf.h"
#include "snapshot.h"

#include "tap.h"

/* A dump that is cut short some times before it succeeds or fails. */
struct script {
	int interrupted;
	int result;
	int attempts;
};

static int dump(FILE *out, void *arg, struct kern_error *e)
{
	struct script *s = arg;

	fprintf(out, "attempt %d\n", ++s->attempts);
	e->code = 0;
	if (s->attempts <= s->interrupted)
		return -EINTR;
	e->code = -s->result;
	fputs("end\n", out);
	return s->result;
}

/* Whether @text is all that @spool holds. */
static bool holds(FILE *spool, const char *text)
{
	char *copy = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&copy, &size);
	bool same;

	snapshot_copy(spool, out);
	fclose(out);
	same = !strcmp(copy, text);
	free(copy);
	return same;
}

static void test_retry(void)
{
	struct script plain = { 0 }, twice = { .interrupted = 2 }, fails = { .result = -EPERM };
	struct script always = { .interrupted = 1000 };
	struct kern_error e;
	FILE *f = snapshot_spool();

	tap_ok(!snapshot_take(f, dump, &plain, &e) && holds(f, "attempt 1\nend\n"), "a whole dump");
	tap_ok(!snapshot_take(f, dump, &twice, &e) && holds(f, "attempt 3\nend\n"),
	       "interrupted twice: only the third attempt is left");
	tap_ok(snapshot_take(f, dump, &fails, &e) == -EPERM && fails.attempts == 1,
	       "a refusal is not tried again");
	tap_ok(snapshot_take(f, dump, &always, &e) == -EINTR && always.attempts < 100,
	       "given up after %d attempts", always.attempts);
	fclose(f);
}

static void test_full(void)
{
	struct script plain = { 0 };
	FILE *f = fopen("/dev/full", "w");
	struct kern_error e;
	int ret = snapshot_take(f, dump, &plain, &e);

	tap_ok(ret < 0 && ret != -EINTR && e.code, "a full device: %s", e.text);
	fclose(f);
}

static void add(struct align *a, const char *text, FILE *spool)
{
	struct buf b = { 0 };

	buf_str(&b, text);
	align_add(a, &b, spool);
}

static void test_align(void)
{
	FILE *spool = snapshot_spool(), *lines = tmpfile();
	struct align a = { 0 };

	add(&a, "A\tBB\tC", spool);
	add(&a, "aaaa\tb\tcc", spool);
	add(&a, "\t\t", spool);
	align_print(&a, spool, lines);
	tap_ok(holds(lines, "A     BB  C\naaaa  b   cc\n\n"), "columns");
	fclose(spool);
	fclose(lines);
}

int main(void)
{
	test_retry();
	test_full();
	test_align();
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What apply does when things go wrong in the middle, which no test against a kernel can
 * time: a batch that is refused as a whole, and somebody else's change between two.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/devsess.h>

#include "apply.h"
#include "kern_batch.h"

#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* More than two batches. */
#define LINES 10000

static struct {
	uint32_t batches, items;
	uint32_t refuse_at;	/* the batch of this number is refused; 0: none */
	uint32_t others_at;	/* somebody changes the table after it */
	uint64_t generation;
	char told[512];
} fake;

/* What apply has of the tool and of the kernel. */

int cli_failed(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake.told, sizeof(fake.told), fmt, ap);
	va_end(ap);
	return CLI_REFUSED;
}

void cli_told(const char *fmt, ...)
{
	(void)fmt;
}

int cli_refused(const char *what, const struct kern_error *e)
{
	return cli_failed("%s: %s", what, strerror(e->code));
}

const char *cli_item_reason(const char *reason, int err)
{
	return reason ? reason : strerror(err);
}

int kern_dump(struct kern *kern, const char *table, const struct filter *f, kern_session_fn fn,
	      void *arg, struct kern_error *e)
{
	(void)kern;
	(void)table;
	(void)f;
	(void)fn;
	(void)arg;
	(void)e;
	return 0;
}

int kern_stats(struct kern *kern, const char *table, kern_stats_fn fn, void *arg,
	       struct kern_error *e)
{
	struct stats s = { .value[DEVSESS_A_STATS_GENERATION] = fake.generation };

	(void)kern;
	(void)table;
	(void)e;
	return fn(&s, arg);
}

int kern_table_get(struct kern *kern, const char *name, kern_table_fn fn, void *arg,
		   struct kern_error *e)
{
	struct table t = { .key_max = DEVSESS_KEY_MAX };

	(void)kern;
	(void)name;
	(void)e;
	return fn(&t, arg);
}

int kern_batch_send(struct kern *kern, struct kern_batch *b, struct kern_error *e)
{
	(void)kern;
	if (++fake.batches == fake.refuse_at) {
		*e = (struct kern_error){ .code = ENOENT };
		return -ENOENT;
	}
	fake.items += b->count;
	fake.generation += b->count + (fake.batches == fake.others_at);
	b->results = calloc(b->count, sizeof(*b->results));
	b->reasons = calloc(b->count, sizeof(*b->reasons));
	if (!b->results || !b->reasons)
		abort();
	return 0;
}

void kern_batch_free(struct kern_batch *b)
{
	free(b->results);
	free(b->reasons);
}

/* A file in memory of so many bytes of @text. */
static int file_of(const char *text, size_t len)
{
	int fd = memfd_create("apply", 0);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

static int many_lines(void)
{
	char *text = malloc(LINES * 8 + 16);
	size_t len = sprintf(text, "device\n");
	int fd;

	for (int i = 0; i < LINES; i++)
		len += sprintf(text + len, "d%05d\n", i);
	fd = file_of(text, len);
	free(text);
	return fd;
}

/* Returns how it ended. */
static int apply(struct cli *cli, int fd, struct apply *a)
{
	int ret;

	fake.batches = 0;
	fake.items = 0;
	fake.told[0] = '\0';
	*a = (struct apply){ .cli = cli, .name = "file" };
	ret = apply_read(a, fd);
	if (!ret)
		ret = apply_compare(a);
	if (!ret)
		ret = apply_run(a);
	apply_free(a);
	close(fd);
	return ret;
}

static void test_whole(void)
{
	struct cli cli = { .quiet = true };
	struct apply a;
	int ret = apply(&cli, many_lines(), &a);

	tap_ok(ret == CLI_DONE && a.added == LINES && fake.items == LINES, "all are added");
}

static void test_refused(void)
{
	struct cli cli = { .quiet = true };
	struct apply a;
	int ret;

	fake.refuse_at = 1;
	ret = apply(&cli, many_lines(), &a);
	tap_ok(ret == CLI_REFUSED && fake.batches == 1 && !a.added && a.stopped,
	       "the first batch is refused: %s", fake.told);
	fake.refuse_at = 2;
	ret = apply(&cli, many_lines(), &a);
	tap_ok(ret == CLI_REFUSED && fake.batches == 2 && a.added == fake.items && a.stopped,
	       "the second batch is refused: %s", fake.told);
	fake.refuse_at = 3;
	ret = apply(&cli, many_lines(), &a);
	tap_ok(ret == CLI_REFUSED && fake.batches == 3 && a.added == fake.items,
	       "the last batch is refused: %s", fake.told);
	fake.refuse_at = 0;
}

static void test_generation(void)
{
	struct cli cli = { .quiet = true, .given = CLI_OPT_IF_GENERATION };
	struct apply a;
	int ret;

	fake.generation = 7;
	cli.if_generation = 7;
	tap_ok(apply(&cli, many_lines(), &a) == CLI_DONE, "its own changes are none of others");
	ret = apply(&cli, many_lines(), &a);
	tap_ok(ret == CLI_REFUSED && !fake.batches && strstr(fake.told, "has changed"),
	       "changed before: %s", fake.told);
	for (uint32_t at = 1; at <= 2; at++) {
		cli.if_generation = fake.generation;
		fake.others_at = at;
		ret = apply(&cli, many_lines(), &a);
		tap_ok(ret == CLI_REFUSED && fake.batches == at && a.stopped &&
		       strstr(fake.told, "has changed"), "changed after batch %u: %s", at,
		       fake.told);
	}
	cli.if_generation = fake.generation;
	fake.others_at = 3;
	ret = apply(&cli, many_lines(), &a);
	tap_ok(ret == CLI_REFUSED && a.added == LINES && strstr(fake.told, "has changed"),
	       "changed behind the last one: %s", fake.told);
	fake.others_at = 0;
}

/* What was cut before its first byte is no wish for an empty table. */
static void test_empty(void)
{
	static const struct {
		enum cli_format format;
		const char *text;
	} files[] = {
		{ CLI_FORMAT_ANY, "" }, { CLI_FORMAT_CSV, "" }, { CLI_FORMAT_JSONL, "" },
		{ CLI_FORMAT_JSONL, "\n\n" }, { CLI_FORMAT_CSV, "\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct cli cli = { .quiet = true, .format = files[i].format };
		struct apply a;
		int ret = apply(&cli, file_of(files[i].text, strlen(files[i].text)), &a);

		tap_ok(ret == CLI_REFUSED && strstr(fake.told, "is empty"), "empty %zu: %s", i,
		       fake.told);
	}
}

int main(void)
{
	test_whole();
	test_refused();
	test_generation();
	test_empty();
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * `load': the first bytes of the input are options and what is to fail, the
 * rest is the file. Each line is loaded or told, none is both; an atomic load
 * loads all or nothing; what was loaded is saved and loaded again.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "jsonl.h"
#include "load.h"
#include "util.h"

#include "fake_kern.h"
#include "fuzz.h"

#define NAME		"file"
#define OPTION_BYTES	4

/* What one load did. */
struct outcome {
	int ret;
	uint64_t loaded;
	uint64_t failed;
	bool stopped;
	bool no_header; /* it could not be read, so nothing was begun */
};

static struct outcome load(struct cli *cli, const void *bytes, size_t len, size_t chunk, bool error)
{
	struct outcome o;
	struct load l;

	fake_file(bytes, len, chunk, error);
	cli->kern = (struct kern *)&fake;
	fuzz_must(!load_init(&l, cli, NAME, -1, len, NULL), "no memory");
	o.ret = load_run(&l);
	o.loaded = l.loaded;
	o.failed = l.failed;
	o.stopped = l.stopped;
	o.no_header = error && !l.source.header.columns && l.source.format == CLI_FORMAT_CSV;
	load_destroy(&l);
	return o;
}

/* The lines that are to be loaded or told, counted in another way. */
struct file_lines {
	uint64_t count;	/* that are not blank */
	bool header_long;
	bool is_jsonl;
};

static struct file_lines count_lines(enum cli_format format, const char *text, size_t len)
{
	struct file_lines f = { 0 };
	const char *lf;

	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		len -= 3;
	}
	f.is_jsonl = format == CLI_FORMAT_JSONL;
	for (size_t i = 0; format == CLI_FORMAT_ANY && i < len; i++) {
		if (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n')
			continue;
		f.is_jsonl = text[i] == '{';
		break;
	}
	for (; len; len -= lf + 1 - text, text = lf + 1) {
		size_t n, blank = 0;

		lf = memchr(text, '\n', len);
		n = lf ? lf - text : len;
		lf = lf ? lf : text + len - 1;
		n -= n && text[n - 1] == '\r';
		while (blank < n && (text[blank] == ' ' || text[blank] == '\t'))
			blank++;
		/* Too long a line is told, blank or not. */
		if (blank < n || n > READER_LINE_MAX) {
			f.header_long |= !f.count && n > READER_LINE_MAX;
			f.count++;
		}
	}
	if (!f.is_jsonl && f.count)
		f.count--;
	return f;
}

static void check_errors(const struct fuzz_output *err, const struct outcome *o)
{
	const char *line = err->text, *lf;

	fuzz_must(o->ret ? err->len : !err->len, "status %d, '%s'", o->ret, err->text);
	for (; *line; line = lf + 1) {
		lf = strchr(line, '\n');
		fuzz_must(lf, "no end of line: %s", line);
		fuzz_must(o->ret == CLI_USAGE || !strncmp(line, NAME ":", strlen(NAME ":")) ||
			  !strncmp(line, "devsess: ", 9), "%s", line);
	}
}

static void check_json(const struct fuzz_output *out, const struct outcome *o)
{
	json_error_t error;
	json_t *sum = json_loads(out->text, 0, &error);

	fuzz_must(sum, "%s: %s", error.text, out->text);
	fuzz_must(json_integer_value(json_object_get(sum, "loaded")) == (json_int_t)o->loaded &&
		  json_integer_value(json_object_get(sum, "failed")) == (json_int_t)o->failed &&
		  json_array_size(json_object_get(sum, "failures")) == o->failed &&
		  json_is_false(json_object_get(sum, "complete")) == o->stopped, "%s", out->text);
	json_decref(sum);
}

static void check_outcome(const struct cli *cli, const struct outcome *o,
			  const struct file_lines *lines)
{
	bool atomic = cli->given & CLI_OPT_ATOMIC;

	fuzz_must(o->ret == CLI_DONE || o->ret == CLI_REFUSED || o->ret == CLI_USAGE, "%d", o->ret);
	fuzz_must(o->loaded == fake.count, "%u were stored", fake.count);
	if (o->ret == CLI_USAGE || o->no_header) {
		fuzz_must(!fake.changes && !lines->is_jsonl, "refused, and sent");
		return;
	}
	fuzz_must(o->ret == (o->failed || o->stopped ? CLI_REFUSED : CLI_DONE), "%d", o->ret);
	fuzz_must(!lines->header_long || lines->is_jsonl || o->stopped, "a long header");
	if (!o->stopped && !atomic)
		fuzz_must(o->loaded + o->failed == lines->count, "%llu and %llu of %llu lines",
			  (unsigned long long)o->loaded, (unsigned long long)o->failed,
			  (unsigned long long)lines->count);
	if (atomic)
		fuzz_must(o->ret ? !o->loaded : o->loaded == lines->count, "%llu of %llu lines",
			  (unsigned long long)o->loaded, (unsigned long long)lines->count);
}

/* Sessions as a file, in memory of its own. */
static char *save(enum cli_format format, const struct session *s, uint32_t count, size_t *len)
{
	struct buf b = { 0 };
	char *text;
	FILE *f = open_memstream(&text, len);

	if (!f)
		fuzz_fail("no memory");
	if (format == CLI_FORMAT_CSV)
		csv_format_header(&b);
	buf_flush(&b, f);
	for (uint32_t i = 0; i < count; i++) {
		if (format == CLI_FORMAT_CSV) {
			csv_format(&b, &s[i]);
		} else {
			jsonl_format(&b, &s[i]);
			buf_char(&b, '\n');
		}
		buf_flush(&b, f);
	}
	fclose(f);
	return text;
}

/* The lines of this file may be longer than those of the input may. */
static bool fits(const char *text, size_t len)
{
	size_t line = 0;

	for (size_t i = 0; i < len; i++) {
		line = text[i] == '\n' ? 0 : line + 1;
		if (line > READER_LINE_MAX)
			return false;
	}
	return true;
}

static void load_again(enum cli_format format, const struct session *want, uint32_t count)
{
	struct cli cli = { .batch = 3, .quiet = true, .format = format };
	struct fuzz_output out, err;
	struct outcome o;
	size_t len;
	char *text = save(format, want, count, &len);

	fake_reset();
	if (fits(text, len)) {
		fuzz_catch(&out, &err);
		o = load(&cli, text, len, len + 1, false);
		fuzz_release(&out, &err);
		fuzz_must(!o.ret && !err.len && !out.len, "%d: %s", o.ret, err.text);
		fuzz_must(fake.count == count, "%u of %u", fake.count, count);
		for (uint32_t i = 0; i < count; i++)
			fuzz_same(&want[i], &fake.taken[i]);
		fuzz_drop(&out, &err);
	}
	free(text);
}

static void save_and_load(void)
{
	struct session *taken = fake.taken;
	uint32_t count = fake.count;

	fake.taken = NULL;
	load_again(CLI_FORMAT_CSV, taken, count);
	load_again(CLI_FORMAT_JSONL, taken, count);
	free(taken);
}

/* Options of the tool that may go together, and what fails. */
static void options(const uint8_t *in, struct cli *cli)
{
	static const enum cli_format formats[] = {
		CLI_FORMAT_ANY, CLI_FORMAT_CSV, CLI_FORMAT_JSONL,
	};
	static const uint32_t batches[] = { 0, 1, 2, 3 };
	static const int errors[] = { ENOENT, ENOMEM, EPERM };
	static const int item_errors[] = { EEXIST, ENOSPC, EPERM };

	cli->json = in[0] & 1;
	cli->quiet = !cli->json;
	cli->given |= in[0] & 2 ? CLI_OPT_INSERT : 0;
	cli->given |= in[0] & 4 ? CLI_OPT_ATOMIC : 0;
	if (!(cli->given & CLI_OPT_ATOMIC))
		cli->batch = batches[in[0] >> 3 & 3];
	cli->format = formats[in[1] % ARRAY_SIZE(formats)];
	fake.nth_fails = in[3] & 15;
	fake.item_error = item_errors[(in[3] >> 4) % ARRAY_SIZE(item_errors)];
	if (in[3] >= 0xe0)
		fake.error = errors[in[3] % ARRAY_SIZE(errors)];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_output out, err;
	struct file_lines lines;
	struct cli cli = { 0 };
	struct outcome o;
	bool error;

	if (size < OPTION_BYTES)
		return -1;
	fake_reset();
	options(data, &cli);
	error = data[2] == 0xff;
	fuzz_catch(&out, &err);
	o = load(&cli, data + OPTION_BYTES, size - OPTION_BYTES, data[2] + 1, error);
	fuzz_release(&out, &err);
	lines = count_lines(cli.format, (const char *)data + OPTION_BYTES, size - OPTION_BYTES);
	check_outcome(&cli, &o, &lines);
	check_errors(&err, &o);
	if (cli.json && o.ret != CLI_USAGE && !o.no_header)
		check_json(&out, &o);
	else
		fuzz_must(!out.len, "%s", out.text);
	fuzz_drop(&out, &err);
	save_and_load();
	fake_reset();
	return 0;
}

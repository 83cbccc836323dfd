// SPDX-License-Identifier: GPL-2.0
/*
 * The whole tool, its kernel faked: the first byte of the input says what the
 * kernel answers, lines are the words of the command line, and what follows an
 * empty line is the file that `load' reads. Whatever is wrong has a message;
 * bad usage changes nothing and prints nothing; JSON is JSON.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "util.h"

#include "fake_kern.h"
#include "fuzz.h"

#define WORDS_MAX 40

/* Each word in memory of its own. Returns where the lines of words end. */
static const uint8_t *split(const uint8_t *at, const uint8_t *end, int *argc, char **argv)
{
	const uint8_t *lf;

	for (; at < end && *argc < WORDS_MAX; at = lf + 1) {
		lf = memchr(at, '\n', end - at);
		lf = lf ? lf : end;
		if (lf == at)
			return lf + 1;
		argv[(*argc)++] = fuzz_string(at, lf - at);
	}
	return at < end ? at : end;
}

/* What asks for help or the version; a long option may be shortened. */
static bool is_help(const char *word)
{
	if (word[0] != '-')
		return false;
	if (word[1] == '-')
		return word[2] == 'h' || word[2] == 'v';
	return strpbrk(word, "hV");
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (is_help(argv[i]))
			return true;
	}
	return false;
}

static bool has_word(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], word))
			return true;
	}
	return false;
}

/* What asks for JSON and nothing else; of save, top and monitor it may be many lines. */
static bool wants_json(int argc, char **argv)
{
	return has_word(argc, argv, "-j") && !has_word(argc, argv, "save") &&
	       !has_word(argc, argv, "top") && !has_word(argc, argv, "monitor") &&
	       !has_word(argc, argv, "help") && !wants_help(argc, argv);
}

static void check(int ret, const struct fuzz_output *out, const struct fuzz_output *err, bool json)
{
	json_error_t error;
	json_t *value;

	fuzz_must(ret == CLI_DONE || ret == CLI_REFUSED || ret == CLI_USAGE, "%d", ret);
	fuzz_must(ret == CLI_DONE ? !err->len : err->len, "status %d: %s", ret, err->text);
	fuzz_must(!err->len || err->text[err->len - 1] == '\n', "%s", err->text);
	fuzz_must(ret != CLI_USAGE || !out->len, "usage: %s", out->text);
	fuzz_must(ret != CLI_USAGE || !fake.changes, "usage, and %u changes", fake.changes);
	if (ret != CLI_DONE || !json)
		return;
	value = json_loads(out->text, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &error);
	fuzz_must(value, "%s: %s", error.text, out->text);
	json_decref(value);
}

static void answers(uint8_t byte)
{
	static const int errors[] = { ENOENT, EEXIST, EPERM, ENOMEM };

	fake_reset();
	fake.nth_fails = byte & 3;
	fake.item_error = errors[byte >> 2 & 3];
	fake.error = byte & 16 ? errors[byte >> 2 & 3] : 0;
	fake.no_open = byte >= 0xf8;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 2] = { NULL }, *sorted[WORDS_MAX + 2];
	const uint8_t *end = data + size, *rest;
	struct fuzz_output out, err;
	int argc = 1, ret;

	if (!size || memchr(data + 1, '\0', size - 1))
		return -1;
	answers(data[0]);
	argv[0] = fuzz_string("devsess", 7);
	rest = split(data + 1, end, &argc, argv);
	fake_file(rest, rest < end ? end - rest : 0, 4096, false);
	/* getopt_long() sorts them. */
	memcpy(sorted, argv, sizeof(sorted));
	optind = 0;
	fuzz_catch(&out, &err);
	ret = devsess_main(argc, sorted);
	fuzz_release(&out, &err);
	check(ret, &out, &err, wants_json(argc, argv));
	fuzz_drop(&out, &err);
	while (argc--)
		free(argv[argc]);
	fake_reset();
	return 0;
}

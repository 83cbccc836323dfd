// SPDX-License-Identifier: GPL-2.0
#include "words.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

const struct word *words_find(const struct word *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(words[i].name, name))
			return &words[i];
	}
	return NULL;
}

static int unknown_word(const struct word *words, size_t count, const char *name, struct err *e)
{
	char quote[ERR_QUOTE_MAX], known[320] = "";

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(known);

		snprintf(known + n, sizeof(known) - n, "%s%s", i ? ", " : "", words[i].name);
	}
	return err_set(e, "unknown word %s (known here: %s)",
		       err_quote(quote, name, strlen(name)), known);
}

int words_read(const struct word *words, size_t count, int argc, char **argv, void *out,
	       struct err *e)
{
	uint32_t seen = 0;

	for (int i = 0; i < argc; i++) {
		const struct word *w = words_find(words, count, argv[i]);
		const char *value = "";

		if (!w)
			return unknown_word(words, count, argv[i], e);
		if (seen & 1u << (w - words))
			return err_set(e, "'%s' stands there twice", w->name);
		seen |= 1u << (w - words);
		if (!w->alone) {
			if (++i == argc)
				return err_set(e, "'%s' lacks its value", w->name);
			value = argv[i];
		}
		if (w->read(out, value, strlen(value), e))
			return err_prefix(e, w->name);
	}
	return 0;
}

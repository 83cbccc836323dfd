/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzz targets of the tool share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "session.h"

/* The target: tries one input; whatever it does wrong aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what went wrong and aborts, so that libFuzzer keeps the input. */
void __printf(1, 2) __attribute__((noreturn)) fuzz_fail(const char *fmt, ...);

#define fuzz_must(cond, fmt, ...) do {						\
	if (!(cond))								\
		fuzz_fail("%s: %s: " fmt, __func__, #cond, ##__VA_ARGS__);	\
} while (0)

/*
 * Text in memory of exactly its size, so that ASan sees a read behind it; and
 * with a NUL, which counts as one byte. To be freed.
 */
char *fuzz_exact(const void *text, size_t len);
char *fuzz_string(const void *text, size_t len);

/*
 * What a parser answered: true if it took its input. A refusal has a sentence,
 * which is fit for a terminal.
 */
bool fuzz_taken(int ret, const struct err *e);

/* The same values in all fields that a request can give. */
void fuzz_same(const struct session *a, const struct session *b);

/* What the kernel makes of a weight that is not given: it never shows 0. */
static inline void fuzz_store(struct session *s)
{
	if (!s->weight)
		s->weight = 1;
}

/* Catches what goes to stdout and stderr, as text of @len bytes and a NUL. */
struct fuzz_output {
	FILE *saved;
	char *text;
	size_t len;
};

void fuzz_catch(struct fuzz_output *out, struct fuzz_output *err);
void fuzz_release(struct fuzz_output *out, struct fuzz_output *err);
void fuzz_drop(struct fuzz_output *out, struct fuzz_output *err);

#endif

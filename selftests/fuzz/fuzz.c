// SPDX-License-Identifier: GPL-2.0
#include "fuzz.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not through stderr, which may be caught. */
void fuzz_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dprintf(STDERR_FILENO, "WRONG: ");
	vdprintf(STDERR_FILENO, fmt, ap);
	dprintf(STDERR_FILENO, "\n");
	va_end(ap);
	abort();
}

static char *copy(const void *text, size_t len, size_t room)
{
	char *p = malloc(room);

	if (!p)
		fuzz_fail("no memory");
	memcpy(p, text, len);
	return p;
}

char *fuzz_exact(const void *text, size_t len)
{
	return copy(text, len, len ? len : 1);
}

char *fuzz_string(const void *text, size_t len)
{
	char *p = copy(text, len, len + 1);

	p[len] = '\0';
	return p;
}

bool fuzz_taken(int ret, const struct err *e)
{
	size_t len = strnlen(e->text, sizeof(e->text));

	if (ret >= 0)
		return true;
	fuzz_must(ret == -1, "%d", ret);
	fuzz_must(len && len < sizeof(e->text), "%zu bytes", len);
	for (size_t i = 0; i < len; i++)
		fuzz_must(e->text[i] >= 0x20 && e->text[i] < 0x7f, "%s", e->text);
	return false;
}

#define same(field) \
	fuzz_must(a->field == b->field, "%llu, %llu", (unsigned long long)a->field, \
		  (unsigned long long)b->field)

void fuzz_same(const struct session *a, const struct session *b)
{
	same(device.len);
	same(session);
	same(addr.family);
	same(port);
	same(owner);
	same(mark);
	same(state);
	same(flags);
	same(weight);
	same(ttl_ms);
	same(expires_in_ms);
	same(data_len);
	fuzz_must(!memcmp(a->device.bytes, b->device.bytes, a->device.len), "device");
	fuzz_must(!memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes)), "addr");
	fuzz_must(!memcmp(a->data, b->data, a->data_len), "data");
	fuzz_must(!((a->has ^ b->has) & HAS(F_EXPIRES_IN_MS)), "expires_in_ms");
}

static FILE *catch(struct fuzz_output *o, FILE *stream)
{
	FILE *memory = open_memstream(&o->text, &o->len);

	if (!memory)
		fuzz_fail("no memory");
	o->saved = stream;
	return memory;
}

void fuzz_catch(struct fuzz_output *out, struct fuzz_output *err)
{
	stdout = catch(out, stdout);
	stderr = catch(err, stderr);
}

void fuzz_release(struct fuzz_output *out, struct fuzz_output *err)
{
	fclose(stdout);
	fclose(stderr);
	stdout = out->saved;
	stderr = err->saved;
}

void fuzz_drop(struct fuzz_output *out, struct fuzz_output *err)
{
	free(out->text);
	free(err->text);
}

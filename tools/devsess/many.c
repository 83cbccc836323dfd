// SPDX-License-Identifier: GPL-2.0
#include "many.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int many_parse(struct many *m, int argc, char **argv, struct err *e)
{
	if (!argc)
		return err_set(e, "a device id is missing");
	m->count = argc;
	m->names = argv;
	m->items = calloc(argc, sizeof(m->items[0]));
	if (!m->items)
		return err_set(e, "out of memory");
	for (int i = 0; i < argc; i++) {
		if (id_parse(argv[i], strlen(argv[i]), &m->items[i].device, e)) {
			many_free(m);
			return err_prefix(e, "device");
		}
		m->items[i].has = HAS(F_DEVICE);
	}
	return 0;
}

void many_free(struct many *m)
{
	free(m->items);
	m->items = NULL;
}

int many_send(struct cli *cli, const struct many *m, uint32_t at, uint32_t max, uint32_t op,
	      struct kern_batch *b)
{
	struct kern_error ke;

	memset(b, 0, sizeof(*b));
	b->table = cli->table;
	b->op = op;
	b->items = m->items + at;
	b->count = m->count - at < max ? m->count - at : max;
	if (kern_batch_send(cli->kern, b, &ke))
		return cli_refused(cli->command->name, &ke);
	return CLI_DONE;
}

uint32_t many_report(const struct many *m, uint32_t at, const struct kern_batch *b,
		     many_failed_fn fn, void *arg)
{
	uint32_t failed = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		const char *reason;

		if (b->results[i] >= 0)
			continue;
		reason = cli_item_reason(b->reasons[i], -b->results[i]);
		cli_failed("%s: %s", m->names[at + i], reason);
		if (fn)
			fn(&b->items[i], reason, arg);
		failed++;
	}
	return failed;
}

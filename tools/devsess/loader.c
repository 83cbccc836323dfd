// SPDX-License-Identifier: GPL-2.0
#include "loader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "kern_batch.h"

void loader_fail(struct loader *l, const struct id *id, const char *reason)
{
	struct buf b = { 0 };

	id_format(&b, id);
	cli_failed("%s: %s", buf_text(&b), reason);
	l->failed++;
}

void loader_store(struct loader *l, const struct session *items, uint32_t n)
{
	struct kern_batch b = {
		.table = l->cli->table, .op = DEVSESS_OP_INSERT, .items = items, .count = n,
	};
	struct kern_error ke;

	if (!n)
		return;
	if (kern_batch_send(l->cli->kern, &b, &ke)) {
		cli_refused(l->cli->command->name, &ke);
		l->failed += n;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (b.results[i] == -EEXIST)
			l->there++;
		else if (b.results[i] < 0)
			loader_fail(l, &items[i].device,
				    cli_item_reason(b.reasons[i], -b.results[i]));
		else
			l->loaded++;
	}
	kern_batch_free(&b);
}

void loader_refuse(struct loader *l, const struct id *id)
{
	struct kern_error ke;
	char reason[512];

	if (!kern_refuse(l->cli->kern, l->cli->table, id, &ke)) {
		l->refused++;
		return;
	}
	cli_reason(reason, sizeof(reason), &ke);
	loader_fail(l, id, reason);
}

void loader_print(const struct loader *l)
{
	if (l->cli->json)
		printf("{\"asked\":%" PRIu64 ",\"loaded\":%" PRIu64 ",\"there\":%" PRIu64
		       ",\"refused\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"lost\":%" PRIu64 "}\n",
		       l->asked, l->loaded, l->there, l->refused, l->failed, l->lost);
	else if (!l->cli->quiet)
		printf("asked for %" PRIu64 ", loaded %" PRIu64 ", there already %" PRIu64
		       ", refused %" PRIu64 ", failed %" PRIu64 ", lost %" PRIu64 " times\n",
		       l->asked, l->loaded, l->there, l->refused, l->failed, l->lost);
}

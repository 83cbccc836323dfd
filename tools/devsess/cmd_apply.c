// SPDX-License-Identifier: GPL-2.0
#include "cmd_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "buf.h"
#include "field.h"

/* A step of the plan on its way out. */
struct printer {
	bool json;
	bool more; /* there was one before */
};

static void print_fields(struct buf *b, uint32_t differ, bool json)
{
	const char *before = json ? ",\"fields\":[" : " ";

	for (int f = 0; f < FIELDS; f++) {
		if (!(differ & HAS(f)))
			continue;
		buf_str(b, before);
		buf_str(b, json ? "\"" : "");
		buf_str(b, field_names[f]);
		buf_str(b, json ? "\"" : "");
		before = ",";
	}
	if (json && differ)
		buf_char(b, ']');
}

static void print_step(struct printer *p, const char *verb, const struct id *id, uint32_t differ)
{
	struct buf b = { 0 };

	if (p->json)
		buf_str(&b, p->more ? ",\n{\"do\":\"" : "\n{\"do\":\"");
	buf_str(&b, verb);
	buf_str(&b, p->json ? "\",\"device\":\"" : " ");
	id_format(&b, id);
	if (p->json)
		buf_char(&b, '"');
	print_fields(&b, differ, p->json);
	buf_str(&b, p->json ? "}" : "\n");
	buf_flush(&b, stdout);
	p->more = true;
}

static void print_steps(const struct apply *a, struct printer *p)
{
	for (uint32_t i = 0; i < a->gone_count; i++)
		print_step(p, "delete", &a->gone[i].device, 0);
	for (uint32_t i = 0; i < a->want.count; i++) {
		if (a->wishes[i].differ)
			print_step(p, "change", &a->want.items[i].device, a->wishes[i].differ);
	}
	for (uint32_t i = 0; i < a->want.count; i++) {
		if (!a->wishes[i].there)
			print_step(p, "add", &a->want.items[i].device, 0);
	}
}

static void print_plan(const struct apply *a)
{
	struct printer p = { .json = a->cli->json };

	if (p.json)
		fputs("{\"plan\":[", stdout);
	print_steps(a, &p);
	if (p.json)
		printf("%s],\"add\":%" PRIu32 ",\"change\":%" PRIu32 ",\"delete\":%" PRIu32
		       ",\"unchanged\":%" PRIu32 ",\"generation\":%" PRIu64 "}\n",
		       p.more ? "\n" : "", a->adds, a->changes, a->gone_count, a->same,
		       a->generation);
	else if (!a->cli->quiet)
		printf("to add %" PRIu32 ", to change %" PRIu32 ", to delete %" PRIu32
		       ", unchanged %" PRIu32 ", generation %" PRIu64 "\n",
		       a->adds, a->changes, a->gone_count, a->same, a->generation);
}

static int apply_fd(struct cli *cli, const char *name, int fd)
{
	struct apply a = { .cli = cli, .name = name };
	int ret = apply_read(&a, fd);

	if (!ret)
		ret = apply_compare(&a);
	if (!ret && cli->given & CLI_OPT_DRY_RUN)
		print_plan(&a);
	else if (!ret)
		ret = apply_run(&a);
	apply_free(&a);
	return ret;
}

static int run_apply(struct cli *cli, int argc, char **argv)
{
	int fd, ret;

	if (argc != 1)
		return cli_usage(cli, "the name of one file, or -, must follow");
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (!strcmp(argv[0], "-"))
		return apply_fd(cli, "<stdin>", STDIN_FILENO);
	fd = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_failed("%s: %s", argv[0], strerror(errno));
	ret = apply_fd(cli, argv[0], fd);
	close(fd);
	return ret;
}

const struct command cmd_apply = {
	.name = "apply",
	.run = run_apply,
	.options = CLI_OPT_TABLE | CLI_OPT_FORMAT | CLI_OPT_DRY_RUN | CLI_OPT_IF_GENERATION,
	.args = "FILE|-",
	.brief = "make a table hold what a file lists, touching only what differs",
	.help = "The file is as for load, and says what the table is to hold: sessions it does\n"
		"not list are deleted, those that differ are changed in the fields that differ, and\n"
		"missing ones are created. The others keep version, expiry and times. What a line\n"
		"does not give is 0, nothing, or for the state new; but without ttl_ms a session that\n"
		"is there keeps its own. expires_in_ms is for new sessions only.\n"
		"If a line is bad, a device stands there twice, or the last line does not end (the file\n"
		"may have been cut), nothing is changed. A session that\n"
		"somebody else changes meanwhile stays as he made it, is reported and makes the exit\n"
		"status 1; so does one whose device got a session meanwhile.\n"
		"  --dry-run           print the plan, a step a line, and change nothing\n"
		"  --if-generation N   refuse if the table's generation, which stats and --dry-run\n"
		"                      print, is another: something but a touch has changed it; and stop\n"
		"                      before the next 4096 changes, with status 1, if something has in\n"
		"                      the course of it, and be it that a session expired or was evicted\n"
		"  --format NAME       csv or jsonl\n"
		"With -j: {\"failures\":[{\"device\":ID,\"error\":TEXT}...],\"added\":N,\"changed\":N,\n"
		"\"deleted\":N,\"unchanged\":N,\"failed\":N,\"complete\":false if it stopped before the\n"
		"end}; with --dry-run {\"plan\":[{\"do\":\"delete\", \"change\" or \"add\",\"device\":ID,\n"
		"\"fields\":[NAME...] of a change}...],\"add\":N,\"change\":N,\"delete\":N,\n"
		"\"unchanged\":N,\"generation\":N}.\n",
};

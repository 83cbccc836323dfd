// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "cmd_save.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "csv.h"
#include "jsonl.h"
#include "snapshot.h"
#include "util.h"

struct save {
	struct cli *cli;
	bool jsonl;
	uint64_t count;
	FILE *out;
};

static int add_session(const struct session *s, void *arg)
{
	struct save *save = arg;
	struct buf b;

	b.len = 0;
	if (save->jsonl) {
		jsonl_format(&b, s);
		buf_char(&b, '\n');
	} else {
		csv_format(&b, s);
	}
	buf_flush(&b, save->out);
	save->count++;
	return ferror(save->out) ? -EIO : 0;
}

static int dump_sessions(FILE *out, void *arg, struct kern_error *ke)
{
	struct save *save = arg;
	struct buf b = { 0 };

	save->out = out;
	save->count = 0;
	if (!save->jsonl) {
		csv_format_header(&b);
		buf_flush(&b, out);
	}
	return kern_dump(save->cli->kern, save->cli->table, NULL, add_session, save, ke);
}

/* To something that cannot be taken back: only once the dump is whole. */
static int save_stream(struct save *save, FILE *out)
{
	FILE *spool = snapshot_spool();
	struct kern_error ke;
	int ret = CLI_DONE;

	if (!spool)
		return cli_failed("temporary file: %s", strerror(errno));
	if (snapshot_take(spool, dump_sessions, save, &ke)) {
		ret = cli_refused("save", &ke);
	} else {
		errno = 0;
		snapshot_copy(spool, out);
		if (ferror(spool) || ferror(out))
			ret = cli_failed("save: %s", strerror(errno));
	}
	fclose(spool);
	return ret;
}

/* The file beside the target that a signal has to take away. */
static char unfinished[PATH_MAX];

static void remove_unfinished(int sig)
{
	unlink(unfinished);
	signal(sig, SIG_DFL);
	raise(sig);
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXFSZ };

static void catch_signals(void (*handler)(int sig))
{
	/* One that is ignored, as by nohup, stays so. */
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (signal(signals[i], handler) == SIG_IGN)
			signal(signals[i], SIG_IGN);
	}
}

/* Makes the file, and sees to it that no signal leaves it behind, be it in between. */
static int make_unfinished(void)
{
	sigset_t those, before;
	int fd;

	sigemptyset(&those);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&those, signals[i]);
	sigprocmask(SIG_BLOCK, &those, &before);
	fd = mkstemp(unfinished);
	if (fd >= 0)
		catch_signals(remove_unfinished);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fd;
}

/* Sessions are for CAP_NET_ADMIN to read: a new file is its owner's alone. */
static FILE *open_beside(const char *path, const struct stat *old)
{
	FILE *out;
	int fd;

	if (snprintf(unfinished, sizeof(unfinished), "%s.XXXXXX", path) >=
	    (int)sizeof(unfinished)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = make_unfinished();
	if (fd < 0)
		return NULL;
	/* Who may not give the file to its old owner keeps it to himself. */
	if (old && !fchown(fd, old->st_uid, old->st_gid))
		fchmod(fd, old->st_mode & 0777);
	out = fdopen(fd, "w+");
	if (!out) {
		close(fd);
		unlink(unfinished);
	}
	return out;
}

static int save_beside(struct save *save, const char *path, FILE *out)
{
	struct kern_error ke;

	if (snapshot_take(out, dump_sessions, save, &ke))
		return cli_refused("save", &ke);
	if (fsync(fileno(out)) || rename(unfinished, path))
		return cli_failed("%s: %s", path, strerror(errno));
	return CLI_DONE;
}

/* The whole dump takes the place of the file in one step, or the file stays as it is. */
static int save_file(struct save *save, const char *path, const struct stat *old)
{
	FILE *out = open_beside(path, old);
	int ret;

	if (!out)
		return cli_failed("%s: %s", path, strerror(errno));
	ret = save_beside(save, path, out);
	fclose(out);
	if (ret)
		unlink(unfinished);
	catch_signals(SIG_DFL);
	return ret;
}

/* A device or pipe is written to; a link is followed, not replaced. */
static int save_path(struct save *save, const char *path)
{
	char target[PATH_MAX];
	struct stat st;
	FILE *out;
	int ret;

	if (stat(path, &st)) {
		if (!lstat(path, &st))
			return cli_failed("%s: it is a link to a file that is not there", path);
		return save_file(save, path, NULL);
	}
	if (S_ISREG(st.st_mode))
		return save_file(save, realpath(path, target) ? target : path, &st);
	out = fopen(path, "we");
	if (!out)
		return cli_failed("%s: %s", path, strerror(errno));
	ret = save_stream(save, out);
	if (fclose(out) && !ret)
		ret = cli_failed("%s: %s", path, strerror(errno));
	return ret;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* As the option says, else as the name says, else as -j says. */
static bool is_jsonl(const struct cli *cli, const char *path)
{
	if (cli->format)
		return cli->format == CLI_FORMAT_JSONL;
	if (path && (ends_with(path, ".jsonl") || ends_with(path, ".json")))
		return true;
	return cli->json && (!path || !ends_with(path, ".csv"));
}

static void print_saved(const struct save *save, const char *path)
{
	struct buf b = { 0 };

	if (save->cli->json) {
		buf_str(&b, "{\"saved\":");
		buf_u64(&b, save->count);
		buf_str(&b, ",\"file\":");
		buf_json_long(&b, path, stdout);
		buf_str(&b, "}\n");
		buf_flush(&b, stdout);
	} else if (!save->cli->quiet) {
		printf("saved %" PRIu64 "\n", save->count);
	}
}

static int run_save(struct cli *cli, int argc, char **argv)
{
	const char *path = argc && strcmp(argv[0], "-") ? argv[0] : NULL;
	struct save save = { .cli = cli, .jsonl = is_jsonl(cli, path) };
	int ret;

	if (argc > 1)
		return cli_usage(cli, "one file is enough");
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (!path)
		return save_stream(&save, stdout);
	ret = save_path(&save, path);
	if (!ret)
		print_saved(&save, path);
	return ret;
}

const struct command cmd_save = {
	.name = "save",
	.run = run_save,
	.options = CLI_OPT_TABLE | CLI_OPT_FORMAT,
	.args = "[FILE|-]",
	.brief = "write all sessions of a table to a file, as load reads them",
	.help = "Without FILE or with - standard output. FILE is replaced once the dump is whole;\n"
		"if it is not, FILE stays as it was. A new file can be read by its owner alone.\n"
		"  --format NAME   csv or jsonl; by default jsonl for a FILE that ends in .jsonl or\n"
		"                  .json, and with -j but for one in .csv; else csv\n"
		"With -j and a FILE: {\"saved\":N,\"file\":NAME} on standard output.\n",
};

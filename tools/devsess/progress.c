// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_SECONDS 0.1

#define BAR_WIDTH 30

double progress_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void progress_init(struct progress *p, uint64_t size, bool wanted)
{
	p->on = wanted && isatty(STDERR_FILENO);
	p->shown = false;
	p->size = size;
	p->start = progress_now();
	p->last = p->start;
}

static void draw_bar(uint64_t bytes, uint64_t size)
{
	/* The file may have grown meanwhile. */
	double part = bytes < size ? (double)bytes / size : 1;
	int full = part * BAR_WIDTH;

	fputc('[', stderr);
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < full ? '#' : ' ', stderr);
	fprintf(stderr, "] %3d%%  ", (int)(part * 100));
}

void progress_show(struct progress *p, uint64_t bytes, uint64_t sessions)
{
	double now;

	if (!p->on)
		return;
	now = progress_now();
	if (now - p->last < REDRAW_SECONDS)
		return;
	p->last = now;
	p->shown = true;
	fputc('\r', stderr);
	if (p->size)
		draw_bar(bytes, p->size);
	fprintf(stderr, "%" PRIu64 " sessions  %.0f/s\033[K", sessions,
		sessions / (now - p->start));
	fflush(stderr);
}

void progress_clear(struct progress *p)
{
	if (!p->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->shown = false;
}

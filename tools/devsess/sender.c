// SPDX-License-Identifier: GPL-2.0
#include "sender.h"

static void *run(void *arg)
{
	struct sender *s = arg;

	s->ret = kern_batch_send(s->kern, &s->batch, &s->error);
	return NULL;
}

void sender_start(struct sender *s)
{
	s->busy = true;
	s->threaded = !pthread_create(&s->thread, NULL, run, s);
	if (!s->threaded)
		run(s);
}

int sender_wait(struct sender *s)
{
	if (s->threaded)
		pthread_join(s->thread, NULL);
	s->busy = false;
	return s->ret;
}

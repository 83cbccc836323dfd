/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions with a checksum and a counter. */
#ifndef DEVSESS_TORTURE_CONTENT_H
#define DEVSESS_TORTURE_CONTENT_H

#include "torture.h"

/* The owner of a session says what it is for; user space has owners of its own. */
enum kind { KEPT = 1, PASSING, CLEARED, HANDLED, CROWD };

u8 content_key(u8 *key, enum kind kind, u32 n);
void content_fill(struct devsess_session *s, enum kind kind, u32 n, u32 counter);
void content_change_data(struct devsess_session *s, u32 counter);
void content_seal(struct devsess_session *s);
void content_expire(struct devsess_session *s, u32 ttl_ms);
bool content_intact(const struct devsess_session *s, enum kind kind, u32 n);

/* How often the session has been changed. */
static inline u32 content_counter(const struct devsess_session *s)
{
	return s->session >> 32;
}

#endif /* DEVSESS_TORTURE_CONTENT_H */

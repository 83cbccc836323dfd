/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions whose fields all follow from three numbers, so that a torn one shows. */
#ifndef DEVSESS_TEST_SESSIONS_H
#define DEVSESS_TEST_SESSIONS_H

#include "test.h"

/* Length of the device ids. */
#define ID_LEN 16

void session_id(u8 id[ID_LEN], u32 kind, u32 n);
void session_fill(struct devsess_session *s, u32 kind, u32 n, u32 generation);
bool session_intact(const struct devsess_session *s, u32 kind, u32 n);
int session_insert(struct devsess_handle *t, u32 kind, u32 n, gfp_t gfp);
int session_lookup(struct devsess_handle *t, u32 kind, u32 n, struct devsess_session *s);
int session_delete(struct devsess_handle *t, u32 kind, u32 n);

#endif /* DEVSESS_TEST_SESSIONS_H */

# SPDX-License-Identifier: GPL-2.0
# A filtered clear looks at the sessions first, and deletes them later.
# file: walk.c
# caught by: plain parallel --test filtered --seconds 30
# says: was cleared though its id was
/^u64 walk_clear/,/^}/{
s/walk_all(t, match, arg, clear_one);/0;\
	struct snapshot snap = { };\
	struct devsess_session s;\
	u32 i;\
\
	while (snap.next <= U32_MAX \&\& !walk_snapshot(t, \&snap, match, arg)) {\
		for (i = 0; i < snap.count; i++) {\
			walk_get(t, \&snap, i, \&s);\
			deleted += !ops_delete(t, s.key, s.key_len);\
		}\
	}\
	walk_free(\&snap);/
}

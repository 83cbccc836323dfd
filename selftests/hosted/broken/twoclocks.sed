# SPDX-License-Identifier: GPL-2.0
# The worker looks at the clock twice: whether something has expired, and what has.
# file: sweep.c
# caught by: plain kunit devsess_events
# says: ^not ok .*devsess_events.meanwhile
/^static u32 expire_shard/,/^}/s/^\tu32 freed;/\tu32 freed;\n\n\tnow = clock_now();\n\te.now = now;/

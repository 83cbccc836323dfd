# SPDX-License-Identifier: GPL-2.0
# A lookup takes no look at the expiry: who is silent is there until the worker comes.
# file: lookup.c
# caught by: plain day --hours 2
# says: not ok . - day.silent_sessions_expire
s/if (ret < 0 || (session_get(&t->layout, rec, W_EXPIRES) &&/if (ret < 0 || (!rec \&\&/

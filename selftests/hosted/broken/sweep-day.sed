# SPDX-License-Identifier: GPL-2.0
# The worker forgets when the next session expires.
# file: sweep.c
# caught by: plain day --hours 2
# says: not ok . - day.counts_are_exact
s/if (p->next != U64_MAX)/if (p->next == 0)/

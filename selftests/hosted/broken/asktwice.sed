# SPDX-License-Identifier: GPL-2.0
# The worker of upcalls takes all that waits for new.
# file: asking.c
# caught by: plain upcall
# says: was asked for [0-9]+ times
s/if (!asking_find(u, id, now, &until) && !stored(u, key)) {/if (id != until) {/

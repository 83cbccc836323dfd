# SPDX-License-Identifier: GPL-2.0
# A reader does not check the sequence count of a slot.
# file: slots.c
# caught by: plain steps
# says: torn session
s/if (READ_ONCE(s->seq) == seq)/if (READ_ONCE(s->seq) || 1)/

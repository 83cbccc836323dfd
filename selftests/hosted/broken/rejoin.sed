# SPDX-License-Identifier: GPL-2.0
# Who joins a group waits for all that is being sent, others having joined before or not.
# file: events.c
# caught by: plain kunit
# says: who reads waits for himself
s/if (door && READ_ONCE(events_door) == door)/if (0)/

# SPDX-License-Identifier: GPL-2.0
# As moves, caught by threads that really run in parallel.
# file: shard.c
# caught by: plain parallel --test churn --seconds 30
# says: lost session c
s/} while (READ_ONCE(sh->moves) != moves);/(void)moves; } while (0);/

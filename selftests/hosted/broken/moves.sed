# SPDX-License-Identifier: GPL-2.0
# A lookup does not look again when sessions moved meanwhile.
# file: shard.c
# caught by: plain steps
# says: promotion_on_misses at step [0-9]*: -2
s/} while (READ_ONCE(sh->moves) != moves);/(void)moves; } while (0);/

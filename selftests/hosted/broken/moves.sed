# SPDX-License-Identifier: GPL-2.0
# A lookup does not look again when sessions moved meanwhile.
# file: shard.c
# caught by: plain steps
s/} while (READ_ONCE(sh->moves) != moves);/(void)moves; } while (0);/

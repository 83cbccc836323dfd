# SPDX-License-Identifier: GPL-2.0
# Promotion clears the dirty map before it raises moves.
# file: resize.c
# caught by: plain steps
# says: promotion: lost
/smp_store_release(&sh->moves, sh->moves + 1);/d
s/^\tslots_clear(dirty);$/\tslots_clear(dirty); shard_count_dirty(sh); smp_store_release(\&sh->moves, sh->moves + 1);/

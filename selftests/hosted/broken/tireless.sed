# SPDX-License-Identifier: GPL-2.0
# The worker does not leave the CPU before its pass is at its end.
# file: sweep.c
# caught by: plain kunit
# says: not ok .*one_shard_a_run
s/SWEEP_RUN_MS \* NSEC_PER_MSEC/U64_MAX/

# SPDX-License-Identifier: GPL-2.0
# Writes to a device are done in the order of the CPUs.
# file: drain.c
# caught by: plain deferred --seconds 20
# says: went back from|instead of
s/return x->order < y->order ? -1 : 1;/return 0;/

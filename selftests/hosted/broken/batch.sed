# SPDX-License-Identifier: GPL-2.0
# All lookups of a batch look where the first of them does.
# file: lookup.c
# caught by: plain model
# says: lookup in a batch: -2, not 0|batch of
s/key.hash = step\[i\].hash;/key.hash = step[0].hash;/

# SPDX-License-Identifier: GPL-2.0
# Removing always leaves an empty tag, which hides what overflowed.
# file: slots.c
# caught by: plain kunit devsess_slots
# says: there.test, 1, 101
# the fuzzer says: (delete|lookup): -2, not 0
s/empty ? TAG_EMPTY : TAG_DELETED/TAG_EMPTY/

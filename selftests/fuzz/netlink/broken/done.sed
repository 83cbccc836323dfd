# SPDX-License-Identifier: GPL-2.0
# A batch counts an item too few.
# file: batch_nl.c
# says: items took effect, but it says
s/^\t\tc->done++;$/\t\tc->done += i != 1;/

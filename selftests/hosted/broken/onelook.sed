# SPDX-License-Identifier: GPL-2.0
# The worker looks at the rings once, one after the other.
# file: drain.c
# caught by: plain deferred --seconds 20
# says: went back from|instead of
/n = collect(d, &d->ring\[cpu\], head, false, n);/d

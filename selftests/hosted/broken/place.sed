# SPDX-License-Identifier: GPL-2.0
# A session that is evicted gives its place back, and yet is replaced.
# file: place.c
# caught by: plain parallel --test capacity --seconds 30
# says: sessions, though 100 are the limit|do not add up|walked
/^static bool take_anothers/,/^}/s/^\t\tif (req->evicted && e.haunt)/\t\tif (req->evicted)\n\t\t\ttable_forget(t, 1);\n&/

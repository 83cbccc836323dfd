# SPDX-License-Identifier: GPL-2.0
# A split forgets when the next session expires.
# file: resize.c
# caught by: plain model
# says: sweep: count
/^static void adopt/,/^}/{
/next_expiry/d
}

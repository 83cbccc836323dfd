# SPDX-License-Identifier: GPL-2.0
# A split during the doubling of the directory is not written to the new array.
# file: directory.c
# caught by: plain steps
/^\tif (d->next)$/,+1d

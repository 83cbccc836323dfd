# SPDX-License-Identifier: GPL-2.0
# A split during the doubling of the directory is not written to the new array.
# file: directory.c
# caught by: plain steps
# says: growth at step [0-9]*: [0-9]* is lost
/^\tif (d->next)$/,+1d

# SPDX-License-Identifier: GPL-2.0
# Now and then a number is left out.
# file: events.c
s/^\t\t\tev->seq++;$/\t\t\tev->seq += 1 + !(ev->seq % 16);/

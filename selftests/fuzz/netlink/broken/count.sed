# SPDX-License-Identifier: GPL-2.0
# The exact count is off by one.
# file: netlink.c
# says: count and dump
s/: devsess_count(t);$/: devsess_count(t) + 1;/

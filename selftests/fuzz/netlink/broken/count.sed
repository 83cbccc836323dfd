# SPDX-License-Identifier: GPL-2.0
# The exact count is off by one.
# file: netlink.c
# says: count and dump
s/: table_count(t);$/: table_count(t) + 1;/

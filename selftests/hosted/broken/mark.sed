# SPDX-License-Identifier: GPL-2.0
# A table is told to be above its high mark when it is above the low one.
# file: watermark.c
# caught by: plain model --plan full_table
# says: sessions are above
s/part >= max \* high/part > max * low/

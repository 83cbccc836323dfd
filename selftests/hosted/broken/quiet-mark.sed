# SPDX-License-Identifier: GPL-2.0
# A write that makes the table reach a mark has nobody tell.
# file: write.c
# caught by: plain model --plan full_table
# says: a mark was reached, and nobody is to tell
s/^\t\twatermark_look(&t->watermark);$/\t\t(void)t;/

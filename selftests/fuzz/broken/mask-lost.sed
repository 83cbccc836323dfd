# SPDX-License-Identifier: GPL-2.0
# The mask of a mark is not kept.
# file: parse.c
# caught by: cli_args
# says: WRONG: try_filter
s/f->has_mask = true;/f->has_mask = false;/

# SPDX-License-Identifier: GPL-2.0
# An id with a comma is written as it is, and CSV takes it for two fields.
# file: id.c
# caught by: cli_text
# says: WRONG: try_id
s/ || c == ',' / /

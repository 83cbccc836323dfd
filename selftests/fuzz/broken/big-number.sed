# SPDX-License-Identifier: GPL-2.0
# A big number is taken where a text is needed.
# file: jsonl.c
# caught by: cli_jsonl
# says: WRONG: check_types: .*a number in
s/big = number && /big = /

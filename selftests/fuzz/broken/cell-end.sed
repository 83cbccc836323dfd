# SPDX-License-Identifier: GPL-2.0
# A quoted cell is written to one byte behind its room.
# file: csv.c
# caught by: cli_csv
# says: out of bounds|buffer-overflow
s/c->len == CELL_MAX/c->len > CELL_MAX/

# SPDX-License-Identifier: GPL-2.0
# The port of a session is not written.
# file: csv.c
# caught by: cli_csv
# says: WRONG: fuzz_same: .*port
s/buf_u64(b, s->port)/buf_u64(b, 0)/

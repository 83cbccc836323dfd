# SPDX-License-Identifier: GPL-2.0
# The CR at the end of a line stays.
# file: reader.c
# caught by: cli_load
# says: WRONG: (check_outcome|check_errors)
s/== '.r')/== '\\v')/

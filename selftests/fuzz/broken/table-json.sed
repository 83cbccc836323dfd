# SPDX-License-Identifier: GPL-2.0
# A comma is missing in the JSON of a table.
# file: print.c
# caught by: cli_main
# says: WRONG: check: value
s/",\\"policy\\":\\""/"\\"policy\\":\\""/

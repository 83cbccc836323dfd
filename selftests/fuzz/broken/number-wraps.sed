# SPDX-License-Identifier: GPL-2.0
# A number of 20 digits is read without a look at what does not fit.
# file: num.c
# caught by: cli_text
# says: WRONG: try_(number|time)
s/i < 19/i < 20/

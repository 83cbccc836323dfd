# SPDX-License-Identifier: GPL-2.0
# A time that is too long by far becomes a short one.
# file: timespan.c
# caught by: cli_text
# says: WRONG: try_time
s/value = UINT64_MAX;/value += 0;/

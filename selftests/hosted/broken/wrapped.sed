# SPDX-License-Identifier: GPL-2.0
# What is stored is asked for by the options of now, not by those of when it was asked for.
# file: upcall.c
# caught by: plain kunit
# says: not ok .*stored_after_options
s/asking_until_stored(until))/until - ((u64)asking_less_ms(\&u->options) << ASKING_MS_SHIFT))/

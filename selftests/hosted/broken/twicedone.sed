# SPDX-License-Identifier: GPL-2.0
# What was done early is done again.
# file: drain.c
# caught by: plain deferred --seconds 20
# says: went back from|instead of
/e->done = true;/d

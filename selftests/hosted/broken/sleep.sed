# SPDX-License-Identifier: GPL-2.0
# A writer in softirq allocates as if it could sleep.
# file: write.c
# caught by: plain model
# says: sleeps where it must not
s/&room, req->gfp)/\&room, GFP_KERNEL)/

# SPDX-License-Identifier: GPL-2.0
# The time of a write is taken before its lock.
# file: write.c
# caught by: plain parallel --test churn --seconds 30 --chaos 3000
# says: torn session p
s/^\treq->now = clock_now();$/\tif (!req->now) req->now = clock_now();/
/^int write_run(/,/^}/s/^\tdo {$/\treq->now = clock_now();\n&/

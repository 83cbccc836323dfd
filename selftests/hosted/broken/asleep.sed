# SPDX-License-Identifier: GPL-2.0
# The worker does not look whether more was put meanwhile.
# file: drain.c
# caught by: plain deferred --seconds 20
# says: wait for ever
s/n = drain_waiting(d);/n = 0;/

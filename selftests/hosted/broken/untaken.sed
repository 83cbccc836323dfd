# SPDX-License-Identifier: GPL-2.0
# What a touch made of a time to live that is taken back stays.
# file: write.c
# caught by: plain kunit
# says: not ok .*restore_ttl
s/later = session_expiry(s->ttl_ms, last_seen);/later = expires;/

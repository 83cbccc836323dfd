# SPDX-License-Identifier: GPL-2.0
# An owner gets one session more than its limit.
# file: owner.c
# caught by: plain kunit devsess_owner
# says: owner_kunit.c
s/e->f.sessions >= e->f.limit/e->f.sessions > e->f.limit/

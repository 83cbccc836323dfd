# SPDX-License-Identifier: GPL-2.0
# An atomic batch does not keep the places of sessions that it gives to other owners.
# file: batch.c
# caught by: plain kunit devsess_owner
# says: owner_kunit.c
s/return run(t, item, true);/return run(t, item, false);/

# SPDX-License-Identifier: GPL-2.0
# A record is not in its home slot, though that is free.
# file: slots.c
# caught by: plain kunit
# says: ^not ok .*devsess_slots.home
s/m & home ?: m/m \& ~home ?: m/

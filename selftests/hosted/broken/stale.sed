# SPDX-License-Identifier: GPL-2.0
# A deleted name is still found by its number.
# file: names.c
# caught by: asan names
# says: heap-use-after-free
s/rcu_access_pointer(\*recent_place(dn, h->number)) == h/!h->number/

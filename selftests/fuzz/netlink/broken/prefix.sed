# SPDX-License-Identifier: GPL-2.0
# The length of a filter's prefix is not checked.
# file: attrs.c
# kernel says: KASAN: (stack|slab)-out-of-bounds
s/if (!nla_len(a) || nla_len(a) > DEVSESS_KEY_MAX)/if (!nla_len(a))/

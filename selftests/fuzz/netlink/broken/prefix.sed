# SPDX-License-Identifier: GPL-2.0
# The length of a filter's prefix is not checked. KASAN as GCC 12 has it does not
# look at memcpy() itself, only at what dies of it.
# file: attrs.c
# kernel says: KASAN:
s/if (!nla_len(a) || nla_len(a) > DEVSESS_KEY_MAX)/if (!nla_len(a))/

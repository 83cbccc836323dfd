# SPDX-License-Identifier: GPL-2.0
# An attribute of a reply has another size.
# file: put.c
# says: the reply's state has 2 bytes
s/nla_put_u32(skb, DEVSESS_A_SESSION_STATE, /nla_put_u16(skb, DEVSESS_A_SESSION_STATE, /

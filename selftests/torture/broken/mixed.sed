# SPDX-License-Identifier: GPL-2.0
# A dump looks its table up by name for each shard.
# file: dump.c
/^\t\terr = walk_snapshot/i\
\t\tnet_table_put(d->t);\
\t\td->t = net_table_get(sock_net(cb->skb->sk),\
\t\t\t\t     attrs_name(compat_dump_attrs(cb)[DEVSESS_A_SESSION_TABLE]));

# SPDX-License-Identifier: GPL-2.0
# All requests are about the tables of one namespace.
# file: table_nl.c
# says: wrong: 
s/genl_info_net(info)/(\&init_net)/

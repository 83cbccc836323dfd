# SPDX-License-Identifier: GPL-2.0
# An IPv6 address with a port is written without brackets.
# file: addr.c
# caught by: cli_text
# says: WRONG: try_addr
s/= port && addr->family == AF_INET6/= false/

# SPDX-License-Identifier: GPL-2.0
# A request is not answered.
# file: netlink.c
# says: not answered
/"the table holds more sessions than that"/,/;/s/"there is no table of that name");/"there is no table of that name") ?: -EINTR;/

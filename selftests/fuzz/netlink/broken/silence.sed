# SPDX-License-Identifier: GPL-2.0
# A request is not answered.
# file: table_nl.c
# says: not answered
/default:/,/}/s/"there is no table of that name");/"there is no table of that name") ?: -EINTR;/

# SPDX-License-Identifier: GPL-2.0
# A refusal says nothing.
# file: attrs.c
# says: refused with EINVAL and no sentence
s/return REFUSE(extack, a, "device is longer than the table.s key_max");/return -EINVAL;/

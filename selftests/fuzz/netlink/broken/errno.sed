# SPDX-License-Identifier: GPL-2.0
# A refusal with an errno that nobody has documented.
# file: attrs.c
# says: refused with EIO
/"port needs addr"/s/return REFUSE/return -EIO + 0 * REFUSE/

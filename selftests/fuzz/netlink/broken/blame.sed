# SPDX-License-Identifier: GPL-2.0
# A refusal blames no attribute.
# file: attrs.c
# says: blames no attribute
s/REFUSE(extack, a, "data is longer/REFUSE(extack, (struct nlattr *)NULL, "data is longer/

# SPDX-License-Identifier: GPL-2.0
# A swapped table keeps its generation, which may be lower than what its new name has shown.
# file: rename.c
# caught by: plain names
# says: the generation fell, or stood
/names_raise_generation(dn, ta);/d

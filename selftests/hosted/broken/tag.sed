# SPDX-License-Identifier: GPL-2.0
# A tag is published before its slot is written.
# file: slots.c
# caught by: plain steps
# says: id 1, though 0 was done
/^static .*void write_slot/,/^}/{
/^\tif (tag)$/,+1d
s/^\tlocal_irq_save(flags);$/\tif (tag)\n\t\tset_tag(t, i, tag);\n&/
}

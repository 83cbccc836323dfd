# SPDX-License-Identifier: GPL-2.0
# The count of a slot is even before its tag is published.
# file: slots.c
# caught by: plain steps
# says: come_.*back: id 2 was seen, then -2
/^static .*void write_slot/,/^}/{
/^\tif (tag)$/,+1d
s/^\tlocal_irq_restore(flags);$/&\n\tif (tag)\n\t\tset_tag(t, i, tag);/
}

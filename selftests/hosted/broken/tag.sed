# SPDX-License-Identifier: GPL-2.0
# A tag is published before its slot is written.
# file: slots.c
# caught by: plain steps
# says: id 1, though 0 was done
/^void slots_insert/,/^}/{
/slots_write/d
s/set_tag(t, i, tag_of(hash));/set_tag(t, i, tag_of(hash)); slots_write(t, i, rec);/
}

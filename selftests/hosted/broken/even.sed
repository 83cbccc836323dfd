# SPDX-License-Identifier: GPL-2.0
# The count is even before the words are written, as it may be without the release.
# file: slots.c
# caught by: plain steps
# says: torn session
/^static .*void write_slot/,/^}/{
/smp_store_release(&s->seq, seq + 1);/d
s/^\tsmp_wmb();.*/&\
	smp_store_release(\&s->seq, seq + 1);/
}

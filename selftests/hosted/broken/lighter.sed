# SPDX-License-Identifier: GPL-2.0
# What an atomic batch makes lighter can be taken by others before it is done.
# file: write.c
# caught by: plain kunit devsess_cost
# says: cost_kunit.c
/^static void put_over/,/^}/{
/if (req->keep)/,/return;/d
s/^\tif (owner != req->s->owner)/\tif (owner != req->s->owner \&\& !req->keep)/
}

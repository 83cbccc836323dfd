# SPDX-License-Identifier: GPL-2.0
# A writer goes on in a shard that was split while it waited for the lock.
# file: directory.c
# caught by: plain parallel --test churn --seconds 30
# says: delete of c|lost session|insert of
s/^\t\tif (!sh->retired)$/\t\tif (!READ_ONCE(sh->retired) || 1)/

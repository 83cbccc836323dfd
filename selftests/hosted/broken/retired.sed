# SPDX-License-Identifier: GPL-2.0
# A writer goes on in a shard that was split while it waited for the lock.
# What it writes is lost, so anything can turn out wrong.
# file: directory.c
# caught by: plain parallel --test churn --seconds 30
# says: [pcv][0-9]+|cleared [0-9]+, not|count [0-9]+, |double free
s/^\t\tif (!sh->retired)$/\t\tif (!READ_ONCE(sh->retired) || 1)/
s/^\tif (likely(!sh->retired))$/\tif (!READ_ONCE(sh->retired) || 1)/

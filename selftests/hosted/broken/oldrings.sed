# SPDX-License-Identifier: GPL-2.0
# Rings are replaced while somebody puts into them.
# file: deferred.c
# caught by: asan deferred --seconds 20
# says: went back from|use-after-free|instead of
/synchronize_rcu_expedited();/d

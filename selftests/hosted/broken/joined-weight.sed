# SPDX-License-Identifier: GPL-2.0
# Deferred writes are joined though one of them may be refused for its weight.
# file: drain.c
# caught by: plain kunit devsess_deferred
# says: deferred_kunit.c
s/ || !weight_goes_with(d, e))/)/

# SPDX-License-Identifier: GPL-2.0
# An update of the ttl is taken together with a touch before it.
# file: drain.c
# caught by: plain kunit
# says: deferred_kunit.c
s/!((taken->has_touch || gives_expiry/!((false || gives_expiry/

# SPDX-License-Identifier: GPL-2.0
# What has been asked for is not paid for.
# file: asking.c
# caught by: plain model --plan later
# says: sooner than the rate allows
s/u->paid += cost;/;/

# SPDX-License-Identifier: GPL-2.0
# The worker never comes back to what it had no memory for.
# file: sweep.c
# caught by: plain fault
# says: not ok .* fault.try_again
s/^	if (p->failed)$/	if (0)/

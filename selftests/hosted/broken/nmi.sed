# SPDX-License-Identifier: GPL-2.0
# An NMI waits for the writer that it has interrupted.
# file: slots.c
# caught by: plain steps --timeout 5
s/if (in_nmi() && ++retries == NMI_RETRIES)/if (++retries == 0)/

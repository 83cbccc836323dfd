# SPDX-License-Identifier: GPL-2.0
# An atomic load is sent though a line of it is bad.
# file: load.c
# caught by: cli_load
# says: WRONG: check_outcome
s/if (!l->stopped \&\& !l->failed \&\& l->next.count)/if (!l->stopped \&\& l->next.count)/

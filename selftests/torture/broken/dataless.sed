# SPDX-License-Identifier: GPL-2.0
# A program gets no data.
# file: kfunc.c
/^static void put_record/,/^}/s/if (data)/if (0)/

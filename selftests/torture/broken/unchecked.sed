# SPDX-License-Identifier: GPL-2.0
# Options whose reserved bytes are not zero are taken.
# file: kfunc.c
s/return READ_ONCE(c->o->reserved) ? -EINVAL : 0;/return 0;/

# SPDX-License-Identifier: GPL-2.0
# A clear takes no more room for events when there was too little.
# file: walk.c
# caught by: plain heard
# says: sessions came 200 times
s/w->more ? 2 \* w->room : 0/0U/

# SPDX-License-Identifier: GPL-2.0
# Who found no room for his events sends those of others for them.
# file: walk.c
# caught by: plain kunit
# says: not ok .*masses_without_room
s/noted = w.event ? freed : 0;/noted = freed;/

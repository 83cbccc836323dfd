# SPDX-License-Identifier: GPL-2.0
# A split lets a shard give out versions again.
# file: resize.c
# caught by: plain model
# says: version [0-9]* after
/child->version = max(/d

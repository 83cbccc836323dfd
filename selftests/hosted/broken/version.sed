# SPDX-License-Identifier: GPL-2.0
# A split lets a shard give out versions again.
# file: shard.c
# caught by: plain model
/child->version = max(/d

# SPDX-License-Identifier: GPL-2.0
# A word may stand there twice; the later value counts.
# file: words.c
# caught by: cli_args
# says: WRONG: try_(filter|touch)
s/if (seen & 1u/if (false \&\& seen \& 1u/

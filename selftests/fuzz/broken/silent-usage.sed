# SPDX-License-Identifier: GPL-2.0
# Bad usage is explained where output is expected.
# file: cli.c
# caught by: cli_main
# says: WRONG: check: ret == CLI_DONE
/^int cli_usage/,/^}/s/cli_told(/printf(/

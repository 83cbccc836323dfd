/* SPDX-License-Identifier: GPL-2.0 */
/* devsess help, and the list of commands it speaks of. */
#ifndef DEVSESS_HELP_H
#define DEVSESS_HELP_H

#include <stdio.h>

#include "cli.h"

extern const struct command cmd_help;

/* All commands, in the order in which they are listed; NULL ends them. */
extern const struct command *const help_commands[];

/* The command of this name, whole; NULL if there is none. */
const struct command *help_find(const char *name);

/* Usage, options and commands. */
void help_print(FILE *out);

/* All about one command. */
void help_print_command(const struct command *c);

#endif

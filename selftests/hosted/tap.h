/* SPDX-License-Identifier: GPL-2.0 */
/* Results of a test program, a line each in KTAP's form; `check' counts them. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

#include <linux/compiler.h>

/* Begins a program, whose name is the prefix of its lines. */
void tap_begin(const char *program);
void tap_result(bool ok, const char *fmt, ...) __printf(2, 3);
void tap_skip(const char *name, const char *why);
/* A line of explanation. */
void tap_note(const char *fmt, ...) __printf(1, 2);
/* The plan, and the exit status of the program. */
int tap_end(void);

#endif /* TAP_H */
